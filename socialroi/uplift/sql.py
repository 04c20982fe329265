"""Every question the study asks the database. Rows are numbered alike in all of them.

A message's number is its place by (opened_at, episode_id) among all episodes, so that what one
query says about a message can be laid beside what another says without carrying text ids around.
"""

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
    row_number() over (order by e.opened_at, e.episode_id) - 1 as message_no,
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
order by message_no
"""

#: What a customer had bought strictly before each of several moments around each message.
#: $offsets_us are microseconds from the message. Orders and moments of a customer are put on one
#: timeline, on which a moment comes before an order of the same instant; moments before the first
#: order give no row, nor do messages before it. (DuckDB 2.0 may run an ASOF join here as a nested loop,
#: 30 times slower.)
BOUGHT = """
with numbered as (
    select
        row_number() over (order by opened_at, episode_id) - 1 as message_no,
        customer_id,
        opened_at,
        social
    from episodes
),
asked as (
    select n.message_no, n.customer_id, n.opened_at
    from numbered as n
    inner join customer_summary as s on n.customer_id = s.customer_id
    where n.social and s.first_order_at < n.opened_at
),
person as (
    select customer_id, row_number() over (order by customer_id) as person_no
    from (select distinct customer_id from asked) as somebody
),
moment as (
    select unnest($moments) as moment_no, unnest($offsets_us) as offset_us
),
timeline as (
    select
        o.person_no,
        n.opened_at + to_microseconds(m.offset_us) as happened_at,
        0 as is_order,
        n.message_no,
        m.moment_no,
        cast(null as bigint) as orders,
        cast(null as double) as amount,
        cast(null as double) as margin
    from asked as n
    inner join person as o on n.customer_id = o.customer_id
    cross join moment as m
    union all
    select
        o.person_no,
        p.ordered_at,
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
        message_no,
        moment_no,
        last_value(orders ignore nulls) over so_far as orders,
        last_value(amount ignore nulls) over so_far as amount,
        last_value(margin ignore nulls) over so_far as margin,
        max(case when is_order = 1 then happened_at end) over so_far as last_at
    from timeline
    window so_far as (
        partition by person_no order by happened_at, is_order, orders
        rows between unbounded preceding and current row
    )
)
select message_no, moment_no, cast(orders as double) as orders, amount, margin, epoch_us(last_at) as last_us
from told
where message_no is not null and last_at is not null
"""

#: How often a customer had written, on any channel, strictly before each of several moments.
WRITTEN = """
with numbered as (
    select
        row_number() over (order by opened_at, episode_id) - 1 as message_no,
        customer_id,
        opened_at,
        social
    from episodes
),
person as (
    select customer_id, row_number() over (order by customer_id) as person_no
    from (select distinct customer_id from numbered where social and customer_id is not null) as asked
),
moment as (
    select unnest($moments) as moment_no, unnest($offsets_us) as offset_us
),
timeline as (
    select
        o.person_no,
        n.opened_at + to_microseconds(m.offset_us) as happened_at,
        0 as is_contact,
        n.message_no,
        m.moment_no
    from numbered as n
    inner join person as o on n.customer_id = o.customer_id
    cross join moment as m
    where n.social
    union all
    select o.person_no, n.opened_at, 1, null, null
    from numbered as n
    inner join person as o on n.customer_id = o.customer_id
),
told as (
    select
        message_no,
        moment_no,
        sum(is_contact) over so_far as contacts,
        max(case when is_contact = 1 then happened_at end) over so_far as last_at
    from timeline
    window so_far as (
        partition by person_no order by happened_at, is_contact
        rows between unbounded preceding and current row
    )
)
select message_no, moment_no, cast(contacts as double) as contacts, epoch_us(last_at) as last_us
from told
where message_no is not null and last_at is not null
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

#: Rung D: of all customers with an order, who was ever answered and who ordered lately.
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
