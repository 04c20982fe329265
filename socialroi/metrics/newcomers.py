"""Newcomers: the first public post of a person, whether somebody answered it, and whether they came back.

One row per person whose first public post in the files asks something of the others or of the brand.
Whoever first appears by answering somebody is no newcomer here and is counted apart. Answered means a
public answer by staff or another member within 72 hours. Coming back means a post in another conversation
or a new episode of the same one: thanks for an answer is no return, or being answered would make people
return by definition.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from socialroi.metrics import shares, standardised
from socialroi.metrics.answer import MIN_N, Cut, cuts, filters
from socialroi.result import Comparison, Curve, Definition, Unknown, Value, Window, Working
from socialroi.stats import intervals, survival
from socialroi.stats.survival import KaplanMeier
from socialroi.store import Store

#: Hours within which an answer counts, and after which returns count in the comparison.
ANSWER_H = 72
#: Mood (-1 to 1) at or below which an answer of another member counts as hostile.
HOSTILE = -0.5
HOUR_S = 3600.0
CURVE_POINTS = 400
#: No division.
WHOLE_CUT = Cut()

COMPARED = Definition(
    key="newcomer_return",
    name="Newcomers who return, answered or not",
    unit="share",
    better="up",
    question="Do newcomers whose first post was answered come back more often?",
    formula=(
        f"Newcomers who post again in another exchange more than {ANSWER_H} hours and up to H days after the"
        f" first post / newcomers followed for H days, by whether the first post was answered in {ANSWER_H}"
        " hours."
    ),
    source="As Joyce and Kraut 2006 for Usenet, with the status fixed before returns count.",
    caveat="A difference, not an effect: posts that get answers differ from those that do not.",
    min_n=MIN_N,
)

NOT_AN_EFFECT = (
    "A difference, not an effect: newcomers who get an answer may differ in more than question, length,"
    " channel and month."
)

# asked     each person's first public post, if it is an ask; the window chooses by its time
# answered  the first public answer to that person in that conversation
# again     the first post in another exchange: at all, and after the status is fixed
NEWCOMERS = """
with ordered as (
    select *, row_number() over (partition by speaker order by sent_at, message_id) as nth
    from posts
    where is_member = 1 and speaker is not null
),
asked as (
    select *
    from ordered
    where nth = 1
      and asks = $asking
      and sent_at >= coalesce($start_at, sent_at)
      and sent_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, channel))
      and ($departments is null or list_contains($departments, department))
      and ($segments is null or list_contains($segments, segment))
),
watched as (
    select batch_id, channel, max(observed_until) as observed_until
    from episodes
    group by batch_id, channel
),
answered as (
    select
        f.message_id,
        min(r.sent_at) as answered_at,
        bool_or(r.sentiment <= $hostile and r.is_member = 1) as is_hostile,
        count(r.sentiment) filter (where r.is_member = 1) as with_sentiment
    from asked as f
    join replies as r
      on r.conversation_id = f.conversation_id and r.asker = f.speaker and r.sent_at >= f.sent_at
    group by f.message_id
),
again as (
    select
        f.message_id,
        min(p.sent_at) as returned_at,
        min(p.sent_at) filter (where p.sent_at > f.sent_at + to_hours($answer_h)) as returned_later_at
    from asked as f
    join ordered as p on p.speaker = f.speaker and p.sent_at > f.sent_at
    left join episodes as e on e.episode_id = p.message_id
    where p.conversation_id <> f.conversation_id or e.episode_id is not null
    group by f.message_id
)
select
    f.message_id,
    f.conversation_id,
    f.speaker as person,
    case $by
        when 'channel' then f.channel
        when 'department' then f.department
        when 'segment' then f.segment
        when 'engaged' then f.engaged
        else ''
    end as label,
    case
        when $grain <> '' then date_trunc(coalesce(nullif($grain, ''), 'month'), f.local_day)::date
    end as period,
    f.sent_at as posted_at,
    a.answered_at,
    coalesce(a.answered_at <= f.sent_at + to_hours($answer_h), false) as answered,
    g.returned_at,
    coalesce(g.returned_at <= f.sent_at + to_days($horizon_d), false) as returned,
    coalesce(g.returned_later_at <= f.sent_at + to_days($horizon_d), false) as returned_later,
    coalesce(f.sent_at + to_hours($answer_h) <= w.observed_until, false) as seen,
    coalesce(f.sent_at + to_days($horizon_d) <= w.observed_until, false) as followed,
    date_diff('second', f.sent_at, coalesce(a.answered_at, greatest(f.sent_at, w.observed_until)))
        as waited_s,
    f.keeps_unanswered = 'yes' as is_kept,
    coalesce(a.is_hostile, false) as is_hostile,
    coalesce(a.with_sentiment, 0) > 0 as has_sentiment,
    coalesce(f.has_question, f.needs_response)::int as question,
    f.text_length,
    coalesce(f.channel, '') as channel,
    coalesce(f.department, '') as department,
    date_diff('month', date '2000-01-01', f.local_day) as month_no
