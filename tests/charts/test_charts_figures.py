"""What is drawn: marks that equal the tables, roles, house layout, caps, hostile names."""

import json
import re
from dataclasses import replace

import pytest
from chart_shapes import (
    BALANCE,
    EASE,
    FEW,
    HOVER,
    OWN_MARKUP,
    RETENTION,
    SCORES,
    VALUE,
    cohorts,
    comparison,
    curve,
    curve_three,
    definition,
    est,
    hours,
    reading_by,
    rung,
    series,
    series_by,
    spread,
    strings,
    study,
    survival,
    waits,
    waits_by,
    waits_by_channel,
)
from hostile_names import HOSTILE

from socialroi import charts, limits
from socialroi.charts import Look
from socialroi.charts.house import INKS, assemble, marks
from socialroi.charts.roles import ASKED, ENGAGED, NEVER, UNENGAGED, role_of
from socialroi.result import Curve, Estimate, Exclusion, Reading, Series, Unknown

EUR = Look(currency="EUR", population="customers who first ordered by 1 Mar 2026")
CHARTS = {
    "bars": lambda look: charts.interval_bars(reading_by(), look, by="channel"),
    "waits": lambda look: charts.interval_bars(waits_by(), look, by="channel"),
    "line": lambda look: charts.line_series(series(), look),
    "lines": lambda look: charts.line_series(series_by(), look),
    "latency": lambda look: charts.latency_curve(waits(), look, 4 * 3_600),
    "latencies": lambda look: charts.latency_curve(waits_by_channel(), look),
    "survival": lambda look: charts.survival_curve(curve(), look),
    "survivals": lambda look: charts.survival_curve(curve_three(), look),
    "comparison": lambda look: charts.comparison(comparison(), look),
    "money": lambda look: charts.comparison(comparison(unit_definition=VALUE, scale=200), look),
    "cohorts": lambda look: charts.cohort_heatmap(cohorts(), look),
    "ages": lambda look: charts.cohort_heatmap(cohorts(18, 12), look),
    "spread": lambda look: charts.share_heatmap(spread(), look),
    "hours": lambda look: charts.hour_heatmap(hours(), look),
    "ladder": lambda look: charts.ladder(study(), look),
    "love": lambda look: charts.love_plot(BALANCE, look),
    "flow": lambda look: charts.exclusions(study(), look),
    "scores": lambda look: charts.score_distribution(EASE, SCORES, look, easy=(6, 7), difficult=(1, 2, 3)),
}
NOTHING = {
    "bars": lambda: charts.interval_bars(Reading(definition(), FEW)),
    "line": lambda: charts.line_series(Series(definition(), ())),
    "latency": lambda: charts.latency_curve(Curve(definition(), "s", {})),
    "survival": lambda: charts.survival_curve(Curve(definition(), "Days", {"answered": ()})),
    "comparison": lambda: charts.comparison(
        replace(comparison(), groups={"answered": FEW}, raw=FEW, standardised=FEW)
    ),
    "cohorts": lambda: charts.cohort_heatmap(replace(cohorts(), rows=(), columns=(), cells={})),
    "hours": lambda: charts.hour_heatmap(replace(hours(), cells={})),
    "ladder": lambda: charts.ladder(replace(study(), rungs=())),
    "love": lambda: charts.love_plot({}),
    "flow": lambda: charts.exclusions(replace(study(), flow=())),
    "scores": lambda: charts.score_distribution(EASE, {1.0: 0, 2.0: 0}),
}


@pytest.fixture(params=CHARTS, scope="module")
def drawn(request):
    return CHARTS[request.param](EUR)


# ---- what holds for every chart


def test_plotly_accepts_every_figure_and_adds_no_template(drawn):
    figure = drawn.figure()
    assert len(figure.data) == len(drawn.spec["data"])
    assert len(figure.layout.template.layout.to_plotly_json()) == 0


