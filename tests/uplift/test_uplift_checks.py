"""The conditions under which a number may be shown, one by one."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from uplift_shop import at, message, order, regular, shop

from socialroi.result import Estimate, Unknown
from socialroi.stats.diagnostics import Balance, EffectiveSize
from socialroi.uplift import checks, counts, linkage, notes, placebo
from socialroi.uplift.covariates import GROUPS, covariates
from socialroi.uplift.estimate import Arms, fit
from socialroi.uplift.linkage import Links
from socialroi.uplift.messages import emulate
from socialroi.uplift.outcomes import MARGIN, RETENTION
from socialroi.uplift.sides import answered as answered_within

SIDES = answered_within("24 hours")
#: As much of a design as a sentence needs.
ABOUT = SimpleNamespace(sides=SIDES, outcome=RETENTION)


def arms(answered=(200, 100), unanswered=(150, 60)):
    """Two arms of people with one message each: (people, of whom ordered)."""
    sizes = [(True, *answered), (False, *unanswered)]
    treated = np.concatenate([np.full(n, arm) for arm, n, _ in sizes])
    bought = np.concatenate([np.arange(n) < k for _, n, k in sizes])
    return Arms(bought.astype(float), treated, np.arange(len(treated)), bought)


def effect(value=0.05, half=0.04, after=(0.02, -0.05), ess=(900.0, 120.0), largest=(0.01, 0.02)):
    return SimpleNamespace(
        value=value, low=value - half, high=value + half, se=half / 1.96, n=1000,
        balance=Balance(("orders so far", "night"), (0.4, 0.3), after),
        ess=EffectiveSize(*ess, *largest),
    )  # fmt: skip


# ---- counts ----


@pytest.mark.parametrize(
    ("unanswered", "passed"),
    [((100, 50), True), ((99, 50), False), ((150, 20), True), ((150, 19), False), ((150, 131), False)],
)
def test_a_hundred_people_with_twenty_of_either_result(unanswered, passed):
    assert counts.check(arms(unanswered=unanswered), SIDES).passed is passed


def test_a_person_who_wrote_often_is_one_person():
    many = Arms(
        np.tile([0.0, 1.0], 500), np.arange(1000) < 500, np.arange(1000) % 50, np.tile([False, True], 500)
    )
    assert many.people(True) == 50
    assert counts.check(many, SIDES).passed is False


def test_too_few_says_how_many_and_how_many_are_needed():
    # 14 people; both arms together order in 107 of 214 cases, so 100 people hold 20 of each
    said = counts.check(arms(unanswered=(14, 7)), SIDES).sentence
    assert said == "Only 14 people were left unanswered; about 100 are needed."


def test_a_rare_result_needs_more_people():
    # 40 of 214 ordered (18.7 %): 20 / 0.187 = 107 people, rounded up to 110
    worse, _ = counts.needs(arms(answered=(200, 38), unanswered=(14, 2)))
    assert (worse.treated, worse.have, worse.needed) == (False, 14, 107)
    assert counts.missing(worse, SIDES) == "Only 14 people were left unanswered; about 110"


def test_enough_people_of_whom_too_few_ordered():
    worse, _ = counts.needs(arms(unanswered=(200, 10)))
    assert worse.needed == 400
    assert "Of 200 people left unanswered, only 10 had the rarer of the two results" in counts.missing(
        worse, SIDES
    )


@pytest.mark.parametrize(("n", "start"), [(0, "Nobody was left"), (1, "Only 1 person was left")])
def test_nobody_and_one_are_worded(n, start):
    worse, _ = counts.needs(arms(unanswered=(n, 0)))
    assert counts.missing(worse, SIDES).startswith(start)


def steady(n_unanswered, orders_end, every_days=2.0):
    """One person every `every_days` left unanswered, and as many answered; two orders each long before."""
    asked, orders = [], []
    for i in range(n_unanswered):
        for reply, name in ((None, f"u{i}"), (1.0, f"a{i}")):
            orders += regular(name)
            asked.append(message(name, at(days=200 + every_days * i), reply))
    return emulate(shop(orders, asked, orders_end=orders_end), RETENTION, (90,))


def test_the_date_is_extrapolated_at_the_current_rate():
    # 51 people in 100 days; 49 more take 49 x 100 / 51 days after the last one, and 91 days to be followed
    design = steady(51, orders_end=at(days=2_000))
    need = counts.Need(treated=False, have=51, rarer=0, needed=100)
    expected = at(days=300 + 49 * 100 / 51 + 91)
    assert abs(pd.Timestamp(counts.possible_from(design, 90, need)) - expected) < pd.Timedelta(minutes=1)


def test_the_date_is_exact_when_the_people_are_there_and_still_followed():
    design = steady(51, orders_end=at(days=300))
    need = counts.Need(treated=False, have=5, rarer=0, needed=40)
    assert pd.Timestamp(counts.possible_from(design, 90, need)) == at(days=200 + 2 * 39 + 91)


def test_people_who_are_still_followed_are_told_of():
    design = steady(51, orders_end=at(days=300))
    need = counts.Need(treated=False, have=5, rarer=0, needed=100)
    said = counts.when(design, 90, need)
    assert said.startswith(
        "46 more are still within their 90 days of follow-up. At the current rate an answer"
    )
    assert said.endswith("; a fair test is faster.")


def test_no_date_without_anybody_or_beyond_ten_years():
    none = emulate(shop(regular("ann"), [message("ann", at(days=200), 1.0)]), RETENTION, (90,))
    need = counts.Need(treated=False, have=0, rarer=0, needed=100)
    assert counts.possible_from(none, 90, need) is None
    assert counts.when(none, 90, need) == "At the current rate that will not happen: plan a fair test."
    far = counts.Need(treated=False, have=51, rarer=0, needed=100_000)
    assert counts.possible_from(steady(51, at(days=2_000)), 90, far) is None


# ---- balance, overlap ----


@pytest.mark.parametrize(("worst", "passed"), [(0.10, True), (-0.1001, False)])
def test_balance_is_judged_by_the_worst_column(worst, passed):
    check = checks.balance_check(effect(after=(0.02, worst)), SIDES)
    assert (check.passed, check.value) == (passed, abs(worst))
    assert ("“night”" in check.sentence) is not passed


@pytest.mark.parametrize(
    ("ess", "largest", "passed"),
    [((900, 50), (0.01, 0.05), True), ((900, 49), (0.01, 0.02), False), ((900, 90), (0.01, 0.051), False)],
)
def test_overlap_needs_fifty_messages_and_no_heavyweight(ess, largest, passed):
    assert checks.overlap_check(effect(ess=ess, largest=largest), SIDES).passed is passed


# ---- placebo ----


@pytest.mark.parametrize(
    ("value", "half", "passed", "says"),
    [
        (0.01, 0.05, True, "bought alike"),
        (0.01, 0.0599, True, "bought alike"),  # just under 1.5 times the headline's
        (0.01, 0.0601, None, "too weak to speak"),
        (0.05, 0.04, False, "already differed"),
        (0.20, 0.10, False, "already differed"),  # weak, and yet it found something
    ],
)
def test_a_placebo_passes_fails_or_is_too_weak(value, half, passed, says):
    found = SimpleNamespace(headline=effect(value, half))
    check = placebo.check(effect(half=0.04), found, ABOUT, None)
    assert check.passed is passed
    assert says in check.sentence


def test_a_placebo_that_could_not_run_does_not_withhold():
    check = placebo.check(effect(), None, ABOUT, None)
    assert (check.passed, check.value) == (None, None)
    assert checks.failed((check,)) is None


# ---- linkage ----


def links(*cells):
    """(channel, answered, messages, linked) -> Links."""
    channel = np.concatenate([np.full(n, c) for c, _, n, _ in cells])
    answered = np.concatenate([np.full(n, a) for _, a, n, _ in cells])
    linked = np.concatenate([np.arange(n) < k for _, _, n, k in cells])
    return Links(channel.astype(np.int64), answered, linked)


def test_the_linkage_gap_is_taken_within_channels():
    # raw: 146/200 = .73 against 73/100 = .73; within channels .90-.80 and .56-.66, weights 160 and 140
    found = links((0, True, 100, 90), (0, False, 60, 48), (1, True, 100, 56), (1, False, 40, 25))
    expected = (160 * (0.90 - 0.80) + 140 * (0.56 - 0.625)) / 300
    assert found.gap() == pytest.approx(expected)


@pytest.mark.parametrize(("linked", "passed"), [(95, True), (94, False), (100, True)])
def test_more_than_five_points_withhold(linked, passed):
    check = linkage.check(links((0, True, 100, 100), (0, False, 100, linked)), SIDES)
    assert check.passed is passed


def test_linkage_without_a_channel_that_has_both():
    found = links((0, True, 50, 50), (1, False, 50, 50))
    assert found.gap() is None
    assert linkage.check(found, SIDES).passed is None


def test_linked_means_known_before_the_message_whoever_wrote():
    rows = [
        message("ann", at(days=100), 1.0),
        message("someone new", at(days=100), 1.0),
        message(None, at(days=100)),
        message("ann", at(days=101), channel="email"),
    ]
    found = Links.of(emulate(shop(regular("ann"), rows), RETENTION, (90,)))
    assert sorted(zip(found.treated.tolist(), found.linked.tolist(), strict=True)) == [
        (False, False), (True, False), (True, True),
    ]  # fmt: skip


def test_a_purchase_after_the_answer_does_not_make_a_stranger_known():
    later = [order("new", at(days=102)), order("new", at(days=103))]
    found = Links.of(emulate(shop(later, [message("new", at(days=100), 1.0)]), RETENTION, (90,)))
    assert found.linked.tolist() == [False]


# ---- which failure is told ----


def test_the_most_basic_failure_is_told_first():
    every = tuple(
        checks.Check(name, 0, 0, False, name) for name in ("balance", "placebo", "overlap", "linkage")
    )
    assert checks.failed(every).name == "linkage"
    assert checks.failed(tuple(checks.Check(c.name, 0, 0, True, "") for c in every)) is None


# ---- money ----


def trial_rows(n=400, seed=0, effect=0.0):
    """Trial rows with everything the columns need; y depends on orders, the answer on the hour."""
    rng = np.random.default_rng(seed)
    hour = rng.integers(0, 24, n)
    orders = rng.integers(2, 10, n).astype(float)
    answered = rng.random(n) < np.where((hour >= 22) | (hour < 7), 0.55, 0.8)
    y = (rng.random(n) < 0.3 + 0.03 * orders + effect * answered).astype(float)
    frame = pd.DataFrame(
        {
            "treated": answered, "person": np.arange(n) // 2, "y": y, "bought": y > 0,
            "orders": orders, "amount": 20 * orders, "recency_days": rng.exponential(30, n),
            "tenure_days": 200.0,
            "contacts": rng.integers(0, 3, n).astype(float), "contact_days": np.nan,
            "local_hour": hour, "local_weekday": rng.integers(1, 8, n), "queue_at_arrival": rng.poisson(3, n),
            "channel": rng.choice(["x", "facebook"], n), "department": "care", "segment": None,
            "topic": rng.choice(["delivery", "return"], n), "sentiment": rng.normal(0, 1, n),
            "urgency": np.nan,
            "first_order_channel": "web", "acquisition_channel": None, "at_us": np.arange(n),
        }
    )  # fmt: skip
    for days in (30, 90, 365):
        frame[f"orders_{days}"] = np.minimum(orders, days // 30)
        frame[f"amount_{days}"] = 20 * frame[f"orders_{days}"]
    return frame


@pytest.fixture(scope="module")
def fitted():
    return fit(trial_rows(), ("ATO", "ATT"))


def test_money_needs_a_placebo_that_passed(fitted):
    for passed, expected in ((True, True), (None, False)):
        tested = checks.Check("placebo", 0.0, 0.1, passed, "")
        assert checks.money_check(fitted, tested, None, None).passed is expected


def test_money_needs_a_difference_too_large_to_be_explained(fitted):
    tested = checks.Check("placebo", 0.0, 0.1, True, "")
    explained = notes.Sensitivity("topic", 0.1, explains=True)
    check = checks.money_check(fitted, tested, explained, None)
    assert check.passed is False
    assert "a difference too large for a cause as strong" in check.sentence


def test_money_needs_the_same_sign_without_its_largest_amounts(fitted):
    tested = checks.Check("placebo", 0.0, 0.1, True, "")
    value = -fitted.headline.value
    cut = Estimate(value, value - 1, value + 1, 100, "test")
    assert checks.money_check(fitted, tested, None, cut).passed is False


def test_money_needs_a_topic_or_an_urgency():
    bare = trial_rows().assign(topic=None, sentiment=np.nan)
    tested = checks.Check("placebo", 0.0, 0.1, True, "")
    check = checks.money_check(fit(bare), tested, None, None)
    assert (check.passed, check.value, check.limit) == (False, 3, 4)


# ---- columns ----


def test_few_events_take_the_short_list_and_many_the_full_one():
    rows = trial_rows()
    short, full = covariates(rows, 10, GROUPS), covariates(rows, 1_000, GROUPS)
    assert not short.is_full
    assert full.is_full
    assert set(short.names) < set(full.names)
    assert {"night", "weekend", "queue at arrival", "orders so far", "spend so far"} <= set(short.names)


def test_constant_columns_are_left_out():
    found = covariates(trial_rows(), 1_000, GROUPS)
    assert "days since the first order" not in found.names
    assert "customer segment" not in found.groups
    assert np.ptp(found.x, axis=0).min() > 0


def test_harmonics_close_the_day():
    """Midnight follows 23 o'clock: the same distance apart as 23 and 22."""
    rows = trial_rows().iloc[:3].assign(local_hour=[22, 23, 0])
    found = covariates(rows, 0, GROUPS)
    x = found.x[:, [found.names.index(f"time of day ({kind})") for kind in ("sine", "cosine")]]
    assert np.linalg.norm(x[1] - x[0]) == pytest.approx(np.linalg.norm(x[2] - x[1]))


