"""Surveys that asked both how easy it was and how satisfied people were, and who ordered afterwards.

Both answers come from the same survey: the same response, or two about the same conversation within the
hour. The outcome is any order after the survey and within the horizon; surveys whose follow-up is not over
when the orders end, or which lie before the first order, are left out and counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from socialroi.metrics import csat, nps
from socialroi.metrics.answer import filters, last_instant
from socialroi.metrics.ratings import Boxes, Scale
from socialroi.result import Unknown, Window, Working
from socialroi.store import Store

EASE = ("net_easy", "ces2", "ces1")
SATISFACTION = ("csat", "nps")
#: Answers this far apart still come from one survey when its export gives each question its own id.
MOMENT_S = 3600

PAIRS = """
with answers as (
    select
        response_id,
        customer_id,
        coalesce(episode_id, conversation_id, response_id) as subject,
        question,
        score,
        scale_min,
        scale_max,
        high_is_good,
        coalesce(answered_at, asked_at) as at_time
    from survey_answers
    where customer_id is not null
      and score between scale_min and scale_max
      and scale_min < scale_max
      and coalesce(answered_at, asked_at) is not null
      and ($channels is null or list_contains($channels, channel))
      and ($departments is null or list_contains($departments, department))
      and ($segments is null or list_contains($segments, segment))
      and ($start_at::timestamp is null or coalesce(answered_at, asked_at) >= $start_at)
      and ($end_at::timestamp is null or coalesce(answered_at, asked_at) < $end_at)
),
together as (
    select
        e.customer_id,
        e.subject,
        e.question as ease_question,
        e.score as ease,
        e.scale_min as ease_min,
        e.scale_max as ease_max,
        e.high_is_good as ease_high_is_good,
        s.question as satisfaction_question,
        s.score as satisfaction,
        s.scale_min as satisfaction_min,
        s.scale_max as satisfaction_max,
        s.high_is_good as satisfaction_high_is_good,
        greatest(e.at_time, s.at_time) as surveyed_at,
        row_number() over (
            partition by e.customer_id, e.subject, e.question, s.question
            order by greatest(e.at_time, s.at_time) desc, e.response_id desc, s.response_id desc
        ) as place
    from answers as e
    join answers as s
      on s.customer_id = e.customer_id
     and s.subject = e.subject
     and (s.response_id = e.response_id or abs(date_diff('second', e.at_time, s.at_time)) <= $moment_s)
    where list_contains($ease_questions, e.question)
      and list_contains($satisfaction_questions, s.question)
      and e.high_is_good is not null
),
followed as (
    select
        t.*,
        c.first_at is not null
            and t.surveyed_at >= c.first_at
            and t.surveyed_at + to_days($horizon_d::integer) <= c.last_at as is_complete
    from together as t
    left join coverage as c on c.table_name = 'orders'
    where t.place = 1
),
outcomes as (
    select f.customer_id, f.surveyed_at, bool_or(true) as ordered
    from (select distinct customer_id, surveyed_at from followed where is_complete) as f
    join purchases as p
      on p.customer_id = f.customer_id
     and p.ordered_at > f.surveyed_at
     and p.ordered_at <= f.surveyed_at + to_days($horizon_d::integer)
    group by f.customer_id, f.surveyed_at
)
select
    f.customer_id, f.surveyed_at, f.ease_question, f.ease, f.ease_min, f.ease_max, f.ease_high_is_good,
    f.satisfaction_question, f.satisfaction, f.satisfaction_min, f.satisfaction_max,
    f.satisfaction_high_is_good, f.is_complete, coalesce(o.ordered, false) as ordered
from followed as f
left join outcomes as o on o.customer_id = f.customer_id and o.surveyed_at = f.surveyed_at
order by f.surveyed_at, f.customer_id, f.ease_question, f.satisfaction_question
"""

ASKED = """
select
    count(*) filter (where list_contains($ease_questions, question)) as ease,
    count(*) filter (where list_contains($satisfaction_questions, question)) as satisfaction
from survey_answers
where score is not null
  and ($channels is null or list_contains($channels, channel))
  and ($departments is null or list_contains($departments, department))
  and ($segments is null or list_contains($segments, segment))
  and ($start_at::timestamp is null or coalesce(answered_at, asked_at) >= $start_at)
  and ($end_at::timestamp is null or coalesce(answered_at, asked_at) < $end_at)
