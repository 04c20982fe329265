"""What share of the customers we ask do answer the survey?

Of the surveys sent and observed for at least seven days, those with any answer by the end of the
export. A survey with two questions counts once. Younger ones are left out whether answered or not.

Files that hold answers only cannot tell, and say so instead of 100 %. It does not say whether those
who stayed silent feel otherwise; a low share is a reason to doubt every other survey figure.
"""

from __future__ import annotations

from functools import partial

import pandas as pd

from socialroi import limits
from socialroi.metrics import clusters
from socialroi.metrics.answer import (
    MIN_N,
    Answer,
    Cut,
    Grain,
    cuts,
    enough,
    filters,
    is_over,
    label_slices,
    reading,
)
from socialroi.metrics.answer import series as series_of
from socialroi.result import Definition, Reading, Series, Unknown, Window, Working
from socialroi.store import Store

OBSERVED_D = 7

DEFINITION = Definition(
    key="survey_response_rate",
    name="Survey response rate",
    unit="share",
    better="up",
    question="Of the customers we ask, what share answers the survey?",
    formula=(
        "Surveys with an answer by the end of the export / surveys with a known time of asking, asked at"
        f" least {OBSERVED_D} days before it; a survey of several questions counts once."
    ),
    source="After AAPOR response rate 2: any answer, over all asked.",
    caveat="Those who answer differ from those who do not; a high share does not cure that.",
    min_n=MIN_N,
)

# One row a survey. A file without a single unanswered survey is taken to hold answers only.
RATE = """
with sent as (
    select
        response_id,
        min(batch_id) as batch_id,
        min(asked_at) as asked_at,
        count(score) > 0 as answered,
        min(channel) as channel,
        min(department) as department,
        min(segment) as segment,
        min(engaged) as engaged,
        coalesce(min(customer_id), response_id) as person
    from survey_answers
    group by response_id
),
files as (
    select batch_id, bool_or(not answered and asked_at is not null) as keeps_silent
    from sent
    group by batch_id
),
chosen as (
    select
        s.response_id, s.asked_at, s.answered, s.channel, s.department, s.segment, s.engaged, s.person,
        coalesce(f.keeps_silent, false) as keeps_silent,
        s.asked_at + to_days($observed_d) <= c.last_at as is_observed
    from sent as s
    left join files as f on f.batch_id is not distinct from s.batch_id
    left join coverage as c on c.table_name = 'surveys'
    where ($start_at::timestamp is null or s.asked_at is null or s.asked_at >= $start_at)
      and ($end_at::timestamp is null or s.asked_at is null or s.asked_at < $end_at)
      and ($channels is null or list_contains($channels, s.channel))
      and ($departments is null or list_contains($departments, s.department))
      and ($segments is null or list_contains($segments, s.segment))
),
divided as (
    select
        case $by
            when 'channel' then s.channel
            when 'department' then s.department
            when 'segment' then s.segment
            when 'engaged' then s.engaged
            else ''
        end as label,
        case
            when $grain <> '' then date_trunc(
                coalesce(nullif($grain, ''), 'month'), s.asked_at + to_seconds(coalesce(z.offset_s, 0))
            )::date
        end as period,
        s.person,
        s.answered,
        case
            when s.asked_at is null then 'undated'
            when not s.keeps_silent then 'answers_only'
            when not s.is_observed then 'young'
            else 'counted'
        end as part
    from chosen as s
    left join zone_offsets as z
        on z.purpose = 'reporting' and s.asked_at >= z.starts_at and s.asked_at < z.ends_at
),
persons as (
    select part, label, period, person, count(*) as size, count(*) filter (where answered) as hits
    from divided
    group by part, label, period, person
)
select part, label, period, hits, size, count(*) as people, sum(size) as units
from persons
group by part, label, period, hits, size
order by part, label, period, hits, size
"""

ROWS = """
select
    response_id, conversation_id, min(asked_at) as asked_at, min(answered_at) as answered_at,
    count(score) > 0 as answered, count(*) as questions, min(channel) as channel,
    min(department) as department, min(segment) as segment, min(engaged) as engaged
from survey_answers
where asked_at is not null
  and ($channels is null or list_contains($channels, channel))
  and ($departments is null or list_contains($departments, department))
  and ($segments is null or list_contains($segments, segment))
  and ($start_at::timestamp is null or asked_at >= $start_at)
  and ($end_at::timestamp is null or asked_at < $end_at)
group by response_id, conversation_id
order by answered, asked_at desc, response_id
limit $most
"""


def compute(store: Store, window: Window) -> Reading:
    """Share answered by the time of asking, interval clustered by customer.

    Unknown `not_asked` when no survey says when it was sent, `answered_only` when the files hold only
    answered surveys, `immature` when all were sent in the last days before the export ends.
    """
    return reading(_ask, store, window, partial(rows, store, window))


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The share per period of asking; complete once its last day has been observed for seven days."""
    return series_of(_ask, store, window, grain, is_over(store, "surveys", grain, days=OBSERVED_D))


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The surveys with a known time of asking, unanswered and newest first."""
    return store.frame(ROWS, **filters(window), most=most)


def _ask(store: Store, window: Window, cut: Cut) -> Answer:
    """Shares by segment and period."""
    params = filters(window) | cuts(cut) | {"observed_d": OBSERVED_D}
    table = store.frame(RATE, **params)
    counted = table[table["part"] == "counted"]
    values = {
        key: enough(clusters.share(part), "surveys sent", DEFINITION)
        for key, part in label_slices(counted, cut.by, "units").items()
    }
    sizes = table.groupby("part")["units"].sum()
    undated, answers_only, young = (int(sizes.get(part, 0)) for part in ("undated", "answers_only", "young"))
    absent = _absent(undated, answers_only, young)
    notes = _notes(undated, answers_only, young)
    return Answer(DEFINITION, absent, values, notes, (Working(RATE, params, int(counted["units"].sum())),))


def _absent(undated: int, answers_only: int, young: int) -> Unknown:
    """Why there is no share."""
    if young:
        sentence = f"All {young:,} surveys were sent in the last {OBSERVED_D} days before the export ends."
        return Unknown("immature", sentence, young)
    if answers_only:
        return Unknown(
            "answered_only",
            f"The files hold {answers_only:,} answered surveys and not one unanswered; who stayed silent is"
            " not known.",
            answers_only,
        )
    if undated:
        return Unknown("not_asked", f"None of {undated:,} surveys says when it was sent.", undated)
    return Unknown("no_data", "No survey is loaded for this selection.")


def _notes(undated: int, answers_only: int, young: int) -> tuple[str, ...]:
    """Who was left out."""
    return tuple(note for count, note in (
        (young, f"{young:,} sent in the last {OBSERVED_D} days of the export are left out as too young."),
        (answers_only, f"{answers_only:,} come from files that hold only answered surveys and are left out."),
        (undated, f"{undated:,} answers do not say when they were asked for and are left out."),
    ) if count)  # fmt: skip
