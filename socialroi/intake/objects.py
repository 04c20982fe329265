"""JSON: one array, one object around an array, one object a line, or an X archive's `tweets.js`.

Read strictly by RFC 8259: no NaN, no doubled keys, no text behind the end. Numbers keep the digits they
were written with. Nothing in a file is ever evaluated.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from socialroi.errors import FileRefused
from socialroi.intake import decode
from socialroi.intake.tokenise import SHOWN

#: Arrays of JSON inside arrays inside ...; deeper than this is no export.
DEPTH = 100
_ASSIGNED = re.compile(r"\s*window\.YTD\.[A-Za-z_]+\.part\d+\s*=\s*")
#: Escapes that may stand for a NUL or for half of a character; neither can be stored.
_SUSPECT = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_HALF = re.compile("[\0\ud800-\udfff]")
_BROKEN = "a text holds a NUL or half of a character, as when an emoji was cut in two."
_BLANK = re.compile(r"[ \t\n\r]*")
_EXPORT_AGAIN = "Export it again and load the new file."


class Thing(NamedTuple):
    """One object of the file: the line it starts on, and its members; or what is wrong with its line."""

    line: int
    value: Mapping[str, Any]
    problem: str = ""
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Objects:
    """The objects of a JSON file, as often as asked, and the members that stand around their array.

    `is_archive` says that the file assigns its array to a variable, as `tweets.js` does.
    """

    things: Callable[[], Iterator[Thing]]
    around: Mapping[str, Any]
    is_archive: bool = False

    def first(self) -> Mapping[str, Any]:
        """The members of the first sound object; none in an empty file."""
        return next((thing.value for thing in self.things() if not thing.problem), {})


class _Wrong(ValueError):
    """What the decoder accepts and we do not; its argument is the sentence."""


def is_json(head: str) -> bool:
    """Whether a text that begins like this is JSON or an archive's script."""
    start = head.lstrip(" \t\r\n\ufeff")[:1]
    return start in {"[", "{"} or _ASSIGNED.match(head) is not None


def opened(label: str, data: memoryview) -> Objects:
    """The objects in these bytes. FileRefused with line and column when they are not JSON."""
    text = _text(label, data)
    found = _found(label, text)
    if _SUSPECT.search(text) is None:
        return found
    if _is_broken(found.around):
        raise FileRefused(label, f"around its records {_BROKEN}", _EXPORT_AGAIN)
    return replace(found, things=lambda: map(_whole, found.things()))


def _found(label: str, text: str) -> Objects:
    assigned = _ASSIGNED.match(text)
    start = assigned.end() if assigned else _end_of_blank(text, 0)
    if not assigned and _is_lines(text, start):
        return Objects(lambda: _lines(label, text), {})
    whole = parsed(label, text, start)
    if isinstance(whole, list):
        return Objects(lambda: _items(label, text, start, whole), {}, assigned is not None)
    if not isinstance(whole, dict):
        raise FileRefused(label, "its JSON holds a single value and no records.", "Load an array of objects.")
    path, inner = _inner(whole)
    if inner is None:
        return Objects(lambda: iter([Thing(1, whole)]), {})
    at = _place_of(text, start, path)
    return Objects(lambda: _items(label, text, at, inner), _without(whole, path))


def parsed(label: str, text: str, start: int = 0) -> Any:
    """The one value of a JSON text. FileRefused with line and column when it is not JSON."""
    try:
        value, end = _decoder().raw_decode(text, _end_of_blank(text, start))
    except json.JSONDecodeError as error:
        raise _refused(label, text, error.pos, error.msg) from None
    except _Wrong as wrong:
        raise FileRefused(label, str(wrong), _EXPORT_AGAIN) from None
    except RecursionError:
        raise FileRefused(label, f"its JSON is nested deeper than {DEPTH} levels.", _EXPORT_AGAIN) from None
    end = _end_of_blank(text, end)
    if end != len(text) and text[end:].strip(" \t\r\n") != ";":
        raise _refused(label, text, end, "Something stands behind the end")
    if _depth(value) > DEPTH:
        raise FileRefused(label, f"its JSON is nested deeper than {DEPTH} levels.", _EXPORT_AGAIN)
    return value


def _whole(thing: Thing) -> Thing:
    """The thing, or what is wrong with it when one of its texts cannot be stored."""
    if not _is_broken([thing.value, thing.shown]):
        return thing
    return Thing(thing.line, {}, thing.problem or f"{_BROKEN[:1].upper()}{_BROKEN[1:]}")


def _is_broken(value: Any) -> bool:
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            waiting += [*found, *found.values()]
        elif isinstance(found, list):
            waiting += found
        elif isinstance(found, str) and _HALF.search(found):
            return True
    return False


def member(value: Mapping[str, Any], *path: str) -> str:
    """The text of a member, or of a member's member; "" where there is none, or null, or no scalar."""
    found: Any = value
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return scalar(found)


