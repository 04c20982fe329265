"""Rung D: ever against never answered, all customers. A description, never an effect.

Whoever was answered at any time was a customer long enough to ask: the gap exists without any effect of
answering (immortal time, activity bias). It is shown as what it is, and never as the headline.
"""

from __future__ import annotations

from socialroi.result import Estimate, Rung, Unknown, Value, Working
from socialroi.stats.intervals import newcombe
from socialroi.store import Store
from socialroi.uplift import verdict

DAYS = 90
POPULATION = "all customers with an order"
EVER = """
with edge as (
    select max(last_at) as orders_end from coverage where table_name = 'orders'
),
answered as (
    select distinct customer_id
    from episodes
    where social and first_reply_at is not null and customer_id is not null
)
select
    a.customer_id is not null as answered,
    count(*) as customers,
    count(*) filter (where s.last_order_at > e.orders_end - to_days(cast($days as integer))) as ordered
from customer_summary as s
cross join edge as e
left join answered as a on s.customer_id = a.customer_id
where s.orders > 0
group by a.customer_id is not null
order by answered
"""

_NOTE = "Not causal: whoever stays longer has more occasions to be answered."


def answer(store: Store) -> tuple[Rung, Working]:
    """An order in the last 90 days, ever against never answered, with Newcombe's interval."""
    rows = {bool(answered): (int(n), int(k)) for answered, n, k in store.rows(EVER, days=DAYS)}
    (n1, k1), (n0, k0) = rows.get(True, (0, 0)), rows.get(False, (0, 0))
    gap = _gap(k1, n1, k0, n0)
    known = isinstance(gap, Estimate)
    rung = Rung(
        rung="D",
        outcome="retention",
        horizon_days=DAYS,
        population=POPULATION,
        estimand="difference of shares",
        estimate=gap,
        naive=gap,
        n_treated=n1,
        n_control=n0,
        checks=(),
        verdict="not_causal" if known else "cannot_say",
        sentence=verdict.describes(gap, DAYS, (k1 / n1, k0 / n0))
        if isinstance(gap, Estimate)
        else verdict.cannot_say(gap.sentence),
        notes=(_NOTE,),
    )
    return rung, Working(EVER, {"days": DAYS}, n1 + n0)


def _gap(k1: int, n1: int, k0: int, n0: int) -> Value:
    if n1 == 0:
        return Unknown("empty_arm", "No customer with an order was ever answered on a social channel.", n0)
    if n0 == 0:
        return Unknown("empty_arm", "Every customer with an order was answered at some time.", n1)
    return newcombe(k1, n1, k0, n0)
