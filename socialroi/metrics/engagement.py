"""Who was engaged on day 30 after the first order, and what they did later: one row per customer.

Status is fixed on the landmark by what had happened until then; a customer whose conversations are not
observed from the first order to the landmark has no status and is left out and counted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from socialroi.metrics import cohorts
from socialroi.metrics.cohorts import Money
from socialroi.result import Unknown, Window, Working
from socialroi.store import Store

LANDMARK_D = 30
STATUSES = ("answered", "asked_unanswered", "never_asked")

NOT_AN_EFFECT = (
    "A difference, not an effect: people who get in touch differ in more than their first order shows."
)
STATUS_NOTE = "Status is fixed 30 days after the first order; only later orders count."
TWO_WAY_NOTE = (
    "This export holds only answered conversations, so people who asked in vain cannot be told from people"
    " who never asked."
)

# One row per customer whose conversations are observed from the first order to day 30. The window of the
# outcome is (landmark, outcome_until]; for margin it ends at the age, for the others H days after day 30.
PEOPLE = """
with people as (
    select
        customer_id,
        engaged,
        first_order_at,
        landmark_at,
        second_order_at,
        first_order_month,
        first_order_amount,
        first_order_channel,
        segment,
        case when $to_age then first_order_at else landmark_at end + to_days($horizon_d) as outcome_until
    from customer_summary
    where engaged is not null
      and contact_observed
      and landmark_at <= $observed_until
      and first_order_at >= coalesce($start_at, first_order_at)
      and first_order_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, first_order_channel))
      and ($segments is null or list_contains($segments, segment))
),
later as (
    select
        p.customer_id,
        count(*) as orders,
        sum(case when $use_margin then o.margin else o.amount end)::double as margin
    from people as p
    join purchases as o
      on o.customer_id = p.customer_id and o.ordered_at > p.landmark_at and o.ordered_at <= p.outcome_until
    group by p.customer_id
)
select
    p.customer_id,
    p.engaged,
    p.outcome_until <= $observed_until as complete,
    coalesce(l.orders, 0) > 0 as ordered,
    coalesce(l.margin, 0) as margin,
    coalesce(p.second_order_at > p.landmark_at, true) as bought_once,
    p.second_order_at > p.landmark_at as returned,
    date_diff('second', p.landmark_at, coalesce(p.second_order_at, $observed_until)) as gap_s,
    date_diff('month', date '2000-01-01', p.first_order_month) as month_no,
    ln(1 + greatest(coalesce(p.first_order_amount, 0)::double, 0)) as log_amount,
    coalesce(p.first_order_channel, '') as channel,
    coalesce(p.segment, '') as segment
from people as p
left join later as l on l.customer_id = p.customer_id
order by p.customer_id
"""

# What each of them chose after the landmark, against what they had bought by then.
CHOICES = """
with by_category as (
    select
        c.customer_id,
        b.category,
        bool_or(b.ordered_at <= c.landmark_at) as is_known,
        bool_or(b.ordered_at > c.landmark_at) as is_bought,
        max(case when b.ordered_at <= c.landmark_at then b.worth end) as dearest_before,
        max(case when b.ordered_at > c.landmark_at then b.worth end) as dearest_after
    from customer_summary as c
    join baskets as b on b.customer_id = c.customer_id
    where c.engaged is not null
      and c.contact_observed
      and b.category is not null
      and b.ordered_at <= c.landmark_at + to_days($horizon_d)
    group by c.customer_id, b.category
)
select
    customer_id,
    coalesce(bool_or(is_known and dearest_after > dearest_before), false) as upsell,
    bool_or(is_known) and bool_or(is_bought and not is_known) as cross_sell
from by_category
group by customer_id
"""

NOT_KEEPING = "select count(*) from episodes where social and keeps_unanswered <> 'yes'"

UNOBSERVED = """
select
    count(*) as customers,
    count(*) filter (where engaged is null) as without_contacts,
    count(*) filter (where engaged is not null and not contact_observed) as unobserved
from customer_summary
where first_order_at >= coalesce($start_at, first_order_at)
  and first_order_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, first_order_channel))
  and ($segments is null or list_contains($segments, segment))
"""


@dataclass(frozen=True, slots=True)
class Groups:
    """The customers of a comparison, one row each, and how they are grouped.

    `people` has the columns of `PEOPLE`; `three_way` is False where the exports do not hold
    unanswered conversations.
    """

    people: pd.DataFrame
    money: Money
    three_way: bool
    notes: tuple[str, ...]
    working: tuple[Working, ...]

    def members(self, group: str) -> pd.DataFrame:
        """The customers of a group; `unengaged` is everybody not answered."""
        status = self.people["engaged"]
        return self.people[status != "answered" if group == "unengaged" else status == group]

    @property
    def names(self) -> tuple[str, ...]:
        """The groups that can be told apart, `unengaged` last."""
        return (*STATUSES, "unengaged") if self.three_way else ("answered", "unengaged")


def gather(store: Store, window: Window, *, to_age: bool) -> Groups:
    """The customers to compare and what to say about those who are not among them."""
    shared, notes = cohorts.filters(store, window)
    money = cohorts.money(store, window)
    params: dict[str, Any] = shared | {
        "to_age": to_age,
        "horizon_d": window.horizon_days,
        "observed_until": cohorts.orders_end(store),
        "use_margin": money.use_margin,
    }
    people = store.frame(PEOPLE, **params)
    three_way = not store.one(NOT_KEEPING)[0]
    _, _, unobserved = store.one(UNOBSERVED, **shared)
    said = (NOT_AN_EFFECT, STATUS_NOTE, *_left_out(unobserved, three_way), *notes)
    return Groups(people, money, three_way, said, (Working(PEOPLE, params, len(people)),))


def with_choices(store: Store, found: Groups, window: Window) -> Groups:
    """The customers with the columns `upsell` and `cross_sell`; who bought nothing later chose nothing."""
    params = {"horizon_d": window.horizon_days}
    chosen = store.frame(CHOICES, **params)
    people = found.people.merge(chosen, on="customer_id", how="left")
    for name in ("upsell", "cross_sell"):
        people[name] = people[name].eq(True)
    working = (*found.working, Working(CHOICES, params, len(chosen)))
    return replace(found, people=people, working=working)


def _left_out(unobserved: int, three_way: bool) -> tuple[str, ...]:
    """Who has no status, and which statuses cannot be told apart."""
    said = () if three_way else (TWO_WAY_NOTE,)
    if not unobserved:
        return said
    return (
        *said,
        f"{unobserved:,} customers are left out because conversations are not loaded from their first order"
        " to day 30.",
    )


def nobody(store: Store, window: Window) -> Unknown:
    """Why there is nobody to compare."""
    shared, _ = cohorts.filters(store, window)
    customers, without_contacts, unobserved = store.one(UNOBSERVED, **shared)
    if customers == 0:
        return cohorts.no_orders()
    if without_contacts == customers:
        return Unknown(
            "no_interactions", "No conversations are loaded, so nobody is engaged or not.", customers
        )
    if unobserved:
        return Unknown(
            "no_interactions",
            "Conversations are not loaded from first orders to day 30 after them.",
            unobserved,
        )
    return Unknown("incomplete", "No customer has been observed for 30 days yet.", customers)
