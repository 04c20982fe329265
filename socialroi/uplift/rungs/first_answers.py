"""Rung C: customers answered for the first time on a day, against others not yet answered on that day.

A unit is a customer on a day; time zero is the end of the day. It imitates one trial a day, with the past
of both arms alike. Whoever writes is certainly still a customer, and whoever is silent may have left, which
no past shows: this rung is wrong even when it looks right, and its test on the time before says so.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from socialroi.result import Rung, Working
from socialroi.store import Store
from socialroi.uplift import goods, sides
from socialroi.uplift.covariates import ABOUT_THE_CUSTOMER
from socialroi.uplift.design import KNOWN_FOR_US, Design, known_since, microseconds, orders_end_us
from socialroi.uplift.examine import Question
from socialroi.uplift.outcomes import Outcome
from socialroi.uplift.past import BASES, DAY_US, Units, bought, moments, written
from socialroi.uplift.rungs import context

#: At most so many first answers are compared, each with at most so many customers not yet answered.
MOST = 20_000
CONTROLS = 5
#: How many customers are drawn for each, of whom the first eligible ones are taken.
DRAWS = 15

#: First answers of customers, and for each some customers drawn blindly by number from all who were
#: eligible on that day: a customer for 30 days and not answered so far, whatever they do later.
FIRST_ANSWERS = """
with answers as (
    select customer_id, min(first_reply_at) as first_answer_at
    from episodes
    where social and first_reply_at is not null and customer_id is not null
    group by customer_id
),
person as (
    select
        s.customer_id,
        s.segment,
        s.acquisition_channel,
        s.first_order_channel,
        s.first_order_at,
        date_trunc('day', a.first_answer_at) as answered_day,
        row_number() over (order by s.first_order_at, s.customer_id) - 1 as person_no
    from customer_summary as s
    left join answers as a on a.customer_id = s.customer_id
    where s.first_order_at is not null
),
sizes as (
    select count(*) as everybody, count(answered_day) as answered from person
),
started as (
    select p.person_no, p.answered_day as day
    from person as p
    cross join sizes as s
    where p.answered_day is not null
        and (p.person_no * 48271 % 2147483647) * 69621 % 2147483647
            <= 2147483647.0 * least(1.0, $most / nullif(s.answered, 0))
),
draw as (
    select unnest(range($draws)) as draw_no
),
drawn as (
    select
        t.person_no as treated_no,
        t.day,
        d.draw_no,
        (((t.person_no * $draws + d.draw_no + 1) % 2147483647 * 48271 % 2147483647) * 69621 % 2147483647)
            % s.everybody as person_no
    from started as t
    cross join draw as d
    cross join sizes as s
),
eligible as (
    select
        r.treated_no,
        r.day,
        r.person_no,
        row_number() over (partition by r.treated_no order by r.draw_no) as place
    from drawn as r
    inner join person as p on p.person_no = r.person_no
    where p.first_order_at <= r.day - to_days($known_d)
        and (p.answered_day is null or p.answered_day > r.day)
),
units as (
    select day, person_no, true as treated from started
    union all
    select distinct day, person_no, false from eligible where place <= $controls
)
select
    p.customer_id,
    u.day,
    u.treated,
    p.segment,
    p.acquisition_channel,
    p.first_order_channel,
    p.first_order_at
from units as u
inner join person as p on p.person_no = u.person_no
order by u.day, u.treated, u.person_no
"""


def answer(asked: context.Asked) -> tuple[Rung, tuple[Working, ...]]:
    """The rung of first answers against customers not yet answered, or why there is none."""
    design = emulate(asked.store, asked.outcome, asked.horizon.every)
    about = f"{asked.outcome.population} before the day"
    return context.answer(
        Question(design, asked.horizon.alone, asked.money, asked.seed), about
    ), design.working


def emulate(store: Store, outcome: Outcome, horizons: tuple[int, ...]) -> Design:
    """Customers on days with their past, strictly before the day."""
    params = {"most": MOST, "controls": CONTROLS, "draws": DRAWS, "known_d": KNOWN_FOR_US // DAY_US}
    found = store.frame(FIRST_ANSWERS, **params)
    at_us = microseconds(found["day"])
    person, _ = pd.factorize(found["customer_id"])
    units = found.assign(at_us=at_us, person=person)
    about = Units.of(found["customer_id"], at_us)
    customers, asked = bought(store, about, moments(DAY_US, horizons))
    contacts, wrote = written(store, about, BASES)
    early = "The customer's first order was less than 30 days before the day."
    design = Design(
        rung="C",
        outcome=outcome,
        sides=sides.FIRST_ANSWERS,
        start_us=DAY_US,
        orders_end_us=orders_end_us(store),
        units=units,
        everybody="First answers of customers, and customers drawn from all not yet answered that day.",
        standing=((early, known_since(units, KNOWN_FOR_US)),),
        seen=(),
        candidates=np.arange(len(units), dtype=np.int64),
        customers=customers,
        contacts=contacts,
        working=(Working(FIRST_ANSWERS, params, len(units)), asked, wrote),
        groups=ABOUT_THE_CUSTOMER,
        estimand="ATT",
    )
    return goods.followed(store, design, about, horizons)
