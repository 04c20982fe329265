"""When something goes wrong, do we put it right?

A conversation is a failure when its topic names a complaint, when the opening message is clearly negative
(where the export states a sentiment), or when it waited longer than the promise in force. A failure is
repaired when it was answered and the customer asked nothing more in it for 7 days; ratings do not decide
it, because they are one of the outcomes. Those not watched for the 7 days are left out.

Beside it stand ease, satisfaction and later orders of customers with no failure, a repaired one and one
that was not. Whoever was unusually unhappy once is on average less so later, repaired or not (regression to
the mean), and customers whose cases can be repaired differ from the others: differences, not effects.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd

from socialroi import limits
from socialroi.metrics import cohorts, rated, shares
from socialroi.metrics.answer import MIN_N, Answer, Cut, Grain, cuts, filters, is_over, reading
from socialroi.metrics.answer import series as series_of
from socialroi.result import Definition, Estimate, Grid, Reading, Series, Unknown, Value, Window, Working
from socialroi.stats import intervals
from socialroi.store import Store

#: Sentiment (-1 to 1) of the opening message at or below which something went wrong.
NEGATIVE = -0.5
RESOLVED_DAYS = 7
#: A topic that names a complaint, in lower case.
COMPLAINT = "complain|beschwerde|reklam|reclam|r[eé]clam|queja|klacht"
GROUPS = ("No failure", "Failure, repaired", "Failure, not repaired")
OUTCOMES = ("Easy", "Satisfied", "Ordered again")

DEFINITION = Definition(
    key="service_recovery",
    name="Failures put right",
    unit="share",
    better="up",
    question="Of the conversations in which something went wrong, how many did we put right?",
    formula=(
        "Failures answered and without a further question for"
        f" {RESOLVED_DAYS} days / failures watched that long. Failure: a complaint by topic, an opening"
        f" sentiment of {NEGATIVE:g} or less, or a wait beyond the promise."
    ),
    source="After McCollough, Berry and Yadav 2000; the failure and repair rules are ours.",
    caveat=(
        "Silence is not content. After an unusually bad moment things look better by themselves (regression"
        " to the mean), so differences between the groups are not effects."
    ),
    min_n=MIN_N,
)

NOUN = "failures were watched for 7 days"

# settled  the last exchange of each episode that needed an answer or got one
# judged   one row per episode: did something go wrong, was it put right, how often before
EPISODES = """
with exchanges as (
    select
        e.episode_id,
        b.last_replied_at,
        b.asked_again_at,
        row_number() over (partition by e.episode_id order by b.burst_no desc) as from_last
    from bursts as b
    asof join episodes as e on e.conversation_id = b.conversation_id and b.asked_at >= e.opened_at
    where b.needed_at is not null or b.replied_at is not null
),
settled as (
    select * from exchanges where from_last = 1
),
judged as (
    select
        e.*,
        coalesce(e.customer_id, e.author_id, e.episode_id) as person,
        coalesce(regexp_matches(lower(e.topic), $complaint), false)
            or coalesce(e.sentiment <= $negative, false) as complained,
        complained or coalesce(e.needs_response and e.waited_s > e.promised_s, false) as failed,
        e.topic is not null or e.sentiment is not null or e.promised_s is not null as is_known,
        s.last_replied_at is not null
            and coalesce(s.asked_again_at > s.last_replied_at + to_days($resolved_d), true) as repaired,
        greatest(e.opened_at, coalesce(s.last_replied_at, e.opened_at)) + to_days($resolved_d)
            <= e.observed_until as watched
    from episodes as e
    left join settled as s on s.episode_id = e.episode_id
    where e.keeps_unanswered = 'yes'
),
numbered as (
    select
        *,
        sum(failed::int) over (
            partition by person order by opened_at, episode_id
            rows between unbounded preceding and current row
        ) as failure_no
    from judged
)
select
    episode_id,
    conversation_id,
    person,
    customer_id,
    opened_at,
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
    channel,
    department,
    topic,
    complained,
    failed,
    is_known,
    repaired,
    watched,
    failure_no::bigint as failure_no
from numbered
where opened_at >= coalesce($start_at, opened_at)
  and opened_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, channel))
  and ($departments is null or list_contains($departments, department))
  and ($segments is null or list_contains($segments, segment))
order by opened_at, episode_id
"""

ORDERED = """
select
    e.episode_id,
    count(p.order_id) > 0 as is_hit
from episodes as e
left join purchases as p
  on p.customer_id = e.customer_id and p.ordered_at > e.opened_at
  and p.ordered_at <= e.opened_at + to_days($horizon_d)
where e.customer_id is not null
  and e.opened_at + to_days($horizon_d) <= $observed_until::timestamp
group by e.episode_id
"""

KEPT = "select count(*) from episodes where keeps_unanswered <> 'yes'"


def compute(store: Store, window: Window) -> Reading:
    """Share of failures that were repaired, clustered by customer.

    Unknown `not_recorded` where topic, sentiment and promises are all missing, `none_failed` where nothing
    went wrong by the rule, `answered_only` where unanswered conversations are not in the files.
    """
    return reading(_ask, store, window, partial(rows, store, window))


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The share per period in which the failed conversations began."""
    return series_of(_ask, store, window, grain, is_over(store, "interactions", grain, days=RESOLVED_DAYS))


def compute_detail(store: Store, window: Window) -> Mapping[str, Value]:
    """failures (count), failed_share of conversations, first_repaired and second_repaired (shares)."""
    table = _episodes(store, window, Cut())[0]
    failures = table[table["failed"] & table["watched"]]
    first, later = failures[failures["failure_no"] == 1], failures[failures["failure_no"] == 2]
    watched = table[table["watched"]]
    return {
        "failures": Estimate.count(len(failures)),
        "failed_share": shares.whole(_counted(watched, "failed"), "conversations", DEFINITION),
        "first_repaired": shares.whole(_counted(first, "repaired"), "first failures", DEFINITION),
        "second_repaired": shares.whole(_counted(later, "repaired"), "second failures", DEFINITION),
    }


