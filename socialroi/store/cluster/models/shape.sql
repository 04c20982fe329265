-- A database as `socialroi serve --derived` opens it: derived tables, views as tables, and of the raw tables only
-- what kept.sql keeps, under their own names so that the same questions can be asked. Run on an empty database;
-- rows come by fill.sql.
-- even no facts have a zone
delete from zone_offsets;
delete from service_clock;

create table baskets_ as select * from baskets;
create table bursts_ as select * from bursts;
create table posts_ as select * from posts;
create table replies_ as select * from replies;
create table mentions_ as select * from mentions;
drop view baskets;
drop view bursts;
drop view mentions;
drop view replies;
drop view posts;
alter table baskets_ rename to baskets;
alter table bursts_ rename to bursts;
alter table posts_ rename to posts;
alter table replies_ rename to replies;
alter table mentions_ rename to mentions;

create table fact_counts (table_name varchar, n bigint);
create table linked_counts (
    messages bigint, messages_linked bigint, authors bigint, authors_linked bigint, questions bigint,
    questions_linked bigint, customers_asking bigint, customers_buying bigint, customers_both bigint,
    orders bigint, orders_linked bigint
);
create table kept_interactions as
select conversation_id, sent_at, author_kind, direction, visibility, agent_id, department from interactions;
create table kept_orders as
select order_id, customer_id, referral_code, referred_by, refunded_amount from orders;
create table kept_order_items as select order_id, category, quantity, unit_price, unit_cost from order_items;
create table kept_customers as select customer_id from customers;
create table kept_assignments as select conversation_id from assignments;

drop table interactions;
drop table orders;
drop table order_items;
drop table customers;
drop table assignments;
drop table surveys;
drop table identities;
drop table links;
drop table superseded_customers;
drop table superseded_identities;
drop table superseded_orders;
drop table superseded_order_items;
drop table superseded_interactions;
drop table superseded_surveys;
drop table superseded_costs;
drop table superseded_promises;
drop table superseded_calendars;
drop table superseded_holidays;
drop table superseded_events;
drop table superseded_assignments;
