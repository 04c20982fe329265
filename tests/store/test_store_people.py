"""Whose traces belong together: by hand, and against a second implementation in plain Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_files import MESSAGES, ORDERS, load, request
from store_tables import bought, talk

from socialroi import store
from socialroi.intake import reading
from socialroi.store import Store, engine, identities, ingest, people, sql


class Claim(NamedTuple):
    """An address under an id, as a source has it; `day` None means that nobody knows since when."""

    kind: str
    value: str
    customer: str
    source: str = "shop"
    day: int | None = 1
    is_stated: bool = False


def at(day: int | None) -> datetime | None:
    return None if day is None else datetime(2026, 1, 1) + timedelta(days=day)


def linked(
    claims: Iterable[Claim], on_file: Iterable[str] = (), buyers: Iterable[str] = ()
) -> dict[str, tuple[str, datetime | None]]:
    """What `people` says: {trace: (person, since when)}."""
    with closing(engine.connect_memory()) as con:
        engine.change(con, TABLES)
        con.execute("insert into customers (customer_id) select unnest($1)", [list(on_file)])
        con.execute("insert into orders (customer_id) select unnest($1)", [list(buyers)])
        for claim in claims:
            row = [claim.kind, claim.value, claim.customer, claim.source, at(claim.day)]
            table = "identities" if claim.is_stated else "links"
            con.execute(INSERTS[table], row).fetchall()
        people.build(con)
        rows = con.execute("select customer_id, person, linked_at from people").fetchall()
    assert len({trace for trace, *_ in rows}) == len(rows)
    return {trace: (person, since) for trace, person, since in rows}


#: Those of the database that people are made of.
TABLES = "".join(
    text + ";"
    for text in sql.model("tables").split(";")
    for name in ("identities", "links", "customers", "orders", "order_items")
    if f"create table {name} (" in text
)
INSERTS = {
    "links": "insert into links (kind, value, customer_id, source, linked_at) values ($1, $2, $3, $4, $5)",
    "identities": "insert into identities (kind, value, customer_id, source, linked_at)"
    " values ($1, $2, $3, $4, $5)",
}


def persons(*claims: Claim, **known: list[str]) -> dict[str, str]:
    return {trace: person for trace, (person, _) in linked(claims, **known).items()}


def mail(value: str, customer: str, source: str = "shop", day: int | None = 1) -> Claim:
    return Claim("email", value, customer, source, day)


def phone(value: str, customer: str, source: str = "shop", day: int | None = 1) -> Claim:
    return Claim("phone", value, customer, source, day)


def stated(value: str, customer: str, kind: str = "external", day: int | None = None) -> Claim:
    return Claim(kind, value, customer, "crm", day, is_stated=True)


# By hand --------------------------------------------------------------------------------------------


def test_one_address_under_the_ids_of_two_systems_makes_one_person_of_them() -> None:
    found = persons(mail("e", "zd:1", "zendesk"), mail("e", "7210"), phone("p", "7210"), on_file=["7210"])
    assert found == {"zd:1": "7210", "e": "7210", "p": "7210"}


def test_one_address_under_two_ids_of_one_system_belongs_to_nobody() -> None:
    assert persons(mail("e", "1"), mail("e", "2"), on_file=["1"]) == {}
    found = persons(mail("e", "1"), mail("e", "2"), mail("e", "zd:1", "zendesk"), phone("p", "1"))
    assert set(found) | set(found.values()) == {"1", "p"}, "what is nobody's connects nothing"


def test_an_identity_file_settles_whose_a_shared_address_is() -> None:
    found = persons(mail("e", "1"), mail("e", "2"), stated("e", "1", "email"))
    assert found == {"e": "1"}, "and 2 stays apart"


def test_ids_that_a_harder_link_has_joined_are_one_and_do_not_tear_an_address() -> None:
    joined = [stated("c1", "ann"), stated("c2", "ann")]
    assert persons(*joined, mail("e", "c1"), mail("e", "c2")) == {"c1": "ann", "c2": "ann", "e": "ann"}
    by_mail = [mail("e", "1"), mail("e", "zd:1", "zendesk")]
    found = persons(*by_mail, phone("p", "1", "chat"), phone("p", "zd:1", "chat"), on_file=["1"])
    assert found == {"zd:1": "1", "e": "1", "p": "1"}


def test_a_guest_known_by_mail_has_the_phone_of_the_mails_owner() -> None:
    """One row says 7210 and e, a guest's row e and p: p is no quarrel between 7210 and e."""
    found = persons(mail("e", "7210"), phone("p", "7210"), phone("p", "e"))
    assert found == {"e": "7210", "p": "7210"}


