"""Answers to a survey question on one scale, counted: shared by the ease and satisfaction metrics.

Scales are never pooled: a metric picks one (question, lowest, highest, direction) and says how many
answers on other scales it left out. Of several answers about one episode the last counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from socialroi import limits
from socialroi.metrics.answer import Cut, Key, cuts, filters, label_slices
from socialroi.result import Unknown, Window, Working
from socialroi.store import Store

SCALES = """
with answers as (
    select
        question, score, scale_min, scale_max, high_is_good, asked_at,
        row_number() over (
            partition by question, coalesce(episode_id, conversation_id, response_id), customer_id
            order by answered_at desc nulls last, response_id desc
        ) as place,
        coalesce(answered_at, asked_at) as at_time
    from survey_answers
    where list_contains($questions, question)
      and ($channels is null or list_contains($channels, channel))
      and ($departments is null or list_contains($departments, department))
      and ($segments is null or list_contains($segments, segment))
)
select
    question,
    scale_min,
    scale_max,
    high_is_good,
    count(*) filter (where score between scale_min and scale_max and place = 1) as valid,
    count(*) filter (where score is not null and place > 1) as replaced,
    count(*) filter (where score is not null and not coalesce(score between scale_min and scale_max, false)
        and place = 1) as invalid,
    count(*) filter (where score is null and asked_at is not null and place = 1) as silent,
    count(asked_at) filter (where place = 1) as asked
from answers
where ($start_at::timestamp is null or at_time >= $start_at)
  and ($end_at::timestamp is null or at_time < $end_at)
group by question, scale_min, scale_max, high_is_good
order by valid desc, question, scale_min, scale_max, high_is_good
"""

BOXES = """
with answers as (
    select
        case $by
            when 'channel' then channel
            when 'department' then department
            when 'segment' then segment
            when 'engaged' then engaged
            else ''
        end as label,
        case
            when $grain <> '' then date_trunc(coalesce(nullif($grain, ''), 'month'), local_day)::date
        end as period,
        coalesce(customer_id, response_id) as person,
        score,
        row_number() over (
            partition by coalesce(episode_id, conversation_id, response_id), customer_id
            order by answered_at desc nulls last, response_id desc
        ) as place,
        scale_min,
        scale_max,
        high_is_good,
        coalesce(answered_at, asked_at) as at_time
    from survey_answers
    where question = $question
      and ($channels is null or list_contains($channels, channel))
      and ($departments is null or list_contains($departments, department))
      and ($segments is null or list_contains($segments, segment))
),
persons as (
    select
        label,
        period,
        person,
        count(*) as size,
        count(*) filter (where score between $top_low and $top_high) as hits,
        count(*) filter (where score between $bottom_low and $bottom_high) as misses,
        sum(score) as total
    from answers
    where place = 1
      and score between scale_min and scale_max
      and scale_min = $scale_min
      and scale_max = $scale_max
      and high_is_good is not distinct from $high_is_good
      and ($start_at::timestamp is null or at_time >= $start_at)
      and ($end_at::timestamp is null or at_time < $end_at)
    group by label, period, person
)
select label, period, hits, misses, total, size, count(*) as people, sum(size) as units
from persons
group by label, period, hits, misses, total, size
order by label, period, hits, misses, total, size
"""

LEVELS = """
with answers as (
    select
        coalesce(nullif(department, ''), $unnamed) as label,
        score,
        row_number() over (
            partition by coalesce(episode_id, conversation_id, response_id), customer_id
            order by answered_at desc nulls last, response_id desc
        ) as place,
        scale_min,
        scale_max,
        high_is_good,
        coalesce(answered_at, asked_at) as at_time
    from survey_answers
    where question = $question
      and ($channels is null or list_contains($channels, channel))
      and ($departments is null or list_contains($departments, department))
      and ($segments is null or list_contains($segments, segment))
)
select label, score, count(*) as units
from answers
where place = 1
  and score between scale_min and scale_max
  and scale_min = $scale_min
  and scale_max = $scale_max
  and high_is_good is not distinct from $high_is_good
  and ($start_at::timestamp is null or at_time >= $start_at)
  and ($end_at::timestamp is null or at_time < $end_at)
group by label, score
order by label, score
"""

# The answers that count: on the one scale that is reported, the last about each episode.
ROWS = """
with answers as (
    select
        *,
        row_number() over (
            partition by coalesce(episode_id, conversation_id, response_id), customer_id
            order by answered_at desc nulls last, response_id desc
        ) as place,
        coalesce(answered_at, asked_at) as at_time
    from survey_answers
    where question = $question
      and ($channels is null or list_contains($channels, channel))
      and ($departments is null or list_contains($departments, department))
      and ($segments is null or list_contains($segments, segment))
)
select
    response_id,
    question,
    conversation_id,
    score,
    scale_min,
    scale_max,
    high_is_good,
    asked_at,
    answered_at,
    channel,
    department,
    segment,
    engaged
from answers
where place = 1
  and score between scale_min and scale_max
  and scale_min = $scale_min
  and scale_max = $scale_max
  and high_is_good is not distinct from $high_is_good
  and ($start_at::timestamp is null or at_time >= $start_at)
  and ($end_at::timestamp is null or at_time < $end_at)