def scalar(value: Any) -> str:
    """A JSON value as the text of a cell; "" for null, arrays and objects."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else ""


def _text(label: str, data: memoryview) -> str:
    decoded = decode.decode(label, data)
    if decoded.encoding == "cp1252":
        raise FileRefused(label, "JSON has to be UTF-8, and some of its bytes are not.", _EXPORT_AGAIN)
    return decoded.text


def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=_once, parse_constant=_no_constant, parse_float=str, parse_int=str
    )


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        [(doubled, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise _Wrong(f"an object of its JSON has the member {doubled[:40]!r} twice.")
    return members


def _no_constant(name: str) -> None:
    raise _Wrong(f"it holds {name}, which is no JSON.")


def _end_of_blank(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _refused(label: str, text: str, at: int, what: str) -> FileRefused:
    line = text.count("\n", 0, at) + 1
    column = at - text.rfind("\n", 0, at)
    reason = f"it is not well-formed JSON on line {line}, column {column}: {what[:1].lower()}{what[1:]}."
    return FileRefused(label, reason, "The file may have been cut off: download it again.")


def _is_lines(text: str, start: int) -> bool:
    """Whether the first line is an object of its own and something follows it."""
    if not text.startswith("{", start):
        return False
    stop = text.find("\n", start)
    try:
        _, end = _decoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        # the first line may be broken and the file still be one object a line
        return stop >= 0 and text.startswith("{", _end_of_blank(text, stop)) and "}" in text[start:stop]
    following = _end_of_blank(text, end)
    return following < len(text) and text.find("\n", end, following) >= 0


def _lines(label: str, text: str) -> Iterator[Thing]:
    at, number = 0, 1
    while at < len(text):
        stop = text.find("\n", at)
        stop = len(text) if stop < 0 else stop
        line = text[at:stop].strip(" \t\r")
        if line:
            yield _thing(label, line, number)
        at, number = stop + 1, number + 1


def _thing(label: str, line: str, number: int) -> Thing:
    try:
        value = parsed(label, line)
    except FileRefused as refused:
        why = refused.reason.replace("on line 1, column", "at column")
        return Thing(number, {}, f"{why[:1].upper()}{why[1:]}", line[:SHOWN])
    if not isinstance(value, dict):
        return Thing(number, {}, "This line is no object.", line[:SHOWN])
    return Thing(number, value)


def _items(label: str, text: str, start: int, items: list[Any]) -> Iterator[Thing]:
    """The items of the array at `start`, each with the line on which it begins."""
    decoder, at, line, seen = _decoder(), text.index("[", start) + 1, 1, 0
    for item in items:
        at = _end_of_blank(text, at)
        if text.startswith(",", at):
            at = _end_of_blank(text, at + 1)
        line += text.count("\n", seen, at)
        seen = at
        if isinstance(item, dict):
            yield Thing(line, item)
        else:
            yield Thing(line, {}, "This item is no object.", scalar(item)[:SHOWN])
        at = decoder.raw_decode(text, at)[1]


def _inner(whole: Mapping[str, Any]) -> tuple[tuple[str, ...], list[Any] | None]:
    """The longest array of objects one or two levels inside, and the way to it."""
    found: list[tuple[tuple[str, ...], list[Any]]] = []
    for name, value in whole.items():
        if isinstance(value, list):
            found.append(((name,), value))
        elif isinstance(value, dict):
            found += [((name, key), inner) for key, inner in value.items() if isinstance(inner, list)]
    arrays = [(path, items) for path, items in found if items and all(isinstance(i, dict) for i in items)]
    if not arrays or any(isinstance(whole.get(key), str) for key in ("id", "ticket_id", "conversation_id")):
        return (), None
    return max(arrays, key=lambda each: len(each[1]))


def _without(whole: Mapping[str, Any], path: tuple[str, ...]) -> Mapping[str, Any]:
    kept = dict(whole)
    if len(path) == 1:
        kept.pop(path[0])
    else:
        kept[path[0]] = {key: value for key, value in kept[path[0]].items() if key != path[1]}
    return kept


def _place_of(text: str, start: int, path: tuple[str, ...]) -> int:
    """Where the member at the end of `path` begins, found by reading over those before it."""
    decoder, at = _decoder(), start
    for name in path:
        at = _end_of_blank(text, at) + 1
        while True:
            at = _end_of_blank(text, at)
            key, at = decoder.raw_decode(text, at)
            at = _end_of_blank(text, _end_of_blank(text, at) + 1)
            if key == name:
                break
            at = _end_of_blank(text, decoder.raw_decode(text, at)[1]) + 1
    return at


def _depth(value: Any) -> int:
    """How many arrays and objects stand inside each other."""
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        found, level = waiting.pop()
        if isinstance(found, dict | list):
            deepest = max(deepest, level)
            inner = found.values() if isinstance(found, dict) else found
            waiting += [(each, level + 1) for each in inner]
    return deepest
