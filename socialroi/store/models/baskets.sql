-- What each purchase held of each category, one row per purchase and category (null where a line names none).
-- `worth` is that of its dearest product, each product at its mean price over the whole file, so that no change
-- of price looks like a dearer choice; null where no product is named or priced. Returns and gifts are no
-- choice and are left out.
create or replace view baskets as
with bought_lines as (
    select
        order_id,
        nullif(trim(category), '') as category,
        nullif(trim(product_id), '') as product_id,
        unit_price
    from order_items
    where coalesce(quantity, 1) > 0 and coalesce(unit_price, 1) > 0
),
products as (
    select
        product_id,
        -- not avg(): engines take the mean of decimals each in their own way
        cast(cast(sum(unit_price) as double) / count(unit_price) as decimal(18, 4)) as usual_price
    from bought_lines
    where product_id is not null and unit_price is not null
    group by product_id
)
select
    p.customer_id,
    p.order_id,
    p.ordered_at,
    p.day_no,
    l.category,
    max(u.usual_price) as worth
from purchases as p
join bought_lines as l on l.order_id = p.order_id
left join products as u on u.product_id = l.product_id
group by p.customer_id, p.order_id, p.ordered_at, p.day_no, l.category;
