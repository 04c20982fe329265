"""Kaplan-Meier: by hand, against statsmodels, known truth, edges."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from socialroi.result import Estimate, Unknown
from socialroi.stats.causal import Assignment
from socialroi.stats.clusters import standard_error
from socialroi.stats.survival import compared, from_counts, influence, kaplan_meier, without_scores

FITTED = Assignment.of([0, 1] * 4, np.arange(8)[:, None] % 3)

people = st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=60)


def censored(seed, n=400):
    rng = np.random.default_rng(seed)
    event, end = rng.exponential(10, n), rng.exponential(15, n)
    return np.minimum(event, end), event <= end


# ---- by hand ---------------------------------------------------------------------------------


def test_curve_of_five_people():
    # 1 answered of 5 (4/5); one cut off at 2; 1 of 3 at 3 (2/3); 1 of 2 at 4 (1/2); last cut off at 6
    km = kaplan_meier([1, 2, 3, 4, 6], [1, 0, 1, 1, 0])
    assert km.times.tolist() == [1, 3, 4]
    assert km.at_risk.tolist() == [5, 3, 2]
    assert km.survival == pytest.approx([4 / 5, 8 / 15, 4 / 15])
    assert km.variance[1] == pytest.approx((8 / 15) ** 2 * (1 / (5 * 4) + 1 / (3 * 2)))
    assert km.quantile(0.5).value == 4
    assert km.share_by(3.5).value == pytest.approx(7 / 15)
    # area to 6: 1 + 2 * 4/5 + 1 * 8/15 + 2 * 4/15
    assert km.rmst(6).value == pytest.approx(1 + 1.6 + 8 / 15 + 8 / 15)


def test_somebody_cut_off_at_an_event_time_was_still_at_risk():
    assert kaplan_meier([5, 5], [1, 0]).survival.tolist() == [0.5]


def test_without_cut_off_the_curve_is_the_share_still_waiting():
    waits = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0])
    km = kaplan_meier(waits, np.ones(6, dtype=bool))
    for t in (0.5, 1.0, 4.5, 9.0):
        assert km.survival_at(t).value == pytest.approx((waits > t).mean())


def test_leaving_people_unanswered_never_improves_the_median():
    waits = np.arange(1.0, 101.0)
    answered = np.ones(100, dtype=bool)
    ignored = answered.copy()
    ignored[60:] = False
    unanswered = np.where(ignored, waits, 500.0)
    assert np.median(waits[:60]) < np.median(waits)
    assert (
        kaplan_meier(unanswered, ignored).quantile().value >= kaplan_meier(waits, answered).quantile().value
    )


# ---- second implementation -------------------------------------------------------------------


def test_curve_error_and_median_match_statsmodels():
    time, event = censored(3)
    # the peer's interval divides by zero on a curve that ends at 0: cut the longest wait off
    event[time.argmax()] = False
    km, peer = kaplan_meier(time, event), SurvfuncRight(time, event.astype(int))
    assert km.times == pytest.approx(peer.surv_times)
    assert km.survival == pytest.approx(peer.surv_prob, abs=1e-12)
    assert np.sqrt(km.variance) == pytest.approx(peer.surv_prob_se, rel=1e-9)
    for q in (0.25, 0.5, 0.75):
        low, high = peer.quantile_ci(q, method="cloglog")
        value = km.quantile(q)
        assert (value.low, value.value, value.high) == pytest.approx((low, peer.quantile(q), high))


def test_log_log_limits_by_formula():
    time, event = censored(4)
    km = kaplan_meier(time, event)
    at = 50
    s, se = km.survival[at], math.sqrt(km.variance[at])
    spread = 1.959963984540054 * se / (s * abs(math.log(s)))
    assert (km.low[at], km.high[at]) == pytest.approx((s ** math.exp(spread), s ** math.exp(-spread)))


def test_count_table_whole_and_broken_times_agree():
    time, event = censored(5)
    days = np.ceil(time).astype(int)
    counts = np.bincount(days, event, 200), np.bincount(days, ~event, 200)
    curves = [
        kaplan_meier(days, event),
        kaplan_meier(days.astype(float), event),
        kaplan_meier(days, event, np.full(len(days), 3.0)),
        from_counts(np.arange(200)[::-1], counts[0][::-1], counts[1][::-1]),
    ]
    for curve in curves[1:]:
        assert curve.survival == pytest.approx(curves[0].survival, abs=1e-12)
        assert curve.variance == pytest.approx(curves[0].variance, rel=1e-9)
        assert (curve.n, curve.n_events, curve.horizon) == (400, event.sum(), days.max())


def test_far_apart_whole_times_do_not_need_a_table_of_all_of_them():
    km = kaplan_meier([5, 86_400 * 365, 10**12], [1, 1, 0])
    assert km.times.tolist() == [5, 86_400 * 365]
    assert km.horizon == 10**12


def test_weight_two_is_two_people_in_the_curve():
    time, event = censored(6, 80)
    twice = np.arange(80) % 2
    weighted = kaplan_meier(time, event, 1 + twice)
    repeated = kaplan_meier(np.repeat(time, 1 + twice), np.repeat(event, 1 + twice))
    assert weighted.survival == pytest.approx(repeated.survival)
    assert weighted.at_risk == pytest.approx(repeated.at_risk)


def test_influence_values_give_the_errors_of_the_curve():
    time, event = censored(7)
    rng = np.random.default_rng(7)
    for weight in (np.ones(400), rng.uniform(0.2, 3.0, 400)):
        km = kaplan_meier(time, event, weight)
        of_survival, of_area = influence(time, event, 8.0, weight)
        at = np.searchsorted(km.times, 8.0, side="right") - 1
        assert of_survival.mean() == pytest.approx(0, abs=1e-12)
        assert of_survival.std() / math.sqrt(400) == pytest.approx(math.sqrt(km.variance[at]))
        assert of_area.mean() == pytest.approx(0, abs=1e-10)
        if (weight == 1).all():
            plain = kaplan_meier(time, event).rmst(8.0)
            half = plain.high - plain.value
            assert 1.959963984540054 * of_area.std() / 20 == pytest.approx(half, rel=1e-3)


def test_influence_values_are_the_change_when_a_person_counts_more():
    time, event = censored(8, 60)
    of_survival, of_area = influence(time, event, 8.0)
    for person in (0, 10, 30):
        weight = np.ones(60)
        weight[person] += 1e-6
        km, plain = kaplan_meier(time, event, weight), kaplan_meier(time, event)
        change = (km.survival_at(8.0).value - plain.survival_at(8.0).value) / 1e-6
        area = (km.areas(8.0)[0] - plain.areas(8.0)[0]) / 1e-6
        assert of_survival[person] / 60 == pytest.approx(change, rel=1e-3, abs=1e-7)
        assert of_area[person] / 60 == pytest.approx(area, rel=1e-3, abs=1e-6)


def test_projecting_scores_out_leaves_residuals():
    rng = np.random.default_rng(9)
    scores = rng.normal(size=(200, 3))
    left = without_scores(rng.normal(size=200) + scores @ [1.0, 2.0, 3.0], scores)
    assert scores.T @ left == pytest.approx(0, abs=1e-9)


# ---- known truth -----------------------------------------------------------------------------


def test_intervals_cover_the_truth():
    rng = np.random.default_rng(10)
    hits = np.zeros(4)
    for _ in range(400):
        event, end = rng.exponential(1.0, 120), rng.uniform(0.2, 3.0, 120)
        km = kaplan_meier(np.minimum(event, end), event <= end)
        answers = km.survival_at(0.1), km.survival_at(1.0), km.quantile(0.5), km.rmst(1.5)
        truths = math.exp(-0.1), math.exp(-1.0), math.log(2), 1 - math.exp(-1.5)
        hits += [a.low <= t <= a.high for a, t in zip(answers, truths, strict=True)]
    assert (hits / 400 >= 0.92).all(), hits / 400


def test_weighted_difference_removes_confounding_and_covers():
    # heavier customers wait longer and are treated more often; treatment changes nothing
    rng = np.random.default_rng(11)
    hits, raw = 0, 0
    for _ in range(150):
        x = rng.normal(size=500)
        e = 1 / (1 + np.exp(-x))
        a = rng.random(500) < e
        event, end = rng.exponential(np.exp(0.7 * x)), rng.uniform(0.5, 4.0, 500)
        time, seen = np.minimum(event, end), event <= end
        w = np.where(a, 1 / e, 1 / (1 - e))
        parts = [(kaplan_meier(time[g], seen[g], w[g]), g) for g in (a, ~a)]
        values = [curve.survival_at(1.0).value for curve, _ in parts]
        errors = [influence(time[g], seen[g], 1.0, w[g])[0].std() / math.sqrt(g.sum()) for _, g in parts]
        hits += abs(values[0] - values[1]) <= 1.96 * math.hypot(*errors)
        plain = [kaplan_meier(time[g], seen[g]).survival_at(1.0) for g in (a, ~a)]
        raw += plain[0].low > plain[1].high
    assert hits / 150 >= 0.90
    assert raw / 150 > 0.8


def orders(rng, n):
    """Frequent buyers (x) are answered more and order again sooner; an answer shortens the wait a little."""
    x = rng.normal(size=(n, 2))
    a = (rng.random(n) < 1 / (1 + np.exp(-(0.8 * x[:, 0] - 0.3 * x[:, 1])))).astype(float)
    event, end = rng.exponential(mean_days(x, a)), rng.uniform(30, 400, n)
    return np.minimum(event, end), event <= end, a, x


def mean_days(x, a):
    return 100 * np.exp(-0.6 * x[:, 0] - 0.25 * a)


def difference_in_truth(tau):
    """Overlap population: area under exp(-t / mean) up to tau, answered less unanswered."""
    x = np.random.default_rng(98).normal(size=(1_000_000, 2))
    e = 1 / (1 + np.exp(-(0.8 * x[:, 0] - 0.3 * x[:, 1])))
    area = [mean_days(x, a) * (1 - np.exp(-tau / mean_days(x, a))) for a in (1, 0)]
    return float(np.average(area[0] - area[1], weights=e * (1 - e)))


@pytest.mark.parametrize("reps", [60, pytest.param(200, marks=pytest.mark.slow)])
def test_the_difference_of_restricted_means_covers_the_truth(reps):
    truth, rng = difference_in_truth(180), np.random.default_rng(13)
    errors, hits, raw_hits, widths = [], 0, 0, []
    for _ in range(reps):
        time, event, a, x = orders(rng, 1500)
        fitted = Assignment.of(a, x, splits=1)
        gap = compared(fitted, time, event, 180).difference
        errors.append(gap.value - truth)
        hits += gap.low <= truth <= gap.high
        arms = [(kaplan_meier(time[g], event[g]).rmst(180), g) for g in (a == 1, a == 0)]
        half = math.hypot(*(one.high - one.value for one, _ in arms))
        raw_hits += abs(arms[0][0].value - arms[1][0].value - truth) <= half
        whole = np.zeros(1500)
        for sign, g in ((1, a == 1), (-1, a == 0)):
            known = influence(time[g], event[g], 180, fitted.weights("ATO")[g])[1]
            whole[g] = sign * known * 1500 / g.sum()
        widths.append((gap.high - gap.low) / (2 * 1.96 * standard_error(whole, np.arange(1500))))
    assert abs(np.mean(errors)) < 3 * np.std(errors) / math.sqrt(reps) + 0.2
    # Monte Carlo error 1.5 points at 200 repetitions, 2.8 at 60
    assert (0.91 if reps == 200 else 0.86) <= hits / reps <= 1
    assert raw_hits / reps < 0.2
    # weights from a fitted propensity are better than known ones
    assert np.mean(widths) < 0.95


def test_compared_arms_are_their_weighted_curves():
    time, event, a, x = orders(np.random.default_rng(14), 600)
    customer = np.random.default_rng(14).integers(0, 250, 600)
    fitted = Assignment.of(a, x, customer)
    for estimand in ("ATO", "ATT", "ATU", "ATE"):
        answer, w, arm = compared(fitted, time, event, 90, estimand), fitted.weights(estimand), a == 1
        plain = kaplan_meier(time[arm], event[arm], w[arm])
        assert answer.treated.survival == pytest.approx(plain.survival)
        assert answer.treated_rmst.value == pytest.approx(plain.areas(90)[0])
        gap = answer.treated_rmst.value - answer.control_rmst.value
        assert answer.difference.value == pytest.approx(gap)
        assert -90 <= answer.difference.low < answer.difference.value < answer.difference.high <= 90
        assert answer.treated_rmst.n == 600


def test_a_customer_who_repeats_widens_the_comparison():
    time, event, a, x = orders(np.random.default_rng(15), 400)
    twice = np.repeat(np.arange(400), 4)
    once = compared(Assignment.of(a, x, splits=1), time, event, 90).difference
    again = compared(
        Assignment.of(a[twice], x[twice], twice, splits=1), time[twice], event[twice], 90
    ).difference
    assert again.high - again.low == pytest.approx(once.high - once.low, rel=0.05)


def test_beyond_the_follow_up_of_an_arm_nothing_is_compared():
    time, event, a, x = orders(np.random.default_rng(16), 300)
    time, event = np.where(a == 1, np.minimum(time, 40), time), event & ((a == 0) | (time < 40))
    answer = compared(Assignment.of(a, x), time, event, 60)
    assert {v.code for v in (answer.difference, answer.treated_rmst, answer.control_rmst)} == {"not_observed"}
    assert answer.control.horizon > 60
    assert isinstance(compared(Assignment.of(a, x), time, event, 40).difference, Estimate)


# ---- edges and properties --------------------------------------------------------------------


def test_nobody_is_unknown():
    km = kaplan_meier([], [])
    for answer in (km.quantile(), km.survival_at(1), km.share_by(1), km.rmst(1)):
        assert answer == Unknown("no_data", "There is nothing to count here.", 0)
    assert km.steps(10) == ()


def test_a_median_that_is_not_reached_is_unknown():
    answer = kaplan_meier([1, 2, 3, 4], [1, 0, 0, 0]).quantile()
    assert isinstance(answer, Unknown)
    assert (answer.code, answer.n) == ("not_reached", 4)


def test_an_open_upper_limit_is_the_horizon_and_says_so():
    answer = kaplan_meier([1, 2, 3, 4, 50], [1, 1, 1, 0, 0]).quantile()
    assert (answer.value, answer.high) == (3, 50)
    assert answer.method.endswith("upper limit open: censoring horizon")


def test_beyond_the_horizon_nothing_is_claimed():
    cut_off, finished = kaplan_meier([2, 5], [1, 0]), kaplan_meier([2, 5], [1, 1])
    assert cut_off.survival_at(6).code == "not_observed"
    assert cut_off.rmst(6).code == "not_observed"
    assert finished.survival_at(6).value == 0
    assert finished.rmst(6).value == pytest.approx(3.5)


def test_before_the_first_event_and_after_the_last_the_interval_is_not_a_point():
    km = kaplan_meier(np.arange(10, 20), np.ones(10, dtype=bool))
    before, after = km.survival_at(5), km.survival_at(30)
    assert (before.value, before.high) == (1, 1)
    assert 0.6 < before.low < 0.8
    assert (after.value, after.low) == (0, 0)
    assert after.high > 0.2


def test_all_cut_off_at_once():
    km = kaplan_meier([7] * 50, [False] * 50)
    share = km.share_by(7)
    assert (share.value, share.low) == (0, 0)
    assert share.high == pytest.approx(0.0713, abs=1e-3)


@pytest.mark.parametrize(
    "call",
    [
        lambda: kaplan_meier([1, math.nan], [1, 1]),
        lambda: kaplan_meier([-1.0], [1]),
        lambda: kaplan_meier([1, 2], [1]),
        lambda: kaplan_meier([1, 2], [1, 1], [1, -1]),
        lambda: from_counts([1, 1], [1, 1], [0, 0]),
        lambda: from_counts([1], [-1], [0]),
        lambda: from_counts([1, 2], [1], [0]),
        lambda: kaplan_meier([1], [1]).quantile(1.0),
        lambda: kaplan_meier([1], [1]).rmst(0),
        lambda: kaplan_meier([1, 2], [1, 1], [2.0, 3.0]).rmst(1),
        lambda: kaplan_meier([1], [1]).steps(2),
        lambda: influence([1, 2], [1, 0], 3.0),
        lambda: compared(FITTED, [1] * 8, [1] * 8, 0.0),
        lambda: compared(FITTED, [1], [1], 1.0),
        lambda: compared(FITTED, [-1] * 8, [1] * 8, 1.0),
    ],
)
def test_impossible_input_is_an_error(call):
    with pytest.raises(ValueError, match=r".+"):
        call()


def test_steps_are_few_start_at_everybody_and_end_at_the_horizon():
    time, event = censored(12, 5000)
    km = kaplan_meier(time, event)
    steps = km.steps(100)
    assert 90 <= len(steps) <= 100
    assert (steps[0].x, steps[0].value.value, steps[0].at_risk) == (0, 1, 5000)
    assert steps[-1].x == km.horizon
    assert all(a.x < b.x and a.value.value >= b.value.value for a, b in pairwise(steps))
    rising = km.steps(100, rising=True)
    assert [s.value.value for s in rising] == pytest.approx([1 - s.value.value for s in steps])


def test_answers_at_once_give_no_two_steps_at_zero():
    steps = kaplan_meier([0.0, 0.0, 1.0, 2.0], [1, 1, 1, 0]).steps(10)
    assert [s.x for s in steps] == [0.0, 1.0, 2.0]
    assert steps[0].value.value == 0.5


@settings(max_examples=60, deadline=None)
@given(people, st.randoms())
def test_curve_is_ordered_and_ignores_the_order_of_people(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    curves = [kaplan_meier(*map(np.array, zip(*some, strict=True))) for some in (rows, shuffled)]
    assert curves[0].survival.tolist() == curves[1].survival.tolist()
    for curve in (curves[0], kaplan_meier(*map(np.array, zip(*rows, strict=True)), np.ones(len(rows)))):
        assert (curve.low <= curve.survival).all()
        assert (curve.survival <= curve.high).all()
        assert (np.diff(curve.survival) <= 0).all()
        for q in (0.1, 0.5, 0.9):
            answer = curve.quantile(q)
            assert isinstance(answer, Unknown) or answer.low <= answer.value <= answer.high


@settings(max_examples=40, deadline=None)
@given(people)
def test_scale_of_time_does_not_matter(rows):
    time, event = map(np.array, zip(*rows, strict=True))
    seconds, minutes = kaplan_meier(time * 60.0, event).quantile(), kaplan_meier(time, event).quantile()
    assert type(seconds) is type(minutes)
    if isinstance(minutes, Estimate):
        assert (seconds.value, seconds.high) == (60 * minutes.value, 60 * minutes.high)
