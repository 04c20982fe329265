"""Money, counts and measures: what separators mean is shown by the column, never guessed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialroi.intake import amounts
from socialroi.intake.cells import Bad, Noted


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12.50", "12.5"),
        ("-12.50", "-12.5"),
        ("(12.50)", "-12.5"),
        ("12.50-", "-12.5"),
        ("\u221212.50", "-12.5"),
        ("1,234.50", "1234.5"),
        ("1.234,50", "1234.5"),
        ("1 234,50", "1234.5"),
        ("1'234.50", "1234.5"),
        ("1\u202f234,50", "1234.5"),
        ("12,5", "12.5"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("$12.50", "12.5"),
        ("12,50 €", "12.5"),
        ("EUR 12.50", "12.5"),
        ("12.50 EUR", "12.5"),
        ("-$3", "-3"),
        ("$-3", "-3"),
        ("R$ 1.234,56", "1234.56"),
        ("0", "0"),
        ("0.123", "0.123"),
        ("1234.567", "1234.567"),
        ("+5", "5"),
        ("99999999999999.9999", "99999999999999.9999"),
    ],
)
def test_an_amount_that_can_be_read_one_way_is(cell, value):
    assert amounts.money(cell, None) == Decimal(value)


@pytest.mark.parametrize(
    "cell",
    [
        "NaN",
        "nan",
        "inf",
        "-Infinity",
        "1e30",
        "1E+3",
        "1.5e2",
        "abc",
        "12..5",
        "1,23,456.7",
        "12.5.5",
        "(12.5",
        "--5",
        "(-5)",
        "$5 EUR",
        "100000000000000",
        "1e999",
        "٣x",
        "",
        "5%",
    ],
)
def test_what_is_no_amount_is_bad(cell):
    with pytest.raises(Bad):
        amounts.money(cell, None)


def test_one_separator_before_three_digits_is_read_as_the_column_shows():
    with pytest.raises(Bad, match="decimals or thousands"):
        amounts.money("1,234", None)
    assert amounts.money("1,234", ".") == Decimal(1234)
    assert amounts.money("1,234", ",") == Decimal("1.234")
    assert amounts.money("1.234", ",") == Decimal(1234)


@pytest.mark.parametrize(("cells", "mark"), [
    (["1,234", "12.50"], "."), (["1.234", "12,50"], ","), (["1,234", "12"], None), (["12,5", "12.5"], None),
    (["1,234,567"], "."),
])  # fmt: skip
def test_the_decimal_mark_is_what_all_certain_cells_agree_on(cells, mark):
    evidence = amounts.Evidence()
    for cell in cells:
        evidence.see(cell)
    assert evidence.mark == mark


def test_the_currencies_of_a_column_are_those_its_cells_name():
    evidence = amounts.Evidence()
    for cell in ("12 €", "EUR 3", "£4", "$5", "6"):
        evidence.see(cell)
    assert evidence.currencies == {"EUR", "GBP", "$"}


def test_more_than_four_decimals_are_rounded_and_noted():
    assert amounts.money("29.330000000000002", None) == Noted(Decimal("29.3300"), "rounded")
    assert amounts.money("0.00005", None) == Noted(Decimal("0.0001"), "rounded")


@given(
    st.decimals(-(10**13), 10**13, places=2, allow_nan=False),
    st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", ".")]),
)
def test_writing_an_amount_and_reading_it_gives_it_back(value, marks):
    text = f"{value:,.2f}".replace(",", "\0").replace(".", marks[1]).replace("\0", marks[0])
    assert amounts.money(text, marks[1]) == value


@pytest.mark.parametrize(("cell", "value"), [("3", 3), ("-3", -3), ("3.0", 3), ("1,234", 1234), ("+7", 7)])
def test_whole_numbers(cell, value):
    assert amounts.integer(cell) == value


@pytest.mark.parametrize(
    "cell", ["3.5", "three", "1e3", "9223372036854775808", "1.234", "", "9" * 400, "NaN"]
)
def test_no_whole_numbers(cell):
    with pytest.raises(Bad):
        amounts.integer(cell)


@pytest.mark.parametrize(
    ("cell", "value"), [("4.5", 4.5), ("4,5", 4.5), ("-1e-3", -0.001), (".5", 0.5), ("7", 7.0)]
)
def test_measures(cell, value):
    assert amounts.measure(cell) == value


@pytest.mark.parametrize("cell", ["nan", "inf", "1e30", "1,234", "1,2,3", "good", ""])
def test_no_measures(cell):
    with pytest.raises(Bad):
        amounts.measure(cell)
