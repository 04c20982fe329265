"""The study's parts and the money as pictures: marks equal the tables, words name what is drawn."""

import json
import re
from dataclasses import replace

import pytest
from chart_shapes import (
    FEW,
    HOVER,
    OWN_MARKUP,
    costs,
    est,
    part,
    plan,
    rung_in_parts,
    strings,
    worth,
)
from hostile_names import HOSTILE

from socialroi import charts, limits
from socialroi.charts import Look
from socialroi.charts.house import INKS, marks
from socialroi.charts.roles import ENGAGED, UNENGAGED
from socialroi.result import Bar, Cost, Unknown

EUR = Look(currency="EUR", population="people who wrote until 1 Mar 2026")
CHARTS = {
    "parts": lambda look: charts.parts_plot(rung_in_parts(), "channel", look),
    "waits": lambda look: charts.wait_plot(rung_in_parts(), look),
    "overlap": lambda look: charts.overlap_plot(rung_in_parts(), look),
    "arms": lambda look: charts.arms_curve(rung_in_parts(), look),
    "worth": lambda look: charts.worth_bars(worth(), look),
    "breakeven": lambda look: charts.breakeven_plot(worth(), look),
    "costs": lambda look: charts.costs_over_time(costs(), look),
    "reach": lambda look: charts.reach_plot(plan(), look),
}
BARE = replace(rung_in_parts(), parts=(), overlap=((), ()))
NO_WORTH = worth(
    margin=FEW,
    cost=FEW,
    breakeven_effect=FEW,
    effect=FEW,
    bars=tuple(Bar(name, FEW, "unknown", "x.") for name in "abcd"),
    residual=Bar("r", FEW, "unknown", "x."),
    beside=(),
)
NOTHING = {
    "parts": lambda: charts.parts_plot(replace(BARE, estimate=FEW), "channel"),
    "waits": lambda: charts.wait_plot(BARE),
    "overlap": lambda: charts.overlap_plot(BARE),
    "worth": lambda: charts.worth_bars(NO_WORTH),
    "breakeven": lambda: charts.breakeven_plot(NO_WORTH),
    "costs": lambda: charts.costs_over_time(()),
    "reach": lambda: charts.reach_plot(replace(plan(None), reach=())),
}


@pytest.fixture(params=CHARTS, scope="module")
def drawn(request):
    return CHARTS[request.param](EUR)


# ---- what holds for every chart


def test_plotly_accepts_it_and_it_is_json(drawn):
    assert len(drawn.figure().data) == len(drawn.spec["data"])
    json.dumps(drawn.spec, allow_nan=False)


def test_sentence_subtitle_and_both_twins(drawn):
    assert drawn.takeaway.endswith(".")
    assert EUR.population in drawn.subtitle
    assert drawn.alt.startswith(drawn.takeaway)
    assert len(drawn.table) == len(drawn.tidy) > 0
    assert drawn.height == drawn.spec["layout"]["height"] > 100


def test_no_line_of_text_is_wider_than_a_phone(drawn):
    for note in drawn.spec["layout"].get("annotations", ()):
        assert len(OWN_MARKUP.sub("", note["text"])) <= 60


@pytest.mark.parametrize("name", CHARTS)
def test_both_grounds_get_their_own_ink(name):
    light, dark = (CHARTS[name](Look(theme=theme)) for theme in ("light", "dark"))
    assert INKS["light"].text not in set(strings(dark.spec))
    assert [t.get("name") for t in light.spec["data"]] == [t.get("name") for t in dark.spec["data"]]


@pytest.mark.parametrize("name", NOTHING)
def test_nothing_to_draw_is_said_not_raised(name):
    chart = NOTHING[name]()
    assert chart.takeaway.endswith(".")
    assert "nan" not in chart.takeaway
    chart.figure()


# ---- parts of the effect


