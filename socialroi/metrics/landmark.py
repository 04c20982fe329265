"""Engaged against unengaged customers, without immortal time: fixed at day 30, outcomes after it.

Status is decided on the 30th day after the first order from what had happened by then: `answered` (some
social conversation had a human answer), `asked_unanswered`, `never_asked`. Only later orders count. A
comparison of "ever answered" with "never answered" would credit answers with the loyalty that gave
them time to happen.

What comes out is a difference, not an effect: who gets in touch differs in more than the first order
shows. "Is it real?" asks that question; see the study.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from socialroi.errors import UnknownName
from socialroi.metrics import choices, cohorts, engagement, standardised
from socialroi.metrics.answer import MIN_N, joined, too_few
from socialroi.metrics.engagement import LANDMARK_D, STATUSES, TWO_WAY_NOTE, Groups
from socialroi.result import Comparison, Curve, Definition, Reading, Unknown, Value, Window
from socialroi.stats import intervals, survival
from socialroi.stats.survival import KaplanMeier
from socialroi.store import Store

DAY_S = 86400.0
#: The most points of one curve sent to a chart.
CURVE_POINTS = 400

#: Outcomes about what was chosen, and about customers with one order-day until the landmark.
CHOICES = ("upsell", "cross_sell")
ONE_TIME = ("repurchase", "days_without_order")
REPURCHASE_NOTE = (
    "Among those with one order-day until day 30; the standardised figure needs the whole window observed."
)

DEFINITIONS: Mapping[str, Definition] = {
    "retention": Definition(
        key="retention",
        name="Retention after day 30",
        unit="share",
        better="up",
        question="Do customers whose question was answered order again more often?",
        formula=(
            "Customers with an order more than 30 and up to 30 + H days after their first / customers"
            " observed for that long, by status on day 30."
        ),
        source="Landmark analysis (Anderson, Cain and Gelber 1983).",
        caveat="A difference, not an effect.",
        min_n=MIN_N,
    ),
    "repurchase": Definition(
        key="repurchase",
        name="Second order after day 30",
        unit="share",
        better="up",
        question="Do one-time buyers whose question was answered come back more often?",
        formula=(
            "Kaplan-Meier share with a second order within H days after day 30, among customers with one"
            " order-day until then, by status on day 30."
        ),
        source="Landmark analysis (Anderson, Cain and Gelber 1983).",
        caveat="A difference, not an effect.",
        min_n=MIN_N,
    ),
    "clv_historical": Definition(
        key="clv_historical",
        name="Margin after day 30",
        unit="money",
        better="up",
        question="Do customers whose question was answered bring more margin?",
        formula=(
            "Margin of orders more than 30 and up to H days after the first / all customers observed to"
            " that age, by status on day 30."
        ),
        source="Landmark analysis (Anderson, Cain and Gelber 1983).",
        caveat="A difference, not an effect.",
        min_n=MIN_N,
    ),
    "upsell": Definition(
        key="upsell",
        name="Upsell after day 30",
        unit="share",
        better="up",
        question="Do customers whose question was answered choose dearer things?",
        formula=(
            "Customers who in the H days after day 30 bought a product dearer than any they had bought of its"
            " category by then, each at its mean price / customers observed for that long, by status then."
        ),
        source="Landmark analysis (Anderson, Cain and Gelber 1983).",
        caveat="A difference, not an effect.",
        min_n=MIN_N,
    ),
    "cross_sell": Definition(
        key="cross_sell",
        name="Cross-sell after day 30",
        unit="share",
        better="up",
        question="Do customers whose question was answered find new categories?",
        formula=(
            "Customers who in the H days after day 30 bought from a category they had not bought from by then"
            " / customers observed for that long, by status on day 30."
        ),
        source="Landmark analysis (Anderson, Cain and Gelber 1983).",
        caveat="A difference, not an effect.",
        min_n=MIN_N,
    ),
    "days_without_order": Definition(
        key="days_without_order",
        name="Time without a second order",
        unit="seconds",
        better="down",
        question="Do one-time buyers whose question was answered come back sooner?",
        formula=(
            "Mean time without a second order within H days after day 30 (restricted mean: the area under the"
            " Kaplan-Meier curve), among customers with one order-day until then, by status on day 30."
        ),
        source="Royston and Parmar 2013, from the same landmark.",
        caveat="A difference, not an effect.",
        min_n=MIN_N,
    ),
}


def compare(store: Store, outcome: str, window: Window) -> Comparison:
    """An outcome after day 30 for answered customers and the others, raw and standardised.

    `outcome` is a key of `DEFINITIONS`; `window.horizon_days` its follow-up (for clv_historical the age,
    above 30). `groups` has every status and `unengaged`; differences are answered minus unengaged. Raises
    UnknownName for another outcome.
    """
    if outcome not in DEFINITIONS:
        raise UnknownName("outcome of the landmark comparison", outcome, DEFINITIONS)
    found = engagement.gather(store, window, to_age=outcome == "clv_historical")
    if outcome in CHOICES:
        found = engagement.with_choices(store, found, window)
    absent = _absent(store, outcome, window, found)
    definition = _named(outcome, found)
    if absent:
        levels: dict[str, Value] = dict.fromkeys(("answered", "unengaged"), absent)
        return Comparison(definition, window.horizon_days, levels, absent, absent, found.notes, found.working)
    of_group = _LEVELS[outcome]
    levels = {name: of_group(found.members(name), window) for name in found.names}
    if not found.three_way:
        unseen = Unknown("answered_only", TWO_WAY_NOTE)
        levels |= {"asked_unanswered": unseen, "never_asked": unseen}
    notes = (*found.notes, REPURCHASE_NOTE) if outcome in ONE_TIME else found.notes
    return Comparison(
        definition,
        window.horizon_days,
        levels,
        standardised.difference(levels["answered"], levels["unengaged"]),
        standardised.difference_like_with_like(found.people, outcome, window.horizon_days),
        notes,
        found.working,
    )


def curve(store: Store, window: Window, *, three_way: bool = False) -> Curve:
    """Share with a second order by days since day 30, by status, among those with one order-day until then.

    Groups `answered` and `unengaged`, or the three statuses. A group below the minimum is not there.
    """
    found = engagement.gather(store, window, to_age=False)
    names = found.names[:-1] if three_way and found.three_way else ("answered", "unengaged")
    curves = {name: _second_orders(found.members(name)) for name in names}
    return Curve(
        DEFINITIONS["repurchase"],
        "Days since day 30 after the first order",
        {
            name: tuple(replace(step, x=step.x / DAY_S) for step in one.steps(CURVE_POINTS, rising=True))
            for name, one in curves.items()
            if one.n >= MIN_N
        },
    )


def divided(whole: Reading, store: Store, window: Window) -> Reading:
    """A cohort metric's reading with the divisions its own query cannot give: engaged, department."""
    if window.by == "department":
        return replace(whole, by={"(all)": cohorts.NO_DEPARTMENT})
    if window.by == "channel":
        return replace(whole, notes=joined(whole.notes, (cohorts.CHANNEL_NOTE,)))
    if window.by != "engaged":
        return whole
    if whole.definition.key == "time_to_second_order":
        return _medians(whole, store, window)
    compared = compare(store, whole.definition.key, window)
    levels = {name: value for name, value in compared.groups.items() if _is_shown(name, compared)}
    note = f"By engagement: {compared.definition.name.lower()}. {compared.definition.formula}"
    return replace(whole, by=levels, notes=joined(whole.notes, (note,), compared.notes))