def outcomes(store: Store, window: Window) -> Grid:
    """Ease, satisfaction and later orders by what happened: none went wrong, put right, not put right.

    Shares 0..1; a cell below the minimum is absent. Orders within `window.horizon_days` of the opening.
    """
    table = _episodes(store, window, Cut())[0]
    table = table[table["watched"]]
    groups = dict(zip(GROUPS, _grouped(table), strict=True))
    return _grid(store, window, groups)


def by_order(store: Store, window: Window) -> Grid:
    """The same for a customer's first and second failure, each repaired or not."""
    table = _episodes(store, window, Cut())[0]
    table = table[table["watched"]]
    groups = {
        f"{name} {group.lower()}": part[part["failure_no"] == number]
        for number, name in ((1, "First"), (2, "Second"))
        for group, part in zip(GROUPS[1:], _grouped(table)[1:], strict=True)
    }
    return _grid(store, window, groups)


def complaints(store: Store, window: Window) -> pd.DataFrame:
    """The failures that were told on arrival and watched: `episode_id`, `repaired`.

    Without those that only waited too long: there, whoever answers decides what is a failure.
    """
    table = _episodes(store, window, Cut())[0]
    return table[table["complained"].astype(bool) & table["watched"].astype(bool)][["episode_id", "repaired"]]


def _grouped(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Episodes without failure, repaired, not repaired."""
    failed, repaired = table["failed"].astype(bool), table["repaired"].astype(bool)
    return table[~failed], table[failed & repaired], table[failed & ~repaired]


def _grid(store: Store, window: Window, groups: Mapping[str, pd.DataFrame]) -> Grid:
    """Share with each outcome in each group."""
    ends = {"horizon_d": window.horizon_days, "observed_until": cohorts.orders_end(store)}
    found = dict(zip(OUTCOMES, (rated.easy(store, window), rated.satisfied(store, window),
        store.frame(ORDERED, **ends)), strict=True))  # fmt: skip
    cells: dict[tuple[str, str], Value] = {}
    for name, part in groups.items():
        for outcome, hits in found.items():
            joined = part[["episode_id", "person"]].merge(hits[["episode_id", "is_hit"]], on="episode_id")
            if len(joined) >= MIN_N:
                cells[name, outcome] = _level(joined)
    columns = tuple(outcome for outcome in OUTCOMES if any(column == outcome for _, column in cells))
    return Grid(DEFINITION, tuple(groups), columns, cells, "What happened", "Outcome")


def _level(joined: pd.DataFrame) -> Value:
    """Share of hits, customers clustered."""
    people = joined.groupby("person")["is_hit"].agg(["sum", "size"]).astype(float)
    return intervals.clustered_share(people["sum"].to_numpy(), people["size"].to_numpy())


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The failures, those not put right first, oldest first."""
    table = _episodes(store, window, Cut())[0]
    failures = table[table["failed"].astype(bool)]
    named = ["episode_id", "conversation_id", "opened_at", "topic", "channel", "department", "repaired",
             "watched", "failure_no"]  # fmt: skip
    return failures.sort_values(["repaired", "opened_at"], kind="stable")[named].head(most)


def _episodes(store: Store, window: Window, cut: Cut) -> tuple[pd.DataFrame, Working]:
    """One row per episode of the window."""
    rules = {"complaint": COMPLAINT, "negative": NEGATIVE, "resolved_d": RESOLVED_DAYS}
    params: dict[str, Any] = filters(window) | cuts(cut) | rules
    table = store.frame(EPISODES, **params)
    return table, Working(EPISODES, params, len(table))


def _counted(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Hits and size per person, as a table of shares."""
    grouped = table.groupby(["label", "period", "person"], dropna=False)[column].agg(["sum", "size"])
    flat = grouped.reset_index().rename(columns={"sum": "hits"})
    return flat.assign(hits=flat["hits"].astype(int), people=1, units=flat["size"])


def _ask(store: Store, window: Window, cut: Cut) -> Answer:
    """Shares by segment and period."""
    table, working = _episodes(store, window, cut)
    failures = table[table["failed"].astype(bool)]
    kept = failures[failures["watched"].astype(bool)]
    absent = _absent(store, table, len(failures))
    if kept.empty:
        return Answer(DEFINITION, absent)
    values = shares.values(_counted(kept, "repaired"), cut, NOUN, DEFINITION)
    young = len(failures) - len(kept)
    notes = (f"{young:,} failures have not been watched for {RESOLVED_DAYS} days and are left out.",)
    return Answer(DEFINITION, absent, values, notes if young else (), (working,))


def _absent(store: Store, table: pd.DataFrame, failures: int) -> Unknown:
    """Why there is no share."""
    if table.empty:
        (lost,) = store.one(KEPT)
        if lost:
            return Unknown("answered_only", "This export holds only answered conversations.", int(lost))
        return Unknown("no_data", "No conversation is loaded for this selection.")
    if not table["is_known"].any():
        sentence = (
            f"None of {len(table):,} conversations has a topic, a sentiment or a promise, so failures cannot"
            " be told: export one of them."
        )
        return Unknown("not_recorded", sentence, len(table))
    if not failures:
        return Unknown("none_failed", f"By the rule none of {len(table):,} conversations failed.", len(table))
    sentence = f"None of {failures:,} failures has been watched for {RESOLVED_DAYS} days yet."
    return Unknown("immature", sentence, failures)
