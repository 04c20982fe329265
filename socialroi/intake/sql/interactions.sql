-- Messages, typed and judged. `source` comes from source.sql. A row with a cell that the
-- careful readers might treat in any other way than this query is not ok, and they decide about it.

file as (
    select * from source
    union all by name
    select
        null::varchar as message_id,
        null::varchar as conversation_id,
        null::varchar as reply_to,
        null::varchar as customer_id,
        null::varchar as author_id,
        null::varchar as author_kind,
        null::varchar as direction,
        null::varchar as sent_at,
        null::varchar as department,
        null::varchar as agent_id,
        null::varchar as channel,
        null::varchar as visibility,
        null::varchar as needs_response,
        null::varchar as topic,
        null::varchar as sentiment,
        null::varchar as urgency,
        null::varchar as promotional,
        null::varchar as assignment_kind,
        null::varchar as assigned_arm,
        null::varchar as text,
        null::varchar as text_length,
        null::varchar as has_question,
        null::varchar as has_apology,
        null::varchar as has_sign_off,
        null::varchar as greets_by_name,
        null::varchar as template,
        null::varchar as email,
        null::varchar as handle,
        null::bigint as record
    where false
),

cells as (
    select
        record,
        case when $padded then nullif(trim(message_id), '') else message_id end as message_id,
        case when $padded then nullif(trim(conversation_id), '') else conversation_id end as conversation_id,
        case when $padded then nullif(trim(reply_to), '') else reply_to end as reply_to,
        case when $padded then nullif(trim(customer_id), '') else customer_id end as customer_id,
        case when $padded then nullif(trim(email), '') else email end as email_cell,
        case when $padded then nullif(trim(handle), '') else handle end as handle_cell,
        case when $padded then nullif(trim(author_id), '') else author_id end as author_id,
        case when $padded then nullif(trim(author_kind), '') else author_kind end as author_kind_cell,
        case when $padded then nullif(trim(direction), '') else direction end as direction_cell,
        case when $padded then nullif(trim(sent_at), '') else sent_at end as sent_at_cell,
        case when $padded then nullif(trim(department), '') else department end as department,
        case when $padded then nullif(trim(agent_id), '') else agent_id end as agent_id,
        case when $padded then nullif(trim(channel), '') else channel end as channel_cell,
        case when $padded then nullif(trim(visibility), '') else visibility end as visibility_cell,
        case when $padded then nullif(trim(needs_response), '') else needs_response end as needs_response_cell,
        case when $padded then nullif(trim(topic), '') else topic end as topic,
        case when $padded then nullif(trim(sentiment), '') else sentiment end as sentiment_cell,
        case when $padded then nullif(trim(urgency), '') else urgency end as urgency_cell,
        case when $padded then nullif(trim(promotional), '') else promotional end as promotional_cell,
        case when $padded then nullif(trim(assignment_kind), '') else assignment_kind end as assignment_kind_cell,
        case when $padded then nullif(trim(assigned_arm), '') else assigned_arm end as assigned_arm,
        case when $padded then nullif(trim(text), '') else text end as text_cell,
        case when $padded then nullif(trim(text_length), '') else text_length end as text_length_cell,
        case when $padded then nullif(trim(has_question), '') else has_question end as has_question_cell,
        case when $padded then nullif(trim(has_apology), '') else has_apology end as has_apology_cell,
        case when $padded then nullif(trim(has_sign_off), '') else has_sign_off end as has_sign_off_cell,
        case when $padded then nullif(trim(greets_by_name), '') else greets_by_name end as greets_by_name_cell,
        case when $padded then nullif(trim(template), '') else template end as template_said
    from file
),

clocks as (
    select
        *,
        case $sent_at_mode
            when 'utc' then try_strptime(sent_at_cell, $sent_at_wall)
            when 'offset' then
                case when regexp_matches(sent_at_cell, $offset_shape)
                    then timezone('UTC', try_strptime(sent_at_cell, $sent_at_offset)) end
        end as sent_at_utc,
        case $sent_at_mode
            when 'zone' then try_strptime(sent_at_cell, $sent_at_wall)
        end as sent_at_wall
    from cells
),

placed as (
    select
        *,
        len(list_filter($zone_starts::timestamp[], lambda start: start <= sent_at_wall)) as sent_at_span
    from clocks
),

typed as (
    select
        *,
        case when regexp_full_match(email_cell, $email_shape) then lower(email_cell) end as email,
        case when strlen(handle_cell) = length(handle_cell)
            then lower(regexp_replace(handle_cell, '^@', '')) end as handle,
        $author_kind_means[list_position($author_kind_words, author_kind_cell)] as author_kind,
        $direction_means[list_position($direction_words, direction_cell)] as direction,
        coalesce(sent_at_utc, sent_at_wall - to_seconds($zone_offsets[sent_at_span])) as sent_at,
        case when strlen(channel_cell) = length(channel_cell)
            then replace(replace(lower(channel_cell), ' ', '_'), '-', '_') end as channel,
        $visibility_means[list_position($visibility_words, visibility_cell)] as visibility,
        $flag_means[list_position($flag_words, needs_response_cell)] as needs_response_said,
        case when regexp_full_match(sentiment_cell, '-?[0-9]{1,15}([.][0-9]{1,17})?')
            then try_cast(sentiment_cell as double) end as sentiment,
        case when regexp_full_match(urgency_cell, '-?[0-9]{1,15}([.][0-9]{1,17})?')
            then try_cast(urgency_cell as double) end as urgency,
        $flag_means[list_position($flag_words, promotional_cell)] as promotional,
        $assignment_kind_means[
            list_position($assignment_kind_words, assignment_kind_cell)
        ] as assignment_kind,
        case when regexp_full_match(text_length_cell, '-?[0-9]{1,18}')
            then try_cast(text_length_cell as bigint) end as text_length_said,
        $flag_means[list_position($flag_words, has_question_cell)] as has_question_said,
        $flag_means[list_position($flag_words, has_apology_cell)] as has_apology_said,
        $flag_means[list_position($flag_words, has_sign_off_cell)] as has_sign_off_said,
        $flag_means[list_position($flag_words, greets_by_name_cell)] as greets_by_name_said,
        coalesce($zone_folds[sent_at_span], false)::integer as folds
    from placed
),

