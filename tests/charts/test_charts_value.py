"""Pictures of value: margin by age, the test of the forecast, customers by two scores."""

from __future__ import annotations

from dataclasses import replace

import pytest
from chart_shapes import FEW, HOVER, OWN_MARKUP, VALUE, definition, est, strings

from socialroi import charts
from socialroi.charts import Look
from socialroi.metrics.rfm import RULES, Group, Groups
from socialroi.result import Curve, Estimate, Grid, Step
from socialroi.stats.btyd import Backtest, Bought

EUR = Look(currency="EUR")
SOFAR = replace(VALUE, name="Margin per customer so far")


def grown(rate: float, first: int, n: int = 300) -> tuple[Step, ...]:
    days = range(first, 91, 5)
    return tuple(Step(day, est(rate * (day - first) + 0.001, 1.0 + day / 90, n), n) for day in days)


def both(gap: float = 0.1) -> Curve:
    groups = {"answered": grown(0.3 + gap, 30), "unengaged": grown(0.3, 30, 900)}
    return Curve(SOFAR, "Days since the first order", groups)


def examined(predicted: float | None = 90.0, usable: bool = True) -> Backtest:
    rows = (Bought(0, False, 300, 30.0, 36), Bought(1, False, 80, 25.0, 24), Bought(7, True, 20, 35.0, 40))
    known = rows if predicted is not None else ()
    return Backtest(120, 400, 100, predicted, 100, known, usable, "Only 100 customers came back.")


def scored() -> Groups:
    rows, columns = ("5 (0-13)", "1 (300-700)"), ("1 (1)", "5 (4-40)")
    places = [(row, column) for row in rows for column in columns]
    sizes = {place: Estimate.count(50 + 10 * i) for i, place in enumerate(places)}
    counts = Grid(definition("count", "neither", "Customers"), rows, columns, sizes, "Recency", "Frequency")
    worth = {place: est(20.0, 2.0, 50) for place in places} | {places[0]: FEW}
    means = replace(counts, definition=SOFAR, cells=worth)
    groups = tuple(
        Group(rule, 10 + i, est(0.1, 0.01), est(20, 2), est(0.05, 0.01)) for i, rule in enumerate(RULES)
    )
    return Groups(counts, means, groups)


CHANCES = {("0-29 d", "2"): est(0.8, 0.1, 60), ("365+ d", "2"): est(0.2, 0.1, 40)}
STILL = definition(name="Still a customer")
ALIVE = Grid(STILL, ("0-29 d", "365+ d"), ("2", "8+"), CHANCES, "Days since", "Days with an order")

DRAWN = {
    "everybody": lambda look: charts.margin_curve(Curve(SOFAR, "Days", {"": grown(0.5, 0)}), look),
    "engaged": lambda look: charts.margin_curve(both(), look),
    "backtest": lambda look: charts.backtest_plot(
        {"BG/NBD": examined(), "Pareto/NBD": examined(104.0)}, look
    ),
    "rfm": lambda look: charts.rfm_heatmap(scored(), look),
    "alive": lambda look: charts.alive_heatmap(ALIVE, look),
}


@pytest.mark.parametrize("name", DRAWN)
def test_house_rules(name):
    drawn = DRAWN[name](EUR)
    drawn.figure()
    assert drawn.takeaway.endswith(".")
    assert not drawn.table.empty
    assert not drawn.tidy.empty
    assert all(text == HOVER for trace in drawn.spec["data"] if (text := trace.get("hovertemplate")))
    assert all("<" not in OWN_MARKUP.sub("", text) or text == HOVER for text in strings(drawn.spec))
    dark = DRAWN[name](Look(theme="dark", titled=False))
    assert "title" not in dark.spec["layout"]
    assert [t.get("name") for t in dark.spec["data"]] == [t.get("name") for t in drawn.spec["data"]]


def test_lines_of_margin_start_at_zero_and_end_at_the_table():
    drawn = DRAWN["engaged"](EUR)
    assert drawn.spec["layout"]["yaxis"]["range"][0] <= 0
    named = {trace["name"]: trace for trace in drawn.spec["data"] if trace.get("name")}
    assert set(named) == {"Engaged", "Unengaged"}
    last = drawn.tidy.query("group == 'Engaged'").iloc[-1]
    assert (named["Engaged"]["x"][-1], named["Engaged"]["y"][-1]) == (last["day"], last["value"])
    assert named["Engaged"]["line"]["dash"] != named["Unengaged"]["line"]["dash"]


def test_what_margin_says():
    # 0.4 x 60 against 0.3 x 60: 6 +- sqrt(2) x 2
    assert DRAWN["engaged"](EUR).takeaway == (
        "From day 30 to day 90, engaged customers brought more than unengaged: EUR +6.00 (3.17 to 8.83)."
        " A difference, not an effect."
    )
    assert "brought less" in charts.margin_curve(both(-0.1), EUR).takeaway
    assert charts.margin_curve(both(0.01), EUR).takeaway.startswith(
        "No clear difference in margin per customer"
    )
    assert "a customer has brought EUR 45.00" in DRAWN["everybody"](EUR).takeaway
    assert "cannot say" in charts.margin_curve(Curve(SOFAR, "Days", {}), EUR).takeaway


def test_the_backtest_shows_totals_and_what_is_not_used():
    drawn = DRAWN["backtest"](EUR)
    assert drawn.takeaway == (
        "In the last 120 days customers bought 100 times; BG/NBD expected 90 (\N{MINUS SIGN}10%) and"
        " Pareto/NBD expected 104 (+4%)."
    )
    assert [trace["name"] for trace in drawn.spec["data"]] == [
        "Bought", "Expected by BG/NBD", "Expected by Pareto/NBD",
    ]  # fmt: skip
    assert drawn.spec["data"][0]["y"] == pytest.approx([36 / 300, 24 / 80, 40 / 20])
    assert drawn.spec["layout"]["xaxis"]["ticktext"] == ["0", "1", "7+"]
    assert drawn.tidy.iloc[-1].tolist() == ["all", 400, 100, 90.0, 104.0]
    refused = charts.backtest_plot({"BG/NBD": examined(usable=False), "Pareto/NBD": examined()}, EUR)
    assert refused.takeaway.endswith("Not used: BG/NBD.")
    without = charts.backtest_plot({"BG/NBD": examined(None, False)}, EUR)
    assert without.takeaway == "No forecast could be tested. Only 100 customers came back."
    without.figure()


def test_cells_have_how_many_and_how_much():
    drawn = DRAWN["rfm"](EUR)
    words = drawn.spec["data"][1]
    assert words["text"] == ["60<br>20", "70<br>20", "80<br>20"]
    assert drawn.spec["data"][0]["z"][0] == [None, 20.0]
    # at risk and cannot lose are the seventh and the eighth group: 16 + 17 customers, 5 % each
    assert drawn.takeaway == (
        "33 customers who used to come back have gone quiet; they brought 10.0% of the margin so far."
    )
    unknown = replace(scored(), groups=tuple(replace(g, brought_share=FEW) for g in scored().groups))
    assert charts.rfm_heatmap(unknown).takeaway == "33 customers who used to come back have gone quiet."


def test_how_many_have_probably_left():
    assert DRAWN["alive"](EUR).takeaway == (
        "Of 100 customers who came back, 40 are in groups that have more likely left than not."
    )
    assert "cannot say" in charts.alive_heatmap(replace(ALIVE, cells={})).takeaway
