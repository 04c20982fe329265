-- Lines of orders. Every cell is read as text under our own names. A row with a cell that the careful lane
-- might treat in any other way than this query is not ok, and the careful lane decides about it.
-- A file whose rows were all found ok is trusted: its rows are not judged a second time. Records are
-- numbered before any join, because a join may change their order. The line end is not declared: with
-- strict mode DuckDB 2.0.0 then loses every row of a file that ends its lines with CR and LF.
with
file as (
    select *
    from read_csv(
        $path, columns = $columns, delim = $delimiter, header = $header, quote = '"', escape = '"',
        nullstr = '', encoding = 'utf-8', auto_detect = false, strict_mode = true, null_padding = false,
        ignore_errors = false, compression = 'none', hive_partitioning = false, skip = 0, comment = ''
    )
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
        null::varchar as currency
    where false
),

cells as (
    select
        row_number() over () as record,
        case when $padded then nullif(trim(order_id), '') else order_id end as order_id,
        case when $padded then nullif(trim(line), '') else line end as line_cell,
        case when $padded then nullif(trim(customer_id), '') else customer_id end as customer_id,
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

spans as (
    select
        unnest($zone_days) as day, unnest($zone_starts) as starts, unnest($zone_ends) as ends,
        unnest($zone_offsets) as offset_s, unnest($zone_folds) as fold
),

typed as (
    select
        clocks.*,
        case when regexp_full_match(line_cell, '-?[0-9]{1,18}')
            then try_cast(line_cell as bigint) end as line,
        coalesce(ordered_at_utc, ordered_at_wall - to_seconds(ordered_at_span.offset_s)) as ordered_at,
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
        coalesce(ordered_at_span.fold, false)::integer as folds
    from clocks
    left join spans as ordered_at_span
        on ordered_at_span.day = ordered_at_wall::date
        and ordered_at_wall >= ordered_at_span.starts and ordered_at_wall < ordered_at_span.ends
),

judged as (
    select
        *,
        coalesce(
            not regexp_matches(concat_ws('|', order_id, customer_id, product_id), $odd_ids)
            and (line_cell is null or line is not null)
            and (order_id is not null or not list_contains($named, 'order_id'))
            and ordered_at is not null and year(coalesce(ordered_at_wall, ordered_at)) between 1901 and 2198
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
                partition by coalesce(order_id, $stem || '-' || record), product_id order by record
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
        record
    from judged
    where $trusted or ok
)

select columns(lambda name: name in $found or name = 'record')
from chosen
-- question: failing
select record
from judged
where not ok
order by record
-- question: count
select
    count(*) as rows_read,
    count(*) filter (where ok) as rows_ok,
    count(*) filter (where ok and order_id is null) as made,
    0 as derived,
    coalesce(sum(folds) filter (where ok), 0) as folds
from judged
-- question: range
select
    min(ordered_at_wall)::date as first_day,
    max(ordered_at_wall)::date as last_day
from clocks
