"""Every question about money: what orders after an answer brought, what care cost, who was won by it.

Units are numbered and named as in `socialroi.uplift.sql`: $persons[i] is the place of unit i's customer among
$customers, $units_at_us[i] its instant.
"""

from __future__ import annotations

#: What the customer of each unit brought in (unit + $start_us, unit + $end_us], divided into four parts that
#: add up to it exactly (decimals), by step of $step_days. Each order counts as much as the customer's orders
#: strictly before the unit were worth on average: as `repurchase` the second of their life, as `retention`
#: any later one. Its share in categories never bought before the unit is `cross_sell`, and what is left
#: is `upsell`, which may be negative. An order's lines only divide its value, they never add to it: by their
#: margins where all are known and none is negative, else by their amounts. Values are discounted to time zero
#: at $discount a year. Without $has_categories nothing is cross-sold.
PARTS = """
with person as (
    select unnest($customers) as customer_id, unnest(range(len($customers))) as person_no
),
unit as (
    select
        unnest(range(len($units_at_us))) as unit_no,
        unnest($persons) as person_no,
        unnest($units_at_us) as at_us
),
asked as (
    select u.unit_no, p.customer_id, u.at_us
    from unit as u
    inner join person as p on u.person_no = p.person_no
),
valued as (
    select
        customer_id,
        order_id,
        order_no,
        epoch_us(ordered_at) as ordered_us,
        case when $use_margin then margin else amount end as value
    from purchases
),
usual as (
    select a.unit_no, avg(v.value) as mean_value
    from asked as a
    inner join valued as v on a.customer_id = v.customer_id and v.ordered_us < a.at_us
    group by a.unit_no
),
later as (
    select
        a.unit_no,
        a.customer_id,
        a.at_us,
        v.order_id,
        v.order_no,
        v.value,
        (v.ordered_us - a.at_us - $start_us) / 86400e6 as days
    from asked as a
    inner join valued as v
        on a.customer_id = v.customer_id
        and v.ordered_us > a.at_us + $start_us
        and v.ordered_us <= a.at_us + $end_us
    where v.value is not null
),
line as (
    select
        order_id,
        nullif(trim(category), '') as category,
        sum(coalesce(quantity, 1) * unit_price) as amount,
        case
            when count(*) = count(unit_cost) then sum(coalesce(quantity, 1) * (unit_price - unit_cost))
        end as margin
    from order_items
    where $has_categories
    group by order_id, nullif(trim(category), '')
),
weighed as (
    select
        order_id,
        category,
        case
            when $use_margin and min(coalesce(margin, -1)) over whole >= 0 and sum(margin) over whole > 0
                then margin
            else greatest(coalesce(amount, 0), 0)
        end as weight
    from line
    window whole as (partition by order_id)
),
first_bought as (
    select p.customer_id, l.category, epoch_us(min(p.ordered_at)) as first_us
    from purchases as p
    inner join line as l on p.order_id = l.order_id
    where l.category is not null
    group by p.customer_id, l.category
),
fresh as (
    select
        t.unit_no,
        t.order_id,
        cast(sum(case when f.first_us >= t.at_us then w.weight else 0 end) as double)
        / nullif(cast(sum(w.weight) as double), 0) as new_share
    from later as t
    inner join weighed as w on t.order_id = w.order_id
    left join first_bought as f on t.customer_id = f.customer_id and w.category = f.category
    group by t.unit_no, t.order_id
),
priced as (
    select
        l.unit_no,
        l.order_no,
        cast(ceil(l.days / $step_days) as integer) as step_no,
        pow(1 + $discount, -l.days / 365) as factor,
        cast(l.value as double) as value,
        coalesce(f.new_share, 0) as new_share,
        u.mean_value
    from later as l
    left join fresh as f on l.unit_no = f.unit_no and l.order_id = f.order_id
    left join usual as u on l.unit_no = u.unit_no
),
divided as (
    select
        unit_no,
        step_no,
        order_no,
        cast(factor * value as decimal(38, 6)) as total,
        cast(factor * value * new_share as decimal(38, 6)) as cross_sell,
        cast(factor * coalesce(mean_value, value * (1 - new_share)) as decimal(38, 6)) as usual
    from priced
)
select
    unit_no,
    step_no,
    cast(sum(case when order_no = 2 then usual else 0 end) as double) as repurchase,
    cast(sum(case when order_no = 2 then 0 else usual end) as double) as retention,
    cast(sum(total - usual - cross_sell) as double) as upsell,
    cast(sum(cross_sell) as double) as cross_sell
from divided
group by unit_no, step_no
order by unit_no, step_no
"""