def test_parts_stand_under_the_whole_effect_which_also_crosses_each_row():
    found = rung_in_parts()
    chart = charts.parts_plot(found, "channel", EUR)
    whole, parts = chart.spec["data"]
    assert whole["x"] == pytest.approx([4.1])
    assert parts["x"] == pytest.approx([9.0, 1.0])
    assert parts["error_x"]["array"] == pytest.approx([3.0, 3.0])
    dotted = [s for s in chart.spec["layout"]["shapes"] if s["line"].get("dash") == "dot"]
    assert [s["x0"] for s in dotted] == pytest.approx([4.1] * 3)
    assert list(chart.table["Channel"]) == ["All together", "Twitter", "Facebook", "Forum"]
    assert list(chart.tidy["value"].dropna()) == pytest.approx([0.041, 0.09, 0.01])
    said = " ".join(note["text"] for note in chart.spec["layout"]["annotations"])
    assert FEW.sentence in said
    assert "900 answered against 160 left unanswered" in said


def test_parts_differ_only_where_their_intervals_do_not_overlap():
    assert charts.parts_plot(rung_in_parts(), "segment").takeaway == (
        "The effect does not clearly differ between 2 segments."
    )
    apart = replace(
        rung_in_parts(), parts=(part(value=est(0.1, 0.02)), part(label="X", value=est(0.02, 0.02)))
    )
    assert charts.parts_plot(apart, "channel").takeaway == (
        "The effect is larger for Twitter (+10.0 pp) than for X (+2.0 pp)."
    )
    alone = replace(apart, parts=(part(value=est(0.1, 0.02)), part(label="X", value=FEW)))
    assert "no other channel is large enough" in charts.parts_plot(alone, "channel").takeaway


def test_waits_keep_their_order_and_are_against_the_longest():
    chart = charts.wait_plot(rung_in_parts(), EUR)
    (dots,) = chart.spec["data"]
    assert dots["x"] == [0.0, 1.0, 2.0]
    assert dots["y"] == pytest.approx([8.0, 5.0, 2.0])
    assert list(chart.table["Wait"]) == ["within 1 h", "1 to 4 h", "4 to 24 h"]
    assert chart.spec["layout"]["xaxis"]["title"]["text"] == "Time until the answer"
    assert chart.takeaway.startswith(
        "An answer within 1 h brings more retention than the longest wait: +8.0 pp"
    )
    unclear = replace(rung_in_parts(), parts=(part("wait", "within 1 h", est(0.01, 0.05)),))
    assert charts.wait_plot(unclear).takeaway.startswith("No waiting time clearly differs in retention")


def test_both_arms_stand_back_to_back_in_their_colours():
    found = rung_in_parts()
    chart = charts.overlap_plot(found, EUR)
    above, below = chart.spec["data"]
    assert (above["marker"]["color"], below["marker"]["color"]) == (ENGAGED.colour, UNENGAGED.colour)
    assert (above["marker"]["pattern"]["shape"], below["marker"]["pattern"]["shape"]) == ("", "/")
    assert sum(above["y"]) == pytest.approx(100)
    assert sum(below["y"]) == pytest.approx(100)
    up, down = (chart.spec["layout"][axis]["range"] for axis in ("yaxis", "yaxis2"))
    assert up[0] == down[1] == 0
    assert up[1] == down[0]
    assert tuple(chart.tidy["answered"]) == found.overlap[0]
    assert tuple(chart.tidy["left_unanswered"]) == found.overlap[1]
    assert chart.takeaway.startswith("The groups can be compared")
    apart = replace(found, overlap=((0, 0, 9), (9, 0, 1)))
    assert charts.overlap_plot(apart).takeaway.startswith("Some people have nobody to compare with")


def test_the_arms_go_by_their_names_in_their_colours():
    chart = charts.arms_curve(rung_in_parts(), EUR)
    lines = [t for t in chart.spec["data"] if t["showlegend"]]
    assert [(t["name"], t["line"]["color"]) for t in lines] == [
        ("Answered", ENGAGED.colour),
        ("Left unanswered", UNENGAGED.colour),
    ]
    assert "41.7% of those answered and 30.2% of those left unanswered" in chart.takeaway
    assert charts.arms_curve(replace(rung_in_parts(), curve=None)) is None


