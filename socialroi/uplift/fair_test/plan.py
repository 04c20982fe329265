"""Plan a fair test: how many conversations a coin could decide about, and what it would show by when.

Where the study cannot say, the firm can let a coin decide whom to answer first. A conversation counts here
when it is a social one that needs an answer, from a customer of the outcome's population who was known
before it. What the plan cannot foresee: customers who write often tell less than as many new ones, so a
length is the least that is needed. What is said about it stands in `recipe`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from socialroi.errors import UsageError
from socialroi.result import Plan, Reach
from socialroi.schema import SOCIAL_CHANNELS
from socialroi.stats.power import smallest_effect
from socialroi.store import Store
from socialroi.uplift import goods
from socialroi.uplift.design import KNOWN_FOR_US
from socialroi.uplift.fair_test import recipe
from socialroi.uplift.fair_test.randomise import HOLD_H, kept
from socialroi.uplift.horizon import choose
from socialroi.uplift.messages import PRE_SALE_TOPICS, emulate
from socialroi.uplift.money import Money
from socialroi.uplift.outcomes import Outcome, outcome_named

#: The lengths that are offered, in weeks.
LENGTHS = (2, 4, 8, 12, 26, 52)
#: How many weeks, counted back from the end of the export, say how many conversations come in.
LOOKBACK_WEEKS = 26
#: Standard errors between no effect and one that is seen four times out of five at 5 %: 1.960 + 0.842.
SEEN = 2.8015852
#: The effect worth seeing where nobody said: 5 points, or this share of what customers do anyway.
POINTS, PART = 0.05, 0.10
#: The study shows nothing with fewer in an arm, or with fewer who ordered or did not.
FEWEST, EVENTS = 100, 20
#: The longest that a message may be held, in hours.
LONGEST_HOLD_H = 168.0
DAY_S, WEEK_S = 86_400, 604_800

#: How long social channels were watched within the last weeks: from when, until when, and for how many
#: seconds in all. Exports that touch (no more than a day apart) are one, as for episodes.
_COVERED = """
with span as (
    select distinct first_at, last_at
    from batch_coverage
    where list_contains($social, replace(lower(trim(channel)), ' ', '_'))
),
edge as (
    select
        greatest(min(first_at), max(last_at) - to_seconds($lookback_s)) as starts_at,
        max(last_at) as ends_at
    from span
),
clipped as (
    select greatest(s.first_at, e.starts_at) as first_at, s.last_at
    from span as s
    cross join edge as e
    where s.last_at >= e.starts_at
),
seen as (
    select
        first_at, last_at,
        max(last_at) over (
            order by first_at, last_at rows between unbounded preceding and 1 preceding
        ) as seen_until
    from clipped
),
watched as (
    select
        case
            when seen_until is null or date_diff('second', seen_until, first_at) > 86400 then first_at
            else seen_until
        end as first_at,
        last_at
    from seen
)
select
    min(e.starts_at),
    min(e.ends_at),
    coalesce(sum(greatest(date_diff('second', w.first_at, w.last_at), 0)), 0)
from watched as w
cross join edge as e
"""

#: Social conversations, those of them that need an answer, and those of these from a known customer.
_ASKED = """
select
    count(*),
    count(*) filter (where needs_response),
    count(*) filter (
        where needs_response and customer_id is not null and coalesce(linked_at <= opened_at, true)
    )
