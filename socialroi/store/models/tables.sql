-- The facts as the files gave them, under the names of schema.py, and what the database knows about itself.
-- No primary keys: a load merges by the keys of the schema, and an index would double the file.
create table customers (
    customer_id varchar, created_at timestamp, segment varchar, region varchar, acquisition_channel varchar,
    batch_id varchar, record bigint
);
create table identities (
    kind varchar, value varchar, customer_id varchar, source varchar, linked_at timestamp,
    batch_id varchar, record bigint
);
create table orders (
    order_id varchar, customer_id varchar, ordered_at timestamp, amount decimal(18, 4), margin decimal(18, 4),
    refunded_amount decimal(18, 4), currency varchar, quantity bigint, status varchar, channel varchar,
    acquisition_channel varchar, referral_code varchar, referred_by varchar,
    batch_id varchar, record bigint
);
create table order_items (
    order_id varchar, line bigint, customer_id varchar, ordered_at timestamp, product_id varchar,
    category varchar, quantity bigint, unit_price decimal(18, 4), unit_cost decimal(18, 4), currency varchar,
    batch_id varchar, record bigint
);
create table interactions (
    message_id varchar, conversation_id varchar, reply_to varchar, customer_id varchar, author_id varchar,
    author_kind varchar, direction varchar, sent_at timestamp, department varchar, agent_id varchar,
    channel varchar, visibility varchar, needs_response boolean, topic varchar, sentiment double,
    urgency double, promotional boolean, assignment_kind varchar, assigned_arm varchar, text varchar,
    text_length bigint, has_question boolean, has_apology boolean, has_sign_off boolean,
    greets_by_name boolean, template varchar,
    batch_id varchar, record bigint
);
create table surveys (
    response_id varchar, customer_id varchar, conversation_id varchar, question varchar, score double,
    scale_min double, scale_max double, high_is_good boolean, asked_at timestamp, answered_at timestamp,
    batch_id varchar, record bigint
);
create table costs (
    month date, department varchar, kind varchar, amount decimal(18, 4), currency varchar,
    batch_id varchar, record bigint
);
create table promises (
    channel varchar, department varchar, target_s double, valid_from date,
    batch_id varchar, record bigint
);
create table calendars (
    department varchar, weekday bigint, opens varchar, closes varchar, zone varchar, valid_from date,
    batch_id varchar, record bigint
);
create table holidays (day date, department varchar, batch_id varchar, record bigint);
create table events (
    happened_at timestamp, kind varchar, department varchar, label varchar,
    batch_id varchar, record bigint
);
create table assignments (
    conversation_id varchar, assigned_arm varchar, assigned_at timestamp, planned_share double,
    batch_id varchar, record bigint
);
create table batches (
    batch_id varchar, table_name varchar, file varchar, file_hash varchar, format varchar,
    keeps_unanswered varchar, zone varchar, currency varchar, rows_read bigint, rows_loaded bigint,
    rows_rejected bigint, rows_duplicate bigint, rows_replaced bigint, rows_unlinked bigint,
    rows_removed bigint, loaded_at timestamp, load_no bigint
);
-- What rows of other files say in passing: this address belongs to that customer.
create table links (
    kind varchar, value varchar, customer_id varchar, source varchar, linked_at timestamp, batch_id varchar
);
-- Rows of `batch_id` that repeat or replace rows of an `older` batch: the older cannot be taken back alone.
create table shared (batch_id varchar, older varchar, table_name varchar);
-- What was erased on request must not come back with the next export: hashes of its pseudonyms and numbers.
create table erased (kind varchar, mark varchar);
-- `key_mark` tells the key this database was made with from any other.
create table about (layout bigint, key_mark varchar);
insert into about values (8, null);
create table batch_coverage (batch_id varchar, channel varchar, first_at timestamp, last_at timestamp);
create table settings (name varchar, value varchar);
create table zone_offsets (purpose varchar, starts_at timestamp, ends_at timestamp, offset_s bigint);
create table service_clock (
    department varchar, day date, opens_at timestamp, closes_at timestamp, next_at timestamp,
    open_before_s bigint
);
create table superseded_customers as select *, '' as replaced_by from customers;
create table superseded_identities as select *, '' as replaced_by from identities;
create table superseded_orders as select *, '' as replaced_by from orders;
create table superseded_order_items as select *, '' as replaced_by from order_items;
create table superseded_interactions as select *, '' as replaced_by from interactions;
create table superseded_surveys as select *, '' as replaced_by from surveys;
create table superseded_costs as select *, '' as replaced_by from costs;
create table superseded_promises as select *, '' as replaced_by from promises;
create table superseded_calendars as select *, '' as replaced_by from calendars;
create table superseded_holidays as select *, '' as replaced_by from holidays;
create table superseded_events as select *, '' as replaced_by from events;
create table superseded_assignments as select *, '' as replaced_by from assignments;
