-- The steps on the way are not kept.
drop table people;
drop table order_facts;
drop view messages;
drop table threads;
drop table waits;
drop table queues;
drop table cutoffs;
drop table contacts;
drop table social_channels;