# ---- money


def test_parts_of_the_margin_are_drawn_end_to_end():
    chart = charts.worth_bars(worth(), EUR)
    stacked = [t for t in chart.spec["data"] if t["xaxis"] == "x"]
    starts = [t["base"][0] for t in stacked]
    assert starts == pytest.approx([0, 1.2, 4.3, 3.8, 0, 4.6, 0])
    parts = [t["x"][0] for t in stacked[:4]]
    assert sum(parts) == pytest.approx(stacked[4]["x"][0]) == pytest.approx(4.6)
    assert [t["marker"]["pattern"]["shape"] for t in stacked] == ["", "", "", "", "", "/", ""]
    low, high = chart.spec["layout"]["xaxis"]["range"]
    assert low <= 0 <= high


def test_what_is_attributed_has_an_axis_of_its_own_and_is_said_not_to_be_added():
    chart = charts.worth_bars(worth(), EUR)
    beside = [t for t in chart.spec["data"] if t["xaxis"] == "x2"]
    assert [t["x"] for t in beside] == [[1_250.0]]
    said = [note["text"] for note in chart.spec["layout"]["annotations"]]
    assert "<b>Beside it, not added</b>" in said
    assert list(chart.table["Counted"])[-2:] == ["beside, not added"] * 2


def test_every_bar_says_what_its_number_rests_on():
    said = [note["text"] for note in charts.worth_bars(worth(), EUR).spec["layout"]["annotations"]]
    for status in ("Measured. ", "Modelled. ", "Not known. "):
        assert any(text.startswith(status) for text in said)
    assert "EUR\N{NO-BREAK SPACE}4.60" not in said
    assert any("EUR 4.60 (2.50 to 6.70)" in text for text in said)


def test_the_table_holds_the_same_money_with_its_currency():
    tidy = charts.worth_bars(worth(), EUR).tidy
    assert list(tidy["value"])[:7] == pytest.approx([1.2, 3.1, -0.5, 0.8, 4.6, 1.9, 3.1])
    assert set(tidy["currency"]) == {"EUR"}
    assert list(tidy["known_how"])[-2:] == ["not known", "measured"]


def test_the_money_sentence_has_its_branches():
    title = lambda **changes: charts.worth_bars(worth(**changes)).takeaway  # noqa: E731 (one line each)
    assert title() == (
        "An answered conversation brings in margin: EUR +4.60 (2.50 to 6.70) within 180 days; "
        "it costs EUR 3.10."
    )
    assert title(margin=est(-4, 1)).startswith("An answered conversation loses margin")
    assert title(margin=est(1, 2)).startswith("No clear margin from an answered conversation")
    assert "brings in revenue" in title(estimand="revenue over 180 days")
    assert title(margin=FEW).startswith("What an answer brings in: cannot say.")


def test_breakeven_says_on_which_side_the_data_lie():
    title = lambda **changes: charts.breakeven_plot(worth(**changes)).takeaway  # noqa: E731 (one line each)
    assert "the data allow both, less and more" in title()
    assert "the whole interval lies above" in title(effect=est(0.05, 0.01))
    assert "the whole interval lies below" in title(effect=est(-0.05, 0.01))
    assert "these data cannot say" in title(effect=FEW)
    assert "cannot say" in title(breakeven_effect=FEW)
    chart = charts.breakeven_plot(worth())
    (effect,) = chart.spec["data"]
    assert effect["x"] == pytest.approx([4.1])
    (upright,) = [s for s in chart.spec["layout"]["shapes"] if s["line"].get("color") == "#D55E00"]
    assert upright["x0"] == pytest.approx(1.9)
    (band,) = [s for s in chart.spec["layout"]["shapes"] if s["type"] == "rect"]
    assert (band["x0"], band["x1"]) == pytest.approx((1.7, 2.1))
    assert list(chart.tidy["value"]) == pytest.approx([0.041, 0.019])


