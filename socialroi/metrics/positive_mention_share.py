"""When people speak of us unasked, do they speak well?

Of the earned mentions (see earned_mention_rate) whose mood the export states, the share that is positive.
The mood is the exporting tool's reading of a text, and such tools disagree with people and with each
other; a trend by one tool says more than a level.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd

from socialroi import limits
from socialroi.metrics import shares
from socialroi.metrics.answer import MIN_N, Answer, Cut, Grain, cuts, filters, is_over, reading
from socialroi.metrics.answer import series as series_of
from socialroi.result import Definition, Estimate, Reading, Series, Unknown, Value, Window, Working
from socialroi.store import Store

#: Mood (-1 to 1) from which a mention counts as positive; its mirror image counts as negative.
POSITIVE = 0.25

DEFINITION = Definition(
    key="positive_mention_share",
    name="Positive earned mentions",
    unit="share",
    better="up",
    question="Of the unprompted mentions, how many are positive?",
    formula=(
        f"Earned mentions with a sentiment of at least {POSITIVE:g} / earned mentions with a sentiment, on"
        " the scale -1 to 1."
    ),
    source="Our rule, on the sentiment that the export states.",
    caveat="Sentiment is a tool's guess at a text: compare periods of one tool, not two tools.",
    min_n=MIN_N,
)

NOUN = "earned mentions carry a sentiment"

SHARES = """
with said as (
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
        coalesce(speaker, message_id) as person,
        sentiment * $sign >= $from_sentiment as is_hit
    from mentions
    where sentiment is not null
      and sent_at >= coalesce($start_at, sent_at)
      and sent_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, channel))
      and ($departments is null or list_contains($departments, department))
      and ($segments is null or list_contains($segments, segment))
),
persons as (
    select label, period, person, count(*) filter (where is_hit) as hits, count(*) as size
    from said
    group by label, period, person
)
select label, period, hits, size, count(*) as people, sum(size) as units
from persons
group by label, period, hits, size
order by label, period, hits, size
"""

FACTS = """
select count(*) as mentions, count(sentiment) as with_sentiment
from mentions
where sent_at >= coalesce($start_at, sent_at)
  and sent_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, channel))
  and ($departments is null or list_contains($departments, department))
  and ($segments is null or list_contains($segments, segment))
"""

ROWS = """
select message_id, conversation_id, sent_at, sentiment, channel, department, segment, engaged, topic
from mentions
where sent_at >= coalesce($start_at, sent_at)
  and sent_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, channel))
  and ($departments is null or list_contains($departments, department))
  and ($segments is null or list_contains($segments, segment))
order by sentiment nulls last, sent_at, message_id
limit $most
"""


def compute(store: Store, window: Window) -> Reading:
    """Share of earned mentions that are positive, clustered by author.

    Unknown `not_recorded` when the export states no sentiment.
    """
    return reading(_ask, store, window, partial(rows, store, window))


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The share per period of the mention."""
    return series_of(_ask, store, window, grain, is_over(store, "interactions", grain))


def compute_detail(store: Store, window: Window) -> Mapping[str, Value]:
    """positive, negative (shares) and mentions (count, with or without sentiment)."""
    mentions, _ = (int(n) for n in store.one(FACTS, **filters(window)))
    return {
        "positive": _ask(store, window, Cut()).whole,
        "negative": _ask(store, window, Cut(), sign=-1).whole,
        "mentions": Estimate.count(mentions),
    }


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The earned mentions, most negative first."""
    return store.frame(ROWS, **filters(window), most=most)


def _ask(store: Store, window: Window, cut: Cut, sign: int = 1) -> Answer:
    """Shares by segment and period."""
    mentions, known = (int(n) for n in store.one(FACTS, **filters(window)))
    params: dict[str, Any] = filters(window) | cuts(cut) | {"sign": sign, "from_sentiment": POSITIVE}
    table = store.frame(SHARES, **params)
    values = shares.values(table, cut, NOUN, DEFINITION)
    notes = (
        (f"{mentions - known:,} of {mentions:,} earned mentions carry no sentiment and are left out.",)
        if 0 < known < mentions
        else ()
    )
    return Answer(
        DEFINITION, _absent(mentions), values, notes, (Working(SHARES, params, shares.total(table)),)
    )


def _absent(mentions: int) -> Unknown:
    """Why there is no share."""
    if mentions:
        sentence = f"None of {mentions:,} earned mentions carries a sentiment; add a column `sentiment`."
        return Unknown("not_recorded", sentence, mentions)
    return Unknown("no_data", "No earned mention is loaded for this selection.")
