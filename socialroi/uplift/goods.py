"""What customers chose, line by line: something dearer than ever before, or a category new to them.

A category is known once the customer bought from it, a dearer choice is one above the customer's own dearest
product of a category they know, each product at its mean price. Both are judged by what was bought before
time zero alone; what is compared on is taken from strictly before the unit, as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from socialroi.metrics import choices
from socialroi.result import Unknown, Working
from socialroi.store import Store
from socialroi.uplift.design import Design
from socialroi.uplift.outcomes import Floats, Outcome
from socialroi.uplift.past import DAY_BEFORE, DAY_US, PLACEBO, PLACEBO_END, UNIT, Units, given, told, until

D = TypeVar("D", bound=Design)
Span = tuple[int, int]

#: For each unit and each span [start, end) around it: how many categories the customer knew before the span,
#: whether they bought from a new one in it, and whether they bought something dearer than ever before in one
#: they knew. Whoever has no known category before the span has none new. Parameters as in sql.BOUGHT, and
#: the spans' edges in microseconds from the unit.
CHOSEN = """
with person as (
    select unnest($customers) as customer_id, unnest(range(len($customers))) as person_no
),
unit as (
    select
        unnest(range(len($units_at_us))) as unit_no,
        unnest($persons) as person_no,
        unnest($units_at_us) as at_us
),
span as (
    select
        unnest(range(len($starts_us))) as span_no,
        unnest($starts_us) as start_us,
        unnest($ends_us) as end_us
),
choice as (
    select o.person_no, b.category, epoch_us(b.ordered_at) as bought_us, b.worth
    from baskets as b
    inner join person as o on o.customer_id = b.customer_id
    where b.category is not null
),
compared as (
    select
        u.unit_no,
        s.span_no,
        c.category,
        bool_or(c.bought_us < u.at_us + s.start_us) as is_known,
        bool_or(c.bought_us >= u.at_us + s.start_us) as is_bought,
        max(case when c.bought_us < u.at_us + s.start_us then c.worth end) as dearest_before,
        max(case when c.bought_us >= u.at_us + s.start_us then c.worth end) as dearest_after
    from unit as u
    inner join choice as c on c.person_no = u.person_no
    cross join span as s
    where c.bought_us < u.at_us + s.end_us
    group by u.unit_no, s.span_no, c.category
)
select
    unit_no,
    span_no,
    count(*) filter (where is_known) as known,
    bool_or(is_known) and bool_or(is_bought and not is_known) as cross_sell,
    coalesce(bool_or(is_known and dearest_after > dearest_before), false) as upsell
from compared
group by unit_no, span_no
"""


def followed(
    store: Store, design: D, units: Units, horizons: Sequence[int], other_starts_us: Iterable[int] = ()
) -> D:
    """The design with what its customers chose, where its outcome is about that; else as it is.

    `units` are those of its candidates; follow-ups and other times zero as in `past.moments`.
    """
    if not design.outcome.is_about_goods:
        return design
    chosen, known, query = _chosen(store, design, units, _spans(design.start_us, horizons, other_starts_us))
    customers = replace(design.customers, spans=chosen, known=known)
    untold = obstacle(store, design.outcome)
    return replace(design, customers=customers, untold=untold, working=(*design.working, query))


def obstacle(store: Store, outcome: Outcome) -> Unknown | None:
    """Why it cannot be said what customers chose: too few orders say what was bought."""
    return choices.obstacle(store, "upsell" if outcome.column == "upsell" else "cross_sell")


def _spans(start_us: int, horizons: Sequence[int], other_starts_us: Iterable[int]) -> tuple[Span, ...]:
    """Every follow-up, the windows before the unit, and the unit itself for what was known by then."""
    after = {(until(start_us), until(start_us + days * DAY_US)) for days in horizons}
    after |= {(until(one), until(one + days * DAY_US)) for one in other_starts_us for days in horizons[:1]}
    return ((UNIT, UNIT), (PLACEBO, PLACEBO_END), (DAY_BEFORE, UNIT), *sorted(after))


def _chosen(
    store: Store, design: Design, units: Units, spans: tuple[Span, ...]
) -> tuple[dict[tuple[str, int, int], Floats], dict[int, Floats], Working]:
    """The outcome by span, the categories known by the start of each, and the query that found them."""
    edges = {"starts_us": [start for start, _ in spans], "ends_us": [end for _, end in spans]}
    found = store.frame(CHOSEN, **given(units), **edges)
    row, column = (found[name].to_numpy(np.int64) for name in ("unit_no", "span_no"))
    name: str = design.outcome.column
    tables = {key: np.zeros((len(spans), len(units.at_us))) for key in ("known", name)}
    for key, table in tables.items():
        table[column, row] = found[key].to_numpy(np.float64)
    chosen = {(name, *span): tables[name][place] for place, span in enumerate(spans)}
    known = {start: tables["known"][place] for place, (start, _) in enumerate(spans)}
    return chosen, known, Working(CHOSEN, {**told(units), **edges}, len(found))
