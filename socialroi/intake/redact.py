"""What is blanked in the text of messages when it is kept: links, addresses, handles, long numbers.

A number of seven digits or more goes whatever it is, because nobody can tell an order number from a phone
number, a card number or a bank account; shorter ones stay (#1042, 19.99). Dates written in digits go too.
Names of people and street addresses stay: no rule finds them without losing half of the text. So kept text
is less personal, and not anonymous.

The patterns are written so that Python's `re` and DuckDB's RE2 read them alike: the fast lane uses these
same strings, in this same order. Every repetition is bounded where two could meet, so that no text takes
longer than its length.
"""

from __future__ import annotations

import re

#: What stands in the place of each.
LINK_WORD, EMAIL_WORD, HANDLE_WORD, NUMBER_WORD = "[link]", "[email]", "[handle]", "[number]"
#: The fewest digits of a number that is blanked.
DIGITS = 7

#: Where the ten digits of each script begin.
_ZEROS = (
    0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50,
    0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40,
    0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x11066,
    0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950,
    0x11C50, 0x11D50, 0x11DA0, 0x16A60, 0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6,
    0x1E140, 0x1E2F0, 0x1E950, 0x1FBF0,
)  # fmt: skip
_DIGIT = "[" + "".join(f"{chr(zero)}-{chr(zero + 9)}" for zero in _ZEROS) + "]"
#: What people put between digits: blanks, dashes, dots, slashes, brackets, and what cannot be seen.
_BETWEEN = (
    "[ \t\u00a0\u2000-\u200f\u202f\u205f-\u2064\u3000\ufeff\u00ad"
    ".,:_'*\u00b7\u2022|/\\\\()+\u2010-\u2015\u2212\uff0d-]"
)
_AT = "(?:[@\uff20\ufe6b]|[(\\[{] ?[aA][tT] ?[)\\]}])"
_NO_BREAK = '[^ \t\r\n<>()\\[\\]{},;:"@\uff20\ufe6b]'
_ENDING = "[^ \t\r\n<>()\\[\\]{},;:\"@\uff20\ufe6b.!?']"

#: With a scheme, with www, or a host with something behind a slash.
LINK = (
    '(?:[A-Za-z][A-Za-z0-9+.-]{0,15}://|[Ww][Ww][Ww][.])[^ \t\r\n<>"]+|'
    '[A-Za-z0-9-]{1,63}(?:[.][A-Za-z0-9-]{1,63}){0,5}[.][A-Za-z]{2,24}/[^ \t\r\n<>"]+'
)
#: Something before an at sign and something behind it; the part before may be in quotes.
EMAIL = f'[@\uff20]?(?:"[^"\r\n]{{1,64}}"|{_NO_BREAK}{{1,64}} ?){_AT} ?{_NO_BREAK}{{0,254}}{_ENDING}'
#: What is left behind an at sign, and names of people on Reddit.
HANDLE = f"{_AT}{{1,3}}{_NO_BREAK}{{0,254}}{_ENDING}|\\b/?[uU]/[A-Za-z0-9_-]{{3,32}}"
#: Digits of any script with up to four other signs between two of them.
NUMBER = f"{_DIGIT}(?:{_BETWEEN}{{0,4}}{_DIGIT}){{{DIGITS - 1},}}"

#: Each with what stands in its place, in the order in which they are looked for.
_LINK, _EMAIL, _HANDLE, _NUMBER = (
    # ASCII: RE2 knows no other borders of words
    re.compile(pattern, re.ASCII)
    for pattern in (LINK, EMAIL, HANDLE, NUMBER)
)
#: Looking for one sign is far faster than any pattern, and most messages have none of them.
_AT_SIGNS = re.compile("[@\uff20\ufe6b]|[aA][tT] ?[)\\]}]")


def redact(text: str) -> str:
    """`text` with what names or reaches a person blanked."""
    if "/" in text or "." in text:
        text = _LINK.sub(LINK_WORD, text)
    if _AT_SIGNS.search(text):
        text = _EMAIL.sub(EMAIL_WORD, text)
        text = _HANDLE.sub(HANDLE_WORD, text)
    elif "/" in text:
        text = _HANDLE.sub(HANDLE_WORD, text)
    return _NUMBER.sub(NUMBER_WORD, text)