from asked as f
left join watched as w on w.batch_id = f.batch_id and w.channel is not distinct from f.channel
left join answered as a on a.message_id = f.message_id
left join again as g on g.message_id = f.message_id
order by f.sent_at, f.message_id
"""


def gather(store: Store, window: Window, cut: Cut = WHOLE_CUT) -> tuple[pd.DataFrame, Working]:
    """One row per newcomer of the window, and the query that found them."""
    params = parameters(window, cut)
    table = store.frame(NEWCOMERS, **params)
    return table, Working(NEWCOMERS, params, len(table))


def parameters(window: Window, cut: Cut = WHOLE_CUT, asking: int = 1) -> dict[str, Any]:
    """Bound parameters; `asking` 0 finds the people who first appear by answering somebody."""
    rules = {
        "asking": asking, "answer_h": ANSWER_H, "hostile": HOSTILE, "horizon_d": window.horizon_days
    }  # fmt: skip
    return filters(window) | cuts(cut) | rules


def counted(people: pd.DataFrame, column: str) -> pd.DataFrame:
    """The newcomers as a table of shares: one person each, a hit where `column` holds."""
    return pd.DataFrame(
        {
            "label": people["label"],
            "period": people["period"],
            "hits": people[column].astype(int),
            "size": 1,
            "people": 1,
            "units": 1,
        }
    )


def compare(store: Store, window: Window) -> Comparison:
    """Return of answered and unanswered newcomers, raw and with everybody's case mix.

    Standardised for: does it ask a question, its length, channel and month. Status is fixed after 72
    hours, returns count after that and within `window.horizon_days`. Groups `answered`, `unanswered`.
    """
    table, working = gather(store, window)
    absent = _incomparable(table, window)
    if absent:
        groups: dict[str, Value] = dict.fromkeys(("answered", "unanswered"), absent)
        return Comparison(COMPARED, window.horizon_days, groups, absent, absent, (NOT_AN_EFFECT,), (working,))
    people = table[table["followed"].astype(bool) & table["is_kept"].astype(bool)]
    sides = {"answered": people[people["answered"]], "unanswered": people[~people["answered"]]}
    levels = {
        name: shares.whole(counted(side, "returned_later"), f"{name} newcomers", COMPARED)
        for name, side in sides.items()
    }
    raw = standardised.difference(levels["answered"], levels["unanswered"])
    notes = (NOT_AN_EFFECT, *_unrecorded(people))
    return Comparison(COMPARED, window.horizon_days, levels, raw, _adjusted(people), notes, (working,))


def _incomparable(table: pd.DataFrame, window: Window) -> Unknown | None:
    """Why nothing can be compared, if so."""
    if table.empty:
        return Unknown("no_data", "No newcomer is loaded for this selection.")
    if window.horizon_days * 24 <= ANSWER_H:
        return Unknown("too_short", f"The horizon must lie beyond {ANSWER_H} hours.", len(table))
    if not table["is_kept"].any():
        return Unknown("answered_only", "This export holds only answered conversations.", len(table))
    if not (table["followed"] & table["is_kept"]).any():
        sentence = f"No newcomer has been followed for {window.horizon_days} days yet."
        return Unknown("immature", sentence, len(table))
    return None


def _adjusted(people: pd.DataFrame) -> Value:
    """Answered minus unanswered with everybody's case mix."""
    y, a = (people[name].to_numpy(dtype=float) for name in ("returned_later", "answered"))
    columns = case_mix(people)
    room = int(min(a.sum(), len(a) - a.sum())) // 5
    names = tuple(columns)[: max(1, room)] or ("constant",)
    x = np.column_stack([columns[name] for name in names] if columns else [np.zeros(len(people))])
    return standardised.like_with_like(y, a, x, names, people["person"].to_numpy())