from episodes
where social
"""

#: By orders before the message (1, or 2 and more): conversations of the last weeks, those whose follow-up is
#: complete, and what their customers did in it, as sums and sums of squares. Whom the study leaves out is
#: left out here too: questions before a purchase, customers of less than $known_s.
_BOUGHT = """
with asked as (
    select episode_id, customer_id, opened_at, opened_at + to_seconds($hold_s) as zero_at
    from episodes
    where social and needs_response and customer_id is not null and coalesce(linked_at <= opened_at, true)
        and not list_contains(
            $pre_sale, trim(regexp_replace(lower(coalesce(topic, '')), '[^a-z]+', ' ', 'g'))
        )
),
told as (
    select
        a.episode_id,
        a.opened_at,
        a.zero_at + to_seconds($follow_s) <= $orders_end as followed,
        count(*) filter (where p.ordered_at < a.opened_at) as earlier,
        min(p.ordered_at) <= a.opened_at - to_seconds($known_s) as known,
        count(*) filter (where p.ordered_at > a.zero_at and p.ordered_at <= a.zero_at + to_seconds($follow_s))
            as orders,
        coalesce(
            sum(cast(p.margin as double)) filter (
                where p.ordered_at > a.zero_at and p.ordered_at <= a.zero_at + to_seconds($follow_s)
            ),
            0
        ) as margin
    from asked as a
    join purchases as p on p.customer_id = a.customer_id
    group by a.episode_id, a.opened_at, a.zero_at
)
select
    least(earlier, 2),
    count(*) filter (where opened_at >= $starts_at and opened_at <= $ends_at),
    count(*) filter (where followed),
    count(*) filter (where followed and orders > 0),
    coalesce(sum(orders) filter (where followed), 0),
    coalesce(sum(orders * orders) filter (where followed), 0),
    coalesce(sum(margin) filter (where followed), 0),
    coalesce(sum(margin * margin) filter (where followed), 0)
from told
where earlier > 0 and known
group by least(earlier, 2)
"""
_ORDERS_END = "select max(last_at) from coverage where table_name = 'orders'"


def plan(
    store: Store,
    outcome: str = "retention",
    horizon_days: int | None = None,
    share: float = 0.5,
    hold_h: float = HOLD_H,
    *,
    worthwhile: float | None = None,
) -> Plan:
    """What a coin could tell this firm about `outcome`, for tests of 2 to 52 weeks.

    `share` of the conversations are answered first, the others wait up to `hold_h` hours; what customers buy
    is counted from then on, for `horizon_days` (chosen as in the study unless given). `worthwhile` is the
    smallest effect worth knowing: a share (0..1), else orders or money a conversation; so are `level` and
    `smallest`. Where data are missing, `per_week` is 0, or `reach` is empty, and the sentence says why.
    Raises UnknownName and UsageError for an outcome, follow-up, share or wait that cannot be.
    """
    about, horizon = outcome_named(outcome), choose(store, horizon_days)
    if not 0 < hold_h <= LONGEST_HOLD_H:
        raise UsageError(f"A message is held for up to {LONGEST_HOLD_H:g} hours, not {hold_h:g}.")
    part = float(kept(share))
    found, obstacle = _found(store, about, horizon.primary, hold_h)
    aim = worthwhile if worthwhile is not None else POINTS if about.is_share else PART * abs(found.level)
    reach = () if obstacle else tuple(_reach(found, part, about))
    weeks = next((r.weeks for r in reach if r.smallest <= aim and _is_enough(r, found, about)), None)
    made = Plan(
        outcome=outcome,
        horizon_days=horizon.primary,
        share=part,
        hold_h=hold_h,
        per_week=found.per_week,
        level=found.level,
        worthwhile=aim,
        weeks=weeks,
        reach=reach,
        recipe=recipe.steps(horizon.primary, hold_h, weeks or LENGTHS[-1]),
        sentence=obstacle,
    )
    if obstacle:
        return made
    return replace(made, sentence=recipe.sentence(made, about, Money.of(store).currency, found.followed > 0))


@dataclass(frozen=True, slots=True)
class _Found:
    """Comparable conversations: how many a week, of how many the follow-up is over, and what their
    customers did in it: the mean (`level`) and the standard deviation of one (`sd`).
    """

    per_week: float
    followed: int
    level: float
    sd: float

    @classmethod
    def of(cls, per_week: float, followed: int, total: float, squares: float) -> _Found:
        """From the sum and the sum of squares of those followed."""
        if not followed:
            return cls(per_week, 0, 0.0, 0.0)
        left = max(squares - total**2 / followed, 0.0)
        return cls(per_week, followed, total / followed, math.sqrt(left / max(followed - 1, 1)))


_NOTHING = _Found(0.0, 0, 0.0, 0.0)


def _found(store: Store, about: Outcome, horizon_days: int, hold_h: float) -> tuple[_Found, str]:
    """The conversations so far, and what is missing for a plan, if anything, as a sentence."""
    social, needing, linked = store.one(_ASKED)
    (orders_end,) = store.one(_ORDERS_END)
    if obstacle := recipe.nothing(social, needing, linked, orders_end):
        return _NOTHING, obstacle
    starts_at, ends_at, seconds = _covered(store)
    rows = store.rows(
        _BOUGHT,
        hold_s=round(hold_h * 3600),
        follow_s=horizon_days * DAY_S,
        known_s=KNOWN_FOR_US // 1_000_000,
        pre_sale=sorted(PRE_SALE_TOPICS),
        orders_end=orders_end,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    found = _added(rows, about, max(seconds / WEEK_S, 1.0))
    if not found.per_week:
        return _NOTHING, recipe.nobody(linked, starts_at, about)
    if about.is_about_goods:
        if absent := goods.obstacle(store, about):
            return _NOTHING, absent.sentence
        found = _choosing(store, about, horizon_days, hold_h, found)
    if about.is_share:
        # where nobody was followed yet, the hardest case
        return (found if found.followed else replace(found, level=0.5)), ""
    return found, _unmeasured(store, about, horizon_days, found)


def _covered(store: Store) -> tuple[datetime, datetime, int]:
    """From when until when the last weeks were, and how many seconds of them were watched."""
    lookback_s = LOOKBACK_WEEKS * WEEK_S
    starts_at, ends_at, seconds = store.one(_COVERED, social=list(SOCIAL_CHANNELS), lookback_s=lookback_s)
    return starts_at, ends_at, int(seconds)


def _added(rows: list[tuple[Any, ...]], about: Outcome, weeks: float) -> _Found:
    """The rows of the outcome's population in one."""
    own = [row for row in rows if about.counts(row[0])]
    recent, followed, buyers, *sums = (sum(row[place] for row in own) for place in range(1, 8))
    total, squares = sums[:2] if about.column == "orders" else sums[2:]
    if about.is_share:
        total = squares = buyers
    return _Found.of(recent / weeks, int(followed), float(total), float(squares))


