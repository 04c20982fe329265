"""No name anybody typed becomes a formula, a link, a picture or markup in a file that leaves the program.

Numbers 1 and 5 of the table of threats, for CSV, the web page and the slides.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from html.parser import HTMLParser
from types import SimpleNamespace

import pandas as pd
import pytest

from socialroi.charts import tables
from socialroi.report import as_html, as_slides, native, report
from socialroi.result import Window
from socialroi.simulate import firm
from socialroi.store import Store
from socialroi.ui import exports

SIGNS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\ufe66")
BEFORE = ("", " ", "\t", "\r", "\n", "\ufeff", "\u200b", "\u00a0", " \u2060")
BODIES = ("1+1", 'HYPERLINK("http://evil.example","x")', "cmd|' /C calc'!A0")
FORMULAS = [before + sign + body for sign in SIGNS for before in BEFORE for body in BODIES]
MARKUP = [
    "<script>alert(1)</script>", "</script><script>alert(1)</script>", "<img src=http://evil.example/x.png>",
    "<img src=x onerror=alert(1)>", "<a href='http://evil.example'>x</a>",
    "<a href='javascript:alert(1)'>x</a>",
    "<svg onload=alert(1)>", "<style>body{display:none}</style>", "<iframe src=http://evil.example>",
    "<link rel=stylesheet href=http://evil.example/x.css>",
    "<meta http-equiv=refresh content='0;http://evil.example'>",
    "<base href=http://evil.example>", "<form action=http://evil.example>", "![x](http://evil.example/x.png)",
    "[x](http://evil.example)", "http://evil.example", "https://evil.example/?q=1", "mailto:x@evil.example",
    "ftp://evil.example", "internal:Sheet1!A1", "external:evil.xlsx", "file:///etc/passwd",
    "{=1+1}", "{{7*7}}",
    "{% import os %}", "${7*7}", "<!--", "-->", "]]>", "&lt;script&gt;", "\" onmouseover=\"x", "' onfocus='x",
    "<math><mi//xlink:href='data:x,1'>", "<b>bold</b>", "<span style='font-size:90px'>x</span>",
    "\u202etxt.exe",
    "=1+1", "@SUM(A1)", "\x00x", "\u2028x",
]  # fmt: skip
CURRENT = re.compile(rb"<f[ >]|<hyperlink |TargetMode=\"External\"|<a:hlinkClick |ActionButton")


def frame() -> pd.DataFrame:
    """Every payload as a cell and as a heading, beside numbers that must stay numbers."""
    return pd.DataFrame(
        {"name": FORMULAS, "amount": -5.0} | dict.fromkeys(FORMULAS[:40], "x"), index=range(len(FORMULAS))
    )


def starts_like_a_formula(cell: str) -> bool:
    bare = cell.lstrip(" \t\r\n\ufeff\u200b\u00a0\u2060")
    return bare[:1] in SIGNS or cell[:1] in "\t\r\n"


def test_no_cell_of_a_csv_starts_like_a_formula_and_numbers_stay(record_property) -> None:
    assert len(FORMULAS) >= 200
    lines = list(csv.reader(io.StringIO(exports.csv(frame()).decode("utf-8-sig"), newline="")))
    got = [cell for cell in lines[0] if starts_like_a_formula(cell)]
    got += [row[0] for row in lines[1:] if starts_like_a_formula(row[0])]
    assert got == []
    assert {row[1] for row in lines[1:]} == {"-5.0"}
    record_property("tried", len(FORMULAS) + 40)
    record_property("through", len(got))


def current_in(archive: bytes) -> list[str]:
    """Formulas, links and outside targets anywhere in an office file, in the workbooks inside it too."""
    found = []
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        for name in files.namelist():
            content = files.read(name)
            if name.endswith(".xlsx"):
                found += [f"{name}: {each}" for each in current_in(content)]
            elif name.endswith((".xml", ".rels")):
                found += [f"{name}: {each.decode()}" for each in CURRENT.findall(content)]
    return found


@pytest.mark.parametrize("period", [False, True], ids=["bars", "lines"])
def test_no_name_in_a_chart_of_the_slides_is_a_formula_or_a_link(period: bool, record_property) -> None:
    """The workbook inside each chart: its writer makes formulas and links of text that looks like them."""
    import pptx
    from pptx.util import Inches

    payloads = [*FORMULAS, *MARKUP]
    deck, through = pptx.Presentation(), []
    for at in range(0, len(payloads), 20):
        names = payloads[at : at + 20]
        told = {"segment": names, "value": 0.5, "low": 0.4, "high": 0.6, "n": 9, "unit": "share"}
        tidy = pd.DataFrame({**told, **({"period": "2026-01-01"} if period else {})})
        for table in (tidy, tables.neutral(tidy)):
            drawn = native.chart_of(SimpleNamespace(tidy=table))
            assert drawn is not None
            slide = deck.slides.add_slide(deck.slide_layouts[5])
            slide.shapes.add_chart(drawn.kind, 0, 0, Inches(5), Inches(4), drawn.data)
    written = io.BytesIO()
    deck.save(written)
    through = current_in(written.getvalue())
    assert through == []
    record_property("tried", 2 * len(payloads))
    record_property("through", len(through))


class Tags(HTMLParser):
    """The tags of a page with the attributes that could fetch or run something."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.live: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        for name, value in attrs:
            if name in {"src", "href", "action", "data", "srcset", "formaction", "poster"} or name.startswith(
                "on"
            ):
                self.live.append(f"{tag} {name}={value}")  # fmt: skip


@pytest.fixture(scope="module")
def reports():
    """The same firm with its own names and with names that want out."""
    made = dict(firm(customers=300, days=400, seed=4, effect=0.08, answered=0.7).tables)
    said = made["interactions"].drop(columns="keeps_unanswered", errors="ignore")
    hostile = [MARKUP[n % len(MARKUP)] for n in range(len(said))]
    kind = {"channel": hostile, "department": hostile}
    people = made["customers"].assign(
        segment=[MARKUP[n % len(MARKUP)] for n in range(len(made["customers"]))]
    )
    bad = {**made, "interactions": said.assign(**kind), "customers": people}
    with Store.of({**made, "interactions": said}) as plain, Store.of(bad) as store:
        words = "\n".join(MARKUP)
        yield report(plain, Window(), commentary="ours"), report(store, Window(), commentary=words)


def test_no_name_becomes_markup_in_the_web_page(reports, record_property) -> None:
    plain, hostile = (Tags(as_html(each).decode()) for each in reports)
    assert hostile.tags <= plain.tags
    assert hostile.live == plain.live == []
    record_property("tried", 4 * len(MARKUP))
    record_property("through", len(hostile.live))


def test_no_name_becomes_a_link_in_the_slides(reports, record_property) -> None:
    through = current_in(as_slides(reports[1]))
    assert through == []
    record_property("tried", 4 * len(MARKUP))
    record_property("through", len(through))
