-- Rows of a load that are about somebody who was erased: they are left out before anything is compared.
-- Read by sql.py: one step each; `staged` and `blank` are those of loads/shared.sql.

-- step persons

delete from staged
where rowid in (
    with filled as (
        select * from blank
        union all by name
        select rowid as row_no, * from staged
    ),
    said as (
        select row_no, unnest([customer_id, email, phone, handle]) as trace
        from filled
    )
    select s.row_no
    from said as s
    join erased as e on e.kind = 'person' and e.mark = pseudonym('e_', 'erased person', s.trace)
);

-- step addresses

delete from staged
where pseudonym('e_', 'erased person', value) in (select mark from erased where kind = 'person');

-- step authors

delete from staged
where rowid in (
    with filled as (
        select * from blank
        union all by name
        select rowid as row_no, * from staged
    )
    select f.row_no
    from filled as f
    join erased as e
        on e.kind = 'person' and e.mark = pseudonym('e_', 'erased person', 'c_' || substr(f.author_id, 3))
    where f.author_kind in ('customer', 'peer')
);

-- step orders

delete from staged
where rowid in (
    with filled as (
        select * from blank
        union all by name
        select rowid as row_no, * from staged
    )
    select f.row_no
    from filled as f
    join erased as e on e.kind = 'order' and e.mark = pseudonym('e_', 'erased order', f.order_id)
    where f.customer_id is null
);

-- step conversations

delete from staged
where rowid in (
    with filled as (
        select * from blank
        union all by name
        select rowid as row_no, * from staged
    )
    select f.row_no
    from filled as f
    join erased as e
        on e.kind = 'conversation' and e.mark = pseudonym('e_', 'erased conversation', f.conversation_id)
    where f.customer_id is null
);

-- step assigned

delete from staged
where pseudonym('e_', 'erased conversation', conversation_id) in (
    select mark from erased where kind = 'conversation'
);

-- step referred_by

update staged set referred_by = null
where pseudonym('e_', 'erased person', referred_by) in (select mark from erased where kind = 'person');

-- step reply_to

update staged set reply_to = null
where pseudonym('e_', 'erased message', reply_to) in (select mark from erased where kind = 'message');
