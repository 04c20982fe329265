-- One row per customer seen anywhere. `engaged` is their status at the landmark, day 30 after the first
-- order, and never looks beyond it. `contact_observed` tells whether the interactions cover the time
-- from first order to landmark, so that "never asked" is seen and not just not loaded.
create or replace table customer_summary as
with known as (
    select
        coalesce(p.person, c.customer_id) as customer_id,
        coalesce(max(case when p.person is null then c.segment end), max(c.segment)) as segment,
        coalesce(max(case when p.person is null then c.region end), max(c.region)) as region,
        coalesce(max(case when p.person is null then c.acquisition_channel end), max(c.acquisition_channel))
            as acquisition_channel,
        min(c.created_at) as created_at
    from customers as c
    left join people as p on p.customer_id = c.customer_id
    group by coalesce(p.person, c.customer_id)
),
everybody as (
    select customer_id from known
    union
    select customer_id from order_facts where customer_id is not null
    union
    select customer_id from contacts where customer_id is not null
),
bought as (
    select
        customer_id,
        min(ordered_at) as first_order_at,
        min(case when day_no = 2 then ordered_at end) as second_order_at,
        max(ordered_at) as last_order_at,
        count(*) as orders,
        max(day_no) as order_days,
        sum(amount) as amount,
        sum(margin) as margin,
        max(case when order_no = 1 then amount end) as first_order_amount,
        min(date_trunc('month', day)) as first_order_month,
        max(case when order_no = 1 then channel end) as first_order_channel
    from purchases
    group by customer_id
),
spoke as (
    select
        customer_id,
        min(opened_at) as first_contact_at,
        count(*) as contacts,
        count(first_reply_at) as answered_contacts,
        min(first_reply_at) as first_answer_at,
        min(case when social then opened_at end) as first_social_at,
        min(case when social then first_reply_at end) as first_social_answer_at
    from contacts
    where customer_id is not null
    group by customer_id
),
landmarks as (
    select
        e.customer_id,
        b.first_order_at,
        b.first_order_at + interval 30 day as landmark_at,
        c.first_at,
        c.last_at
    from everybody as e
    left join bought as b on b.customer_id = e.customer_id
    left join coverage as c on c.table_name = 'interactions'
)
select
    l.customer_id,
    k.segment,
    k.region,
    k.acquisition_channel,
    k.created_at,
    b.first_order_at,
    b.second_order_at,
    b.last_order_at,
    coalesce(b.orders, 0) as orders,
    coalesce(b.order_days, 0) as order_days,
    cast(b.amount as decimal(18, 4)) as amount,
    cast(b.margin as decimal(18, 4)) as margin,
    b.first_order_amount,
    cast(b.first_order_month as date) as first_order_month,
    b.first_order_channel,
    s.first_contact_at,
    coalesce(s.contacts, 0) as contacts,
    coalesce(s.answered_contacts, 0) as answered_contacts,
    s.first_answer_at,
    l.landmark_at,
    case
        when l.first_order_at is null or l.last_at is null then null
        when s.first_social_answer_at <= l.landmark_at then 'answered'
        when s.first_social_at <= l.landmark_at then 'asked_unanswered'
        else 'never_asked'
    end as engaged,
    l.first_at <= l.first_order_at and l.landmark_at <= l.last_at as contact_observed
from landmarks as l
left join known as k on k.customer_id = l.customer_id
left join bought as b on b.customer_id = l.customer_id
left join spoke as s on s.customer_id = l.customer_id
order by l.first_order_at, l.customer_id;