-- what is said of every text; looking for one byte is ten times as fast as any pattern
spoken as (
    select
        *,
        length(text_cell) as characters,
        lower(text_cell) as small,
        case
            when strlen(text_cell) = length(text_cell) then contains(text_cell, '?')
            else regexp_matches(text_cell, $question)
        end as asks,
        regexp_matches(text_cell, $sign_off) as signs,
        regexp_matches(text_cell, $greeting) as greets
    from typed
),

heard as (
    select
        *,
        case
            when needs_response_said is null and author_kind in ('customer', 'peer')
                and direction is distinct from 'out' then small
        end as lowered,
        case
            when author_kind not in ('agent', 'bot') or text_cell is null then null
            when greets then lower(regexp_replace(regexp_replace(text_cell, $greeting, ''), $sign_off, ''))
            when signs then lower(regexp_replace(text_cell, $sign_off, ''))
            else small
        end as written
    from spoken
),

-- most messages are plainly no courtesy, and only the others are taken apart
weighed as (
    select
        *,
        case
            when regexp_matches(lowered, $closer) or contains(lowered, '@') or contains(lowered, '#')
                or contains(lowered, 'http') or not regexp_matches(lowered, '[a-z0-9]')
                then regexp_replace(lowered, $addressed, ' ', 'g')
        end as said
    from heard
),

fingerprinted as (
    select
        *,
        nullif(
            trim(regexp_replace(
                case
                    when contains(written, '@') or contains(written, '#') or contains(written, 'http')
                        then regexp_replace(written, $addressed, ' ', 'g')
                    else written
                end,
                $variable, '0', 'g'
            )),
            ''
        ) as pattern
    from weighed
),

judged as (
    select
        *,
        case
            when needs_response_said is not null then needs_response_said
            when lowered is null then null
            when said is null then true
            when regexp_matches(said, $question) then true
            else not regexp_full_match(trim(regexp_replace(said, $between, ' ', 'g')), $courtesy)
        end as needs_response,
        coalesce(
            not regexp_matches(
                concat_ws('|', message_id, conversation_id, reply_to, customer_id, author_id, agent_id),
                $odd_ids
            )
            and (email_cell is null or (email is not null and not starts_with(email, 'mailto:')))
            and (handle_cell is null or handle is not null)
            and (message_id is not null or not list_contains($named, 'message_id'))
            and conversation_id is not null
            and author_kind is not null
            and (direction_cell is null or direction is not null)
            and sent_at is not null and year(coalesce(sent_at_wall, sent_at)) between 1901 and 2198
            and (channel_cell is null or channel is not null)
            and (visibility_cell is null or visibility is not null)
            and (needs_response_cell is null or needs_response_said is not null)
            and (sentiment_cell is null or sentiment between -1 and 1)
            and (urgency_cell is null or urgency between 0 and 1)
            and (promotional_cell is null or promotional is not null)
            and (assignment_kind_cell is null or assignment_kind is not null)
            and (text_length_cell is null or text_length_said is not null)
            and (has_question_cell is null or has_question_said is not null)
            and (has_apology_cell is null or has_apology_said is not null)
            and (has_sign_off_cell is null or has_sign_off_said is not null)
            and (greets_by_name_cell is null or greets_by_name_said is not null),
            false
        ) as ok
    from fingerprinted
)
-- question: rows
,

chosen as (
    select
        coalesce(message_id, $stem || '-' || record) as message_id,
        conversation_id,
        reply_to,
        customer_id,
        author_id,
        author_kind,
        direction,
        sent_at,
        department,
        agent_id,
        channel,
        visibility,
        needs_response,
        topic,
        sentiment,
        urgency,
        promotional,
        assignment_kind,
        assigned_arm,
        -- only where the text is kept; as in redact.py, in its order
        regexp_replace(
            regexp_replace(
                regexp_replace(
                    regexp_replace(text_cell, $link, $link_word, 'g'),
                    $email, $email_word, 'g'
                ),
                $name_on_site, $name_on_site_word, 'g'
            ),
            $long_number, $long_number_word, 'g'
        ) as text,
        coalesce(characters, text_length_said) as text_length,
        coalesce(asks, has_question_said) as has_question,
        coalesce(regexp_matches(small, $apology), has_apology_said) as has_apology,
        coalesce(signs, has_sign_off_said) as has_sign_off,
        coalesce(greets, greets_by_name_said) as greets_by_name,
        case when text_cell is null then template_said else substr(md5(pattern), 1, 12) end as template,
        email,
        handle,
        record,
        ok,
        (needs_response_said is null and needs_response is not null)::integer as derived,
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
    min(sent_at_wall)::date as first_day,
    max(sent_at_wall)::date as last_day
from clocks