#: Of how many purchases the amount and a category are known, and of how many orders something was paid back.
KNOWN = """
with categorised as (
    select distinct order_id from order_items where nullif(trim(category), '') is not null
),
repaid as (
    select count(*) as orders from orders where refunded_amount > 0
)
select
    count(*) as orders,
    count(p.amount) as with_amount,
    count(c.order_id) as with_category,
    (select orders from repaid) as refunded
from purchases as p
left join categorised as c on p.order_id = c.order_id
"""

#: What was spent by month, department and kind; an amount without currency is in the firm's own.
COSTS = """
select
    cast(date_trunc('month', month) as date) as month,
    coalesce(trim(department), '') as department,
    coalesce(trim(kind), '') as kind,
    coalesce(currency, $currency) as currency,
    cast(sum(amount) as double) as amount
from costs
group by
    date_trunc('month', month), coalesce(trim(department), ''), coalesce(trim(kind), ''),
    coalesce(currency, $currency)
order by month, department, kind, currency
"""

#: Social conversations by month of the reporting zone and department, and how many a person answered.
ANSWERED = """
select
    cast(date_trunc('month', local_day) as date) as month,
    coalesce(trim(department), '') as department,
    count(*) as conversations,
    count(first_reply_at) as answered
from episodes
where social
group by date_trunc('month', local_day), coalesce(trim(department), '')
order by month, department
"""

#: First orders in $months by what brought them: how many, and their value. `is_lead` when the order, or
#: else the customer, came by one of the social $channels; `is_referred` when somebody else's code came with
#: it.
#: `mapped` and `coded` say whether any first order names a channel or a code at all.
FIRST_ORDERS = """
with firsts as (
    select
        p.order_id,
        cast(date_trunc('month', p.day) as date) as month,
        replace(lower(trim(coalesce(p.acquisition_channel, s.acquisition_channel))), ' ', '_') as channel,
        nullif(trim(p.referral_code), '') as code,
        o.referred_by is not null and o.referred_by = o.customer_id as by_themselves,
        case when $use_margin then p.margin else p.amount end as value
    from purchases as p
    left join customer_summary as s on p.customer_id = s.customer_id
    left join orders as o on p.order_id = o.order_id
    where p.order_no = 1
),
told as (
    select
        *,
        coalesce(list_contains($channels, channel), false) as is_lead,
        code is not null and not by_themselves as is_referred,
        list_contains($months, month) as counts
    from firsts
)
select
    count(channel) > 0 as mapped,
    count(code) > 0 as coded,
    count(*) filter (where counts and is_lead) as leads,
    cast(coalesce(sum(value) filter (where counts and is_lead), 0) as double) as lead_value,
    count(*) filter (where counts and is_referred and not is_lead) as referrals,
    cast(coalesce(sum(value) filter (where counts and is_referred and not is_lead), 0) as double)
        as referral_value
from told
"""

#: Every day on which a customer bought, with its value, for models of buying: codes instead of names.
DAYS = """
select
    dense_rank() over (order by customer_id) as customer,
    date_diff('day', date '1970-01-01', day) as day,
    cast(sum(case when $use_margin then margin else amount end) as double) as value
from purchases
group by customer_id, day
order by customer, day
"""

#: The buying history of the customer of each unit up to $end_us after it, in days of the reporting zone:
#: days with a purchase after the first, time from the first to the last of them and to the end, mean value.
HISTORIES = """
with person as (
    select unnest($customers) as customer_id, unnest(range(len($customers))) as person_no
),
unit as (
    select
        unnest(range(len($units_at_us))) as unit_no,
        unnest($persons) as person_no,
        unnest($units_at_us) as at_us
),
bought as (
    select
        u.unit_no,
        u.at_us + $end_us as end_us,
        p.day,
        p.ordered_at,
        case when $use_margin then p.margin else p.amount end as value,
        min(p.day) over (partition by u.unit_no) as first_day
    from unit as u
    inner join person as o on u.person_no = o.person_no
    inner join purchases as p
        on o.customer_id = p.customer_id and epoch_us(p.ordered_at) <= u.at_us + $end_us
)
select
    unit_no,
    count(distinct day) - 1 as x,
    date_diff('day', min(day), max(day)) as t_x,
    greatest(
        date_diff('day', min(day), max(day)),
        (any_value(end_us) - epoch_us(min(ordered_at))) // 86400000000
    ) as age,
    cast(sum(case when day > first_day then value end) as double)
    / nullif(count(distinct day) - 1, 0) as mean_value
from bought
group by unit_no
order by unit_no
"""
