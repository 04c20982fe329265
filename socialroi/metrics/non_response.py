"""Would the scores be different had everybody answered?

Of all surveys sent, the chance of answering is estimated from what is known of everybody asked: days since
the last order, orders and spend before the survey, whether and how fast they were answered, the channel.
Weighting respondents by one over that chance makes them stand for all who were asked in these respects.

It needs files that also hold the surveys nobody answered. It mends only what the covariates know: who was
too annoyed to answer, and is otherwise like the rest, stays invisible.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from socialroi.metrics import csat, net_easy, ratings, survey_response_rate
from socialroi.metrics.answer import filters
from socialroi.metrics.ratings import Boxes
from socialroi.result import Definition, Estimate, Unknown, Value, Window, Working
from socialroi.stats.intervals import Floats
from socialroi.stats.response_weights import ResponseWeights, apart, response_weights, weighted_mean
from socialroi.store import Store

#: The channels that have a covariate of their own, most frequent first.
MOST_CHANNELS = 6
#: Respondents it takes for each of them; with fewer, chances would be fitted to luck.
PER_CHANNEL = 30

# One row a survey sent, as the response rate counts them, with what was known when it was sent.
INVITED = """
with sent as (
    select
        response_id,
        min(batch_id) as batch_id,
        min(asked_at) as asked_at,
        count(score) > 0 as responded,
        min(channel) as channel,
        min(department) as department,
        min(segment) as segment,
        min(episode_id) as episode_id,
        min(customer_id) as customer_id,
        max(score) filter (
            where question = $ease_question and scale_min = $ease_min and scale_max = $ease_max
            and high_is_good = $ease_high_is_good and score between scale_min and scale_max
        ) as ease,
        max(score) filter (
            where question = $satisfaction_question and scale_min = $satisfaction_min
            and scale_max = $satisfaction_max
            and high_is_good is not distinct from $satisfaction_high_is_good
            and score between scale_min and scale_max
        ) as satisfaction
    from survey_answers
    group by response_id
),
files as (
    select batch_id, bool_or(not responded and asked_at is not null) as keeps_silent
    from sent
    group by batch_id
),
invited as (
    select s.*
    from sent as s
    join files as f on f.batch_id is not distinct from s.batch_id and f.keeps_silent
    join coverage as c on c.table_name = 'surveys' and s.asked_at + to_days($observed_d) <= c.last_at
    where ($start_at::timestamp is null or s.asked_at >= $start_at)
      and ($end_at::timestamp is null or s.asked_at < $end_at)
      and ($channels is null or list_contains($channels, s.channel))
      and ($departments is null or list_contains($departments, s.department))
      and ($segments is null or list_contains($segments, s.segment))
),
bought as (
    select
        i.response_id,
        count(p.order_id) as orders,
        coalesce(sum(p.amount), 0)::double as spend,
        date_diff('second', max(p.ordered_at), i.asked_at) / 86400.0 as recency_d
    from invited as i
    left join purchases as p on p.customer_id = i.customer_id and p.ordered_at < i.asked_at
    group by i.response_id, i.asked_at
)
select
    coalesce(i.customer_id, i.response_id) as person,
    i.responded,
    i.ease,
    i.satisfaction,
    b.orders,
    b.spend,
    b.recency_d,
    coalesce(e.first_reply_at <= i.asked_at, false) as answered,
    case when e.first_reply_at <= i.asked_at then e.waited_s end as waited_s,
    coalesce(i.channel, '') as channel