def test_a_phone_that_two_mails_of_one_source_share_is_nobodys() -> None:
    assert persons(phone("p", "e1"), phone("p", "e2")) == {}


def test_an_address_torn_between_two_passes_nothing_on() -> None:
    torn = [mail("e", "1"), mail("e", "2")]
    assert persons(*torn, phone("p", "e", "guests"), phone("p", "3", "chat"), on_file=["3"]) == {"p": "3"}


def test_chains_of_outside_ids_lead_to_their_end() -> None:
    chain = [stated("order", "per-order id"), stated("per-order id", "ann"), stated("ticket", "order")]
    ends = dict.fromkeys(("order", "per-order id", "ticket"), "ann")
    assert persons(*chain, buyers=["per-order id"]) == ends
    assert persons(*reversed(chain), on_file=["order"]) == ends
    assert persons(*chain, mail("e", "order")) == {**ends, "e": "ann"}


def test_a_very_long_chain_holds() -> None:
    links = [mail(f"e{i}", f"s{j}:{j}", f"source {j}") for i in range(40) for j in (i, i + 1)]
    assert len(set(persons(*links, on_file=["s7:7"]).values())) == 1
    assert set(persons(*links, on_file=["s7:7"]).values()) == {"s7:7"}


def test_the_person_is_named_by_file_else_on_file_else_who_bought() -> None:
    same = [mail("e", "a", "one"), mail("e", "b", "two"), mail("e", "c", "three")]
    assert set(persons(*same, on_file=["b"], buyers=["c"]).values()) == {"b"}
    assert set(persons(*same, buyers=["c"]).values()) == {"c"}
    assert set(persons(*same, on_file=["a", "b"], buyers=["a", "c"]).values()) == {"a"}
    assert set(persons(*same, stated("x", "c"), on_file=["b"], buyers=["a"]).values()) == {"c"}
    assert set(persons(*same, buyers=["e"]).values()) == {"e"}, "an address that bought is somebody too"


def test_an_id_with_more_addresses_than_a_person_has_connects_nothing() -> None:
    till = [mail(f"e{i}", "guest") for i in range(people.MOST_ADDRESSES + 1)]
    tickets = [mail(f"e{i}", f"zd:{i}", "zendesk") for i in range(people.MOST_ADDRESSES + 1)]
    found = persons(*till, *tickets, on_file=["guest"])
    assert len(set(found.values())) == people.MOST_ADDRESSES + 1
    assert "guest" not in found.values()
    again = [claim for claim in till[:-1] for _ in range(2)]  # the same address twice is one
    assert set(persons(*again, on_file=["guest"]).values()) == {"guest"}


def test_a_link_is_as_old_as_its_youngest_part() -> None:
    """zd:1 has e since day 5, 7210 since day 3: zd:1 is 7210 since day 5, e since day 3."""
    found = linked([mail("e", "zd:1", "zendesk", 5), mail("e", "7210", day=3)], on_file=["7210"])
    assert found == {"zd:1": ("7210", at(5)), "e": ("7210", at(3))}
    found = linked([mail("e", "zd:1", "zendesk", 2), mail("e", "7210", day=3)], on_file=["7210"])
    assert found == {"zd:1": ("7210", at(3)), "e": ("7210", at(3))}


def test_of_two_ways_the_earlier_one_counts() -> None:
    ways = [
        mail("e", "zd:1", "zendesk", 9),
        mail("e", "7210"),
        phone("p", "zd:1", "zendesk", 4),
        phone("p", "7210"),
    ]
    assert linked(ways, on_file=["7210"])["zd:1"] == ("7210", at(4))


def test_a_link_without_a_date_delays_nothing() -> None:
    found = linked([mail("e", "zd:1", "zendesk", 5), mail("e", "7210", day=None)], on_file=["7210"])
    assert found == {"zd:1": ("7210", at(5)), "e": ("7210", None)}
    assert linked([stated("zd:1", "7210")]) == {"zd:1": ("7210", None)}


# Against a second implementation --------------------------------------------------------------------