def _is_shown(name: str, compared: Comparison) -> bool:
    """Segments that divide everybody once: the three statuses, or two where they cannot be told apart."""
    unseen = compared.groups.get("asked_unanswered")
    two_way = unseen is None or (isinstance(unseen, Unknown) and unseen.code == "answered_only")
    return name in ({"answered", "unengaged"} if two_way else set(STATUSES))


def without_engaged(window: Window) -> Window:
    """The window without a division by engagement, which has no series of its own."""
    return replace(window, by=None) if window.by == "engaged" else window


def _medians(whole: Reading, store: Store, window: Window) -> Reading:
    """Median time from day 30 to the second order, by status."""
    found = engagement.gather(store, window, to_age=False)
    names = STATUSES if found.three_way else ("answered", "unengaged")
    curves = {name: _second_orders(found.members(name)) for name in names}
    note = "By engagement: time from day 30 after the first order, among those with one order-day until then."
    by = {name: _median(one) for name, one in curves.items()}
    return replace(whole, by=by, notes=joined(whole.notes, (note,), found.notes))


def _median(one: KaplanMeier) -> Value:
    """Median of a curve with enough customers."""
    if one.n < MIN_N:
        return too_few(one.n, "customers", DEFINITIONS["repurchase"])
    return one.quantile(0.5)