# ---- degenerate arms ----


def test_an_empty_or_one_class_arm_has_no_fit():
    rows = trial_rows()
    assert fit(rows.assign(treated=True)) is None
    assert fit(rows.assign(y=1.0)) is None
    assert fit(rows.iloc[:0]) is None
    assert fit(rows.iloc[:12]) is None  # fewer in an arm than columns
    assert isinstance(Arms.of(rows.assign(treated=True)).naive(), Unknown)


def test_one_class_in_an_arm_does_not_crash():
    rows = trial_rows()
    rows.loc[~rows["treated"], "y"] = 0.0
    found = fit(rows)
    assert found is None or np.isfinite(found.headline.value)


def test_only_constant_columns_give_the_plain_difference():
    rows = trial_rows()
    varying = ["treated", "person", "y", "bought"]
    constant = pd.concat(
        [rows[varying], rows.drop(columns=varying).iloc[[0] * len(rows)].reset_index(drop=True)], axis=1
    )
    found = fit(constant)
    assert found.columns.names == ()
    assert found.headline.value == pytest.approx(found.arms.naive().value, abs=0.005)


def test_a_random_relabelling_finds_something_one_time_in_twenty():
    """A/A: 60 relabellings of the same messages; 10 or more clear ones would happen once in 1,000."""
    rows = trial_rows(n=500, seed=3)
    rng = np.random.default_rng(11)
    clear = 0
    for _ in range(60):
        found = fit(rows.assign(treated=rng.random(len(rows)) < 0.7)).headline
        clear += found.low > 0 or found.high < 0
    assert clear <= 9


