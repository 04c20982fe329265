"""A file made to hurt is refused in words, in a process of its own, and this one stays small and quick.

Numbers 7 to 12 of the table of threats.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import resource
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from socialroi import limits, store
from socialroi.errors import FileRefused, SocialRoiError
from socialroi.intake import Request, run_in_child

HEAD = b"order_id,customer_id,ordered_at,amount,currency\n"
ROW = b"o1,ann,2026-01-01T10:00:00Z,5,EUR\n"


def workbook(sheet: bytes) -> bytes:
    """The parts every workbook has, around one sheet; compressed as far as zip goes."""
    spread, office = "http://schemas.openxmlformats.org", "officeDocument/2006/relationships"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{spread}/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{spread}/package/2006/relationships"><Relationship Id="r1" '
        f'Type="{spread}/{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{spread}/spreadsheetml/2006/main" xmlns:r="{spread}/{office}">'
        '<sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{spread}/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{spread}/{office}/worksheet" Target="worksheets/a.xml"/>'
        "</Relationships>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for name, text in parts.items():
            made.writestr(name, text)
        made.writestr("xl/worksheets/a.xml", sheet)
    return out.getvalue()


def sheet(rows: bytes, before: bytes = b"") -> bytes:
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return before + b'<worksheet xmlns="' + space + b'"><sheetData>' + rows + b"</sheetData></worksheet>"


def cell(text: bytes) -> bytes:
    return b"<row><c t='inlineStr'><is><t>" + text + b"</t></is></c></row>"


def packed(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(name, content)
    return out.getvalue()


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
) + b"]>"  # fmt: skip
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
CORNER = b"<row r='1048576'><c r='XFD1048576'/></row>"
BOMBS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "zip of zeros": ("x.xlsx", lambda: packed("xl/workbook.xml", bytes(300 * limits.MIB))),
    "zip of csv": ("x.xlsx", lambda: packed("orders.csv", HEAD + ROW)),
    "zip named csv": ("x.csv", lambda: packed("orders.csv", HEAD + ROW)),
    "gzip named csv": ("x.csv", lambda: gzip.compress(HEAD + ROW * 1_000)),
    "gzip of zeros": ("x.csv", lambda: gzip.compress(bytes(100 * limits.MIB))),
    "workbook, one huge cell": ("x.xlsx", lambda: workbook(sheet(cell(b"x" * (150 * limits.MIB))))),
    "workbook, more than it may unpack": ("x.xlsx", lambda: workbook(sheet(cell(b"x" * (220 * limits.MIB))))),
    "workbook, last corner": (
        "x.xlsx",
        lambda: workbook(sheet(CORNER)),
    ),
    "workbook, entities": ("x.xlsx", lambda: workbook(sheet(cell(b"&j;"), ENTITIES))),
    "workbook, outside entity": ("x.xlsx", lambda: workbook(sheet(cell(b"&a;"), OUTSIDE))),
    "workbook, cut off": ("x.xlsx", lambda: workbook(sheet(cell(b"x")))[:-80]),
    "json, depth": ("x.json", lambda: b"[" * 200_000 + b"]" * 200_000),
    "json, depth of members": ("x.json", lambda: b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "json, one long number": ("x.json", lambda: b'[{"order_id":' + b"9" * 5_000_000 + b"}]"),
    "json, never ends": ("x.json", lambda: b'[{"order_id":"' + b"x" * 5_000_000),
    "json lines, depth": ("x.jsonl", lambda: b"[" * 100_000 + b"\n"),
    "xml, entities": ("Posts.xml", lambda: ENTITIES + b"<posts><row Id='&j;'/></posts>"),
    "xml, outside entity": ("Posts.xml", lambda: OUTSIDE + b"<posts><row Id='&a;'/></posts>"),
    "xml, depth": ("Posts.xml", lambda: b"<posts>" + b"<a>" * 200_000),
    "csv, 500,000 columns": ("x.csv", lambda: b",".join(b"c%d" % n for n in range(500_000)) + b"\n"),
    "csv, 500,000 commas": ("x.csv", lambda: b"order_id" + b"," * 500_000 + b"\n" + ROW),
    "csv, one huge cell": ("x.csv", lambda: HEAD + b"x" * (40 * limits.MIB) + b"\n"),
    "csv, one huge quoted cell": ("x.csv", lambda: HEAD + b'"' + b"x" * (40 * limits.MIB)),
    "csv, quotes only": ("x.csv", lambda: HEAD + b'"' * 5_000_000),
    "csv, a header of 10 MB": ("x.csv", lambda: b"o" * 10_000_000 + b",order_id\n" + ROW),
    "csv, NUL": ("x.csv", lambda: HEAD + b"\0" * 1_000_000),
    "too many bytes": ("x.csv", lambda: HEAD + ROW * (51 * limits.MIB // len(ROW))),
    "a program": ("x.csv", lambda: b"\x7fELF" + os.urandom(100_000)),
    "noise": ("x.csv", lambda: os.urandom(1_000_000)),
    "nothing": ("x.csv", lambda: b""),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_and_this_process_stays_small(name: str, record_property) -> None:
    label, made = BOMBS[name]
    data = made()
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    with pytest.raises(FileRefused) as refused:
        run_in_child(Request("nowhere", label, profile=limits.UPLOAD, timezone="UTC"), data)
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert refused.value.reason
    assert refused.value.remedy
    assert "root:" not in str(refused.value), "nothing of a file of this machine"
    assert grown_kib < 50 * 1024, f"{grown_kib} KiB more in the server"
    assert time.monotonic() - began < limits.UPLOAD.wall_s + 15
    record_property("tried", 1)
    record_property("through", 0)


#: Names of files as somebody could send them.
NAMES = (
    "../../../x.csv", "..\\..\\x.csv", "/etc/passwd", "C:\\x.csv", "....//x.csv", "x/../../y.csv", "~/x.csv",
    "x.csv\0.png", "%2e%2e%2fx.csv", "file:///etc/passwd", "\\\\host\\share\\x.csv", ".", "..", "", "con",
    "x" * 5_000 + ".csv", "\u202evsc.x", "-rf", "$(touch x)", "`touch x`", "|touch x", "x;touch y", "x\n.csv",
    "'x'.csv", '"x".csv', "../key", "../current", "./lock", "*", "?", "<x>.csv", "{x}.csv", "%s%s%n.csv",
)  # fmt: skip


def test_a_name_of_an_upload_is_a_label_and_never_a_path(tmp_path: Path, record_property) -> None:
    """The file lands in no other folder, whatever it is called, and the name comes back as it was."""
    within = tmp_path / "a" / "b" / "c"
    within.mkdir(parents=True)
    (within / "x.csv").write_bytes(HEAD + ROW)
    through = []
    for n, name in enumerate(NAMES):
        db = within / f"db{n}"
        try:
            (done,) = store.ingest(db, [Request(within / "x.csv", name, timezone="UTC")])
            through += [name] if done.file != name and done.file.encode() != name.encode() else []
        except SocialRoiError:
            continue
    outside = {path for path in tmp_path.rglob("*") if path.is_file() and "db" not in path.parts[-2]}
    assert outside == {within / "x.csv"}
    assert through == []
    assert not (Path.cwd() / "y").exists()
    record_property("tried", len(NAMES))
    record_property("through", len(through))


def test_json_says_each_thing_once_and_no_number_that_is_none(record_property) -> None:
    """Python's own reader takes NaN, Infinity and doubled keys; ours takes none of them for a number."""
    tries = ("NaN", "Infinity", "-Infinity", "1e999")
    for said in tries:
        order = '{"order_id":"o1","ordered_at":"2026-01-01T10:00:00Z","currency":"EUR","amount":%s}'
        data = ("[" + ",".join([order % "5"] * 3 + [order % said]) + "]").encode()
        try:
            parcel = run_in_child(Request("nowhere", "x.json", profile=limits.UPLOAD), data)
        except FileRefused:
            continue
        amounts = parcel.tables["orders"]["amount"].to_pylist()
        assert all(json.dumps(float(amount)) == "5.0" for amount in amounts), said
    record_property("tried", len(tries))
    record_property("through", 0)
