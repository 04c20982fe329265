"""The two answers a cell reader can give beside a value: it is bad, or it needs a note."""

from __future__ import annotations

from typing import NamedTuple


class Bad(ValueError):
    """A cell that cannot be read; the message is the sentence its reject shows."""


class Noted(NamedTuple):
    """A value that was read, with the code of a note counted for the file: see `NOTES`."""

    value: object
    note: str


#: What to tell about a file, by note code; `{n}` is how many cells it concerns.
NOTES = {
    "fold": "{n} times fell into an hour that came twice, when clocks were put back; the earlier was taken.",
    "rounded": "{n} amounts had more than four decimals and were rounded to four.",
    "float_id": "{n} ids were written as numbers ending in .0 and lost that ending.",
    "apostrophe": "{n} cells began with the apostrophe a spreadsheet adds and lost it.",
    "sign": "{n} refunds were negative and were read as what was paid back.",
    "no_email": "{n} e-mail addresses were not addresses and were left empty.",
    "no_phone": "{n} phone numbers were not complete and were left empty.",
    "needs": "{n} messages did not say whether they need an answer; that was derived from their text.",
    "needs_some": "Messages that did not say whether they need an answer had that derived from their text.",
    "generated": "{n} rows had no {what} and were given one made of the file and the row number.",
}

#: Blanks around a cell that mean nothing: spaces, tabs, line ends, no-break and zero-width ones.
BLANKS = (
    " \t\r\n\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
    "\u2007\u2008\u2009\u200a\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
)