def _absent(store: Store, outcome: str, window: Window, found: Groups) -> Unknown | None:
    """Why nothing can be compared, if so."""
    if outcome == "clv_historical":
        if window.horizon_days <= LANDMARK_D:
            return Unknown("too_short", f"The age must lie beyond the landmark of {LANDMARK_D} days.")
        if found.money.absent:
            return found.money.absent
    if outcome in CHOICES and len(found.people):
        return choices.obstacle(store, "upsell" if outcome == "upsell" else "cross_sell")
    return None if len(found.people) else engagement.nobody(store, window)


def _named(outcome: str, found: Groups) -> Definition:
    """The definition, saying revenue where no margin is known."""
    definition = DEFINITIONS[outcome]
    if outcome != "clv_historical" or found.money.use_margin:
        return definition
    formula = definition.formula.replace("Margin", "Revenue (no margin is known)")
    return replace(definition, name="Revenue after day 30", formula=formula)


def _share(column: str, people: pd.DataFrame, window: Window) -> Value:
    """Share of those observed to the end of the window of whom `column` is true."""
    whole = people[people["complete"]]
    if len(whole) < MIN_N:
        return too_few(len(whole), "customers are observed for the whole window", DEFINITIONS["retention"])
    return intervals.wilson(int(whole[column].sum()), len(whole))


def _returned(people: pd.DataFrame, window: Window) -> Value:
    """Kaplan-Meier share with a second order within the horizon."""
    one = _second_orders(people)
    if one.n < MIN_N:
        return too_few(one.n, "customers", DEFINITIONS["repurchase"])
    return one.share_by(window.horizon_days * DAY_S)


def _waited(people: pd.DataFrame, window: Window) -> Value:
    """Mean time without a second order within the horizon, in seconds."""
    one = _second_orders(people)
    if one.n < MIN_N:
        return too_few(one.n, "customers", DEFINITIONS["days_without_order"])
    return one.rmst(window.horizon_days * DAY_S)


def _spent(people: pd.DataFrame, window: Window) -> Value:
    """Mean margin after day 30, everybody in the denominator."""
    whole = people[people["complete"]]
    if len(whole) < MIN_N:
        return too_few(len(whole), "customers have reached that age", DEFINITIONS["clv_historical"])
    margin = whole["margin"].to_numpy(dtype=float)
    return intervals.mean(len(margin), float(margin.sum()), float(margin @ margin))


_LEVELS: Mapping[str, Callable[[pd.DataFrame, Window], Value]] = {
    "retention": partial(_share, "ordered"),
    "repurchase": _returned,
    "clv_historical": _spent,
    "upsell": partial(_share, "upsell"),
    "cross_sell": partial(_share, "cross_sell"),
    "days_without_order": _waited,
}


def _second_orders(people: pd.DataFrame) -> KaplanMeier:
    """Time from day 30 to the second order, in seconds, among those with one order-day until then."""
    once = people[people["bought_once"]]
    returned = once["returned"].fillna(False).to_numpy(dtype=bool)
    return survival.kaplan_meier(once["gap_s"].to_numpy(dtype=np.int64), returned)
