"""What an answered conversation cost: by hand, and every reason not to know."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from uplift_shop import at, message, regular, shop

from socialroi.result import Estimate
from socialroi.store import Store
from socialroi.uplift.worth.costs import spent

JAN, FEB, MAR = date(2025, 1, 1), date(2025, 2, 1), date(2025, 3, 1)
#: January: care answers 2 of 3, marketing 1 of 1, an unlinked one is answered too; February: care 1 of 1.
TALKS = [
    message("ann", at(days=5), 1.0, department="care"),
    message("bea", at(days=6), 1.0, department="care"),
    message("cid", at(days=7), None, department="care"),
    message("dan", at(days=8), 1.0, department="marketing"),
    message(None, at(days=9), 1.0, department="care"),
    message("ann", at(days=10), 1.0, department="care", channel="email"),
    message("ann", at(days=40), 1.0, department="care"),
]


def bills(*rows, currency="EUR"):
    columns = ("month", "department", "kind", "amount")
    frame = pd.DataFrame(rows, columns=columns).assign(currency=currency)
    return frame.assign(month=pd.to_datetime(frame["month"]))


def cost(costs, window=None, currency="EUR", talks=TALKS, settings=None):
    tables = {} if costs is None else {"costs": costs}
    return spent(shop(regular("ann"), list(talks), settings=settings, **tables), window, currency)


TWO_MONTHS = bills(
    (JAN, "care", "staff", 30.0), (JAN, "care", "tools", 6.0), (JAN, "marketing", "staff", 4.0),
    (FEB, "care", "staff", 20.0),
)  # fmt: skip


def test_all_answered_social_conversations_share_the_cost():
    # January 30 + 6 + 4 = 40 over 2 + 1 + 1 = 4 answers (one of nobody's, none by e-mail); February 20 over 1
    found = cost(TWO_MONTHS)
    assert found.answered == 5
    assert found.months == (JAN, FEB)
    assert found.each.value == pytest.approx(60 / 5)
    assert (found.each.low, found.each.high, found.each.n) == (found.each.value, found.each.value, 5)
    # of kinds that grow with every conversation: 30 + 4 + 20 = 54
    assert found.marginal.value == pytest.approx(54 / 5)


def test_by_month_department_and_kind_with_what_the_department_answered():
    rows = {
        (row.month, row.department, row.kind): (row.amount, row.answered) for row in cost(TWO_MONTHS).rows
    }
    assert rows == {
        (JAN, "care", "staff"): (30, 3), (JAN, "care", "tools"): (6, 3), (JAN, "marketing", "staff"): (4, 1),
        (FEB, "care", "staff"): (20, 1),
    }  # fmt: skip


def test_only_the_months_of_the_messages_compared_count():
    found = cost(TWO_MONTHS, (date(2025, 2, 3), date(2025, 3, 20)))
    assert (found.months, found.each.value, found.answered) == ((FEB,), 20, 1)
    assert len(found.rows) == 4


def test_a_month_without_cost_is_named_and_left_out():
    found = cost(bills((JAN, "care", "staff", 40.0)))
    assert found.each.value == 10
    assert any("No cost is loaded for Feb 2025;" in note for note in found.notes)


def test_a_department_that_answers_for_free_is_named():
    found = cost(bills((JAN, "care", "staff", 40.0), (FEB, "care", "staff", 10.0)))
    assert found.each.value == 10
    (note,) = [note for note in found.notes if "too low" in note]
    assert note.startswith("1 of those conversations were answered by marketing,")


def test_a_cost_of_no_department_is_everybodys():
    found = cost(bills((JAN, None, "staff", 40.0), (FEB, None, "staff", 10.0)))
    assert [row.answered for row in found.rows] == [4, 1]
    assert not any("too low" in note for note in found.notes)


def test_any_day_of_the_month_and_two_bills_of_a_kind():
    found = cost(bills((date(2025, 1, 31), "care", "staff", 30.0), (date(2025, 1, 2), "care", "staff", 10.0)))
    assert (found.each.value, [row.month for row in found.rows]) == (10, [JAN])


def test_months_are_those_of_the_reporting_zone():
    late = [
        message("ann", at(days=30, hours=23.5), 0.2),
        message("ann", at(days=35), 1.0),
    ]  # 31 Jan 23:30 UTC
    found = cost(bills((FEB, "", "staff", 10.0)), talks=late, settings={"reporting_zone": "Europe/Berlin"})
    assert (found.answered, found.each.value) == (2, 5)


@pytest.mark.parametrize(
    ("costs", "code", "says"),
    [
        (None, "no_costs", "load a costs file with month, amount"),
        (
            bills((MAR, "care", "staff", 5.0)),
            "no_costs",
            "are of Jan 2025 to Feb 2025; load the costs of those",
        ),
        (bills((JAN, "care", "staff", 0.0)), "no_costs", "The costs of Jan 2025 add up to nothing."),
        (
            bills((JAN, "care", "staff", 5.0), currency="USD"),
            "mixed_currency",
            "Costs are in USD, orders in EUR",
        ),
    ],
)
def test_reasons_not_to_know(costs, code, says):
    found = cost(costs)
    assert found.each.code == found.marginal.code == code
    assert says in found.each.sentence
    assert found.notes == ()


def test_two_currencies_are_not_added():
    found = cost(bills((JAN, "care", "staff", 5.0)), currency=None)
    assert (found.each.value, found.currency) == (1.25, "EUR")
    both = pd.concat([bills((JAN, "care", "staff", 5.0)), bills((JAN, "care", "tools", 5.0), currency="USD")])
    found = cost(both, currency=None)
    assert (found.each.code, found.rows) == ("mixed_currency", ())
    assert found.each.sentence.startswith("Costs are in EUR, USD, orders in no named currency;")


def test_a_cost_without_currency_is_in_that_of_the_orders():
    assert cost(bills((JAN, "care", "staff", 40.0), currency=None)).each.value == 10


def test_a_month_that_the_messages_cover_in_part_is_named():
    assert any(note.startswith("The messages begin on 6 Jan 2025, and") for note in cost(TWO_MONTHS).notes)
    whole = [message("ann", at(), 1.0), *TALKS]
    assert not any("begin on" in note for note in cost(TWO_MONTHS, talks=whole).notes)
    later = cost(TWO_MONTHS, (date(2025, 2, 3), date(2025, 2, 20)))
    assert not any("begin on" in note for note in later.notes)


def test_nobody_answered_and_nobody_there():
    asked = [message("ann", at(days=5), None)]
    assert cost(TWO_MONTHS, talks=asked).each.code == "no_answers"
    assert spent(Store.of({"costs": TWO_MONTHS}), None, None).each.code == "no_messages"


def test_no_kind_that_grows_with_every_conversation():
    found = cost(bills((JAN, "care", "tools", 40.0)))
    assert isinstance(found.each, Estimate)
    assert found.marginal.code == "no_handling_cost"


def test_kinds_are_read_whatever_their_case():
    assert cost(bills((JAN, "care", " Staff ", 40.0))).marginal.value == 10
