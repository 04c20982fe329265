"""When somebody is treated harshly, how long until somebody steps in?

From the first hostile answer of one member to another in a conversation to the next public message of
staff, or of a member who is neither the one attacked nor the attacker, that is not hostile itself.
Conversations in which nobody has stepped in are still waiting when the export ends.

It exists only where answers carry a sentiment, and a tool's sentiment is no judgement on manners: irony and
plain bad news look hostile too.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from socialroi import limits
from socialroi.metrics import medians
from socialroi.metrics.answer import MIN_N, Answer, Cut, Grain, Key, cuts, filters, is_over, reading
from socialroi.metrics.answer import series as series_of
from socialroi.metrics.newcomers import HOSTILE
from socialroi.result import Definition, Reading, Series, Unknown, Value, Window, Working
from socialroi.store import Store

DEFINITION = Definition(
    key="time_to_step_in",
    name="Time until somebody steps in",
    unit="seconds",
    better="down",
    question="When a member is answered with hostility, how long until somebody steps in?",
    formula=(
        f"Median time from the first answer between members with a sentiment of {HOSTILE:g} or less to the"
        " next public message of staff or a third member that is not hostile itself, by Kaplan-Meier; not yet"
        " stepped in counts as waiting."
    ),
    source="Our rule for the founders' principle: stand up for newcomers. Kaplan and Meier 1958.",
    caveat="A tool's sentiment is no judgement on manners: irony and bad news look hostile too.",
    min_n=MIN_N,
)

NOUN = "conversations with a hostile answer"

WAITS = """
with attacked as (
    select *, row_number() over (partition by conversation_id order by sent_at, message_id) as nth
    from replies
    where is_member = 1 and sentiment <= $hostile
),
chosen as (
    select *
    from attacked
    where nth = 1
      and sent_at >= coalesce($start_at, sent_at)
      and sent_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, channel))
      and ($departments is null or list_contains($departments, department))
      and ($segments is null or list_contains($segments, segment))
),
watched as (
    select conversation_id, max(observed_until) as observed_until
    from episodes
    group by conversation_id
),
stepped as (
    select c.message_id, min(p.sent_at) as stepped_at
    from chosen as c
    join posts as p on p.conversation_id = c.conversation_id and p.sent_at > c.sent_at
    where (p.is_member = 0 or (p.speaker <> c.speaker and p.speaker <> c.asker))
      and coalesce(p.sentiment > $hostile, true)
    group by c.message_id
),
timed as (
    select
        c.*,
        s.stepped_at,
        date_diff(
            'second', c.sent_at, coalesce(s.stepped_at, greatest(c.sent_at, w.observed_until))
        ) as waited_s
    from chosen as c
    left join stepped as s on s.message_id = c.message_id
    left join watched as w on w.conversation_id = c.conversation_id
)
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
    conversation_id,
    message_id,
    sent_at as attacked_at,
    stepped_at,
    channel,
    department,
    waited_s,
    (stepped_at is not null)::int as finished,
    (stepped_at is null)::int as waiting,
    1 as units
from timed
order by waited_s desc, message_id
"""

FACTS = """
select
    count(*) filter (where is_member = 1) as between_members,
    count(sentiment) filter (where is_member = 1) as with_sentiment
from replies
where sent_at >= coalesce($start_at, sent_at)
  and sent_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, channel))
  and ($departments is null or list_contains($departments, department))
  and ($segments is null or list_contains($segments, segment))
"""


def compute(store: Store, window: Window) -> Reading:
    """Median seconds until somebody steps in, by when the hostile answer came.

    Unknown `not_recorded` where answers between members carry no sentiment, `none_hostile` where none of
    them is hostile, `not_reached` where in fewer than half of the conversations anybody stepped in.
    """
    return reading(_ask, store, window, partial(rows, store, window))


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The median per period of the hostile answer."""
    return series_of(_ask, store, window, grain, is_over(store, "interactions", grain, days=1))


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The conversations with a hostile answer, longest wait first."""
    listed = store.frame(WAITS, **_params(window, Cut()))
    return listed.drop(columns=["label", "period", "finished", "waiting", "units"]).head(most)


def _params(window: Window, cut: Cut) -> dict[str, Any]:
    """Bound parameters."""
    return filters(window) | cuts(cut) | {"hostile": HOSTILE}


def _ask(store: Store, window: Window, cut: Cut) -> Answer:
    """Medians by segment and period; a conversation counts once."""
    params = _params(window, cut)
    table = store.frame(WAITS, **params)
    between, known = (int(n) for n in store.one(FACTS, **filters(window)))
    if table.empty:
        return Answer(DEFINITION, _absent(between, known))
    once = pd.DataFrame(columns=["label", "period", "hits", "size", "people", "units"])
    curves = medians.curves(table, once, cut)
    values: dict[Key, Value] = {
        key: medians.quantile(curve, 0.5, DEFINITION, NOUN, "") for key, curve in curves.items()
    }
    share = f"{len(table):,} of {known:,} answers between members opened hostility in a conversation."
    return Answer(
        DEFINITION, _absent(between, known), values, (share,), (Working(WAITS, params, len(table)),)
    )


def _absent(between: int, known: int) -> Unknown:
    """Why there is no time."""
    if known:
        sentence = f"None of {known:,} answers between members is hostile, so nobody had to step in."
        return Unknown("none_hostile", sentence, known)
    if between:
        sentence = f"None of {between:,} answers between members carries a sentiment; export `sentiment`."
        return Unknown("not_recorded", sentence, between)
    return Unknown("no_data", "No answer of one member to another is loaded for this selection.")
