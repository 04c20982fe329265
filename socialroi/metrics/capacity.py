"""How many messages come in which hour of the week, and how many people it takes to keep the promise?

An arrival is a burst: whatever a customer writes until a person answers, if it needs an answer. Hours in
which the calendar says closed are left out, with the messages that came in them; without a calendar every
hour counts. Staff is Erlang C's: messages come at random but steadily, everybody waits in turn, nobody
gives up. The mean of an hour hides its rushes, so a rush takes more people than it says.

How long an answer takes is not in the files: it is asked for, and `time_per_answer` bounds it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from socialroi.metrics.answer import MIN_N, filters
from socialroi.metrics.waits import facts, nobody
from socialroi.result import Definition, Estimate, Grid, Unknown, Value, Window
from socialroi.stats import erlang, intervals
from socialroi.store import Store

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOURS = tuple(f"{hour:02d}" for hour in range(24))
#: The fewest weeks in which an hour was open that make a mean of it.
WEEKS = 4

ARRIVALS = Definition(
    key="arrivals",
    name="Messages per hour",
    unit="count",
    better="neither",
    question="How many messages that need an answer come in each hour of the week?",
    formula=(
        "Bursts of messages that need an answer and came in this hour of the week / how often the hour was"
        " open in the period; several messages in a row are one."
    ),
    source="Our rule; the arrival rate of queueing texts.",
    caveat="A mean: it hides rushes within the hour, and growth over the period.",
    min_n=WEEKS,
)

SEEN = Definition(
    key="people_seen",
    name="People seen answering",
    unit="count",
    better="neither",
    question="How many people send an answer in each hour of the week?",
    formula="People who sent at least one public answer in this hour, mean over the times it was open.",
    source="Our rule.",
    caveat="Whoever was at work and sent no answer in that hour is not seen.",
    min_n=WEEKS,
)

STAFF = Definition(
    key="staff_needed",
    name="People needed",
    unit="count",
    better="neither",
    question="How many people at work on messages does it take to keep the promise in each hour of the week?",
    formula=(
        "The fewest people with whom the wished share of messages is answered within the promise in force, by"
        " Erlang C, from the mean messages an hour and the minutes an answer takes; work must begin that much"
        " before the promise ends."
    ),
    source="Erlang 1917; Gross, Shortle, Thompson and Harris 2008, section 2.4.",
    caveat=(
        "Messages are taken to come steadily and nobody to give up, so rushes take more people than this;"
        " breaks and other work come on top."
    ),
    min_n=WEEKS,
)

# One row for each hour of the week, arrivals and people seen in it: how often it was so. Time is cut in
# quarters of an hour, because zones and opening hours begin on them.
WEEK = """
with asked as (
    select b.needed_at, e.department, e.observed_until
    from bursts as b
    asof join episodes as e on e.conversation_id = b.conversation_id and b.needed_at >= e.opened_at
    where b.needed_at >= coalesce($start_at, b.needed_at)
      and b.needed_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, e.channel))
      and ($departments is null or list_contains($departments, e.department))
      and ($segments is null or list_contains($segments, e.segment))
),
spans as (
    select
        time_bucket(interval 15 minute, coalesce($start_at, min(needed_at))) as first_at,
        least(max(observed_until), coalesce($end_at, 'infinity'::timestamp)) as last_at
    from asked
),
slots as (
    select unnest(generate_series(first_at, last_at, interval 15 minute)) as slot_at
    from spans
),
desks as (
    select distinct coalesce(d.department, '') as department
    from asked as a
    left join (select distinct department from service_clock) as d on d.department = a.department
),
calendar as (
    select c.day, c.opens_at, c.closes_at
    from service_clock as c
    join desks as d on d.department = c.department
),
open as (
    select s.slot_at
    from slots as s
    join calendar as c on c.day = s.slot_at::date and s.slot_at >= c.opens_at and s.slot_at < c.closes_at
    union
    select slot_at
    from slots
    where not exists (select 1 from calendar)
),
placed as (
    select o.slot_at, date_trunc('hour', o.slot_at + to_seconds(coalesce(z.offset_s, 0))) as hour_at
    from open as o
    left join zone_offsets as z
        on z.purpose = 'business' and o.slot_at >= z.starts_at and o.slot_at < z.ends_at
),
hours as (
    select hour_at, count(*) / 4.0 as open_h
    from placed
    group by hour_at
),
came as (
    select p.hour_at, count(*) as arrivals
    from asked as a
    join placed as p on p.slot_at = time_bucket(interval 15 minute, a.needed_at)
    group by p.hour_at
),
replies as (
    select i.agent_id, i.sent_at
    from interactions as i
    asof join episodes as e on e.conversation_id = i.conversation_id and i.sent_at >= e.opened_at
    where i.author_kind = 'agent'
      and coalesce(i.direction, 'out') = 'out'
      and coalesce(i.visibility, 'public') <> 'private'
      and ($channels is null or list_contains($channels, e.channel))
      and ($departments is null or list_contains($departments, e.department))
      and ($segments is null or list_contains($segments, e.segment))
),
seen as (
    select p.hour_at, count(distinct r.agent_id) as people
    from replies as r
    join placed as p on p.slot_at = time_bucket(interval 15 minute, r.sent_at)
    group by p.hour_at
)
select
    (date_diff('day', date '1900-01-01', h.hour_at::date) % 7)::integer as weekday,
    extract('hour' from h.hour_at)::integer as hour,
    h.open_h,
    coalesce(c.arrivals, 0) as arrivals,
    coalesce(s.people, 0) as people,
    count(*) as times