def test_costs_are_stacked_by_department_and_listed_by_kind():
    chart = charts.costs_over_time(costs(), EUR)
    care, marketing = chart.spec["data"]
    assert care["y"][0] == pytest.approx(1_800)
    assert (care["marker"]["pattern"]["shape"], marketing["marker"]["pattern"]["shape"]) == ("", "/")
    assert chart.spec["layout"]["yaxis"]["range"][0] == 0
    assert chart.spec["layout"]["yaxis"]["tickprefix"] == "EUR "
    assert len(chart.table) == 32
    assert chart.tidy["amount"].sum() == pytest.approx(sum(c.amount for c in costs()))
    assert "care bore the largest part" in chart.takeaway


def test_many_departments_become_five_and_the_rest():
    chart = charts.costs_over_time(costs(tuple(f"d{i}" for i in range(40))), EUR)
    assert [t["name"] for t in chart.spec["data"]][-1] == "All others"
    assert len(chart.spec["data"]) == 6
    assert sum(y for t in chart.spec["data"] for y in t["y"]) == pytest.approx(chart.tidy["amount"].sum())
    assert marks(chart.spec["data"]) <= limits.MARKS


def test_the_reach_of_a_test_falls_to_what_is_worthwhile():
    chart = charts.reach_plot(plan(), EUR)
    (line,) = chart.spec["data"]
    assert line["y"][:2] == pytest.approx([15, 10.6066], abs=1e-3)
    assert chart.spec["layout"]["yaxis"]["range"][0] == 0
    assert chart.spec["layout"]["xaxis"]["title"]["text"] == "Weeks of testing"
    assert [s["y1"] for s in chart.spec["layout"]["shapes"]] == pytest.approx([5, 5])
    assert chart.takeaway == "A fair test of 9 weeks would show an effect of +5.0 pp, four times out of five."
    assert charts.reach_plot(plan(None)).takeaway.startswith(
        "Even 26 weeks would not show an effect of +5.0 pp, only"
    )
    assert list(chart.table["Shows the worthwhile effect"]).index("yes") == 6
    money = charts.reach_plot(replace(plan(), outcome="margin", worthwhile=0.06), EUR)
    assert money.spec["layout"]["yaxis"]["tickprefix"] == "EUR "
    assert "an effect of EUR +0.06," in money.takeaway


# ---- hostile names


def _hostile_charts(name):
    unsure = Unknown("x", name or "x")
    found = rung_in_parts()
    parts = (*(replace(one, label=name) for one in found.parts), part("wait", name, unsure))
    odd = replace(found, parts=parts, outcome=name or "x", population=name)
    look = Look(population=name, currency="EUR")
    bar = Bar(name, est(1, 0.5), "measured", name)
    money = worth(bars=(bar, Bar(name, unsure, "unknown", name)), residual=bar, beside=(bar, bar))
    cost = Cost(costs()[0].month, name, name, 10.0, 3)
    return (
        charts.parts_plot(odd, "channel", look),
        charts.wait_plot(odd, look),
        charts.overlap_plot(odd, look),
        charts.arms_curve(odd, look),
        charts.worth_bars(money, look),
        charts.breakeven_plot(replace(money, effect=unsure), look),
        charts.costs_over_time((cost, *costs()), look),
        charts.reach_plot(replace(plan(), outcome=name), look),
    )


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_never_become_markup(name):
    for chart in _hostile_charts(name):
        for text in strings(chart.spec):
            bare = OWN_MARKUP.sub("", text.removesuffix(HOVER))
            assert "<" not in bare
            assert ">" not in bare
            assert "<" not in name or name[:20] not in text
            assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x1f]", bare)
        for trace in chart.spec["data"]:
            assert trace.get("hovertemplate", HOVER) == HOVER
            assert "texttemplate" not in trace
        assert not chart.tidy.map(lambda cell: isinstance(cell, str) and cell[:1] in tuple("=@")).any().any()
