"""Titles are computed: clearly better, clearly worse, no clear difference, cannot say."""

from dataclasses import replace

import pytest
from chart_shapes import (
    EASE,
    FEW,
    KEPT,
    RETENTION,
    VALUE,
    WAIT,
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
    spread,
    study,
    survival,
    waits,
    waits_by,
    waits_by_channel,
)
from hypothesis import given
from hypothesis import strategies as st

from socialroi.charts import (
    takeaway,
    takeaway_by,
    takeaway_cohorts,
    takeaway_curve,
    takeaway_latency,
    takeaway_shares,
)
from socialroi.charts.phrases import lower, name_of
from socialroi.charts.steps import common_x, risen, step_at, thinned
from socialroi.charts.words import headline_of, outcome_unit
from socialroi.result import Curve, Estimate, Reading, Unknown
from socialroi.uplift.outcomes import OUTCOMES

M = "\N{MINUS SIGN}"


# ---- a reading


@pytest.mark.parametrize(
    ("before", "better", "sentence"),
    [
        (None, "up", "Response rate is 66.0% (64.0 to 68.0)."),
        (
            est(0.60, 0.02),
            "up",
            "Response rate improved to 66.0%: +6.0 pp (3.2 to 8.8) against the period compared with.",
        ),
        (
            est(0.72, 0.02),
            "up",
            f"Response rate worsened to 66.0%: {M}6.0 pp ({M}8.8 to {M}3.2) against the "
            f"period compared with.",
        ),
        (
            est(0.72, 0.02),
            "down",
            f"Response rate improved to 66.0%: {M}6.0 pp ({M}8.8 to {M}3.2) against the "
            f"period compared with.",
        ),
        (
            est(0.60, 0.02),
            "neither",
            "Response rate rose to 66.0%: +6.0 pp (3.2 to 8.8) against the period compared with.",
        ),
        (
            est(0.65, 0.02),
            "up",
            f"Response rate is 66.0%: no clear difference from the "
            f"period compared with, +1.0 pp ({M}1.8 to +3.8).",
        ),
        (
            FEW,
            "up",
            "Response rate is 66.0%; it cannot be compared: only 3 conversations; at least 5 are needed.",
        ),
    ],
)
def test_reading(before, better, sentence):
    reading = Reading(definition(better=better), est(0.66, 0.02), compared_with=before)
    assert takeaway(reading) == sentence


def test_reading_that_cannot_say():
    reading = Reading(definition(), KEPT, compared_with=est(0.6, 0.02))
    assert takeaway(reading) == "Response rate: cannot say. This export holds only answered conversations."


# ---- by segment


def test_segments_best_against_worst():
    assert (
        takeaway_by(reading_by(), "channel")
        == "Response rate is better for E-mail (85.0%) than for Twitter (55.0%)."
    )
    assert takeaway_by(waits_by(), "channel").startswith(
        "First response time is better for Twitter (14 min) than"
    )


def test_segments_without_clear_difference():
    same = Reading(definition(), est(0.6, 0.02), by={"a": est(0.6, 0.04), "b": est(0.63, 0.04)})
    assert takeaway_by(same, "channel") == "No clear difference in response rate between 2 channels."


def test_segments_of_a_metric_without_direction_are_higher_not_better():
    reading = reading_by(unit_definition=definition(better="neither"))
    assert takeaway_by(reading, "department").startswith("Response rate is higher for E-mail")


def test_engaged_segments_are_called_a_difference():
    by = {"answered": est(0.6, 0.02), "unengaged": est(0.4, 0.02)}
    sentence = takeaway_by(Reading(RETENTION, est(0.5, 0.02), by=by), "engaged")
    assert sentence == (
        "Retention is better for Engaged (60.0%) than for Unengaged (40.0%). A difference, not an effect."
    )


def test_one_known_segment_is_not_compared():
    reading = Reading(definition(), est(0.6, 0.1), by={"chat": est(0.6, 0.04), "fax": FEW})
    assert takeaway_by(reading, "channel") == (
        "Response rate for chat is 60.0% (56.0 to 64.0); there is nothing to compare it with."
    )


def test_no_known_segment_says_why():
    assert takeaway_by(Reading(definition(), FEW, by={"fax": KEPT})).endswith(KEPT.sentence)
    assert takeaway_by(Reading(definition(), est(0.6, 0.1))).endswith("There is no segment to show.")


# ---- series


@pytest.mark.parametrize(
    ("values", "better", "start"),
    [
        (
            [0.5, 0.55, 0.7, 0.1],
            "up",
            "Response rate improved from 50.0% (Aug 2025) to 70.0% (Oct 2025): +20.0 pp",
        ),
        ([0.7, 0.55, 0.5, 0.9], "up", "Response rate worsened from 70.0% (Aug 2025) to 50.0% (Oct 2025)"),
        ([0.7, 0.55, 0.5, 0.9], "down", "Response rate improved from"),
        ([0.7, 0.55, 0.5, 0.9], "neither", "Response rate fell from"),
        (
            [0.5, 0.9, 0.51, 0.9],
            "up",
            "No clear change in response rate between Aug 2025 and Oct 2025: +1.0 pp",
        ),
        ([0.5, 0.9], "up", "Response rate: too few complete periods"),
    ],
)
def test_series_compares_complete_periods_only(values, better, start):
    assert takeaway(series(values, definition(better=better), running=1)).startswith(start)


