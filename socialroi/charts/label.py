"""A stranger's text inside a figure: one line, short, and never markup.

Plotly reads a small HTML in titles, ticks, legends, annotations and hovers: `<a href>` becomes a live
link, `<span style>` a poster. So every string that came from data passes through `label`, and a whole
sentence that contains such strings through `lines`.
"""

from __future__ import annotations

import html
import re
import textwrap
import unicodedata
from collections.abc import Iterable

from socialroi import limits

#: Control, format (bidi, zero width), surrogate, private and unassigned characters, line and paragraph ends.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
#: Letters and joiners that change how their neighbours are drawn; more than two in a row is a poster.
_STACKED = frozenset({"Mn", "Me"})
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
#: Spaces at which no line may break: before a unit, around the sign of "n = 12", after a currency code.
_GLUE = re.compile(
    r"(?<=\d) (?=(?:pp|points|min|h|d|s)\b)|(?<=\bn) (?== \d)|(?<=\bn =) (?=\d)|(?<=\b[A-Z]{3}) (?=[+\d])"
)


def clean(text: object, cap: int = limits.LABEL_SHOWN) -> str:
    """`text` on one line, without control or bidi characters, at most `cap` characters. Still unescaped."""
    line = " ".join(_seen(str(text)).split())
    return line if len(line) <= cap else line[: cap - 1].rstrip() + ELLIPSIS


def label(text: object, cap: int = limits.LABEL_SHOWN) -> str:
    """`text` as plotly may draw it: `clean`, then escaped. Blank text shows as "(blank)"."""
    return html.escape(clean(text, cap)) or "(blank)"


def lines(sentence: str, width: int) -> list[str]:
    """Our own sentence, which may quote data, broken into escaped lines of at most `width` characters."""
    whole = _GLUE.sub("\N{NO-BREAK SPACE}", clean(sentence, cap=2_000))
    return [html.escape(line) for line in textwrap.wrap(whole, width)]


def _seen(text: str) -> str:
    """The visible characters of `text`; the plain case is nearly every case, and quick."""
    if text.isascii() and text.isprintable():
        return text
    spaced = (" " if character.isspace() else character for character in text)
    return "".join(_unstacked(character for character in spaced if _is_visible(character)))


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in _INVISIBLE


def _unstacked(characters: Iterable[str]) -> list[str]:
    """At most two combining marks on one letter."""
    kept: list[str] = []
    run = 0
    for character in characters:
        run = run + 1 if unicodedata.category(character) in _STACKED else 0
        if run <= 2:
            kept.append(character)
    return kept
