"""How long messages waited, as censored curves: what the response metrics have in common.

A wait ends with the first public reply by a person. Where none came it lasts until the export ends,
and nothing but the end of the export cuts it off: closing a conversation changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from socialroi.metrics import medians
from socialroi.metrics.answer import Cut, Key, cuts, filters
from socialroi.result import Unknown, Window, Working
from socialroi.stats.survival import KaplanMeier
from socialroi.store import Store

WAITS = """
with asked as (
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
        case $clock
            when 'business' then business_waited_s
            when 'touch'
                then greatest(0, date_diff('second', opened_at, coalesce(first_touch_at, observed_until)))
            else waited_s
        end as waited_s,
        case $clock when 'touch' then first_touch_at is not null else answered end as finished
    from episodes
    where opened_at >= coalesce($start_at, opened_at)
      and opened_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, channel))
      and ($departments is null or list_contains($departments, department))
      and ($segments is null or list_contains($segments, segment))
      and (needs_response or not $needing_only)
)
select
    label,
    period,
    waited_s,
    count(*) filter (where finished) as finished,
    count(*) filter (where not finished) as waiting,
    count(*) as units
from asked
where waited_s is not null and (finished or not $answered_only)
group by label, period, waited_s
"""

# Per person: of how many messages was the wait longer than the median of the segment and period? From this
# comes the design effect of the share still waiting, by which the Kaplan-Meier interval is widened.
REPEATS = """
with asked as (
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
        coalesce(customer_id, author_id, episode_id) as person,
        case $clock
            when 'business' then business_waited_s
            when 'touch'
                then greatest(0, date_diff('second', opened_at, coalesce(first_touch_at, observed_until)))
            else waited_s
        end as waited_s,
        case $clock when 'touch' then first_touch_at is not null else answered end as finished
    from episodes
    where opened_at >= coalesce($start_at, opened_at)
      and opened_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, channel))
      and ($departments is null or list_contains($departments, department))
      and ($segments is null or list_contains($segments, segment))
      and (needs_response or not $needing_only)
),
kept as (
    select * from asked where waited_s is not null and (finished or not $answered_only)
),
middles as (
    select label, period, quantile_disc(waited_s, 0.5) as middle_s
    from kept
    group by label, period
),
persons as (
    select
        k.label,
        k.period,
        k.person,
        count(*) as size,
        count(*) filter (where not (k.finished and k.waited_s <= m.middle_s)) as hits
    from kept as k
    join middles as m on m.label is not distinct from k.label and m.period is not distinct from k.period
    group by k.label, k.period, k.person
)
select label, period, hits, size, count(*) as people, sum(size) as units
from persons
group by label, period, hits, size
order by label, period, hits, size
"""

FACTS = """
select
    count(*) as episodes,
    count(*) filter (where needs_response) as needing,
    count(*) filter (where needs_response and keeps_unanswered <> 'yes') as not_kept,
    count(*) filter (where needs_response and opener_kind = 'peer') as by_peers,
    count(*) filter (where needs_response and business_waited_s is not null) as with_calendar,
    count(*) filter (where needs_response and answered and business_waited_s = 0) as without_wait,
    count(*) filter (where needs_response and answered) as answered,
    count(*) filter (where needs_response and answered and nullif(department, '') is not null)
        as answered_placed,
    count(*) filter (where needs_response and not answered and nullif(department, '') is not null)
        as waiting_placed
from episodes
where opened_at >= coalesce($start_at, opened_at)
  and opened_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, channel))
  and ($departments is null or list_contains($departments, department))
  and ($segments is null or list_contains($segments, segment))
