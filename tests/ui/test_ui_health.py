"""The arithmetic behind the health tab: who is tied to orders, and what lies between two totals."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from socialroi.store.facts import Linked, Money, Month, Rows, Span
from socialroi.ui.health import badge, controls, found, page
from socialroi.ui.health.controls import Around, Total, explain
from socialroi.ui.health.found import People

MAY = date(2026, 5, 1)
NOTHING_ODD = Around(Rows("", 100, 100, 0, 0, 0, 0), "Europe/Berlin")


def linked(**counts):
    """Facts about links, nothing where nothing is said."""
    return Linked(**{name: counts.get(name, 0) for name in Linked.__slots__})


class TestPeople:
    def test_strangers_and_customers_who_never_bought_are_not_tied(self):
        known = linked(
            messages=9, orders=5, authors=10, authors_linked=6, customers_asking=6, customers_both=3
        )
        people = found.people(known)
        assert (people.tied, people.everybody) == (3, 10)
        assert people.share == 0.3
        assert not people.is_minority

    def test_without_orders_or_without_messages_there_is_nobody_to_tie(self):
        assert found.people(linked(messages=9, authors=3, customers_asking=3)).share is None
        assert found.people(linked(orders=9)).share is None

    def test_few_are_named_in_numbers(self):
        assert page.banner(People(1204, 9000)).startswith("These results describe 1,204 of 9,000 people.")
        assert People(29, 100).is_minority

    @pytest.mark.parametrize(
        ("share", "said"), [(1, "100%"), (0.9999, "over 99%"), (0.001, "under 1%"), (0, "0%"), (0.844, "84%")]
    )
    def test_a_whole_percentage_never_claims_all_or_nothing(self, share, said):
        assert badge._whole(share) == said


class TestTotals:
    def test_each_currency_is_a_measure_of_its_own(self):
        money = (Money("EUR", 2, Decimal("30.5"), Decimal("1")), Money("USD", 1, Decimal("9"), None))
        made = controls.measures([Month(MAY, orders=3, money=money, conversations=4)])
        assert list(made) == ["Orders", "Revenue, EUR", "Revenue, USD", "Conversations"]
        assert [total.ours for rows in made.values() for total in rows] == [3, 30.5, 9, 4]

    def test_what_is_not_loaded_is_no_measure(self):
        assert list(controls.measures([Month(MAY, conversations=4)])) == ["Conversations"]
        assert controls.measures([]) == {}


class TestExplain:
    def test_the_same(self):
        assert explain(Total(MAY, 100), 100.004, NOTHING_ODD, "EUR") == "The same."

    def test_cancelled_and_test_orders_are_found_out(self):
        (total,) = controls.measures([Month(MAY, orders=100, cancelled=6, test=2)])["Orders"]
        said = [explain(total, yours, NOTHING_ODD, "") for yours in (94, 98, 92)]
        assert said == [
            "Yours is exactly ours without 6 cancelled orders.",
            "Yours is exactly ours without 2 test orders.",
            "Yours is exactly ours without 8 cancelled and test orders.",
        ]

    def test_refunds_are_found_out(self):
        money = (Money("EUR", 2, Decimal("1000"), Decimal("120.5")),)
        (total,) = controls.measures([Month(MAY, orders=2, money=money)])["Revenue, EUR"]
        said = explain(total, 879.5, NOTHING_ODD, "EUR")
        assert said == "Yours is exactly ours less the EUR 120.50 that was paid back."

    def test_more_in_yours_points_to_what_was_left_out(self):
        around = Around(Rows("", 110, 100, 0, 10, 0, 0), "Europe/Berlin")
        said = explain(Total(MAY, 100), 110, around, "")
        assert said.startswith("Yours is 10 more (10.0% of ours). 10 rows of these files were left out.")
        assert "Months are those of Europe/Berlin" in said

    def test_less_in_yours_points_to_what_yours_may_leave_out(self):
        around = Around(Rows("", 110, 100, 0, 0, 10, 0), "UTC")
        said = explain(Total(MAY, 100, ((94, "without 6 cancelled orders"),)), 90, around, "")
        assert "Yours is 10 less" in said
        assert "Ours without 6 cancelled orders would be 94." in said
        assert "10 rows came twice and count once, so they are not it." in said
        assert "left out" not in said

    def test_a_month_we_have_nothing_of(self):
        assert explain(Total(MAY, 0), 5, NOTHING_ODD, "").startswith("Yours is 5 more. Is every export")


class TestOverlap:
    def span(self, table, first, last):
        return Span(table, 1, datetime.fromisoformat(first), datetime.fromisoformat(last))

    def test_days_covered_by_both(self):
        spans = {
            "orders": self.span("orders", "2026-01-01", "2026-06-01"),
            "interactions": self.span("interactions", "2026-03-01", "2026-12-01"),
        }
        assert "both there for 92 days, from 1 Mar 2026 to 1 Jun 2026" in page.overlap(spans)

    def test_no_overlap_and_only_one_are_said(self):
        spans = {
            "orders": self.span("orders", "2026-01-01", "2026-02-01"),
            "interactions": self.span("interactions", "2026-03-01", "2026-12-01"),
        }
        assert "do not overlap" in page.overlap(spans)
        assert "only one of the two" in page.overlap({"orders": spans["orders"]})
