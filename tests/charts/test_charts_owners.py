"""Groups like with like, the funnel and a dated change: marks equal the numbers, words say what is clear."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from chart_shapes import EASE, FEW, HOVER, OWN_MARKUP, RETENTION, WAIT, est, strings
from hostile_names import HOSTILE

from socialroi import charts, limits
from socialroi.charts import Look
from socialroi.charts.house import INKS, marks
from socialroi.result import Change, Estimate, Funnel, Gap, Point, Series, Standing, Standings, Unknown

EUR = Look(currency="EUR", population="people who wrote until 1 Mar 2026")
APART = Unknown("not_comparable", "This group handles topics that no other handles.", 60)
CHANGED_AT = datetime(2026, 3, 2, tzinfo=UTC)


def standing(name, value, n=400, p_best=0.4):
    return Standing(
        name, n, est(value + 0.04, 0.05, n), est(value + 0.01, 0.05, n), est(value, 0.04, n), p_best
    )


FUNNEL = Funnel(
    0.6, 1.0, (("care", 400.0, 0.62), ("sales", 100.0, 0.44)),
    ((100.0, 0.50, 0.70, 0.44, 0.76), (400.0, 0.55, 0.65, 0.52, 0.68)),
)  # fmt: skip


def standings(*rows, verdict="no_clear_difference", sentence="No clear difference: it is luck.", **more):
    rows = rows or (standing("care", 0.62), standing("sales", 0.5, 100, 0.004))
    gap = Gap("care", "sales", est(0.12, 0.15), 0.4)
    found = Standings(
        RETENTION, "department", tuple(rows), (gap,), FUNNEL, est(0.05, 0.04), (), verdict, sentence
    )
    return replace(found, **more)


def change(definition=RETENTION, weeks=12, **more):
    first = CHANGED_AT.date() - timedelta(days=7 * weeks // 2)
    points = tuple(
        Point(first + timedelta(days=7 * i), est(0.5 + 0.01 * i, 0.05), True) for i in range(weeks)
    )
    found = Change(
        definition, "Social handed over", "care", CHANGED_AT, est(0.1, 0.05), est(0.0, 0.01),
        Series(definition, points), ((CHANGED_AT.date(), 0.5), (date(2026, 4, 6), 0.55)), 0.3, None,
        "no_clear_difference", "No clear step in retention at the change, in 6 weeks before and 6 after.",
    )  # fmt: skip
    return replace(found, **more)


CHARTS = {
    "standings": lambda look: charts.standings_plot(standings(), look),
    "funnel": lambda look: charts.funnel_plot(standings(), look),
    "change": lambda look: charts.change_plot(change(), look),
}
NOTHING = {
    "standings": lambda: charts.standings_plot(standings(Standing("care", 3, FEW, FEW, FEW))),
    "change": lambda: charts.change_plot(change(series=Series(RETENTION, ()), expected=(), step=FEW)),
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
    assert drawn.height == drawn.spec["layout"]["height"] > 100
    assert drawn.spec["layout"]["font"]["color"] == INKS[theme].text
    other = INKS["dark" if theme == "light" else "light"].text
    assert other not in set(strings(drawn.spec))


@pytest.mark.parametrize("name", CHARTS)
def test_no_line_of_text_is_wider_than_a_phone(name):
    layout = CHARTS[name](EUR).spec["layout"]
    assert all(len(line) <= 49 for line in layout["title"]["text"].split("<br>"))
    assert all(len(OWN_MARKUP.sub("", note["text"])) <= 60 for note in layout.get("annotations", ()))


@pytest.mark.parametrize("name", NOTHING)
def test_nothing_to_draw_is_said_not_raised(name):
    drawn = NOTHING[name]()
    assert drawn.takeaway.endswith(".")
    assert "nan" not in json.dumps(drawn.spec)
    drawn.figure()


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_are_only_words(name):
    label = name.encode("utf-8", "ignore").decode() or "x"
    points = ((label, 100.0, 0.9), ("care", 400.0, 0.6))
    found = standings(
        standing(label, 0.62), standing("care", 0.5), funnel=replace(FUNNEL, points=points), shared=(label,)
    )
    for drawn in (
        charts.standings_plot(found, EUR), charts.funnel_plot(found, EUR),
        charts.change_plot(change(label=label), EUR),
    ):  # fmt: skip
        plain = [OWN_MARKUP.sub("", said) for said in strings(drawn.spec) if said != HOVER]
        assert not any("<" in said and ">" in said for said in plain)
        assert {t["hovertemplate"] for t in drawn.spec["data"] if "hovertemplate" in t} <= {HOVER}
        drawn.figure()


# ---- groups like with like


def test_each_group_is_hollow_as_counted_and_filled_like_with_like():
    like, counted = charts.standings_plot(standings(), EUR).spec["data"]
    assert (like["name"], counted["name"]) == ("Same case mix, luck taken out", "As counted")
    assert (like["x"], counted["x"]) == (pytest.approx([62, 50]), pytest.approx([66, 54]))
    assert like["error_x"]["array"] == pytest.approx([4, 4])
    assert counted["marker"]["symbol"].endswith("-open")
    assert not like["marker"]["symbol"].endswith("-open")


def test_the_chance_to_be_the_best_is_said_where_there_is_one():
    drawn = charts.standings_plot(
        standings(standing("care", 0.6, 400, 0.42), standing("press", 0.5, 90, 0.004))
    )
    said = " | ".join(note["text"] for note in drawn.spec["layout"]["annotations"])
    assert "n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}400, 42% chance to be the best" in said
    assert "0% chance" not in said
    assert drawn.table["Chance to be the best"].tolist() == ["42%"] * 3 + ["under 1%"] * 3


def test_nobody_is_certain_to_be_the_best():
    drawn = charts.standings_plot(
        standings(standing("care", 0.6, 400, 0.9996), standing("press", 0.5, 90, 0.0))
    )
    said = " | ".join(note["text"] for note in drawn.spec["layout"]["annotations"])
    assert "over 99% chance to be the best" in said
    assert "100% chance" not in said


def test_the_table_has_every_step_of_every_group_beyond_those_drawn():
    many = [standing(f"d{i}", 0.5) for i in range(limits.SEGMENTS + 5)]
    drawn = charts.standings_plot(standings(*many))
    assert len(drawn.spec["data"][0]["x"]) == limits.SEGMENTS
    assert len(drawn.table) == 3 * len(many)
    assert drawn.tidy["value"].tolist()[:3] == pytest.approx([0.54, 0.51, 0.5])
    assert marks(drawn.spec["data"]) <= limits.MARKS


def test_a_group_that_cannot_be_compared_is_shown_as_counted_with_the_reason():
    press = Standing("press", 60, est(0.4, 0.1), APART, APART)
    drawn = charts.standings_plot(standings(standing("care", 0.6), press))
    like, counted = drawn.spec["data"]
    assert (len(like["x"]), len(counted["x"])) == (1, 2)
    said = " ".join(note["text"].replace("<br>", " ") for note in drawn.spec["layout"]["annotations"])
    assert APART.sentence in said
    assert drawn.tidy["value"].isna().sum() == 2


def test_shared_topics_are_in_the_subtitle():
    assert (
        "topics: delivery, product"
        in charts.standings_plot(standings(shared=("delivery", "product"))).subtitle
    )


@pytest.mark.parametrize(
    ("definition", "sentence", "title"),
    [
        (WAIT, "care does better than sales by 9.0 minutes (2.0 to 16.0).",
         "First response time: care does better than sales by 9.0 minutes (2.0 to 16.0)."),
        (EASE, "No clear difference: it is luck.", "Net Easy Score: no clear difference: it is luck."),
        (RETENTION, "No clear step in retention at the change.", "No clear step in retention at the change."),
    ],
)  # fmt: skip
def test_the_measure_is_named_once(definition, sentence, title):
    assert charts.standings_plot(standings(definition=definition, sentence=sentence)).takeaway == title
    assert charts.change_plot(change(definition=definition, sentence=sentence)).takeaway == title


# ---- the funnel


def test_the_funnel_draws_groups_by_size_between_four_lines_of_luck():
    drawn = charts.funnel_plot(standings(), EUR)
    *lines, points = drawn.spec["data"]
    assert [line["line"]["dash"] for line in lines] == ["dash", "dash", "dot", "dot"]
    assert [line["y"] for line in lines] == [
        pytest.approx(y) for y in ([50, 55], [70, 65], [44, 52], [76, 68])
    ]
    assert (points["x"], points["y"]) == ([400, 100], pytest.approx([62, 44]))
    assert [note["text"] for note in drawn.spec["layout"]["annotations"]] == ["care", "sales"]
    (middle,) = drawn.spec["layout"]["shapes"]
    assert middle["y0"] == middle["y1"] == pytest.approx(60)
    assert drawn.tidy.to_dict("list") == {
        "group": ["care", "sales"], "cases": [400, 100], "value": pytest.approx([0.62, 0.44])
    }  # fmt: skip


def test_the_funnel_names_who_lies_outside_luck_and_only_them():
    assert charts.funnel_plot(standings()).takeaway == "Retention: sales lies outside what luck gives."
    inside = replace(FUNNEL, points=(("care", 400.0, 0.62), ("sales", 100.0, 0.52)))
    assert "no department is further from the middle" in charts.funnel_plot(standings(funnel=inside)).takeaway
    both = replace(FUNNEL, points=(("care", 400.0, 0.69), ("sales", 100.0, 0.2)))
    assert charts.funnel_plot(standings(funnel=both)).takeaway.endswith(
        "care, sales lie outside what luck gives."
    )


def test_without_a_comparison_there_is_no_funnel():
    assert charts.funnel_plot(standings(funnel=None)) is None


# ---- a change


def test_the_change_draws_every_week_and_the_course_before_it_carried_on():
    drawn = charts.change_plot(change(), EUR)
    weeks, expected = drawn.spec["data"]
    assert weeks["y"] == pytest.approx([50 + i for i in range(12)])
    assert (expected["x"], expected["y"]) == (["2026-03-02", "2026-04-06"], pytest.approx([50, 55]))
    assert (weeks["mode"], expected["line"]["dash"]) == ("markers", "dot")
    (line,) = drawn.spec["layout"]["shapes"]
    assert line["x0"] == line["x1"] == "2026-03-02"
    assert drawn.spec["layout"]["annotations"][0]["text"] == "Social handed over"
    assert drawn.table["Period"].tolist()[-1] == "Step at the change"
    assert isinstance(change().step, Estimate)
    assert drawn.tidy["value"].tolist()[-1] == pytest.approx(0.1)


def test_weeks_without_a_value_are_in_the_table_only():
    points = (*change().series.points, Point(date(2026, 4, 13), FEW, True))
    drawn = charts.change_plot(change(series=Series(RETENTION, points)))
    assert len(drawn.spec["data"][0]["x"]) == 12
    assert len(drawn.table) == 14
