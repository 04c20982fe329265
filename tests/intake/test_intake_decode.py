"""Bytes to text: the right one of many encodings, or a refusal, never a replaced character."""

from __future__ import annotations

import codecs

import pytest

from socialroi.errors import FileRefused
from socialroi.intake.decode import decode, refuse_binary

TEXT = "order_id,amount\nä€ß,12\nЖук,13\n"


def read(data):
    return decode("file.csv", memoryview(data))


@pytest.mark.parametrize("data", [
    TEXT.encode(),
    codecs.BOM_UTF8 + TEXT.encode(),
    codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
    codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
    codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"),
    codecs.BOM_UTF32_BE + TEXT.encode("utf-32-be"),
    TEXT.encode("utf-16-le"),
    TEXT.encode("utf-16-be"),
])  # fmt: skip
def test_one_text_in_eight_encodings_is_one_text(data):
    assert read(data).text == TEXT


def test_windows_1252_is_read_and_said_so():
    found = read("name,n\nMüller €,1\n".encode("cp1252"))
    assert (found.text, found.encoding) == ("name,n\nMüller €,1\n", "cp1252")
    assert "Windows-1252" in found.notes[0]


def test_a_byte_that_is_in_no_encoding_refuses_the_file():
    with pytest.raises(FileRefused, match="neither UTF-8"):
        read(b"name\nM\x81\x8d\xfcller\n")


def test_a_mark_that_lies_refuses_the_file():
    with pytest.raises(FileRefused, match="says it is UTF-8 but byte 6"):
        read(codecs.BOM_UTF8 + b"name\nM\xfcller\n")


def test_a_nul_refuses_the_file_and_names_the_line():
    with pytest.raises(FileRefused, match="line 3 holds a NUL"):
        read(b"a,b\n1,2\n3,\x004\n")


@pytest.mark.parametrize(
    ("head", "word"),
    [
        (b"PK\x03\x04rest", "zip"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\xd0\xcf\x11\xe0", "Excel"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"Rar!\x1a\x07", "rar"),
        (b"%PDF-1.7", "PDF"),
        (b"", "empty"),
        (b"SQLite format 3\x00", "SQLite"),
        (b"BZh9", "bzip2"),
        (b"\xfd7zXZ\x00", "xz"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
    ],
)
def test_what_is_no_text_is_refused_by_its_first_bytes(head, word):
    with pytest.raises(FileRefused, match=word) as refused:
        refuse_binary("file.csv", head)
    assert refused.value.remedy.endswith(".")