from hours as h
left join came as c on c.hour_at = h.hour_at
left join seen as s on s.hour_at = h.hour_at
group by all
order by all
"""

# The promise in force last, where (channel, department) the arrivals came in, and how many came there.
PROMISED = """
with asked as (
    select e.channel, e.department, e.opened_at, e.promised_s
    from bursts as b
    asof join episodes as e on e.conversation_id = b.conversation_id and b.needed_at >= e.opened_at
    where b.needed_at >= coalesce($start_at, b.needed_at)
      and b.needed_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, e.channel))
      and ($departments is null or list_contains($departments, e.department))
      and ($segments is null or list_contains($segments, e.segment))
),
places as (
    select channel, department, arg_max(promised_s, opened_at) as target_s, count(*) as arrivals
    from asked
    group by channel, department
)
select target_s, sum(arrivals)::bigint as arrivals
from places
group by target_s
order by target_s
"""

HAS_CALENDAR = """
select count(*)
from service_clock as c
join (select distinct coalesce(department, '') as department from episodes) as d
    on d.department = c.department or c.department = ''
where $departments is null or c.department = '' or list_contains($departments, c.department)
"""
HAS_AGENTS = "select count(agent_id) from interactions where author_kind = 'agent'"


@dataclass(frozen=True, slots=True)
class Demand:
    """What there was to do, who was seen doing it, and what was promised.

    `promises` holds how many arrivals are promised an answer within how many seconds; `unpromised` arrivals
    have none. `closed` of all `asked` came when the calendar says closed. `absent` says why there are no
    `arrivals`, `unseen` why nobody was seen.
    """

    arrivals: Grid
    seen: Grid
    promises: Mapping[float, int]
    unpromised: int
    asked: int
    closed: int
    has_calendar: bool
    answered_only: int
    absent: Unknown | None = None
    unseen: Unknown | None = None


def demand(store: Store, window: Window) -> Demand:
    """Messages that need an answer and people seen answering, by hour of the week in the business zone.

    Means over the times the hour was open in the window, t interval; an hour that was open fewer than
    `WEEKS` times is absent.
    """
    table, promised = (store.frame(sql, **filters(window)) for sql in (WEEK, PROMISED))
    has_promise = promised["target_s"].notna()
    asked, came = int(promised["arrivals"].sum()), int((table["arrivals"] * table["times"]).sum())
    found = facts(store, window)
    label = f"Hour of the day, {store.settings.business_zone}"
    unseen = None if store.one(HAS_AGENTS)[0] else Unknown("no_agents", NO_AGENTS)
    return Demand(
        arrivals=_grid(ARRIVALS, table, "arrivals", label),
        seen=_grid(SEEN, table, "people", label) if unseen is None else _empty(SEEN, label),
        promises={float(s): int(n) for s, n in promised[has_promise].itertuples(index=False)},
        unpromised=int(promised.loc[~has_promise, "arrivals"].sum()),
        asked=asked,
        closed=asked - came,
        has_calendar=bool(store.one(HAS_CALENDAR, departments=list(window.department))[0]),
        answered_only=found.not_kept,
        absent=_absent(asked, found.episodes, table),
        unseen=unseen,
    )


NO_AGENTS = "The answers in these files do not say who gave them."
SHORT = "No hour of the week was open four times in this period: choose a longer one."


def _absent(asked: int, episodes: int, table: pd.DataFrame) -> Unknown | None:
    """Why there is nothing to plan for."""
    if not asked:
        return nobody(episodes)
    if asked < MIN_N:
        return Unknown(
            "too_few", f"Only {asked:,} messages need an answer; at least {MIN_N} are needed.", asked
        )
    weeks = table.groupby(["weekday", "hour"])["times"].sum().max() if len(table) else 0
    return Unknown("too_short", SHORT, asked) if weeks < WEEKS else None


def _grid(definition: Definition, table: pd.DataFrame, counted: str, label: str) -> Grid:
    """The mean of `counted` in each hour of the week."""
    groups: Any = table.groupby(["weekday", "hour"])
    cells = {
        (WEEKDAYS[weekday], HOURS[hour]): _mean(part, counted)
        for (weekday, hour), part in groups
        if part["times"].sum() >= WEEKS
    }
    return Grid(definition, WEEKDAYS, HOURS, cells, "Weekday", label)


def _empty(definition: Definition, label: str) -> Grid:
    return Grid(definition, WEEKDAYS, HOURS, {}, "Weekday", label)


def _mean(part: pd.DataFrame, counted: str) -> Value:
    """The mean of one hour of the week over the times it was open, never below nothing."""
    times = part["times"].to_numpy()
    opened = part["open_h"].to_numpy(dtype=float).repeat(times)
    value = intervals.clustered_mean(opened, part[counted].to_numpy(dtype=float).repeat(times))
    if isinstance(value, Unknown):
        return value
    return Estimate(value.value, max(0.0, value.low), value.high, int(times.sum()), "t interval over weeks")


def staff(found: Demand, handling_s: float, share: float) -> Grid:
    """People needed in each hour of the week to answer a `share` within the promise, `handling_s` an answer.

    The interval is that of the arrivals. Cells are Unknown `no_promises` without a declared promise,
    `promise_too_short` where an answer takes longer than too many promises leave.
    """
    cells = {place: _people(value, found, handling_s, share) for place, value in found.arrivals.cells.items()}
    grid = found.arrivals
    return Grid(STAFF, grid.rows, grid.columns, cells, grid.row_label, grid.column_label)


def unplanned(found: Demand, handling_s: float, share: float) -> Unknown | None:
    """Why no staff can be planned for, if so."""
    if found.absent:
        return found.absent
    if not found.promises:
        return Unknown("no_promises", NO_PROMISES, found.asked)
    if erlang.staff_for_promises(1.0, handling_s, found.promises, share) is None:
        return Unknown("promise_too_short", TOO_SHORT, found.asked)
    return None


NO_PROMISES = (
    "No promise is declared for these messages. Load a `promises` file: target_s and, where they differ,"
    " channel, department and valid_from."
)
TOO_SHORT = (
    "For too many of these messages an answer takes longer than was promised, so no number of people keeps"
    " the promise. Lower the minutes or the share."
)


def _people(value: Value, found: Demand, handling_s: float, share: float) -> Value:
    """People needed for one hour, with those for both ends of its arrivals."""
    if isinstance(value, Unknown):
        return value
    missing = unplanned(found, handling_s, share)
    if missing:
        return missing
    need: Callable[[float], int | None] = lambda rate: erlang.staff_for_promises(  # noqa: E731
        rate, handling_s, found.promises, share
    )
    people = [need(rate) or 0 for rate in (value.low, value.value, value.high)]
    return Estimate(people[1], people[0], people[2], value.n, "Erlang C")


def busiest(grid: Grid) -> tuple[tuple[str, str], Estimate] | None:
    """The hour of the week with the highest number, the first of several."""
    known = {place: value for place, value in grid.cells.items() if isinstance(value, Estimate)}
    if not known:
        return None
    place = max(known, key=lambda each: known[each].value)
    return place, known[place]
