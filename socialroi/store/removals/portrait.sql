-- The rows in `gone`, as they are stored: one step for each table that may hold something about a person.
-- Read by sql.py: one step each.

-- step customers

select t.*
from old.customers as t
join gone as g on g.row = t.rowid and g.place = 'customers'
order by t.rowid

-- step superseded_customers

select t.*
from old.superseded_customers as t
join gone as g on g.row = t.rowid and g.place = 'superseded_customers'
order by t.rowid

-- step identities

select t.*
from old.identities as t
join gone as g on g.row = t.rowid and g.place = 'identities'
order by t.rowid

-- step superseded_identities

select t.*
from old.superseded_identities as t
join gone as g on g.row = t.rowid and g.place = 'superseded_identities'
order by t.rowid

-- step links

select t.*
from old.links as t
join gone as g on g.row = t.rowid and g.place = 'links'
order by t.rowid

-- step orders

select t.*
from old.orders as t
join gone as g on g.row = t.rowid and g.place = 'orders'
order by t.rowid

-- step superseded_orders

select t.*
from old.superseded_orders as t
join gone as g on g.row = t.rowid and g.place = 'superseded_orders'
order by t.rowid

-- step order_items

select t.*
from old.order_items as t
join gone as g on g.row = t.rowid and g.place = 'order_items'
order by t.rowid

-- step superseded_order_items

select t.*
from old.superseded_order_items as t
join gone as g on g.row = t.rowid and g.place = 'superseded_order_items'
order by t.rowid

-- step interactions

select t.*
from old.interactions as t
join gone as g on g.row = t.rowid and g.place = 'interactions'
order by t.rowid

-- step superseded_interactions

select t.*
from old.superseded_interactions as t
join gone as g on g.row = t.rowid and g.place = 'superseded_interactions'
order by t.rowid

-- step surveys

select t.*
from old.surveys as t
join gone as g on g.row = t.rowid and g.place = 'surveys'
order by t.rowid

-- step superseded_surveys

select t.*
from old.superseded_surveys as t
join gone as g on g.row = t.rowid and g.place = 'superseded_surveys'
order by t.rowid

-- step assignments

select t.*
from old.assignments as t
join gone as g on g.row = t.rowid and g.place = 'assignments'
order by t.rowid

-- step superseded_assignments

select t.*
from old.superseded_assignments as t
join gone as g on g.row = t.rowid and g.place = 'superseded_assignments'
order by t.rowid
