-- Lines of orders, typed and judged. `source` comes from source.sql. A row with a cell that the
-- careful readers might treat in any other way than this query is not ok, and they decide about it.

file as (
    select * from source
    union all by name
    select
        null::varchar as order_id,
        null::varchar as line,
        null::varchar as customer_id,
        null::varchar as ordered_at,
        null::varchar as product_id,
        null::varchar as category,
        null::varchar as quantity,
        null::varchar as unit_price,
        null::varchar as unit_cost,
        null::varchar as currency,
        null::varchar as email,
        null::varchar as handle,
        null::bigint as record
    where false
),

cells as (
    select
        record,
        case when $padded then nullif(trim(order_id), '') else order_id end as order_id,
        case when $padded then nullif(trim(line), '') else line end as line_cell,
        case when $padded then nullif(trim(customer_id), '') else customer_id end as customer_id,
        case when $padded then nullif(trim(email), '') else email end as email_cell,
        case when $padded then nullif(trim(handle), '') else handle end as handle_cell,
        case when $padded then nullif(trim(ordered_at), '') else ordered_at end as ordered_at_cell,
        case when $padded then nullif(trim(product_id), '') else product_id end as product_id,
        case when $padded then nullif(trim(category), '') else category end as category,
        case when $padded then nullif(trim(quantity), '') else quantity end as quantity_cell,
        case when $padded then nullif(trim(unit_price), '') else unit_price end as unit_price_cell,
        case when $padded then nullif(trim(unit_cost), '') else unit_cost end as unit_cost_cell,
        case when $padded then nullif(trim(currency), '') else currency end as currency_cell
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
        case when regexp_full_match(line_cell, '-?[0-9]{1,18}')
            then try_cast(line_cell as bigint) end as line,
        coalesce(ordered_at_utc, ordered_at_wall - to_seconds($zone_offsets[ordered_at_span])) as ordered_at,
        case when regexp_full_match(quantity_cell, '-?[0-9]{1,18}')
            then try_cast(quantity_cell as bigint) end as quantity,
        case when regexp_full_match(unit_price_cell, $unit_price_shape)
            then try_cast(
                replace(replace(unit_price_cell, $unit_price_group, ''), $unit_price_point, '.')
                as decimal(18, 4)
            ) end as unit_price,
        case when regexp_full_match(unit_cost_cell, $unit_cost_shape)
            then try_cast(
                replace(replace(unit_cost_cell, $unit_cost_group, ''), $unit_cost_point, '.')
                as decimal(18, 4)
            ) end as unit_cost,
        case when regexp_full_match(currency_cell, '[A-Za-z]{3}')
            then upper(currency_cell) end as currency_said,
        coalesce($zone_folds[ordered_at_span], false)::integer as folds
    from placed
),

judged as (
    select
        *,
        coalesce(
            not regexp_matches(concat_ws('|', order_id, customer_id, product_id), $odd_ids)
            and (email_cell is null or (email is not null and not starts_with(email, 'mailto:')))
            and (handle_cell is null or handle is not null)
            and (line_cell is null or line is not null)
            and (order_id is not null or not list_contains($named, 'order_id'))
            and (
                ordered_at_cell is null or year(coalesce(ordered_at_wall, ordered_at)) between 1901 and 2198
            )
            and (quantity_cell is null or quantity is not null)
            and (unit_price_cell is null or unit_price is not null)
            and (unit_cost_cell is null or unit_cost is not null)
            and (currency_cell is null or currency_said is not null),
            false
        ) as ok
    from typed
)
-- question: rows
,

chosen as (
    select
        coalesce(order_id, $stem || '-' || record) as order_id,
        coalesce(
            line,
            row_number() over (
                partition by coalesce(order_id, $stem || '-' || record), product_id, ok order by record
            )
        ) as line,
        customer_id,
        ordered_at,
        product_id,
        category,
        quantity,
        unit_price,
        unit_cost,
        coalesce(currency_said, $currency) as currency,
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
