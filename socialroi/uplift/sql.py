"""What every design of the study asks the database; what only one asks stands beside that design."""

from __future__ import annotations

#: Every conversation with what was known when it arrived and what decides whether it is compared.
#: `known` is whether its customer was known as one before it, by an order or as a customer on file;
#: `linked_at` when its address was tied to that customer, null when the file itself names them.
MESSAGES = """
with on_file as (
    select distinct customer_id from customers
),
described as (
    select
        s.customer_id,
        s.segment,
        s.acquisition_channel,
        s.first_order_channel,
        s.first_order_at,
        s.created_at,
        f.customer_id is not null
        or coalesce(s.segment, s.region, s.acquisition_channel) is not null
        or s.created_at is not null as on_file
    from customer_summary as s
    left join on_file as f on s.customer_id = f.customer_id
)
select
    e.episode_id,
    e.customer_id,
    e.opened_at,
    e.channel,
    e.social,
    e.department,
    e.topic,
    e.sentiment,
    e.urgency,
    coalesce(e.needs_response, true) as needs_response,
    e.keeps_unanswered,
    e.first_reply_at,
    e.observed_until,
    e.queue_at_arrival,
    e.assignment_kind,
    e.assigned_arm,
    e.planned_share,
    e.local_hour,
    e.local_weekday,
    c.segment,
    c.acquisition_channel,
    c.first_order_channel,
    c.first_order_at,
    e.linked_at,
    coalesce(
        c.first_order_at < e.opened_at
        or (c.on_file and coalesce(c.created_at <= e.opened_at, true)),
        false
    ) as known
from episodes as e
left join described as c on e.customer_id = c.customer_id
order by e.opened_at, e.episode_id
"""

#: What a customer had bought strictly before each of several moments around each of several units (a
#: message, an order, a day): $units_at_us are their instants, $offsets_us the moments counted from there,
#: $persons[i] the place of unit i's customer among $customers. Orders and moments of a customer are put
#: on one timeline, on which a moment comes before an order of the same instant; a moment before the first
#: order gives no row. (DuckDB 2.0 may run an ASOF join here as a nested loop, 30 times slower.)
BOUGHT = """
with person as (
    select unnest($customers) as customer_id, unnest(range(len($customers))) as person_no
),
unit as (
    select
        unnest(range(len($units_at_us))) as unit_no,
        unnest($persons) as person_no,
        unnest($units_at_us) as at_us
),
moment as (
    select unnest(range(len($offsets_us))) as moment_no, unnest($offsets_us) as offset_us
),
timeline as (
    select
        u.person_no,
        u.at_us + m.offset_us as happened_us,
        0 as is_order,
        u.unit_no,
        m.moment_no,
        cast(null as bigint) as orders,
        cast(null as double) as amount,
        cast(null as double) as margin
    from unit as u
    cross join moment as m
    union all
    select
        o.person_no,
        epoch_us(p.ordered_at),
        1,
        null,
        null,
        p.cum_orders,
        cast(p.cum_amount as double),
        cast(p.cum_margin as double)
    from purchases as p
    inner join person as o on p.customer_id = o.customer_id
),
told as (
    select
        unit_no,
        moment_no,
        last_value(orders ignore nulls) over so_far as orders,
        last_value(amount ignore nulls) over so_far as amount,
        last_value(margin ignore nulls) over so_far as margin,
        max(case when is_order = 1 then happened_us end) over so_far as last_us
    from timeline
    window so_far as (
        partition by person_no order by happened_us, is_order, orders
        rows between unbounded preceding and current row
    )
)
select unit_no, moment_no, cast(orders as double) as orders, amount, margin, last_us
from told
where unit_no is not null and last_us is not null
"""

#: The first order strictly after the moment $start_us after each unit; parameters as in BOUGHT.
NEXT = """
with person as (
    select unnest($customers) as customer_id, unnest(range(len($customers))) as person_no
),
unit as (
    select
        unnest(range(len($units_at_us))) as unit_no,
        unnest($persons) as person_no,
        unnest($units_at_us) as at_us
)
select u.unit_no, min(epoch_us(p.ordered_at)) as next_us
from unit as u
inner join person as o on o.person_no = u.person_no
inner join purchases as p
    on p.customer_id = o.customer_id
    and epoch_us(p.ordered_at) > u.at_us + $start_us
group by u.unit_no
"""

#: How often a customer had written, on any channel, strictly before each of several moments around each
#: unit; parameters as in BOUGHT.
WRITTEN = """
with person as (
    select unnest($customers) as customer_id, unnest(range(len($customers))) as person_no
),
unit as (
    select
        unnest(range(len($units_at_us))) as unit_no,
        unnest($persons) as person_no,
        unnest($units_at_us) as at_us
),
moment as (
    select unnest(range(len($offsets_us))) as moment_no, unnest($offsets_us) as offset_us
),
timeline as (
    select u.person_no, u.at_us + m.offset_us as happened_us, 0 as is_contact, u.unit_no, m.moment_no
    from unit as u
    cross join moment as m
    union all
    select o.person_no, epoch_us(e.opened_at), 1, null, null
    from episodes as e
    inner join person as o on e.customer_id = o.customer_id
),
told as (
    select
        unit_no,
        moment_no,
        sum(is_contact) over so_far as contacts,
        max(case when is_contact = 1 then happened_us end) over so_far as last_us
    from timeline
    window so_far as (
        partition by person_no order by happened_us, is_contact
        rows between unbounded preceding and current row
    )
)
select unit_no, moment_no, cast(contacts as double) as contacts, last_us
from told
where unit_no is not null and last_us is not null
"""

#: The 75 % quantile of the days between two order days of the same customer.
GAPS = """
with order_day as (
    select distinct customer_id, day from purchases
),
gap as (
    select day - lag(day) over (partition by customer_id order by day) as gap_days from order_day
)
select count(gap_days) as n, quantile_disc(gap_days, $share) as gap_days
from gap
"""

#: Where the export of orders ends; null without orders.
COVERAGE = """
select max(last_at) as orders_end
from coverage
where table_name = 'orders'
"""

#: In which currencies orders were paid, and of how many the margin and the time of day are known.
MONEY = """
select
    count(*) as orders,
    count(margin) as with_margin,
    count(distinct currency) as currencies,
    min(currency) as currency,
    count(*) filter (where ordered_at <> date_trunc('day', ordered_at)) as with_clock_time
from purchases
"""