# ---- engaged and unengaged


def test_comparison_three_branches():
    assert takeaway(comparison(0.041, 0.029)) == (
        "Engaged customers do better on retention: +4.1 pp (1.2 to 7.0) at equal case mix. "
        "A difference, not an effect."
    )
    assert takeaway(comparison(-0.041, 0.029)).startswith(
        f"Engaged customers do worse on retention: {M}4.1 pp"
    )
    assert takeaway(comparison(0.01, 0.03)) == (
        "No clear difference in retention between engaged and unengaged customers: "
        f"+1.0 pp ({M}2.0 to +4.0) at equal case mix."
    )


def test_comparison_respects_direction_and_currency():
    down = replace(comparison(), definition=definition(better="down", name="Returns"))
    assert takeaway(down).startswith("Engaged customers do worse on returns")
    neither = replace(comparison(), definition=definition(better="neither", name="Returns"))
    assert takeaway(neither).startswith("Engaged customers have higher returns")
    assert "EUR +8.20 (2.40 to 14.00)" in takeaway(comparison(unit_definition=VALUE, scale=200), "EUR")


def test_comparison_unknown_does_not_console_with_the_raw_gap():
    sentence = takeaway(replace(comparison(), standardised=FEW))
    assert sentence == (
        "We cannot say whether retention differs between engaged and unengaged customers: "
        "only 3 conversations; at least 5 are needed."
    )
    assert "8.0" not in sentence


# ---- curves


def test_curve_engaged_against_unengaged():
    assert takeaway(curve()) == (
        "Within 364 days, more engaged customers have ordered again: 49.9% against 35.4%, "
        "+14.5 pp (10.8 to 18.3). "
        "A difference, not an effect."
    )
    assert takeaway_curve(curve(), at=30).startswith("Within 30 days, more engaged")
    fewer = replace(curve(), groups={"answered": survival(0.001, 900), "unengaged": survival(0.003, 900)})
    assert "fewer engaged customers have ordered again" in takeaway(fewer)
    same = replace(curve(), groups={"answered": survival(0.001, 900), "unengaged": survival(0.00105, 900)})
    assert takeaway(same).startswith(
        "No clear difference in second order within 364 days between engaged and unengaged"
    )


def test_curve_of_three_groups_or_others():
    assert "engaged customers" in takeaway(curve_three())
    other = replace(curve(), groups={"shop": survival(0.001, 900)})
    assert takeaway(other).startswith("Second order within 364 days: shop 30.5%")
    assert takeaway(replace(curve(), groups={})).endswith("There is nobody to follow.")


def test_latency():
    assert takeaway_latency(waits(), 4 * 3_600) == "Answered within the promised 4 h: about 65%."
    assert takeaway_latency(waits()).startswith("Half of the messages are answered within about 2 h")
    assert "Twitter about" in takeaway_latency(waits_by_channel(), 3_600)
    exact = Estimate(7_100, 6_500, 7_800, 1_400, "KM")
    assert takeaway_latency(waits(), median=exact) == (
        "Half of the messages are answered within 1 h 58 min (1 h 48 min to 2 h 10 min)."
    )
    assert takeaway_latency(waits(), median=Unknown("not_reached", "Fewer than half.")).endswith(
        "Fewer than half."
    )
    assert "cannot say" in takeaway_latency(Curve(WAIT, "s", {}))


def test_a_falling_curve_is_turned_and_a_rising_one_kept():
    falling = survival(0.002, 500)
    rising = risen(falling)
    assert rising[0].value.value == 0
    assert rising[-1].value.low == pytest.approx(1 - falling[-1].value.high)
    assert risen(rising) == rising
    assert risen(falling[:1])[0].value.value == 0


@given(st.integers(3, 200))
def test_thinning_keeps_ends_order_and_height(most):
    steps = risen(survival(0.004, 800, 400, 1))
    kept = thinned(steps, most)
    assert len(kept) <= most
    assert (kept[0], kept[-1]) == (steps[0], steps[-1])
    assert [s.x for s in kept] == sorted(s.x for s in kept)
    height = steps[-1].value.value
    for step in steps:
        shown = step_at(kept, step.x)
        assert step.value.value - shown.value.value <= height / max(1, most - 2) + 0.004


def test_common_x_is_where_a_tenth_is_still_followed():
    steps = survival(0.004, 1_000, 700, 10)
    x = common_x(Curve(RETENTION, "Days", {"a": steps, "b": steps[:20]}))
    assert x == 190


# ---- the study


def test_rung_three_branches():
    assert takeaway(rung()) == "Answering raised retention within 90 days: +4.1 pp (1.2 to 7.0)."
    assert takeaway(rung(gap=est(-0.041, 0.029), verdict="worse")).startswith("Answering lowered retention")
    unclear = rung(gap=est(0.01, 0.04), verdict="no_clear_difference")
    assert takeaway(unclear).startswith(
        "No clear difference in retention within 90 days between answered and unanswered"
    )