def case_mix(people: pd.DataFrame) -> dict[str, standardised.Floats]:
    """What is known of a first post when it is sent: question, length, month and frequent channels."""
    length = people["text_length"].astype(float).map(math.log1p, na_action="ignore")
    month = people["month_no"].to_numpy(dtype=float)
    columns: dict[str, Any] = {
        "asks a question": _filled(people["question"].astype(float)),
        "length": _filled(length),
        "length, squared": _filled((length - length.mean()) ** 2),
        "month": month,
        "month, squared": (month - month.mean()) ** 2,
    }
    common = people["channel"].value_counts(normalize=True)
    for level in sorted(common[common >= 0.02].index)[1:]:
        columns[f"channel {level}"] = (people["channel"] == level).to_numpy(dtype=float)
    return {name: column for name, column in columns.items() if column.min() < column.max()}


def _filled(column: pd.Series[Any]) -> standardised.Floats:
    """The column with its mean where it is not recorded."""
    known = column.mean()
    return column.fillna(0.0 if pd.isna(known) else known).to_numpy(dtype=float)


def _unrecorded(people: pd.DataFrame) -> tuple[str, ...]:
    """What the comparison could not level out because the files do not say it."""
    missing = [name for name, column in (("whether it asks a question", "question"),
        ("its length", "text_length")) if people[column].isna().all()]  # fmt: skip
    if not missing:
        return ()
    return (f"Not recorded for these posts, so not levelled out: {', '.join(missing)}.",)


def answer_times(people: pd.DataFrame) -> KaplanMeier:
    """Time from a first post to its first answer in seconds; unanswered ones wait until the export ends."""
    waits = people["waited_s"].to_numpy(dtype=np.int64)
    return survival.kaplan_meier(waits, people["answered_at"].notna().to_numpy())


def answer_curve(store: Store, window: Window) -> Curve:
    """Share of newcomers answered by hours since their first post, by the segments of `window.by`."""
    table, _ = gather(store, window, Cut(by=window.by))
    kept = table[table["is_kept"].astype(bool)].assign(label=lambda t: t["label"].fillna(""))
    curves = {str(label): answer_times(part) for label, part in kept.groupby("label") if len(part) >= MIN_N}
    groups = {name: tuple(one.steps(CURVE_POINTS, rising=True)) for name, one in curves.items()}
    return Curve(COMPARED, "Seconds since the first post", groups)


def hostile(people: pd.DataFrame) -> Value:
    """Share of newcomers with a hostile answer among those whose answers by members carry a sentiment."""
    known = people[people["has_sentiment"]]
    if known.empty:
        sentence = "No answer of a member to a newcomer carries a sentiment; export a column `sentiment`."
        return Unknown("not_recorded", sentence, len(people))
    value = intervals.wilson(int(known["is_hostile"].sum()), len(known))
    if len(known) < MIN_N:
        return Unknown("too_few", f"Only {len(known)} newcomers; at least {MIN_N} are needed.", len(known))
    return value
