-- Customers. Every cell is read as text under our own names. A row with a cell that the careful lane
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
        null::varchar as customer_id,
        null::varchar as created_at,
        null::varchar as segment,
        null::varchar as region,
        null::varchar as acquisition_channel
    where false
),

cells as (
    select
        row_number() over () as record,
        case when $padded then nullif(trim(customer_id), '') else customer_id end as customer_id,
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

spans as (
    select
        unnest($zone_days) as day, unnest($zone_starts) as starts, unnest($zone_ends) as ends,
        unnest($zone_offsets) as offset_s, unnest($zone_folds) as fold
),

typed as (
    select
        clocks.*,
        coalesce(created_at_utc, created_at_wall - to_seconds(created_at_span.offset_s)) as created_at,
        coalesce(created_at_span.fold, false)::integer as folds
    from clocks
    left join spans as created_at_span
        on created_at_span.day = created_at_wall::date
        and created_at_wall >= created_at_span.starts and created_at_wall < created_at_span.ends
),

judged as (
    select
        *,
        coalesce(
            not regexp_matches(concat_ws('|', customer_id), $odd_ids)
            and customer_id is not null
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
    0 as made,
    0 as derived,
    coalesce(sum(folds) filter (where ok), 0) as folds
from judged
-- question: range
select
    min(created_at_wall)::date as first_day,
    max(created_at_wall)::date as last_day
from clocks
