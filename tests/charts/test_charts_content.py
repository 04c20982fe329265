"""Promotion against an outcome, and newcomers: marks equal the numbers, and no cause is claimed."""

import json
from dataclasses import replace

import pytest
from chart_shapes import FEW, HOVER, OWN_MARKUP, RETENTION, WAIT, comparison, est, strings
from hostile_names import HOSTILE

from socialroi import charts
from socialroi.charts import Look
from socialroi.charts.house import INKS, marks
from socialroi.metrics.content import DEFINITION, Against, Pair

EUR = Look(currency="EUR", population="people who wrote until 1 Mar 2026")
PAIRS = tuple(Pair(f"2026-{i:02d}", est(0.1 * i, 0.05), est(0.4 + 0.02 * i, 0.05)) for i in range(1, 7))


def against(correlation=None, pairs=PAIRS, outcome=RETENTION):
    return Against(DEFINITION, outcome, pairs, correlation or est(0.2, 0.5, 6))


def newcomers(**more):
    found = comparison()
    groups = {"answered": found.groups["answered"], "unanswered": found.groups["unengaged"]}
    return replace(found, groups=groups, **more)


CHARTS = {
    "against": lambda look: charts.against_plot(against(), look),
    "newcomers": lambda look: charts.newcomers_plot(newcomers(), look),
}


@pytest.mark.parametrize("theme", INKS)
@pytest.mark.parametrize("name", CHARTS)
def test_what_holds_for_every_chart(name, theme):
    drawn = CHARTS[name](replace(EUR, theme=theme))
    assert len(drawn.figure().data) == len(drawn.spec["data"])
    json.dumps(drawn.spec, allow_nan=False)
    assert drawn.takeaway.endswith(".")
    assert drawn.alt.startswith(drawn.takeaway)
    assert EUR.population in drawn.subtitle
    assert len(drawn.table) == len(drawn.tidy) > 0
    assert drawn.spec["layout"]["font"]["color"] == INKS[theme].text
    assert INKS["dark" if theme == "light" else "light"].text not in set(strings(drawn.spec))
    assert marks(drawn.spec["data"]) < 40


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_channels_are_only_words(name):
    label = name.encode("utf-8", "ignore").decode() or "x"
    drawn = charts.against_plot(against(pairs=(Pair(label, est(0.1, 0.05), est(0.4, 0.1)), *PAIRS)), EUR)
    plain = [OWN_MARKUP.sub("", said) for said in strings(drawn.spec) if said != HOVER]
    assert not any("<" in said and ">" in said for said in plain)
    assert {t["hovertemplate"] for t in drawn.spec["data"] if "hovertemplate" in t} <= {HOVER}


def test_one_point_each_and_no_line_through_them():
    drawn = charts.against_plot(against(), EUR)
    (points,) = drawn.spec["data"]
    assert points["mode"] == "markers"
    assert points["x"] == pytest.approx([10, 20, 30, 40, 50, 60])
    assert points["y"] == pytest.approx([42, 44, 46, 48, 50, 52])
    assert drawn.tidy["promotional_share"].tolist() == pytest.approx([pair.share.value for pair in PAIRS])
    assert drawn.tidy["retention"].tolist() == pytest.approx([pair.outcome.value for pair in PAIRS])


def test_waits_are_drawn_in_seconds_as_elsewhere():
    pairs = tuple(replace(pair, outcome=est(3600.0 * i, 60)) for i, pair in enumerate(PAIRS, 1))
    drawn = charts.against_plot(against(pairs=pairs, outcome=WAIT), EUR)
    assert any("1 h" in text for text in strings(drawn.spec))


def test_what_goes_together_is_said_and_never_why():
    unclear = charts.against_plot(against(est(0.2, 0.5, 6))).takeaway
    assert unclear.startswith("No clear link between the share of promotion and retention")
    up = charts.against_plot(against(est(0.7, 0.2, 6))).takeaway
    assert up == (
        "Where more is promoted, retention is higher: rank correlation 0.70 (0.50 to 0.90)."
        " They go together; why, this cannot say."
    )
    down = charts.against_plot(against(est(-0.7, 0.2, 6))).takeaway
    assert "retention is lower: rank correlation \N{MINUS SIGN}0.70 (\N{MINUS SIGN}0.90 to" in down
    unknown = charts.against_plot(against(FEW)).takeaway
    assert unknown.startswith("We cannot say whether retention goes with the share of promotion")


def test_newcomers_are_two_groups_and_a_difference():
    drawn = charts.newcomers_plot(newcomers(), EUR)
    said = " ".join(note["text"] for note in drawn.spec["layout"]["annotations"])
    assert "<b>Answered minus not answered</b>" in said
    assert "Engaged" not in json.dumps(drawn.spec)
    assert drawn.table["What"].tolist() == [
        "Answered", "Not answered", "Difference, as they are", "Difference, at equal case mix"
    ]  # fmt: skip
    assert drawn.tidy["value"].tolist() == pytest.approx([0.382, 0.302, 0.08, 0.041])
    assert "within 90 days" in drawn.subtitle


def test_a_clear_difference_of_newcomers_is_no_effect():
    clear = charts.newcomers_plot(newcomers(standardised=est(0.12, 0.05))).takeaway
    assert clear.startswith(
        "Answered newcomers come back more often: +12.0 pp (7.0 to 17.0) at equal case mix."
    )
    assert clear.endswith("A difference, not an effect.")
    assert "less often" in charts.newcomers_plot(newcomers(standardised=est(-0.12, 0.05))).takeaway
    assert charts.newcomers_plot(newcomers(standardised=est(0.02, 0.05))).takeaway.startswith(
        "No clear difference in who comes back"
    )
    assert charts.newcomers_plot(newcomers(standardised=FEW)).takeaway.startswith("We cannot say")


def test_engaged_customers_keep_their_words():
    assert "Engaged minus unengaged" in json.dumps(charts.comparison(comparison()).spec)