"""

#: How a pair of scales is told apart in the rows of `PAIRS`.
WAYS = [
    f"{item}_{part}"
    for item in ("ease", "satisfaction")
    for part in ("question", "min", "max", "high_is_good")
]


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Surveys with both answers on the most frequent pair of scales, one row each.

    `rows` has `customer_id`, `surveyed_at`, `ease` and `satisfaction` as asked, `ordered`; it is empty, and
    `absent` says why, where there is none. `young` pairs have no complete follow-up, `others` are on other
    scales.
    """

    rows: pd.DataFrame
    ease: Scale | None
    satisfaction: Scale | None
    absent: Unknown | None
    young: int
    others: int
    working: tuple[Working, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """Who was left out."""
        return tuple(note for count, note in (
            (self.young, f"{self.young:,} pairs of answers are not followed for the whole horizon and left"
                " out."),
            (self.others, f"{self.others:,} pairs of answers on other scales are left out; scales are never"
                " pooled."),
        ) if count)  # fmt: skip


def paired(store: Store, window: Window) -> Pairs:
    """The pairs of the window, followed for `window.horizon_days`.

    Unknown `no_data` without surveys, `unpaired` when no survey asked both, `no_orders` when no order is
    loaded, `incomplete` when no survey has its whole follow-up.
    """
    params = filters(window) | {
        "ease_questions": list(EASE), "satisfaction_questions": list(SATISFACTION),
        "moment_s": MOMENT_S, "horizon_d": window.horizon_days,
    }  # fmt: skip
    pairs = store.frame(PAIRS, **params)
    working = (Working(PAIRS, params, len(pairs)),)
    complete = pairs[pairs["is_complete"]]
    if complete.empty:
        absent = _absent(store, window, len(pairs))
        return Pairs(complete, None, None, absent, len(pairs), 0, working)
    rows, others = _one_way(complete)
    scales = _scale(rows, "ease"), _scale(rows, "satisfaction")
    return Pairs(rows, *scales, None, len(pairs) - len(complete), others, working)


def best_boxes(scale: Scale) -> Boxes | None:
    """The best and the worst answers: two boxes each, for NPS promoters and detractors.

    On 7-point ease scales the best two are the easy boxes of the Net Easy Score.
    """
    return Boxes(scale, nps.PROMOTERS, nps.DETRACTORS) if nps.is_nps(scale) else csat.top_boxes(scale)


def _one_way(complete: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The surveys on the most frequent pair of scales, and how many are on others."""
    keys = [complete[name].astype(object).where(complete[name].notna(), None).map(repr) for name in WAYS]
    way = pd.Series(list(zip(*keys, strict=True)), index=complete.index)
    sizes = way.value_counts()
    best = min(way[way.map(sizes) == sizes.max()])
    kept = complete[way.map(lambda one: one == best)]
    return kept, len(complete) - len(kept)


def _scale(rows: pd.DataFrame, item: str) -> Scale:
    """The scale all rows share."""
    names = [f"{item}_{part}" for part in ("question", "min", "max", "high_is_good")]
    question, lowest, highest, good = rows.iloc[0][names]
    return Scale(str(question), float(lowest), float(highest), None if pd.isna(good) else bool(good))


def _absent(store: Store, window: Window, pairs: int) -> Unknown:
    """Why there is nothing to compare."""
    if pairs:
        if last_instant(store, "orders") is None:
            return Unknown("no_orders", "No orders are loaded, so it is not known who came back.", pairs)
        return Unknown(
            "incomplete",
            f"None of {pairs:,} surveys has {window.horizon_days} days of orders after it in the data.",
            pairs,
        )
    params: dict[str, Any] = filters(window)
    params |= {"ease_questions": list(EASE), "satisfaction_questions": list(SATISFACTION)}
    ease, satisfaction = (int(count) for count in store.one(ASKED, **params))
    if ease or satisfaction:
        return Unknown(
            "unpaired",
            f"{ease:,} ease and {satisfaction:,} satisfaction answers, but no known customer answered both in"
            " one survey on scales with a stated good end. It takes an export in which both answers of a"
            " survey carry the same response and the customer.",
            ease + satisfaction,
        )
    return Unknown("no_data", "No survey answers are loaded for this selection.")
