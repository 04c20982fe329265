-- One row per episode, with both clocks, local time, the queue it met and who the customer is.
-- Open seconds since the calendar began, F, are read at both ends from service_clock: one row of it
-- covers [opens_at, next_at) of one UTC day, open until closes_at. A department without a calendar of
-- its own follows the one for everybody; without any the business clock says nothing. Weekdays are counted
-- from a known Monday, because engines number them differently. The promise is the one in force on the day:
-- the most specific (channel and department, then department, then channel, then everywhere), its latest
-- version, and of two that still agree the stricter.
create or replace table episodes as
with desks as (
    select distinct department from service_clock
),
timed as (
    select
        c.*,
        case
            when c.first_reply_at is not null then c.first_reply_at
            when c.observed_until > c.opened_at then c.observed_until
            else c.opened_at
        end as ended_at,
        coalesce(d.department, '') as desk,
        c.opened_at + to_seconds(coalesce(b.offset_s, 0)) as local_at,
        cast(date_trunc('day', c.opened_at + to_seconds(coalesce(r.offset_s, 0))) as date) as local_day
    from contacts as c
    left join desks as d on d.department = c.department
    left join zone_offsets as b
        on b.purpose = 'business' and c.opened_at >= b.starts_at and c.opened_at < b.ends_at
    left join zone_offsets as r
        on r.purpose = 'reporting' and c.opened_at >= r.starts_at and c.opened_at < r.ends_at
),
places as (
    select distinct coalesce(channel, '') as channel, coalesce(department, '') as department, local_day
    from timed
),
offered as (
    select
        p.channel,
        p.department,
        p.local_day,
        o.target_s,
        row_number() over (
            partition by p.channel, p.department, p.local_day
            order by
                case when coalesce(o.department, '') = '' then 1 else 0 end,
                case when coalesce(o.channel, '') = '' then 1 else 0 end,
                coalesce(o.valid_from, date '0001-01-01') desc,
                o.target_s
        ) as choice
    from places as p
    join promises as o
        on (coalesce(o.channel, '') = '' or o.channel = p.channel)
        and (coalesce(o.department, '') = '' or o.department = p.department)
        and coalesce(o.valid_from, p.local_day) <= p.local_day
),
promised as (
    select channel, department, local_day, target_s from offered where choice = 1
),
clocked as (
    select
        t.*,
        f.open_before_s + date_diff(
            'second', f.opens_at, case when t.opened_at < f.closes_at then t.opened_at else f.closes_at end
        ) as open_at_start_s,
        g.open_before_s + date_diff(
            'second', g.opens_at, case when t.ended_at < g.closes_at then t.ended_at else g.closes_at end
        ) as open_at_end_s
    from timed as t
    left join service_clock as f
        on f.department = t.desk and f.day = cast(date_trunc('day', t.opened_at) as date)
        and t.opened_at >= f.opens_at and t.opened_at < f.next_at
    left join service_clock as g
        on g.department = t.desk and g.day = cast(date_trunc('day', t.ended_at) as date)
        and t.ended_at >= g.opens_at and t.ended_at < g.next_at
)
select
    e.message_id as episode_id,
    e.conversation_id,
    e.message_id,
    e.customer_id,
    e.author_id,
    e.opener_kind,
    e.opened_at,
    e.channel,
    e.social,
    e.department,
    e.topic,
    e.sentiment,
    e.urgency,
    e.needs_response,
    e.assignment_kind,
    e.assigned_arm,
    e.planned_share,
    e.first_reply_at,
    e.reply_kind,
    e.replied_by,
    e.first_touch_at,
    e.messages_in,
    e.messages_out,
    e.observed_until,
    e.first_reply_at is not null as answered,
    date_diff('second', e.opened_at, e.ended_at) as waited_s,
    cast(e.open_at_end_s - e.open_at_start_s as bigint) as business_waited_s,
    o.target_s as promised_s,
    e.keeps_unanswered,
    e.local_at,
    cast(date_diff('hour', date_trunc('day', e.local_at), e.local_at) as integer) as local_hour,
    cast((date_diff('day', date '1900-01-01', cast(e.local_at as date)) % 7 + 7) % 7 + 1 as integer)
        as local_weekday,
    e.local_day,
    q.queue_at_arrival,
    s.segment,
    s.engaged,
    e.linked_at,
    e.batch_id
from clocked as e
left join queues as q on q.department = coalesce(e.department, '') and q.opened_at = e.opened_at
left join customer_summary as s on s.customer_id = e.customer_id
left join promised as o
    on o.channel = coalesce(e.channel, '') and o.department = coalesce(e.department, '')
    and o.local_day = e.local_day
order by e.opened_at, e.message_id;
