-- Survey answers, typed and judged. `source` comes from source.sql. A row with a cell that the
-- careful readers might treat in any other way than this query is not ok, and they decide about it.

file as (
    select * from source
    union all by name
    select
        null::varchar as response_id,
        null::varchar as customer_id,
        null::varchar as conversation_id,
        null::varchar as question,
        null::varchar as score,
        null::varchar as scale_min,
        null::varchar as scale_max,
        null::varchar as high_is_good,
        null::varchar as asked_at,
        null::varchar as answered_at,
        null::varchar as email,
        null::varchar as handle,
        null::bigint as record
    where false
),

cells as (
    select
        record,
        case when $padded then nullif(trim(response_id), '') else response_id end as response_id,
        case when $padded then nullif(trim(customer_id), '') else customer_id end as customer_id,
        case when $padded then nullif(trim(email), '') else email end as email_cell,
        case when $padded then nullif(trim(handle), '') else handle end as handle_cell,
        case when $padded then nullif(trim(conversation_id), '') else conversation_id end as conversation_id,
        case when $padded then nullif(trim(question), '') else question end as question_cell,
        case when $padded then nullif(trim(score), '') else score end as score_cell,
        case when $padded then nullif(trim(scale_min), '') else scale_min end as scale_min_cell,
        case when $padded then nullif(trim(scale_max), '') else scale_max end as scale_max_cell,
        case when $padded then nullif(trim(high_is_good), '') else high_is_good end as high_is_good_cell,
        case when $padded then nullif(trim(asked_at), '') else asked_at end as asked_at_cell,
        case when $padded then nullif(trim(answered_at), '') else answered_at end as answered_at_cell
    from file
),

clocks as (
    select
        *,
        case $asked_at_mode
            when 'utc' then try_strptime(asked_at_cell, $asked_at_wall)
            when 'offset' then
                case when regexp_matches(asked_at_cell, $offset_shape)
                    then timezone('UTC', try_strptime(asked_at_cell, $asked_at_offset)) end
        end as asked_at_utc,
        case $asked_at_mode
            when 'zone' then try_strptime(asked_at_cell, $asked_at_wall)
        end as asked_at_wall,
        case $answered_at_mode
            when 'utc' then try_strptime(answered_at_cell, $answered_at_wall)
            when 'offset' then
                case when regexp_matches(answered_at_cell, $offset_shape)
                    then timezone('UTC', try_strptime(answered_at_cell, $answered_at_offset)) end
        end as answered_at_utc,
        case $answered_at_mode
            when 'zone' then try_strptime(answered_at_cell, $answered_at_wall)
        end as answered_at_wall
    from cells
),

placed as (
    select
        *,
        len(list_filter($zone_starts::timestamp[], lambda start: start <= asked_at_wall)) as asked_at_span,
        len(list_filter($zone_starts::timestamp[], lambda start: start <= answered_at_wall)) as answered_at_span
    from clocks
),

typed as (
    select
        *,
        case when regexp_full_match(email_cell, $email_shape) then lower(email_cell) end as email,
        case when strlen(handle_cell) = length(handle_cell)
            then lower(regexp_replace(handle_cell, '^@', '')) end as handle,
        $question_means[list_position($question_words, question_cell)] as question,
        case when regexp_full_match(score_cell, '-?[0-9]{1,15}([.][0-9]{1,17})?')
            then try_cast(score_cell as double) end as score,
        case when regexp_full_match(scale_min_cell, '-?[0-9]{1,15}([.][0-9]{1,17})?')
            then try_cast(scale_min_cell as double) end as scale_min,
        case when regexp_full_match(scale_max_cell, '-?[0-9]{1,15}([.][0-9]{1,17})?')
            then try_cast(scale_max_cell as double) end as scale_max,
        $flag_means[list_position($flag_words, high_is_good_cell)] as high_is_good,
        coalesce(asked_at_utc, asked_at_wall - to_seconds($zone_offsets[asked_at_span])) as asked_at,
        coalesce(answered_at_utc, answered_at_wall - to_seconds($zone_offsets[answered_at_span])) as answered_at,
        coalesce($zone_folds[asked_at_span], false)::integer
        + coalesce($zone_folds[answered_at_span], false)::integer as folds
    from placed
),

judged as (
    select
        *,
        coalesce(
            not regexp_matches(concat_ws('|', response_id, customer_id, conversation_id), $odd_ids)
            and (email_cell is null or (email is not null and not starts_with(email, 'mailto:')))
            and (handle_cell is null or handle is not null)
            and (response_id is not null or not list_contains($named, 'response_id'))
            and question is not null
            and (score_cell is null or abs(score) < 1e15)
            and (scale_min_cell is null or abs(scale_min) < 1e15)
            and (scale_max_cell is null or abs(scale_max) < 1e15)
            and (high_is_good_cell is null or high_is_good is not null)
            and (
                asked_at_cell is null or year(coalesce(asked_at_wall, asked_at)) between 1901 and 2198
            )
            and (
                answered_at_cell is null or year(coalesce(answered_at_wall, answered_at)) between 1901 and 2198
            )
            and (score is null or scale_min is null or score >= scale_min)
            and (score is null or scale_max is null or score <= scale_max),
            false
        ) as ok
    from typed
)
-- question: rows
,

chosen as (
    select
        coalesce(response_id, $stem || '-' || record) as response_id,
        customer_id,
        conversation_id,
        question,
        score,
        scale_min,
        scale_max,
        high_is_good,
        asked_at,
        answered_at,
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
    least(min(asked_at_wall), min(answered_at_wall))::date as first_day,
    greatest(max(asked_at_wall), max(answered_at_wall))::date as last_day
from clocks
