-- Whom a trace stands for, kept for questions on messages and recommendations; empty where nothing is linked.
create or replace table persons as
select customer_id, person
from people
where customer_id <> person
order by customer_id;
