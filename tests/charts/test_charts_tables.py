"""Table twins: the same numbers as the figure, and an export in which no text can become a formula."""

import csv
import io

import pandas as pd
import pytest
from chart_shapes import EASE, FEW, SCORES, comparison, definition, est, reading_by, waits_by
from hostile_names import HOSTILE
from hypothesis import given
from hypothesis import strategies as st

from socialroi import charts
from socialroi.charts import Look, tables
from socialroi.charts.tables import Row, neutral, safe_cell, snake
from socialroi.result import Reading

FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "\u00a0=1",
    "\u200b=1",
    "\ufeff=1",
    "\uff1d1",
    "\uff0b1",
    "\uff0d1",
    "\uff20x",
    "=cmd|' /C calc'!A0",
    "\u202e=1",
    "\x00=1",
)
HARMLESS = (
    "Twitter",
    "a=b",
    "3-4",
    "2026-01-01",
    "x@y.example",
    "'quoted",
    "",
    "\u4e2d\u6587",
    "(blank)",
    "1+1",
)


@pytest.mark.parametrize("cell", FORMULAS)
def test_formulas_get_an_apostrophe(cell):
    assert safe_cell(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", [*HARMLESS, -5.0, 0, None, True])
def test_everything_else_stays(cell):
    assert safe_cell(cell) == cell


@given(st.text(max_size=30))
def test_no_cell_starts_like_a_formula(cell):
    shown = str(safe_cell(cell))
    assert shown[:1] not in set("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
    assert shown in {cell, f"'{cell}"}
    assert safe_cell(shown) == shown


def test_neutral_keeps_numbers_and_guards_names():
    frame = pd.DataFrame({"=evil": ["=1", "x"], "n": [-5.0, 2.0], "when": ["-1", None]})
    safe = neutral(frame)
    assert list(safe.columns) == ["'=evil", "n", "when"]
    assert list(safe["'=evil"]) == ["'=1", "x"]
    assert safe["n"].dtype == frame["n"].dtype
    assert list(safe["n"]) == [-5.0, 2.0]
    assert safe["when"].isna().sum() == 1
    assert frame.columns[0] == "=evil"


def test_neutral_takes_doubled_names_and_empty_frames():
    doubled = pd.DataFrame([["=1", "=2"]], columns=["a", "a"])
    assert neutral(doubled).iloc[0].tolist() == ["'=1", "'=2"]
    assert neutral(pd.DataFrame()).empty


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_segments_export_as_text(name):
    chart = charts.interval_bars(Reading(definition(), est(0.5, 0.1), by={name: est(-0.5, 0.1), "z": FEW}))
    text = chart.tidy.to_csv(index=False)
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 4
    for row in rows:
        for cell in row:
            try:
                float(cell)
            except ValueError:
                assert cell[:1] not in set("=+-@\t\r\n")


def test_table_for_reading():
    table = charts.interval_bars(reading_by(), by="channel").table
    assert list(table.columns) == ["Channel", "Value", "Interval", "n", "Why not"]
    assert table.iloc[0].tolist() == ["All together", "66.0%", "64.0 to 68.0", 1_240, ""]
    assert table.iloc[-1].tolist() == ["TikTok", "\N{EM DASH}", "", 3, FEW.sentence]


def test_table_for_machines_keeps_units_and_plain_numbers():
    tidy = charts.interval_bars(waits_by(), Look(currency="EUR"), by="channel").tidy
    assert list(tidy.columns) == ["channel", *tables.TIDY]
    first = tidy.iloc[1]
    assert (first["value"], first["unit"], first["level"]) == (840.0, "seconds", 0.95)
    assert pd.isna(first["currency"])
    assert first["method"] == "Kaplan-Meier"


def test_money_carries_its_currency():
    money = Row({"What": "x"}, est(8.2, 1), "money")
    assert tables.tidy([money], "EUR")["currency"].tolist() == ["EUR"]
    assert tables.table([money], "EUR")["Value"].tolist() == ["EUR 8.20"]


def test_unknown_has_code_and_reason_and_no_number():
    tidy = tables.tidy([Row({"What": "x"}, FEW, "share")])
    assert tidy["value"].isna().all()
    assert tidy[["n", "code", "reason"]].iloc[0].tolist() == [3, "too_few", FEW.sentence]


def test_differences_are_written_as_differences():
    table = charts.comparison(comparison()).table
    assert table["Interval"].tolist()[-1] == "1.2 to 7.0"
    assert table["Value"].tolist()[-1] == "+4.1 pp"


def test_counts_have_both_twins():
    chart = charts.score_distribution(EASE, SCORES)
    assert list(chart.table.columns) == ["Score", "Answers", "Share"]
    assert chart.tidy["answers"].tolist() == list(SCORES.values())
    assert chart.tidy["share"].sum() == pytest.approx(1, abs=1e-5)


def test_snake():
    assert snake("Why not") == "why_not"
    assert snake("First order in") == "first_order_in"