def test_rung_never_claims_against_its_interval():
    assert takeaway(rung(gap=est(0.01, 0.04), verdict="better")).startswith("No clear difference")


def test_rung_that_cannot_say_uses_its_sentence():
    withheld = rung(gap=Unknown("counts", "Only 14."), verdict="cannot_say")
    assert takeaway(withheld) == withheld.sentence
    assert "11.2" not in takeaway(withheld)
    assert takeaway(rung(gap=est(0.05, 0.2), verdict="too_little_data")).startswith("Too little data to tell")


@pytest.mark.parametrize("name", ["B", "C", "D"])
def test_no_causal_verb_below_rung_a_prime(name):
    sentence = takeaway(rung(name, verdict="not_causal"))
    assert sentence.endswith("A difference, not an effect.")
    assert not any(verb in sentence for verb in ("raised", "lowered", "because"))


def test_other_causal_rungs_name_their_arms():
    assert takeaway(rung("R")).startswith("Being assigned a reply raised")
    assert takeaway(rung("Aprime")).startswith("Answering fast raised")


def test_study_speaks_of_its_strongest_causal_rung():
    assert takeaway(study()) == takeaway(study().rungs[0])
    withheld = study(Unknown("counts", "Only 14."), "cannot_say")
    assert takeaway(withheld) == withheld.rungs[0].sentence
    assert takeaway(replace(study(), rungs=study().rungs[2:])) == "Answering keeps customers."


def test_outcome_units_match_the_study():
    units = {"points": "share", "orders": "count", "money": "money"}
    assert {key: outcome_unit(key) for key in OUTCOMES} == {k: units[o.unit] for k, o in OUTCOMES.items()}
    assert takeaway(rung(outcome="margin", gap=est(8.2, 5.8)), "EUR") == (
        "Answering raised margin within 90 days: EUR +8.20 (2.40 to 14.00)."
    )


# ---- grids


def test_grid_best_and_worst():
    assert (
        takeaway(hours())
        == "First response time is best Mon 09:00 (12 min) and worst Sat 00:00 (7 h 27 min)."
    )
    neither = replace(hours(), definition=definition("seconds", "neither", "Wait"))
    assert takeaway(neither).startswith("Wait is highest")


def test_grid_without_clear_difference_or_data():
    flat = replace(hours(), cells={c: Estimate(600, 60, 6_000, 9, "KM") for c in hours().cells})
    assert takeaway(flat).startswith("No clear difference in first response time by weekday and hour")
    assert "too little data" in takeaway(replace(hours(), cells={}))


def test_cohorts_newest_against_oldest():
    assert takeaway_cohorts(cohorts()) == (
        "Retention is better for the 2025-12 than for the 2025-03 cohort (months since the first order: 1): "
        "+7.2 pp (3.0 to 11.4)."
    )
    flat = replace(cohorts(), cells={c: est(0.3, 0.03) for c in cohorts().cells})
    assert takeaway_cohorts(flat).startswith(
        "No clear difference in retention between the 2025-12 and the 2025-03"
    )
    assert takeaway_cohorts(replace(cohorts(), cells={})) == "Retention: too few complete cohorts to compare."


def test_shares_name_the_most_common_answers():
    assert takeaway_shares(spread()) == (
        "Answers behind the Net Easy Score, most common: "
        "Billing 4 (23.0%), Delivery 7 (23.0%), Returns 3 (23.0%)."
    )
    assert "too little data" in takeaway_shares(replace(spread(), cells={}))


# ---- words


def test_unknown_shapes_are_refused():
    with pytest.raises(TypeError, match="no takeaway for str"):
        takeaway("x")


def test_abbreviations_keep_their_capitals():
    assert lower("CSAT") == "CSAT"
    assert lower("Response rate") == "response rate"
    assert lower(EASE.name) == "Net Easy Score"


def test_names_of_groups():
    assert name_of("answered") == "Engaged"
    assert name_of("") == "All together"
    assert name_of("\u200b") == "(blank)"


def test_sentences_quote_names_cleaned():
    by = {"a\u202e\nb": est(0.6, 0.02), "c" * 99: est(0.4, 0.02)}
    sentence = takeaway_by(Reading(definition(), est(0.5, 0.02), by=by))
    assert "a b (60.0%)" in sentence
    assert "c" * 41 not in sentence


def test_fast_against_slow_is_never_the_headline():
    fast = replace(rung("Aprime", est(0.05, 0.01)), verdict="better")
    silent = rung("A", Unknown("counts", "Only 14."), "cannot_say")
    found = replace(study(), rungs=(silent, fast))
    assert headline_of(found) is None
    assert takeaway(found) == silent.sentence
    chance = rung("R", Unknown("not_randomised", "No coin."), "cannot_say")
    assert headline_of(replace(study(), rungs=(chance, rung("A"), fast))).rung == "A"