def second(claims: list[Claim]) -> tuple[dict[str, frozenset[str]], list[Claim]]:
    """The groups, slowly: {trace: everybody it belongs with}, and the claims that hold."""
    group: dict[str, frozenset[str]] = {}
    torn: set[str] = set()
    kept: list[Claim] = []
    for kind in people.KINDS:
        spoken = defaultdict(list)
        for claim in claims:
            if claim.kind == kind and claim.customer not in torn and claim.customer != claim.value:
                spoken[claim.value].append(claim)
        holding: list[Claim] = []
        for value, said in spoken.items():
            owners = defaultdict(set)
            for claim in said:
                owners[claim.source, claim.is_stated].add(group.get(claim.customer, claim.customer))
            differing = {is_stated for (_, is_stated), found in owners.items() if len(found) > 1}
            if differing:
                said = [claim for claim in said if claim.is_stated and differing == {False}]  # noqa: PLW2901
            holding += said
            torn |= set() if said else {value}
        for claim in holding:
            both = group.get(claim.value, {claim.value}) | group.get(claim.customer, {claim.customer})
            group |= dict.fromkeys(both, frozenset(both))
        kept += holding
    return group, kept


def earliest(start: str, kept: list[Claim]) -> dict[str, int]:
    """The least day by which each trace is tied to `start`, trying every way again and again."""
    known = {start: 0}
    for _ in range(len(kept) + 1):
        for claim in kept:
            for a, b in ((claim.value, claim.customer), (claim.customer, claim.value)):
                if a in known and claim.day is not None:
                    known[b] = min(known.get(b, 99), max(known[a], claim.day))
    return known


IDS = {"shop": ["1", "2", "3"], "zendesk": ["zd:1", "zd:2"], "chat": ["ch:1", "ch:2"]}
EMAILS, PHONES, HANDLES = ["e1", "e2", "e3"], ["p1", "p2"], ["h1", "h2"]


@st.composite
def a_link(draw: st.DrawFn) -> Claim:
    source = draw(st.sampled_from(sorted(IDS)))
    kind, values, speakers = draw(
        st.sampled_from(
            [("email", EMAILS, []), ("phone", PHONES, EMAILS), ("handle", HANDLES, EMAILS + PHONES)]
        )
    )
    customer = draw(st.sampled_from(IDS[source] + speakers))
    return Claim(kind, draw(st.sampled_from(values)), customer, source, draw(st.integers(1, 9)))


@st.composite
def a_statement(draw: st.DrawFn) -> Claim:
    ids = [name for names in IDS.values() for name in names]
    kinds = [("external", [*ids, "order 1", "order 2"]), ("email", EMAILS), ("handle", HANDLES)]
    kind, values = draw(st.sampled_from(kinds))
    return Claim(kind, draw(st.sampled_from(values)), draw(st.sampled_from([*ids, "root"])), "crm", 1, True)


@settings(max_examples=60, deadline=None)
@given(
    links=st.lists(a_link(), max_size=14),
    said=st.lists(a_statement(), max_size=4, unique_by=lambda claim: (claim.kind, claim.value)),
    on_file=st.sets(st.sampled_from(IDS["shop"] + IDS["zendesk"])),
    buyers=st.sets(st.sampled_from(IDS["shop"] + EMAILS)),
)
def test_groups_and_dates_equal_the_second_implementation(
    links: list[Claim], said: list[Claim], on_file: set[str], buyers: set[str]
) -> None:
    claims = [*links, *said]
    group, kept = second(claims)
    found = linked(claims, on_file, buyers)
    roots = {claim.customer for claim in said if claim.customer != claim.value} - {
        claim.value for claim in said if claim.customer != claim.value
    }
    assert set(found) == {trace for trace, members in group.items() if len(members) > 1} - {
        person for person, _ in found.values()
    }
    for trace, (person, since) in found.items():
        assert person in group[trace]
        assert {name for name, (other, _) in found.items() if other == person} | {person} == group[trace]
        merits = {
            name: 4 * (name in roots) + 2 * (name in on_file) + (name in buyers) for name in group[trace]
        }
        assert merits[person] == max(merits.values())
        assert since == at(earliest(person, kept)[trace])


@settings(max_examples=10, deadline=None)
@given(links=st.lists(a_link(), max_size=10), order=st.randoms(use_true_random=False))
def test_the_order_of_loading_does_not_matter(links: list[Claim], order: object) -> None:
    shuffled = list(links)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert linked(links) == linked(shuffled)


# From files -----------------------------------------------------------------------------------------


def of(db: Path, value: str, kind: str = "external") -> str:
    return identities.pseudonym(identities.read_key(db / "key"), kind, value)