order by at_time desc, response_id
limit $most
"""


KEYS = ["question", "scale_min", "scale_max", "high_is_good", "valid"]


@dataclass(frozen=True, slots=True)
class Scale:
    """One way of asking: the question, its lowest and highest point and which end is good."""

    question: str
    lowest: float
    highest: float
    high_is_good: bool | None

    @property
    def points(self) -> int:
        """How many answers the scale offers."""
        return round(self.highest - self.lowest) + 1

    def __str__(self) -> str:
        return f"{self.question} {self.lowest:g} to {self.highest:g}"


@dataclass(frozen=True, slots=True)
class Boxes:
    """Which scores count as good (`top`) and as bad (`bottom`), both ends included."""

    scale: Scale
    top: tuple[float, float]
    bottom: tuple[float, float]

    @classmethod
    def whole(cls, scale: Scale) -> Boxes:
        """Every answer in either box, for whoever asks for sums only."""
        ends = (scale.lowest, scale.highest)
        return cls(scale, ends, ends)

    @property
    def params(self) -> dict[str, Any]:
        """As bound parameters."""
        return {
            "question": self.scale.question,
            "scale_min": self.scale.lowest,
            "scale_max": self.scale.highest,
            "high_is_good": self.scale.high_is_good,
            "top_low": self.top[0],
            "top_high": self.top[1],
            "bottom_low": self.bottom[0],
            "bottom_high": self.bottom[1],
        }


@dataclass(frozen=True, slots=True)
class Asked:
    """What surveys hold on some questions: valid answers by scale, largest first, and what is left out.

    `unscaled` answers come from rows that do not say their scale, `invalid` ones lie outside it,
    `replaced` ones were given again, `silent` ones were asked and never answered.
    """

    scales: Mapping[Scale, int]
    unscaled: int
    invalid: int
    replaced: int
    silent: int
    answered: int

    @property
    def notes(self) -> tuple[str, ...]:
        """Who was left out, and how many of those asked answered."""
        asked = self.silent + self.answered
        return tuple(note for count, note in (
            (self.silent, f"{self.answered:,} of {asked:,} surveys sent were answered"
                f" ({_part(self.answered, asked)}); those who do not answer may feel otherwise."),
            (self.replaced, f"{self.replaced:,} answers gave way to a later one about the same episode."),
            (self.invalid, f"{self.invalid:,} answers lie outside their scale and are left out."),
            (self.unscaled, f"{self.unscaled:,} answers do not say their scale and are left out."),
        ) if count)  # fmt: skip


def _part(k: int, n: int) -> str:
    """A share in words."""
    return f"{k / n:.1%}" if n else "none"


def asked(store: Store, window: Window, questions: tuple[str, ...]) -> Asked:
    """What the window's surveys hold on these questions."""
    found = store.frame(SCALES, **filters(window), questions=list(questions))
    stated = found[found["scale_min"].notna() & found["scale_max"].notna()]
    counts: dict[Scale, int] = {}
    for question, lowest, highest, good, valid in stated[KEYS].itertuples(index=False, name=None):
        if valid:
            direction = None if pd.isna(good) else bool(good)
            counts[Scale(question, float(lowest), float(highest), direction)] = int(valid)
    total = {name: int(found[name].sum()) for name in ("valid", "invalid", "replaced", "silent")}
    invalid = int(stated["invalid"].sum())
    return Asked(
        counts, total["invalid"] - invalid, invalid, total["replaced"], total["silent"],
        total["valid"] + total["invalid"],
    )  # fmt: skip


def nothing_asked(found: Asked, what: str) -> Unknown:
    """Why no answer can be counted."""
    if found.unscaled:
        return Unknown(
            "unknown_scale",
            f"{found.unscaled:,} {what} answers do not say their scale, and it is never guessed.",
            found.unscaled,
        )
    return Unknown("no_data", f"No {what} survey answers are loaded for this selection.")


def slices(store: Store, window: Window, cut: Cut, boxes: Boxes) -> tuple[dict[Key, pd.DataFrame], Working]:
    """Per segment and period: how many `people` gave `hits` good and `misses` bad of `size` answers.

    `total` is the sum of a person's scores.
    """
    params = filters(window) | cuts(cut) | boxes.params
    table = store.frame(BOXES, **params)
    working = Working(BOXES, params, int(table["units"].sum()))
    return label_slices(table, cut.by, "units"), working


def levels(store: Store, window: Window, scale: Scale, unnamed: str) -> list[tuple[str, float, int]]:
    """Department, score and how many gave it."""
    return store.rows(LEVELS, **filters(window), unnamed=unnamed, **_asked_on(scale))


def rows(store: Store, window: Window, scale: Scale | None, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The survey answers behind a figure, newest first; none where no scale is reported."""
    return store.frame(ROWS, **filters(window), **_asked_on(scale), most=most)


def _asked_on(scale: Scale | None) -> dict[str, Any]:
    """The question and scale as parameters; nothing was asked on no scale."""
    if scale is None:
        return dict.fromkeys(("question", "scale_min", "scale_max", "high_is_good"))
    return {
        "question": scale.question, "scale_min": scale.lowest, "scale_max": scale.highest,
        "high_is_good": scale.high_is_good,
    }  # fmt: skip
