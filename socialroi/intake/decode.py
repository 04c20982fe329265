"""Bytes to text: exactly one encoding, decided by evidence, or a refusal. Nothing is ever replaced."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from socialroi.errors import FileRefused

_SAVE_AS = "Save it as CSV in UTF-8 and load that."

#: First bytes of files that are not text, and what to say about them.
_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "this is a zip archive.", "Unzip it first and load the files inside."),
    (b"PK\x05\x06", "this is an empty zip archive.", "Unzip it first and load the files inside."),
    (b"\x1f\x8b", "this file is compressed with gzip.", "Unzip it first and load the file inside."),
    (b"BZh", "this file is compressed with bzip2.", "Unzip it first and load the file inside."),
    (b"\xfd7zXZ\x00", "this file is compressed with xz.", "Unzip it first and load the file inside."),
    (b"\x28\xb5\x2f\xfd", "this file is compressed with zstd.", "Unzip it first and load the file inside."),
    (b"7z\xbc\xaf\x27\x1c", "this is a 7z archive.", "Unzip it first and load the files inside."),
    (b"Rar!\x1a\x07", "this is a rar archive.", "Unpack it first and load the files inside."),
    (b"\xd0\xcf\x11\xe0", "this is an old Excel or Word file.", _SAVE_AS),
    (b"SQLite format 3\x00", "this is a SQLite database.", "Export its tables as CSV and load those."),
    (b"%PDF-", "this is a PDF.", "Export the data itself as CSV and load that."),
    (b"\x89PNG", "this is a picture.", "Export the data itself as CSV and load that."),
    (b"\xff\xd8\xff", "this is a picture.", "Export the data itself as CSV and load that."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file, the name of its encoding and what the reader should know about it."""

    text: str
    encoding: str
    notes: tuple[str, ...] = ()


def refuse_binary(label: str, head: bytes) -> None:
    """FileRefused when the first bytes are those of an archive, a workbook, a picture or nothing."""
    if not head:
        raise FileRefused(label, "the file is empty.", "Export it again and load the new file.")
    for magic, reason, remedy in _MAGIC:
        if head.startswith(magic):
            raise FileRefused(label, reason, remedy)


def decode(label: str, data: memoryview) -> Decoded:
    """The text of `data`: byte order mark first, then strict UTF-8, UTF-16 by its NULs, then cp1252.

    cp1252 only when every byte is defined in it, and said so in the notes. A NUL is refused.
    Errors: FileRefused.
    """
    decoded = _by_mark(label, data) or _utf8(data) or _utf16_without_mark(data) or _cp1252(data)
    if decoded is None:
        reason = "its bytes are neither UTF-8 nor UTF-16 nor Windows-1252."
        raise FileRefused(label, reason, _SAVE_AS)
    if "\0" in decoded.text:
        line = decoded.text.count("\n", 0, decoded.text.index("\0")) + 1
        reason = f"line {line} holds a NUL character, so the file is damaged or not a text file."
        raise FileRefused(label, reason, "Export it again and load the new file.")
    return decoded


def _by_mark(label: str, data: memoryview) -> Decoded | None:
    marks = (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    )
    for mark, encoding in marks:
        if bytes(data[: len(mark)]) == mark:
            return _marked(label, data[len(mark) :], encoding)
    return None


def _marked(label: str, data: memoryview, encoding: str) -> Decoded:
    try:
        return Decoded(str(data, encoding), encoding)
    except UnicodeDecodeError as error:
        reason = f"it says it is {encoding.upper()} but byte {error.start} is not."
        raise FileRefused(label, reason, _SAVE_AS) from None


def _utf8(data: memoryview) -> Decoded | None:
    try:
        return Decoded(str(data, "utf-8"), "utf-8")
    except UnicodeDecodeError:
        return None


def _utf16_without_mark(data: memoryview) -> Decoded | None:
    """UTF-16 text is full of NULs, all on one side of each pair of bytes."""
    head = bytes(data[:4096])
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) < len(head) // 8:
        return None
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    try:
        return Decoded(
            str(data, encoding), encoding, (f"Read as {encoding.upper()} without a byte order mark.",)
        )
    except UnicodeDecodeError:
        return None


def _cp1252(data: memoryview) -> Decoded | None:
    try:
        text = str(data, "cp1252")
    except UnicodeDecodeError:
        return None
    if "\0" in text:
        return None
    return Decoded(text, "cp1252", ("Not UTF-8, so read as Windows-1252: check accented letters.",))
