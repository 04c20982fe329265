-- Orders, typed and judged. `source` comes from source.sql. A row with a cell that the
-- careful readers might treat in any other way than this query is not ok, and they decide about it.

file as (
    select * from source
    union all by name
    select
        null::varchar as order_id,
        null::varchar as customer_id,
        null::varchar as ordered_at,
        null::varchar as amount,
        null::varchar as margin,
        null::varchar as refunded_amount,
        null::varchar as currency,
        null::varchar as quantity,
        null::varchar as status,
        null::varchar as channel,
        null::varchar as acquisition_channel,
        null::varchar as referral_code,
        null::varchar as referred_by,
        null::varchar as email,
        null::varchar as handle,
        null::bigint as record
    where false
),

cells as (
    select
        record,
        case when $padded then nullif(trim(order_id), '') else order_id end as order_id,
        case when $padded then nullif(trim(customer_id), '') else customer_id end as customer_id,
        case when $padded then nullif(trim(email), '') else email end as email_cell,
        case when $padded then nullif(trim(handle), '') else handle end as handle_cell,
        case when $padded then nullif(trim(ordered_at), '') else ordered_at end as ordered_at_cell,
        case when $padded then nullif(trim(amount), '') else amount end as amount_cell,
        case when $padded then nullif(trim(margin), '') else margin end as margin_cell,
        case when $padded then nullif(trim(refunded_amount), '') else refunded_amount end as refunded_amount_cell,
        case when $padded then nullif(trim(currency), '') else currency end as currency_cell,
        case when $padded then nullif(trim(quantity), '') else quantity end as quantity_cell,
        case when $padded then nullif(trim(status), '') else status end as status_cell,
        case when $padded then nullif(trim(channel), '') else channel end as channel_cell,
        case when $padded then nullif(trim(acquisition_channel), '') else acquisition_channel end as acquisition_channel,
        case when $padded then nullif(trim(referral_code), '') else referral_code end as referral_code,
        case when $padded then nullif(trim(referred_by), '') else referred_by end as referred_by
    from file
),

clocks as (
    select
        *,
        case $ordered_at_mode
            when 'utc' then try_strptime(ordered_at_cell, $ordered_at_wall)
            when 'offset' then
                case when regexp_matches(ordered_at_cell, $offset_shape)
                    then timezone('UTC', try_strptime(ordered_at_cell, $ordered_at_offset)) end
        end as ordered_at_utc,
        case $ordered_at_mode
            when 'zone' then try_strptime(ordered_at_cell, $ordered_at_wall)
        end as ordered_at_wall
    from cells
),

placed as (
    select
        *,
        len(list_filter($zone_starts::timestamp[], lambda start: start <= ordered_at_wall)) as ordered_at_span
    from clocks
),

typed as (
    select
        *,
        case when regexp_full_match(email_cell, $email_shape) then lower(email_cell) end as email,
        case when strlen(handle_cell) = length(handle_cell)
            then lower(regexp_replace(handle_cell, '^@', '')) end as handle,
        coalesce(ordered_at_utc, ordered_at_wall - to_seconds($zone_offsets[ordered_at_span])) as ordered_at,
        case when regexp_full_match(amount_cell, $amount_shape)
            then try_cast(
                replace(replace(amount_cell, $amount_group, ''), $amount_point, '.')
                as decimal(18, 4)
            ) end as amount,
        case when regexp_full_match(margin_cell, $margin_shape)
            then try_cast(
                replace(replace(margin_cell, $margin_group, ''), $margin_point, '.')
                as decimal(18, 4)
            ) end as margin,
        case when regexp_full_match(refunded_amount_cell, $refunded_amount_shape)
            then try_cast(
                replace(replace(refunded_amount_cell, $refunded_amount_group, ''), $refunded_amount_point, '.')
                as decimal(18, 4)
            ) end as refunded_amount,
        case when regexp_full_match(currency_cell, '[A-Za-z]{3}')
            then upper(currency_cell) end as currency_said,
        case when regexp_full_match(quantity_cell, '-?[0-9]{1,18}')
            then try_cast(quantity_cell as bigint) end as quantity,
        $status_means[list_position($status_words, status_cell)] as status,
        case when strlen(channel_cell) = length(channel_cell)
            then replace(replace(lower(channel_cell), ' ', '_'), '-', '_') end as channel,
        coalesce($zone_folds[ordered_at_span], false)::integer as folds
    from placed
),

judged as (
    select
        *,
        coalesce(
            not regexp_matches(concat_ws('|', order_id, customer_id, referred_by), $odd_ids)
            and (email_cell is null or (email is not null and not starts_with(email, 'mailto:')))
            and (handle_cell is null or handle is not null)
            and (order_id is not null or not list_contains($named, 'order_id'))
            and ordered_at is not null and year(coalesce(ordered_at_wall, ordered_at)) between 1901 and 2198
            and (amount_cell is null or amount is not null)
            and (margin_cell is null or margin is not null)
            and (refunded_amount_cell is null or refunded_amount is not null)
            and (currency_cell is null or currency_said is not null)
            and (quantity_cell is null or quantity is not null)
            and (status_cell is null or status is not null)
            and (channel_cell is null or channel is not null),
            false
        ) as ok
    from typed
)
-- question: rows
,

chosen as (
    select
        coalesce(order_id, $stem || '-' || record) as order_id,
        customer_id,
        ordered_at,
        amount,
        margin,
        refunded_amount,
        coalesce(currency_said, $currency) as currency,
        quantity,
        status,
        channel,
        acquisition_channel,
        referral_code,
        referred_by,
        email,
        handle,
        record,
        ok,
        0 as derived,
        folds
    from judged
)

select columns(lambda name: name in $found or name in ('record', 'ok', 'derived', 'folds'))
from chosen
-- question: folds
select coalesce(sum(folds), 0) as folds
from typed
-- question: range
select
    min(ordered_at_wall)::date as first_day,
    max(ordered_at_wall)::date as last_day
from clocks
