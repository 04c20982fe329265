"""Rung B: people who all just ordered. Do those who then wrote and were answered come back more often?

A unit is an order; time zero is 7 days later. Both arms were active at the same moment, which takes away
most of the difference between customers who are still there and customers who left. What is left of it
nobody can see, so this rung describes.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from socialroi.result import Rung, Working
from socialroi.store import Store
from socialroi.uplift import goods, sides
from socialroi.uplift.covariates import ABOUT_THE_CUSTOMER
from socialroi.uplift.design import Design, microseconds, orders_end_us
from socialroi.uplift.examine import Question
from socialroi.uplift.outcomes import Outcome
from socialroi.uplift.past import BASES, DAY_US, Units, bought, moments, until, written
from socialroi.uplift.rungs import context

#: From the order to time zero.
WINDOW_D = 7
#: At most so many answered buyers are compared, each with at most so many others.
MOST = 20_000
CONTROLS = 5
_UNWATCHED = "The messages of the 7 days after the order are not loaded."

#: Orders after which an answered conversation was opened within the window, and a share of all others,
#: drawn without looking at anything: the number of an order, mixed twice, decides.
ORDERS_AND_ANSWERS = """
with numbered as (
    select
        customer_id,
        ordered_at,
        row_number() over (order by ordered_at, order_id) as order_no
    from purchases
),
talked as (
    select distinct n.order_no
    from numbered as n
    inner join episodes as e
        on e.customer_id = n.customer_id
        and e.social
        and e.opened_at >= n.ordered_at
        and e.first_reply_at < n.ordered_at + to_days($window_d)
),
marked as (
    select
        n.*,
        t.order_no is not null as treated,
        (n.order_no * 48271 % 2147483647) * 69621 % 2147483647 as lot
    from numbered as n
    left join talked as t on t.order_no = n.order_no
),
sizes as (
    select
        count(*) filter (where treated) as answered,
        count(*) filter (where not treated) as others
    from marked
),
drawn as (
    select m.*
    from marked as m
    cross join sizes as s
    where case
        when m.treated then m.lot <= 2147483647.0 * least(1.0, $most / nullif(s.answered, 0))
        else m.lot <= 2147483647.0 * least(1.0, $controls * least($most, s.answered) / nullif(s.others, 0))
    end
),
watched as (
    select min(first_at) as first_at, max(last_at) as last_at
    from coverage
    where table_name = 'interactions'
)
select
    d.customer_id,
    d.ordered_at,
    d.treated,
    coalesce(d.ordered_at >= w.first_at and d.ordered_at + to_days($window_d) <= w.last_at, false) as watched,
    c.segment,
    c.acquisition_channel,
    c.first_order_channel,
    c.first_order_at
from drawn as d
cross join watched as w
inner join customer_summary as c on c.customer_id = d.customer_id
order by d.order_no
"""


def answer(asked: context.Asked) -> tuple[Rung, tuple[Working, ...]]:
    """The rung of answered against other buyers, or why there is none."""
    design = emulate(asked.store, asked.outcome, asked.horizon.every)
    about = f"{asked.outcome.population}, just after an order"
    return context.answer(
        Question(design, asked.horizon.alone, asked.money, asked.seed), about
    ), design.working


def emulate(store: Store, outcome: Outcome, horizons: tuple[int, ...]) -> Design:
    """Orders with the past of their customers, this order included."""
    params = {"window_d": WINDOW_D, "most": MOST, "controls": CONTROLS}
    found = store.frame(ORDERS_AND_ANSWERS, **params)
    # the order itself is known to both arms: the past ends just after it
    at_us = microseconds(found["ordered_at"]) + until(0)
    person, _ = pd.factorize(found["customer_id"])
    start_us = WINDOW_D * DAY_US
    about = Units.of(found["customer_id"], at_us)
    customers, asked = bought(store, about, moments(start_us, horizons))
    contacts, wrote = written(store, about, BASES)
    design = Design(
        rung="B",
        outcome=outcome,
        sides=sides.AFTER_AN_ORDER,
        start_us=start_us,
        orders_end_us=orders_end_us(store),
        units=found.assign(at_us=at_us, person=person),
        everybody="Orders followed by an answered conversation, and a sample of all others.",
        standing=((_UNWATCHED, found["watched"].to_numpy(bool)),),
        seen=(),
        candidates=np.arange(len(found), dtype=np.int64),
        customers=customers,
        contacts=contacts,
        working=(Working(ORDERS_AND_ANSWERS, params, len(found)), asked, wrote),
        groups=ABOUT_THE_CUSTOMER,
        estimand="ATT",
    )  # fmt: skip
    return goods.followed(store, design, about, horizons)