"""

#: The largest accepted gap between the shares of answered and unanswered messages with a department.
PLACED_GAP = 0.05
#: Which wait is measured: on the calendar or the business clock, or until any touch (bots too).
WaitClock = Literal["calendar", "business", "touch"]


@dataclass(frozen=True, slots=True)
class Facts:
    """How many episodes the window holds, and of what kind; all but the first need an answer."""

    episodes: int
    needing: int
    not_kept: int
    by_peers: int
    with_calendar: int
    without_wait: int
    answered: int
    answered_placed: int
    waiting_placed: int

    @property
    def answered_only(self) -> bool:
        """Whether some source does not hold its unanswered conversations."""
        return self.not_kept > 0

    @property
    def is_community(self) -> bool:
        """Whether people without staff ask and answer each other."""
        return 0 < self.needing == self.by_peers

    @property
    def waiting(self) -> int:
        """How many still wait when the export ends."""
        return self.needing - self.answered

    @property
    def department_follows_answer(self) -> bool:
        """Whether the answered have a department clearly more often than the unanswered.

        Then the department is where a message was answered, not where it arrived, and a comparison of
        departments sees answered messages only.
        """
        if not self.answered or not self.waiting:
            return False
        return self.answered_placed / self.answered - self.waiting_placed / self.waiting > PLACED_GAP


def facts(store: Store, window: Window) -> Facts:
    """What the window holds."""
    return Facts(*(int(count) for count in store.one(FACTS, **filters(window))))


def wait_curves(
    store: Store,
    window: Window,
    cut: Cut,
    found: Facts,
    *,
    clock: WaitClock | None = None,
    needing_only: bool = True,
) -> tuple[dict[Key, KaplanMeier], tuple[Working, ...]]:
    """Kaplan-Meier curves of the wait by segment and period, intervals widened for repeated people.

    Every count is divided by the design effect: the curve stays what it is, its variance grows.
    """
    params: dict[str, Any] = filters(window) | cuts(cut) | {
        "clock": clock or window.clock,
        "needing_only": needing_only,
        "answered_only": sees_answered_only(found, cut),
    }  # fmt: skip
    waits = store.frame(WAITS, **params)
    if waits.empty:
        return {}, ()
    repeats = store.frame(REPEATS, **params)
    return medians.curves(waits, repeats, cut), (Working(WAITS, params, int(waits["units"].sum())),)


def answered_only(n: int) -> Unknown:
    """Why a share of answered messages cannot be given for an export without the unanswered ones."""
    return Unknown("answered_only", "This export holds only answered conversations.", n)


def nobody(episodes: int) -> Unknown:
    """Why nothing can be said where nobody needs an answer; `episodes` is how many there are at all."""
    if episodes:
        return Unknown("no_data", f"None of {episodes:,} conversations in this selection needs an answer.")
    return Unknown("no_data", "No conversation is loaded for this selection.")


def note_idle(found: Facts) -> str:
    """Messages left out because they ask for nothing."""
    idle = found.episodes - found.needing
    return f"{idle:,} of {found.episodes:,} conversations need no answer and are left out." if idle else ""


def note_not_kept(found: Facts) -> str:
    """Conversations left out because their export does not hold those that were never answered."""
    if not found.not_kept:
        return ""
    return f"{found.not_kept:,} come from exports that hold only answered conversations and are left out."


def sees_answered_only(found: Facts, cut: Cut) -> bool:
    """Whether a figure rests on answered messages only: by their source, or by how departments are known."""
    return found.answered_only or (cut.by == "department" and found.department_follows_answer)


def placed_by_answer(n: int) -> Unknown:
    """Why departments cannot be compared on who is answered."""
    sentence = (
        "The department is known for answered messages and not for the others, so it follows the answer."
    )
    return Unknown("department_follows_answer", sentence, n)


def note_placed(found: Facts) -> str:
    """That departments are compared on answered messages only."""
    if not found.department_follows_answer:
        return ""
    answered, waiting = found.answered_placed / found.answered, found.waiting_placed / found.waiting
    return (
        f"Departments are compared on answered messages only: {answered:.0%} of those have a department,"
        f" and {waiting:.0%} of the unanswered."
    )