def test_an_identity_chain_across_files_and_back(tmp_path: Path) -> None:
    """Surveys know the order, orders a number made per order, one more file the person."""
    load(tmp_path, "orders.csv", ORDERS, "o1,n1,2026-01-01 10:00:00,5,EUR", "o2,n2,2026-02-01 10:00:00,6,EUR")
    load(tmp_path, "people.csv", "kind,value,customer_id", "external,n1,ann", "external,n2,ann")
    last = load(tmp_path, "numbers.csv", "kind,value,customer_id", "external,o1,n1", "external,o2,n2")
    head = "response_id,customer_id,question,score,answered_at"
    load(
        tmp_path, "reviews.csv", head, "r1,o1,csat,5,2026-01-09 10:00:00", "r2,o2,csat,1,2026-02-09 10:00:00"
    )
    db = tmp_path / "db"
    ann = of(db, "ann")
    with Store.open(db) as opened:
        assert opened.rows("select distinct customer_id, orders from customer_summary") == [(ann, 2)]
        assert opened.rows("select distinct customer_id from survey_answers") == [(ann,)]
        for typed in ("o1", "n2", "ann"):
            assert identities.find(opened, identities.read_key(db / "key"), typed) == [ann]
    store.undo(db, last.batch)
    with Store.open(db) as opened:
        assert opened.rows("select customer_id from survey_answers order by response_id") == [
            (of(db, "o1"),), (of(db, "o2"),),
        ]  # fmt: skip


@pytest.fixture
def addressed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., store.Loaded]:
    """Load a table of rows with ids and addresses beside them, as formats give them."""
    from test_store_loading import parcel_of

    def loaded(name: str, table: str, form: str, **columns: list[object]) -> store.Loaded:
        made = replace(parcel_of(table, columns), format=form, label=name, file_hash=f"{name:0<64}")
        with monkeypatch.context() as patch:
            patch.setattr("socialroi.intake.read", lambda asked, **_: made)
            (done,) = ingest(tmp_path / "db", [request(tmp_path, name, name)])
        return done

    return loaded


def day(number: int) -> datetime:
    return datetime(2026, 1, number)


def test_three_systems_one_person(tmp_path: Path, addressed) -> None:
    """A helpdesk knows zendesk:123 and e-mail, the shop 7210, e-mail and phone, orders the phone alone."""
    tickets = addressed(
        "tickets.csv", "interactions", "zendesk",
        message_id=["m1"], conversation_id=["c1"], author_kind=["customer"], sent_at=[day(20)],
        customer_id=["zendesk:123"], email=["ann@example.org"],
    )  # fmt: skip
    addressed(
        "customers.csv", "customers", "shop_customers",
        customer_id=["7210"], created_at=[day(2)], email=["ann@example.org"], phone=["+4930555"],
    )  # fmt: skip
    addressed(
        "orders.csv", "orders", "shop_orders",
        order_id=["o1"], ordered_at=[day(3)], phone=["+4930555"],
    )  # fmt: skip
    db = tmp_path / "db"
    ann, key = of(db, "7210"), identities.read_key(tmp_path / "db" / "key")
    with Store.open(db) as opened:
        assert opened.rows("select customer_id, orders, contacts from customer_summary") == [(ann, 1, 1)]
        assert opened.one("select customer_id, linked_at from episodes") == (ann, day(20))
        for typed in ("zendesk:123", "7210", " Ann@example.org", "+49 30 555", "0049-30-555"):
            assert identities.find(opened, key, typed) == [ann], typed
        assert identities.find(opened, key, "bob@example.org") == []
    store.undo(db, tickets.batch)
    with Store.open(db) as opened:
        assert opened.rows("select customer_id, orders, contacts from customer_summary") == [(ann, 1, 0)]


def test_every_address_of_a_row_without_an_id_leads_to_one_person(tmp_path: Path, addressed) -> None:
    addressed(
        "orders.csv", "orders", "shop",
        order_id=["o1", "o2", "o3"], ordered_at=[day(1), day(2), day(3)],
        email=["ann@example.org", None, None], phone=["+491", "+491", None], handle=["ann", None, "ann"],
    )  # fmt: skip
    with Store.open(tmp_path / "db") as opened:
        assert opened.rows("select orders from customer_summary") == [(3,)]