from invited as i
join bought as b on b.response_id = i.response_id
left join episodes as e on e.episode_id = i.episode_id
order by i.asked_at, i.response_id
"""


@dataclass(frozen=True, slots=True)
class Reweighted:
    """One score as answered and as weighted, both over the surveys sent in the window."""

    definition: Definition
    as_answered: Value
    weighted: Value


@dataclass(frozen=True, slots=True)
class Balance:
    """One fact about those asked: mean of everybody, of respondents, of weighted respondents.

    `before` and `after` are how far respondents are from everybody, in standard deviations.
    """

    name: str
    everybody: float
    respondents: float
    weighted: float
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class NonResponse:
    """Scores as answered and as weighted, the response rate, and how like everybody the respondents are."""

    response_rate: Value
    absent: Unknown | None
    asked: int
    responded: int
    scores: tuple[Reweighted, ...] = ()
    balance: tuple[Balance, ...] = ()
    effective: float = 0.0
    capped: int = 0
    working: tuple[Working, ...] = ()


def weighted(store: Store, window: Window) -> NonResponse:
    """The scores had everybody answered like the respondents who resemble them.

    Unknown as the survey response rate where the files do not say who was asked, `too_few` below 30 who
    answered or 30 who did not.
    """
    rate = survey_response_rate.compute(store, window).value
    if isinstance(rate, Unknown):
        return NonResponse(rate, rate, 0, 0)
    ease, satisfaction = _asked(store, window)
    params = filters(window) | _params(ease, satisfaction)
    invited = store.frame(INVITED, **params)
    working = (Working(INVITED, params, len(invited)),)
    facts = covariates(invited)
    responded = invited["responded"].to_numpy(dtype=bool)
    weights = response_weights(facts.to_numpy(dtype=float), responded)
    known = NonResponse(rate, None, len(invited), int(responded.sum()), working=working)
    if isinstance(weights, Unknown):
        return replace(known, absent=weights)
    answers = invited[responded]
    return replace(
        known,
        scores=tuple(_scores(answers, weights.weight, ease, satisfaction)),
        balance=_balance(invited, responded, weights),
        effective=weights.effective,
        capped=weights.capped,
    )


def covariates(invited: pd.DataFrame) -> pd.DataFrame:
    """What is known of everybody asked, as numbers; long tails by their logarithm, blanks flagged."""
    never = invited["recency_d"].isna()
    known = {
        "recency": np.log1p(invited["recency_d"].astype(float).fillna(0)),
        "never_ordered": never.astype(float),
        "orders": np.log1p(invited["orders"].astype(float)),
        "spend": np.log1p(invited["spend"].astype(float).clip(lower=0)),
        "answered": invited["answered"].astype(float),
        "wait": np.log1p(invited["waited_s"].astype(float).fillna(0) / 3600),
    }
    apart_from = min(MOST_CHANNELS, int(invited["responded"].sum()) // PER_CHANNEL)
    frequent = invited["channel"].value_counts().index[1 : 1 + apart_from]
    places = {f"channel {place}": (invited["channel"] == name).astype(float)
              for place, name in enumerate(frequent)}  # fmt: skip
    return pd.DataFrame(known | places, index=invited.index)


#: What the balance table shows: the words, the column, what it is multiplied by.
SHOWN = (
    ("Days since the last order", "recency_d", 1.0),
    ("Orders before the survey", "orders", 1.0),
    ("Spend before the survey", "spend", 1.0),
    ("Answered before the survey (1 = all)", "answered", 1.0),
    ("Hours until the first answer", "waited_s", 1 / 3600),
)


def _balance(
    invited: pd.DataFrame, responded: np.ndarray[Any, Any], weights: ResponseWeights
) -> tuple[Balance, ...]:
    """How like everybody the respondents are, fact by fact; blanks of a fact are left out."""
    parts = []
    share = np.zeros(len(invited))
    share[responded] = weights.weight
    for name, column, factor in SHOWN:
        values = invited[column].astype(float).to_numpy() * factor
        known = np.isfinite(values)
        own = known & responded
        if own.any():
            parts.append(_line(name, values[known], values[own], share[own]))
    return tuple(parts)


def _line(name: str, everybody: Floats, own: Floats, weight: Floats) -> Balance:
    equal = np.ones(len(own))
    return Balance(
        name, float(everybody.mean()), float(own.mean()), float(weight @ own / weight.sum()),
        apart(own, equal, everybody), apart(own, weight, everybody),
    )  # fmt: skip


def _asked(store: Store, window: Window) -> tuple[tuple[net_easy.Variant, Boxes] | None, Boxes | None]:
    """The ease score and the satisfaction boxes that the headlines report."""
    pick = net_easy.chosen(ratings.asked(store, window, net_easy.QUESTIONS))
    ease = (pick[0], Boxes(pick[1], pick[0].easy, pick[0].difficult)) if pick else None
    return ease, csat.chosen(ratings.asked(store, window, csat.QUESTIONS))


def _params(ease: tuple[net_easy.Variant, Boxes] | None, satisfaction: Boxes | None) -> dict[str, Any]:
    """The bound parameters that name both scales."""
    params: dict[str, Any] = {"observed_d": survey_response_rate.OBSERVED_D}
    for name, boxes in (("ease", ease[1] if ease else None), ("satisfaction", satisfaction)):
        scale = boxes.scale if boxes else None
        params |= {
            f"{name}_question": scale.question if scale else "",
            f"{name}_min": scale.lowest if scale else None,
            f"{name}_max": scale.highest if scale else None,
            f"{name}_high_is_good": scale.high_is_good if scale else None,
        }
    return params


def _scores(
    answers: pd.DataFrame,
    weight: Floats,
    ease: tuple[net_easy.Variant, Boxes] | None,
    satisfaction: Boxes | None,
) -> list[Reweighted]:
    """Net ease in points and satisfaction as a share, each as answered and as weighted."""
    found = []
    if ease:
        variant, boxes = ease
        definition = replace(net_easy.DEFINITION, name=variant.name, formula=variant.formula)
        found.append(_both(definition, answers, answers["ease"], weight, boxes))
    if satisfaction:
        found.append(_both(csat.DEFINITION, answers, answers["satisfaction"], weight, satisfaction))
    return [one for one in found if one.as_answered.n]


def _both(
    definition: Definition, answers: pd.DataFrame, scores: pd.Series[Any], weight: Floats, boxes: Boxes
) -> Reweighted:
    """One score, with everybody counting alike and with the weights."""
    given = scores.notna().to_numpy()
    own = scores[given]
    who, is_net = answers["person"][given], definition.unit == "points"
    worth = own.between(*boxes.top).astype(float) - own.between(*boxes.bottom).astype(float) * is_net
    ends = (-1.0, 1.0) if is_net else (0.0, 1.0)
    if len(own) < definition.min_n:
        few = Unknown(
            "too_few", f"Only {len(own):,} answers; at least {definition.min_n} are needed.", len(own)
        )
        return Reweighted(definition, few, few)
    plain, turned = (weighted_mean(worth, each, who, ends) for each in (np.ones(len(own)), weight[given]))
    factor = 100.0 if is_net else 1.0
    return Reweighted(definition, _named(plain, factor, "as answered"), _named(turned, factor, ""))


def _named(value: Value, factor: float, method: str) -> Value:
    """The value in the score's unit."""
    if isinstance(value, Unknown):
        return value
    scaled = (value.value * factor, value.low * factor, value.high * factor)
    return Estimate(*scaled, value.n, method or value.method, value.level)