def _choosing(store: Store, about: Outcome, horizon_days: int, hold_h: float, found: _Found) -> _Found:
    """The same conversations, with how often customers chose so after those that the study compares."""
    y = emulate(store, about, (horizon_days,), hold_h).trial(horizon_days)["y"]
    return _Found.of(found.per_week, len(y), float(y.sum()), float((y * y).sum()))


def _unmeasured(store: Store, about: Outcome, horizon_days: int, found: _Found) -> str:
    """Why amounts cannot be planned for: without their spread nobody knows what a test would see."""
    obstacle = Money.of(store).obstacle() if about.column == "margin" else None
    if obstacle:
        return obstacle.sentence
    return "" if found.sd else recipe.unmeasured(found.followed, horizon_days)


def _reach(found: _Found, share: float, about: Outcome) -> Iterator[Reach]:
    """Every length that could show something, with the smallest effect it would show."""
    for weeks in LENGTHS:
        n = math.floor(found.per_week * weeks + 1e-9)
        answered = math.floor(n * share + 0.5)
        held = n - answered
        smallest = _smallest(found, answered, held, about) if min(answered, held) else None
        if smallest is not None:
            yield Reach(weeks, answered, held, smallest)


def _smallest(found: _Found, answered: int, held: int, about: Outcome) -> float | None:
    """The smallest effect that is seen four times out of five at 5 %; None where not even the largest is.

    Of shares, that of the direction in which it is harder to see: towards one half.
    """
    if about.is_share:
        return smallest_effect(min(found.level, 1 - found.level), answered, held)
    return SEEN * found.sd * math.sqrt(1 / answered + 1 / held)


def _is_enough(reach: Reach, found: _Found, about: Outcome) -> bool:
    """Whether the study would show a number of so many, whatever the effect."""
    fewest = min(reach.answered, reach.held)
    rarer = min(found.level, 1 - found.level) if about.is_share else 1.0
    return fewest >= FEWEST and fewest * rarer >= EVENTS
