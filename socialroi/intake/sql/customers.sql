-- Customers, typed and judged. `source` comes from source.sql. A row with a cell that the
-- careful readers might treat in any other way than this query is not ok, and they decide about it.

file as (
    select * from source
    union all by name
    select
        null::varchar as customer_id,
        null::varchar as created_at,
        null::varchar as segment,
        null::varchar as region,
        null::varchar as acquisition_channel,
        null::varchar as email,
        null::varchar as handle,
        null::bigint as record
    where false
),

cells as (
    select
        record,
        case when $padded then nullif(trim(customer_id), '') else customer_id end as customer_id,
        case when $padded then nullif(trim(email), '') else email end as email_cell,
        case when $padded then nullif(trim(handle), '') else handle end as handle_cell,
        case when $padded then nullif(trim(created_at), '') else created_at end as created_at_cell,
        case when $padded then nullif(trim(segment), '') else segment end as segment,
        case when $padded then nullif(trim(region), '') else region end as region,
        case when $padded then nullif(trim(acquisition_channel), '') else acquisition_channel end as acquisition_channel
    from file
),

clocks as (
    select
        *,
        case $created_at_mode
            when 'utc' then try_strptime(created_at_cell, $created_at_wall)
            when 'offset' then
                case when regexp_matches(created_at_cell, $offset_shape)
                    then timezone('UTC', try_strptime(created_at_cell, $created_at_offset)) end
        end as created_at_utc,
        case $created_at_mode
            when 'zone' then try_strptime(created_at_cell, $created_at_wall)
        end as created_at_wall
    from cells
),

placed as (
    select
        *,
        len(list_filter($zone_starts::timestamp[], lambda start: start <= created_at_wall)) as created_at_span
    from clocks
),

typed as (
    select
        *,
        case when regexp_full_match(email_cell, $email_shape) then lower(email_cell) end as email,
        case when strlen(handle_cell) = length(handle_cell)
            then lower(regexp_replace(handle_cell, '^@', '')) end as handle,
        coalesce(created_at_utc, created_at_wall - to_seconds($zone_offsets[created_at_span])) as created_at,
        coalesce($zone_folds[created_at_span], false)::integer as folds
    from placed
),

judged as (
    select
        *,
        coalesce(
            not regexp_matches(concat_ws('|', customer_id), $odd_ids)
            and (email_cell is null or (email is not null and not starts_with(email, 'mailto:')))
            and (handle_cell is null or handle is not null)
            and (customer_id is not null or not list_contains($named, 'customer_id'))
            and (
                created_at_cell is null or year(coalesce(created_at_wall, created_at)) between 1901 and 2198
            )
            and customer_id is distinct from $customer_id_header,
            false
        ) as ok
    from typed
)
-- question: rows
,

chosen as (
    select
        customer_id,
        created_at,
        segment,
        region,
        acquisition_channel,
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
    min(created_at_wall)::date as first_day,
    max(created_at_wall)::date as last_day
from clocks
