"""Posts.xml of a Stack Exchange data dump: questions come in, answers of other people go out.

The parser is expat itself, fed piece by piece. A document type or entity declaration is refused
before anything in it is read. Comments live in another file and are not messages here.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple
from xml.parsers import expat

from socialroi import schema
from socialroi.errors import FileRefused
from socialroi.intake.formats.base import Format
from socialroi.intake.headers import Mapped, Source
from socialroi.intake.rows import Prepared, Row
from socialroi.intake.shapes import Request
from socialroi.limits import CELL_BYTES

#: Canonical column -> attribute of a row, in the order in which `_cells` gives them.
FIELDS = {
    "message_id": "Id", "conversation_id": "ParentId", "reply_to": "ParentId",
    "customer_id": "OwnerUserId", "author_id": "OwnerUserId", "author_kind": "OwnerUserId",
    "direction": "PostTypeId", "sent_at": "CreationDate", "channel": "PostTypeId",
    "visibility": "PostTypeId", "needs_response": "PostTypeId", "topic": "Tags", "text": "Body",
}  # fmt: skip
QUESTION, ANSWER = "1", "2"
_OTHER = {
    "3": "a wiki",
    "4": "a tag's excerpt",
    "5": "a tag's wiki",
    "6": "a moderator nomination",
    "7": "a wiki placeholder",
}
_TAG = re.compile(r"[^<>|]+")
_MARKUP = re.compile(r"<[^>]*>")
_PIECE = 1 << 16


class Post(NamedTuple):
    """One row element: the line it stands on and its attributes."""

    line: int
    attributes: dict[str, str]


class _Declared(Exception):
    """The document declares a type or an entity."""


def prepare(request: Request, data: memoryview) -> Prepared:
    """Interactions of the dump. Its times are UTC. FileRefused when the XML is not such a dump."""
    next(iter(_posts(request, data)), None)
    table = schema.INTERACTIONS
    fields = {name: header for name, header in FIELDS.items() if name != "text" or request.keep_text}
    sources = tuple(
        Source(table.column(name), at, header) for at, (name, header) in enumerate(fields.items())
    )
    rows = partial(_rows, request, data)
    return Prepared({table.name: Mapped(table, sources, ())}, rows, "UTC", request.currency)


def _rows(request: Request, data: memoryview) -> Iterator[Row]:
    askers: dict[str, str] = {}
    for number, post in enumerate(_posts(request, data), 1):
        problem = _problem(post.attributes)
        if problem:
            yield Row(post.line, number, "interactions", (post.attributes.get("Id", ""),), problem=problem)
        else:
            yield Row(
                post.line,
                number,
                "interactions",
                _cells(post.attributes, askers, keep_text=request.keep_text),
            )


def _problem(post: dict[str, str]) -> str:
    kind = post.get("PostTypeId", "")
    if kind not in {QUESTION, ANSWER}:
        return f"Neither question nor answer but {_OTHER.get(kind, 'post type ' + (kind[:20] or 'unknown'))}."
    if kind == ANSWER and not post.get("ParentId"):
        return "An answer without the question it answers."
    if not post.get("Id"):
        return "A post without an id."
    longest = max(post.values(), key=len)
    return f"A cell is longer than {CELL_BYTES} bytes." if len(longest.encode()) > CELL_BYTES else ""


def _cells(post: dict[str, str], askers: dict[str, str], *, keep_text: bool) -> tuple[str, ...]:
    """The cells in the order of FIELDS. The customer of an answer is whoever asked, where known."""
    asked = post["PostTypeId"] == QUESTION
    author = post.get("OwnerUserId") or _display(post.get("OwnerDisplayName", ""))
    if asked:
        askers[post["Id"]] = author
    conversation = post["Id"] if asked else post["ParentId"]
    cells = (
        post["Id"], conversation, post.get("ParentId", ""), askers.get(conversation, ""), author, "peer",
        "in" if asked else "out", post.get("CreationDate", ""), "stackexchange", "public",
        "true" if asked else "", _first_tag(post.get("Tags", "")),
    )  # fmt: skip
    return (*cells, _text(post)) if keep_text else cells


def _display(name: str) -> str:
    """A deleted account keeps only its display name, which is no number like the living ones'."""
    return f"display:{name}" if name else ""


def _first_tag(tags: str) -> str:
    found = _TAG.search(tags)
    return found[0] if found else ""


def _text(post: dict[str, str]) -> str:
    body = html.unescape(_MARKUP.sub(" ", post.get("Body", "")))
    return f"{post.get('Title', '')}\n{body}".strip()


def _posts(request: Request, data: memoryview) -> Iterator[Post]:
    """The row elements below a `posts` root, as the parser comes upon them."""
    found: list[Post] = []
    parser = expat.ParserCreate()
    roots: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        roots.append(name) if not roots else None
        if name == "row":
            found.append(Post(parser.CurrentLineNumber, attributes))

    def declared(*_: object) -> None:
        raise _Declared

    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = declared
    parser.EntityDeclHandler = declared
    for at in range(0, len(data), _PIECE):
        _feed(request, parser, data[at : at + _PIECE], last=at + _PIECE >= len(data))
        if roots and roots[0] != "posts":
            raise _not_posts(request, roots[0])
        yield from found
        found.clear()


def _feed(request: Request, parser: expat.XMLParserType, piece: memoryview, *, last: bool) -> None:
    try:
        parser.Parse(piece, last)
    except _Declared:
        reason = f"line {parser.CurrentLineNumber} declares a document type or an entity."
        raise FileRefused(
            request.label,
            reason,
            "No data export needs that: remove the declaration, or export the data again.",
        ) from None
    except expat.ExpatError as error:
        reason = f"it is not well-formed XML: {expat.ErrorString(error.code)} on line {error.lineno}."
        raise FileRefused(
            request.label, reason, "The file may have been cut off: download it again."
        ) from None


def _not_posts(request: Request, root: str) -> FileRefused:
    reason = f"this is XML with <{root[:40]}> at its root; only <posts> of a Stack Exchange dump is read."
    return FileRefused(request.label, reason, "Load Posts.xml, or save your data as CSV in UTF-8.")


FORMAT = Format(
    name="stack_exchange",
    sentence="Posts.xml of a Stack Exchange data dump; questions are messages in, answers messages out.",
    tables=("interactions",),
    keeps_unanswered="yes",
    identity="OwnerUserId, stored as a keyed hash.",
    notes=("A community without staff: this measures the first answer by another person.",),
    prepare_bytes=prepare,
)
