"""What is kept of a message's text when the text itself is dropped: a few plain features.

How long it is, whether it asks, apologises, ends with a signature or begins with a name; and, for what
the firm writes, a fingerprint that copies of one template share. The patterns are written so that
Python's `re` and DuckDB's RE2 read them alike: the fast lane uses these same strings.
"""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

from socialroi.intake.needs import ADDRESSED, QUESTION

#: Words of apology in English, German, French and Spanish, in lower case.
APOLOGY = (
    "(?:^|[^a-z])(?:sorry|apolog(?:y|ies|ise|ize|ised|ized|ising|izing|ises|izes)|entschuldig(?:ung|e|en|t)|"
    "(?:tut|tat) (?:uns|mir) (?:sehr )?leid|bedauern|désolée?s?|excusez|pardon|lo sentimos|lo siento|"
    "lamentamos|disculp(?:a|e|en|as))(?:$|[^a-z])"
)
#: A signature at the end: ^AB, - Anna, /JK.
SIGN_OFF = (
    "(?:^|[ \t\r\n])(?:[\\^][A-Za-z]{1,3}|[-~/*\u2013\u2014] ?[A-Z][a-z]{1,20}|[-/\u2013] ?[A-Z]{2,3})$"
)
#: A greeting with a name at the beginning, behind mentions.
GREETING = (
    "^(?:@[^ \t\r\n]+[ ,]+)*(?:Hi|Hello|Hey|Dear|Good morning|Good afternoon|Hallo|Liebe|Lieber|Guten Tag|"
    "Bonjour|Hola)[ ,]+(?:Mr[.]? |Mrs[.]? |Ms[.]? |Dr[.]? |Herr |Frau )?[A-ZÀ-Þ][a-zß-ÿ'-]+"
)
#: What copies of a template differ in, beside names and links.
VARIABLE = "[0-9]+"

#: Who writes from templates.
WRITERS = frozenset(("agent", "bot"))
#: How many hexadecimal digits of a fingerprint are kept.
DIGITS = 12

_APOLOGY, _SIGN_OFF, _GREETING, _VARIABLE, _ADDRESSED, _QUESTION = (
    re.compile(pattern) for pattern in (APOLOGY, SIGN_OFF, GREETING, VARIABLE, ADDRESSED, QUESTION)
)


class Features(NamedTuple):
    """What is kept of one message, by column of the schema."""

    text_length: int
    has_question: bool
    has_apology: bool
    has_sign_off: bool
    greets_by_name: bool
    template: str | None


def features(text: str, author_kind: object) -> Features:
    """The features of a text that is not empty."""
    return Features(
        len(text),
        _QUESTION.search(text) is not None,
        _APOLOGY.search(text.lower()) is not None,
        _SIGN_OFF.search(text) is not None,
        _GREETING.search(text) is not None,
        _template(text) if author_kind in WRITERS else None,
    )


def _template(text: str) -> str | None:
    """The fingerprint of what is left without names, numbers and links; None when that is nothing."""
    said = _SIGN_OFF.sub("", _GREETING.sub("", text)).lower()
    said = _VARIABLE.sub("0", _ADDRESSED.sub(" ", said)).strip(" ")
    return hashlib.md5(said.encode(), usedforsecurity=False).hexdigest()[:DIGITS] if said else None