def test_ids_of_two_tools_in_one_export_are_no_quarrel(tmp_path: Path, addressed) -> None:
    """A helpdesk writes its own id until the shop's number is known: one address, two issuers."""
    addressed(
        "tickets.csv", "interactions", "zendesk",
        message_id=["m1", "m2", "m3", "m4"], conversation_id=["c1", "c2", "c3", "c4"],
        author_kind=["customer"] * 4, sent_at=[day(1), day(2), day(3), day(4)],
        customer_id=["zendesk:1", "7210", "zendesk:8", "zendesk:9"],
        email=["ann@example.org", "ann@example.org", "two@example.org", "two@example.org"],
    )  # fmt: skip
    with Store.open(tmp_path / "db") as opened:
        assert opened.rows("select contacts from customer_summary order by all") == [(1,), (1,), (2,)]


def test_an_address_that_only_a_later_file_has_is_learnt_from_equal_rows(tmp_path: Path, addressed) -> None:
    """The rows are duplicates; what they say about people is not."""
    row = {"order_id": ["o1"], "ordered_at": [day(1)], "customer_id": ["7210"]}
    addressed("old.csv", "orders", "shop", **row, email=["ann@example.org"])
    done = addressed("new.csv", "orders", "shop", **row, email=["ann@example.org"], phone=["+491"])
    assert (done.rows_loaded, done.rows_duplicate) == (0, 1)
    db = tmp_path / "db"
    with Store.open(db) as opened:
        assert opened.rows("select kind, count(*) from links group by kind order by kind") == [
            ("email", 1), ("phone", 1),
        ]  # fmt: skip
        assert identities.find(opened, identities.read_key(db / "key"), "+491") == [of(db, "7210")]
    store.undo(db, done.batch)
    with Store.open(db) as opened:
        assert opened.rows("select kind from links") == [("email",)]


def test_a_shared_address_finds_everybody_who_has_it(tmp_path: Path, addressed) -> None:
    addressed(
        "orders.csv", "orders", "shop",
        order_id=["o1", "o2"], ordered_at=[day(1), day(2)], customer_id=["1", "2"],
        email=["both@example.org"] * 2,
    )  # fmt: skip
    db = tmp_path / "db"
    with Store.open(db) as opened:
        found = identities.find(opened, identities.read_key(db / "key"), "both@example.org")
        assert found == sorted([of(db, "1"), of(db, "2")])


def test_phone_numbers_of_identity_files_are_read_like_others(tmp_path: Path, addressed) -> None:
    load(tmp_path, "identities.csv", "kind,value,customer_id", "phone,+49 (30) 555-01,ann")
    addressed("orders.csv", "orders", "shop", order_id=["o1"], ordered_at=[day(1)], phone=["+493055501"])
    with Store.open(tmp_path / "db") as opened:
        assert opened.rows("select customer_id from purchases") == [(of(tmp_path / "db", "ann"),)]


def test_without_links_nobody_is_anybody_else(tmp_path: Path) -> None:
    load(tmp_path, "orders.csv", ORDERS, "o1,ann,2026-01-01 10:00:00,5,EUR")
    load(tmp_path, "messages.csv", MESSAGES, "m1,c1,ann,customer,2026-01-05 10:00:00,twitter")
    with Store.open(tmp_path / "db") as opened:
        assert opened.rows("select orders, contacts, linked_at from customer_summary, episodes") == [
            (1, 1, None)
        ]


def test_frames_may_link_any_words() -> None:
    links = pd.DataFrame(
        {"kind": ["email", "handle", "email"], "value": ["x", "x", "h"], "customer_id": ["ann", "ann", "x"]}
    )
    tables = {
        "identities": links,
        "interactions": talk("c1 customer:x 2026-01-05", "c2 customer:h 2026-01-06"),
    }
    tables["orders"] = bought("a ann 2026-01-01 10")
    assert Store.of(tables).rows("select customer_id, orders, contacts from customer_summary") == [
        ("ann", 1, 2)
    ]


@pytest.mark.parametrize("smallest", [0, reading.SMALLEST], ids=["fast", "careful"])
def test_an_address_beside_an_id_joins_a_system_that_has_no_ids(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, smallest: int
) -> None:
    monkeypatch.setattr(reading, "SMALLEST", smallest)
    load(tmp_path, "customers.csv", "customer_id,email,segment", "ann,Ann@Shop.example,gold", "bob,,silver")
    mails = MESSAGES.replace("customer_id", "email")
    load(
        tmp_path,
        "mails.csv",
        mails,
        "m1,c1,ann@shop.example,customer,2026-01-05 10:00:00,email",
        "m2,c2,eve@shop.example,customer,2026-01-06 10:00:00,email",
    )
    with Store.open(tmp_path / "db") as opened:
        asked = opened.rows("select customer_id from episodes order by opened_at")
    assert asked[0] == (of(tmp_path / "db", "ann"),) != asked[1]