def test_the_spec_is_json_without_nan(drawn):
    json.dumps(drawn.spec, allow_nan=False)


def test_every_chart_has_sentence_subtitle_table_and_height(drawn):
    assert drawn.takeaway.endswith(".")
    assert EUR.population in drawn.subtitle
    assert drawn.alt.startswith(drawn.takeaway)
    assert len(drawn.table) == len(drawn.tidy) > 0
    assert drawn.height == drawn.spec["layout"]["height"] > 100


def test_house_layout(drawn):
    layout = drawn.spec["layout"]
    assert layout["title"]["x"] == 0
    assert layout["uirevision"] == "house"
    assert layout["paper_bgcolor"] == "rgba(0,0,0,0)"
    assert layout.get("legend", {"y": 0.01})["y"] < 0.1
    assert not any(key.startswith("yaxis") and "overlaying" in layout[key] for key in layout)
    assert not any("3d" in trace["type"] for trace in drawn.spec["data"])


def test_no_line_of_text_is_wider_than_a_phone(drawn):
    title = drawn.spec["layout"]["title"]
    assert all(len(re.sub("&[a-z#0-9]+;", "x", line)) <= 49 for line in title["text"].split("<br>"))
    for note in drawn.spec["layout"].get("annotations", ()):
        assert len(OWN_MARKUP.sub("", note["text"])) <= 60


def test_bars_start_at_zero(drawn):
    axes = {"h": "xaxis", None: "yaxis"}
    for trace in drawn.spec["data"]:
        if trace["type"] == "bar":
            assert drawn.spec["layout"][axes[trace.get("orientation")]]["range"][0] == 0


@pytest.mark.parametrize("name", CHARTS)
def test_both_grounds_get_their_own_ink_and_the_same_data_colours(name):
    light, dark = (CHARTS[name](Look(theme=theme)) for theme in ("light", "dark"))
    assert light.spec["layout"]["font"]["color"] == INKS["light"].text
    assert dark.spec["layout"]["font"]["color"] == INKS["dark"].text
    assert INKS["light"].text not in set(strings(dark.spec))
    assert [t.get("name") for t in light.spec["data"]] == [t.get("name") for t in dark.spec["data"]]


@pytest.mark.parametrize("name", CHARTS)
def test_a_page_can_keep_title_and_subtitle_to_itself(name):
    bare = CHARTS[name](Look(titled=False))
    assert "title" not in bare.spec["layout"]
    assert bare.height < CHARTS[name](Look()).height


@pytest.mark.parametrize("name", NOTHING)
def test_nothing_to_draw_is_said_not_raised(name):
    chart = NOTHING[name]()
    assert chart.takeaway.endswith(".")
    assert "nan" not in chart.takeaway
    chart.figure()


# ---- roles


def test_engaged_and_unengaged_differ_in_colour_marker_and_dash():
    roles = (ENGAGED, UNENGAGED, ASKED, NEVER)
    assert (ENGAGED.colour, ENGAGED.symbol, ENGAGED.dash) == ("#0072B2", "circle", "solid")
    assert (UNENGAGED.colour, UNENGAGED.symbol, UNENGAGED.dash) == ("#D55E00", "square", "dash")
    for attribute in ("colour", "symbol", "dash"):
        assert len({getattr(role, attribute) for role in roles}) == len(roles)