# ---- notes ----


def test_holm_by_hand():
    # sorted .01 .02 .04: 3 x .01 = .03; 2 x .02 = .04; 1 x .04 = .04; never below the one before
    assert notes.holm({30: 0.04, 180: 0.01, 365: 0.02}) == pytest.approx({180: 0.03, 365: 0.04, 30: 0.04})
    assert notes.holm({1: 0.6, 2: 0.7}) == {1: 1.0, 2: 1.0}


def test_sensitivity_is_asked_only_of_a_clear_difference():
    assert notes.sensitivity(fit(trial_rows(seed=1))) is None
    found = notes.sensitivity(fit(trial_rows(n=2_000, effect=0.25)))
    assert found is not None
    assert not found.explains
    assert "would have to be stronger than" in notes.sensitivity_note(found, RETENTION, None)


def test_a_difference_made_by_a_dropped_cause_is_called_explainable():
    """Recency decides both: something unseen and a little weaker makes the whole difference."""
    rng = np.random.default_rng(5)
    rows = trial_rows(n=3_000, seed=5)
    seen, unseen = rng.normal(size=3_000), rng.normal(size=3_000)
    answered = rng.random(3_000) < 1 / (1 + np.exp(-1 - seen - 0.8 * unseen))
    y = (rng.random(3_000) < 1 / (1 + np.exp(-0.7 * seen - 0.5 * unseen))).astype(float)
    rows = rows.assign(
        treated=answered, y=y, bought=y > 0, recency_days=np.exp(seen), person=np.arange(3_000)
    )
    found = notes.sensitivity(fit(rows))
    assert found.strongest == "days since the last order"
    assert found.explains
    assert "could be explained by something unseen as strong as" in notes.sensitivity_note(
        found, RETENTION, None
    )


def test_signs_across_follow_ups():
    primary = effect(0.05)
    assert "same way at 30, 180 days" in notes.signs_note(primary, {180: effect(0.02), 30: effect(0.01)})
    assert "does not point the same way" in notes.signs_note(primary, {180: effect(-0.02)})
    assert notes.signs_note(primary, {}) is None


def test_the_negative_control_needs_a_clock():
    assert "not run, because orders carry dates without" in notes.control_note(None, False, MARGIN, "EUR")