def _luminance(colour):
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(a, b):
    dark, light = sorted((_luminance(a), _luminance(b)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", INKS)
def test_marks_and_words_contrast_with_both_grounds(theme):
    ink = INKS[theme]
    for place in range(6):
        assert _contrast(role_of("x", place).colour, ink.ground) >= 3
    for role in (ENGAGED, UNENGAGED, ASKED, NEVER):
        assert _contrast(role.colour, ink.ground) >= 3
    assert _contrast(ink.text, ink.ground) >= 7
    assert _contrast(ink.faint, ink.ground) >= 4.5


@pytest.mark.parametrize("theme", INKS)
def test_numbers_on_cells_contrast_with_their_cell(theme):
    spec = charts.cohort_heatmap(cohorts(), Look(theme=theme)).spec
    heat, text = spec["data"]
    known = [z for row in heat["z"] for z in row if z is not None]
    scale = [colour for _, colour in heat["colorscale"]]
    for x, y, ink in zip(text["x"], text["y"], text["textfont"]["color"], strict=True):
        at = (heat["z"][y][x] - min(known)) / (max(known) - min(known)) * (len(scale) - 1)
        low, high = scale[int(at)], scale[min(int(at) + 1, len(scale) - 1)]
        full = {"#000": "#000000", "#fff": "#ffffff"}[ink]
        assert max(_contrast(full, low), _contrast(full, high)) >= 4.5


# ---- marks equal the numbers


def test_interval_bars_draw_the_reading():
    reading = reading_by()
    chart = charts.interval_bars(reading, EUR, by="channel")
    overall, dots = chart.spec["data"]
    known = [value for value in reading.by.values() if isinstance(value, Estimate)]
    assert dots["x"] == pytest.approx([v.value * 100 for v in known])
    assert dots["error_x"]["array"] == pytest.approx([(v.high - v.value) * 100 for v in known])
    assert dots["error_x"]["arrayminus"] == pytest.approx([(v.value - v.low) * 100 for v in known])
    assert overall["x"] == pytest.approx([66.0])
    assert list(chart.tidy["value"].dropna()) == pytest.approx([0.66, *[v.value for v in known]])
    assert FEW.sentence in [note["text"] for note in chart.spec["layout"]["annotations"]]


def test_long_waits_get_a_logarithmic_axis_and_shares_do_not():
    waits_axis = charts.interval_bars(waits_by(), EUR).spec["layout"]["xaxis"]
    assert waits_axis["type"] == "log"
    assert waits_axis["ticktext"] == ["15 min", "1 h", "4 h", "1 d"]
    assert "type" not in charts.interval_bars(reading_by(), EUR).spec["layout"]["xaxis"]


def test_two_segments_with_the_same_first_40_letters_stay_two_rows():
    by = {"x" * 60 + "a": est(0.5, 0.1), "x" * 60 + "b": est(0.6, 0.1)}
    dots = charts.interval_bars(Reading(definition(), est(0.5, 0.1), by=by)).spec["data"][1]
    assert len(set(dots["y"])) == 2


def test_series_gap_hollow_tail_and_band():
    chart = charts.line_series(series(), EUR)
    band, line, tail = chart.spec["data"]
    assert line["y"].index(None) == 4
    assert line["y"][-2:] == [None, None]
    assert line["connectgaps"] is False
    assert [y is not None for y in tail["y"][-3:]] == [True, True, True]
    assert tail["marker"]["symbol"][-3:] == ["circle", "circle-open", "circle-open"]
    assert band["y"].count(None) == 1
    assert band["fill"] == "toself"
    assert chart.spec["layout"]["yaxis"]["range"][0] == 0
    assert list(chart.table["Complete"][-3:]) == ["yes", "no", "no"]
    assert chart.tidy["value"].isna().sum() == 1


def test_series_by_segment_has_roles_and_one_note_on_running_periods():
    traces = charts.line_series(series_by(), EUR).spec["data"]
    assert [t["name"] for t in traces if t["showlegend"]] == [
        "Engaged",
        "Still running: will change",
        "Unengaged",
    ]
    assert {t["line"]["dash"] for t in traces if t["name"] in {"Engaged", "Unengaged"}} == {"solid", "dash"}


def test_sparkline_holds_complete_known_periods_in_percent():
    assert charts.sparkline(series([0.5, 0.6, 0.7, 0.9], running=1)) == pytest.approx([50, 60, 70])


def test_latency_is_logarithmic_with_named_ticks_and_its_promise_in_place():
    layout = charts.latency_curve(waits(), EUR, 4 * 3_600).spec["layout"]
    assert layout["xaxis"]["type"] == "log"
    assert {"1 min", "1 wk"} <= set(layout["xaxis"]["ticktext"])
    (promise,) = layout["annotations"]
    assert promise["x"] == pytest.approx(4.158, abs=0.001)  # log10(14,400): data units would be off the page
    assert layout["shapes"][0]["x0"] == 14_400
    assert layout["xaxis"]["range"][1] < 9


def test_survival_rises_with_bands_as_two_step_lines():
    chart = charts.survival_curve(curve(), EUR)
    low, high, line = chart.spec["data"][:3]
    assert (line["y"][0], low["line"]["shape"], high["fill"]) == (0, "hv", "tonexty")
    assert line["y"] == sorted(line["y"])
    assert all(a <= b <= c for a, b, c in zip(low["y"], line["y"], high["y"], strict=True))
    notes = [note["text"] for note in chart.spec["layout"]["annotations"]]
    assert any("Engaged 49.9%" in text for text in notes)
    assert "798" in notes
    assert chart.spec["layout"]["xaxis"][
        "ticktext" if "ticktext" in chart.spec["layout"]["xaxis"] else "tickvals"
    ] == [
        0,
        90,
        180,
        270,
        360,
    ]


def test_three_groups_are_named_under_the_plot_where_they_cannot_touch():
    notes = charts.survival_curve(curve_three(), EUR).spec["layout"]["annotations"]
    named = [n for n in notes if "never asked" in n["text"].lower()]
    assert len(named) == 1
    assert named[0]["yshift"] < -60


def test_comparison_has_levels_and_differences_on_axes_of_their_own():
    chart = charts.comparison(comparison(), EUR)
    lower = [trace for trace in chart.spec["data"] if trace["xaxis"] == "x2"]
    assert [(t["x"], t["marker"]["symbol"]) for t in lower] == [
        ([pytest.approx(8.0)], "diamond-open"),
        ([pytest.approx(4.1)], "circle"),
    ]
    assert list(chart.table["Value"]) == ["38.2%", "30.2%", "31.0%", "30.1%", "+8.0 pp", "+4.1 pp"]
    y1, y2 = (chart.spec["layout"][axis]["domain"] for axis in ("yaxis", "yaxis2"))
    assert y2[0] == 0 < y2[1] < y1[0] < y1[1] == 1


def test_cohort_cells_without_a_value_are_blank():
    chart = charts.cohort_heatmap(cohorts(), EUR)
    heat, text = chart.spec["data"]
    blanks = sum(z is None for row in heat["z"] for z in row)
    assert blanks == 60 - len(cohorts().cells)
    assert len(text["text"]) == len(cohorts().cells)
    assert (chart.table["Why not"] == "Not yet observable.").sum() == blanks
    assert heat["hoverongaps"] is False


def test_hours_are_coloured_by_logarithm_and_read_in_hours():
    chart = charts.hour_heatmap(hours(), EUR)
    (heat,) = chart.spec["data"]
    assert heat["z"][0][9] == pytest.approx(2.845, abs=0.001)  # log10(700)
    assert heat["colorbar"]["ticktext"] == ["15 min", "1 h", "4 h"]
    assert chart.spec["layout"]["xaxis"]["title"]["text"] == "Hour of arrival, Europe/Berlin"


def test_ladder_hides_the_raw_gap_of_a_rung_that_cannot_say():
    chart = charts.ladder(study(), EUR)
    by_name = {trace["name"]: trace for trace in chart.spec["data"]}
    assert len(by_name["Before adjustment"]["x"]) == 2
    assert by_name["After adjustment"]["x"] == pytest.approx([4.1])
    assert by_name["After adjustment, not an effect"]["x"] == pytest.approx([16.3])
    withheld = chart.tidy[chart.tidy["design"].str.startswith("A\N{PRIME}")]
    assert list(withheld["step"]) == ["After adjustment"]
    assert withheld["value"].isna().all()
    assert chart.spec["layout"]["xaxis"]["range"][0] < 0


def test_a_rung_without_adjustment_is_drawn_once_as_what_it_is():
    gap = est(0.163, 0.02, 21_000)
    alone = replace(rung("D", gap, "not_causal"), naive=replace(gap, method="raw"))
    chart = charts.ladder(replace(study(), rungs=(alone,)))
    assert [trace["name"] for trace in chart.spec["data"]] == ["Before adjustment"]
    assert list(chart.table["Step"]) == ["Before adjustment"]


def test_a_rung_in_another_unit_has_its_number_and_no_mark():
    money = replace(rung("A", est(8.2, 5.8), outcome="margin"), naive=est(9.0, 5.0))
    found = replace(study(), outcome="margin", rungs=(money, rung("D", est(0.163, 0.02), "not_causal")))
    chart = charts.ladder(found, EUR)
    assert sorted(x for trace in chart.spec["data"] for x in trace["x"]) == pytest.approx([8.2, 9.0])
    said = [note["text"] for note in chart.spec["layout"]["annotations"]]
    assert "+16.3 pp (14.3 to 18.3)" in said
    assert "not on this axis" in " ".join(said)


def test_a_ladder_without_any_number_shows_reasons_only():
    alone = replace(study(), rungs=(rung(gap=Unknown("counts", "Only 14."), verdict="cannot_say"),))
    chart = charts.ladder(alone)
    assert chart.spec["data"] == []
    assert any("Only 14." in note["text"] for note in chart.spec["layout"]["annotations"])


def test_love_plot_sorts_by_before_and_shades_the_band():
    chart = charts.love_plot(BALANCE, EUR)
    before, after = chart.spec["data"]
    assert before["x"] == sorted((abs(b) for b, _ in BALANCE.values()), reverse=True)
    assert after["x"][0] == 0.06
    assert chart.spec["layout"]["shapes"][0]["x1"] == 0.1
    assert "alike on all 8 covariates" in chart.takeaway
    assert charts.love_plot({"Queue": (0.5, 0.2)}).takeaway.startswith("The arms differ even after weighting")


def test_exclusions_count_down():
    chart = charts.exclusions(study(), EUR)
    remaining, left_out = chart.spec["data"]
    assert remaining["x"] == [18_240, 12_120, 7_110, 4_310]
    assert left_out["x"] == [0, 6_120, 5_010, 2_800]
    assert left_out["marker"]["pattern"]["shape"] == "/"
    assert list(chart.tidy["remaining"]) == remaining["x"]


def test_steps_that_leave_nobody_out_are_in_the_table_only():
    flow = (Exclusion("All", 0, 50), Exclusion("Nobody", 0, 50), Exclusion("Some", 20, 30))
    chart = charts.exclusions(replace(study(), flow=flow))
    assert chart.spec["data"][0]["x"] == [50, 30]
    assert len(chart.table) == 3
    assert "steps in the table only: 1" in chart.subtitle
    assert "20 out, 30 left" in [note["text"] for note in chart.spec["layout"]["annotations"]]


def test_scores_are_shares_of_all_answers():
    chart = charts.score_distribution(EASE, SCORES, EUR, easy=(6, 7), difficult=(1, 2, 3))
    assert sum(chart.spec["data"][0]["y"]) == pytest.approx(100)
    assert chart.takeaway.startswith("56.5% of the answers are at the good end of the scale, 14.0%")
    assert charts.score_distribution(EASE, SCORES).takeaway.startswith("30.5% of the answers are 6,")


# ---- limits


def test_more_marks_than_allowed_are_refused():
    trace = {"type": "scatter", "x": [0] * (limits.MARKS + 1), "y": [0] * (limits.MARKS + 1)}
    with pytest.raises(ValueError, match="at most 2000"):
        assemble([trace], "t", "s", Look(), 100)


def test_large_shapes_are_thinned_and_their_tables_are_not():
    many = Reading(definition(), est(0.5, 0.1), by={f"s{i}": est(0.5, 0.1) for i in range(300)})
    bars = charts.interval_bars(many)
    assert len(bars.spec["data"][1]["x"]) == limits.SEGMENTS + 1
    assert len(bars.table) == 301
    assert "259 more in the table" in bars.subtitle
    days = charts.line_series(series([0.5] * 1_200))
    assert len(days.table) == 1_200
    assert "all in the table" in days.subtitle
    tall = charts.cohort_heatmap(cohorts(120, 24))
    assert len(tall.table) == 120 * 24
    assert "37 more in the table" in tall.subtitle
    assert tall.spec["data"][0]["z"][-1][0] is not None  # the newest cohorts are the ones drawn
    groups = {name: survival(0.001, 900, 2_500, 1) for name in ("answered", "unengaged", "a", "b", "c")}
    steps = charts.survival_curve(Curve(RETENTION, "Days", groups))
    segments = replace(series(), by={f"s{i}": series([0.5] * 900).points for i in range(9)})
    lines = charts.line_series(segments)
    assert "3 more in the table" in lines.subtitle
    wide = Exclusion("x", 1, 1)
    flow = charts.exclusions(replace(study(), flow=(wide,) * 3_000))
    for chart in (
        bars,
        days,
        tall,
        steps,
        lines,
        flow,
        charts.love_plot({str(i): (0.1, 0) for i in range(3_000)}),
    ):
        assert 0 < marks(chart.spec["data"]) <= limits.MARKS


# ---- hostile names


def _hostile_charts(name):
    a, b = est(0.5, 0.1), est(0.7, 0.1)
    words = {"question": "q", "formula": "f", "source": "s", "caveat": "c", "min_n": 1}
    odd = replace(definition(), name=name or "x", **words)
    grid = replace(cohorts(), rows=(name, "z"), columns=(name, "y"), cells={(name, name): a, ("z", name): b})
    grid = replace(grid, row_label=name, column_label=name)
    look = Look(population=name, currency="EUR")
    unsure = Unknown("x", name or "x")
    step = Exclusion(name, 1, 2)
    return (
        charts.interval_bars(Reading(odd, a, by={name: a, "z": b, "u": unsure}), look, by="segment"),
        charts.line_series(replace(series(), by={name: series().points, "z": series().points}), look),
        charts.latency_curve(
            replace(waits(), groups={name: waits().groups["all"], "z": waits().groups["all"]}), look
        ),
        charts.survival_curve(Curve(odd, name, {name: survival(), "z": survival(0.001)}), look),
        charts.survival_curve(
            Curve(odd, name, {name: survival(), "y": survival(), "z": survival(0.001)}), look
        ),
        charts.comparison(replace(comparison(), definition=odd, raw=unsure), look),
        charts.cohort_heatmap(grid, look),
        charts.share_heatmap(grid, look),
        charts.hour_heatmap(grid, look),
        charts.ladder(replace(study(), rungs=(replace(rung(), population=name), rung("D", unsure))), look),
        charts.love_plot({name: (0.2, 0.01)}, look),
        charts.exclusions(replace(study(), flow=(step, step)), look),
    )


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_never_become_markup(name):
    for chart in _hostile_charts(name):
        for text in strings(chart.spec):
            bare = OWN_MARKUP.sub("", text.removesuffix(HOVER))
            assert "<" not in bare
            assert ">" not in bare
            assert "<" not in name or name[:20] not in text  # nor one of our own tags, typed by a stranger
            assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x1f]", bare)
        for trace in chart.spec["data"]:
            assert trace.get("hovertemplate", HOVER) == HOVER
            assert "texttemplate" not in trace
