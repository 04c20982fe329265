"""Exports of shops, tills and payment services: exact values from invented files, and round trips."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from formats_kit import FEW, FIXTURES, csv_text, dialects, fixture
from hypothesis import given
from hypothesis import strategies as st

from socialroi.errors import FileRefused
from socialroi.intake import Request, read, recognise

BERLIN = "Europe/Berlin"

#: Every file, and what has to be said before it can be loaded.
FILES = {
    "shopify_orders": {},
    "shopify_orders-75": {},
    "shopify_customers": {},
    "shopify_customers-2021": {},
    "shopify_customers-2022": {},
    "woocommerce_customers": {"timezone": BERLIN},
    "woocommerce_orders": {"timezone": BERLIN},
    "woocommerce_report": {"timezone": BERLIN, "currency": "EUR"},
    "woocommerce_report-2024": {"timezone": BERLIN, "currency": "EUR"},
    "stripe_payments": {},
    "stripe_payments-2020": {},
    "square_transactions": {"format": "square_transactions", "currency": "USD"},
    "magento_orders": {"format": "magento_orders", "timezone": BERLIN, "currency": "EUR"},
    "amazon_orders": {"format": "amazon_orders"},
    "hubspot_contacts": {"format": "hubspot_contacts", "timezone": BERLIN},
}
UNCERTAIN = ("square_transactions", "magento_orders", "amazon_orders", "hubspot_contacts")


def request(name, **said):
    return Request(FIXTURES / f"{name}.csv", f"{name}.csv", **said)


@pytest.fixture
def parcel():
    """The parcel of one of the files, with what it needs said, or something else."""

    def loaded(name, **said):
        return read(request(name, **{**FILES[name], **said}), scan=False)

    return loaded


def column(parcel, name, table=None):
    found = parcel.tables[table or next(iter(parcel.tables))]
    return found[name].to_pylist()


def rows(parcel, *names, table=None):
    return list(zip(*(column(parcel, name, table) for name in names), strict=True))


def reasons(parcel):
    return [(reject.line, reject.column, reject.reason) for reject in parcel.rejects]


# What holds for every one of them


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_recognised_as_itself_and_every_record_is_loaded_or_rejected(name, parcel):
    form = name.partition("-")[0]
    found = recognise(request(name))
    assert (found.format, found.certain) == (form, form not in UNCERTAIN)
    got = parcel(name)
    assert (got.format, tuple(got.tables)) == (form, found.tables)
    loaded = {record for table in got.tables.values() for record in table["record"].to_pylist()}
    assert len(loaded) + got.rejected == got.rows_read > 0


@pytest.mark.parametrize("name", UNCERTAIN)
def test_a_format_known_at_second_hand_has_to_be_confirmed(name):
    assert recognise(request(name)).questions[0].startswith("Is this what it looks like?")
    with pytest.raises(FileRefused, match=f"--format {name}"):
        read(request(name))


@pytest.mark.parametrize(("name", "asked"), [
    ("shopify_orders", ()), ("shopify_customers", ()), ("stripe_payments", ()),
    ("woocommerce_orders", ("time zone",)), ("woocommerce_report", ("time zone", "currency")),
])  # fmt: skip
def test_what_a_file_does_not_say_is_asked(name, asked):
    questions = recognise(request(name)).questions
    assert len(questions) == len(asked)
    assert all(word in question for word, question in zip(asked, questions, strict=True))


@pytest.mark.parametrize("name", ["woocommerce_orders", "woocommerce_customers", "woocommerce_report"])
def test_times_of_a_site_need_its_zone(name):
    with pytest.raises(FileRefused, match="do not say their time zone"):
        read(request(name, currency="EUR"))


@pytest.mark.parametrize(("name", "said"), [
    ("shopify_customers", "lifetime figures"), ("woocommerce_customers", "lifetime figures"),
    ("shopify_customers", "does not say since when"), ("woocommerce_orders", "Line items are not read"),
    ("woocommerce_report", "cannot be joined to customers"), ("stripe_payments", "several charges"),
    ("stripe_payments", "stays paid"), ("amazon_orders", "no use for repurchase"),
    ("hubspot_contacts", "already know who bought"), ("square_transactions", "Partial Refunds is not read"),
])  # fmt: skip
def test_notes_say_what_an_export_cannot_tell(name, said):
    assert any(said in note for note in recognise(request(name)).notes)


def test_names_of_people_are_read_from_none_of_them():
    for name in FILES:
        mapping = recognise(request(name)).mapping
        assert not {h for h, to in mapping.items() if to and ("Name" in h.split() and h != "Name")}
        assert all(not mapping.get(h) for h in ("First Name", "Username", "Customer", "billing_first_name"))


# Shopify


def test_shopify_orders_by_their_status(parcel):
    assert rows(parcel("shopify_orders"), "order_id", "amount", "refunded_amount", "status", "channel") == [
        ("#1001", Decimal(30), Decimal(0), "paid", "web"),
        ("#1002", Decimal("12.50"), Decimal(0), "pending", "web"),
        ("#1003", Decimal(20), Decimal(5), "paid", "web"),
        ("#1004", Decimal(10), Decimal(0), "cancelled", "web"),
        ("#D5", Decimal(99), Decimal(0), "test", "shopify_draft_order"),
        ("#1006", Decimal(8), Decimal(0), "test", "web"),
        ("#1007", Decimal(1240), Decimal(1240), "refunded", "web"),
    ]


def test_shopify_lines_take_customer_and_currency_from_the_first_row_of_their_order(parcel):
    lines = rows(parcel("shopify_orders"), "order_id", "product_id", "quantity", "email", table="order_items")
    assert lines[:3] == [
        ("#1001", "TEA-G", 2, "ada@example.org"), ("#1001", "CUP", 1, "ada@example.org"),
        ("#1002", "TEA-B", 1, None),
    ]  # fmt: skip


def test_todays_shopify_customers(parcel):
    got = parcel("shopify_customers")
    assert rows(got, "customer_id", "region", "email", "phone") == [
        ("7210000000001", "DE-BE", "ada@example.org", "+493012345678"),
        ("7210000000002", "US-IL", "ben@example.com", "+12175550123"),
        ("7210000000003", "AE", None, "+971501234567"),
        ("7210000000004", None, "cy@example.org", None),
        ("7210000000005", None, None, None),
        ("7210000000007", "GB-ENG", None, None),
    ]
    (reject,) = got.rejects
    assert (reject.line, reject.reason[:25]) == (8, "Neither a customer id nor")
    assert got.tables["customers"].column_names == ["customer_id", "region", "email", "phone", "record"]


def test_shopify_customers_of_2021_are_known_by_their_addresses(parcel):
    got = parcel("shopify_customers-2021")
    assert rows(got, "region", "email", "phone") == [
        ("DE-BE", "ada@example.org", "+493012345678"),
        ("US", None, "+12175550123"),
        (None, "dee@example.com", None),
        ("GB", "fay@example.com", None),
    ]
    assert "customer_id" not in got.tables["customers"].column_names
    assert [reject.line for reject in got.rejects] == [4, 7]


def test_shopify_customers_of_2022_and_an_id_that_a_spreadsheet_destroyed(parcel):
    got = parcel("shopify_customers-2022")
    assert rows(got, "customer_id", "region", "email", "phone") == [
        ("7210000000001", "DE-BE", "ada@example.org", "+49305550101"),
        ("7210000000002", "US", "ben@example.com", None),
        ("7210000000004", None, None, None),
    ]
    (reject,) = got.rejects
    assert (reject.line, reject.column, reject.shown) == (4, "Customer ID", "7.21E+12")
    assert "scientific notation" in reject.reason


def test_a_hand_trimmed_customers_export(load):
    text = "Customer ID,Email,Total Spent,Total Orders\n'1,ann@example.org,1.00,1\n"
    got = load(text)
    assert (got.format, rows(got, "customer_id", "email")) == (
        "shopify_customers",
        [("1", "ann@example.org")],
    )


def test_a_column_that_is_left_out_may_be_mapped_and_one_that_is_read_left_out(parcel):
    got = parcel(
        "shopify_customers", format="shopify_customers", columns={"Tags": "segment", "Customer ID": ""}
    )
    assert column(got, "segment")[:2] == ["vip, newsletter, Gold", None]
    assert "customer_id" not in got.tables["customers"].column_names


def test_glued_files_and_empty_rows_are_no_customers(load):
    head, row = "Customer ID,Email,Total Spent,Total Orders\n", "'1,ann@example.org,1.00,1\n"
    got = load(head + row + head + row + ",,,\n" + row)
    assert [(line, reason) for line, _, reason in reasons(got)] == [
        (3, "This is the header again."), (5, "The row is empty."),
    ]  # fmt: skip
    assert column(got, "record") == [1, 3, 5]


# WooCommerce


def test_woocommerce_customers(parcel):
    got = parcel("woocommerce_customers")
    assert rows(got, "created_at", "region", "email") == [
        (datetime(2024, 2, 11, 9), "DE-BE", "ada@example.org"),
        (None, "US-IL", "ben@example.com"),
        (datetime(2026, 3, 29, 0, 30), "GB", "cy@example.org"),
        (datetime(2023, 6, 30, 22), None, "eve@example.com"),
    ]
    assert [(line, name) for line, name, _ in reasons(got)] == [(5, ""), (7, "Sign Up")]


def test_woocommerce_orders(parcel):
    got = parcel("woocommerce_orders")
    assert rows(got, "order_id", "customer_id", "email", "phone")[:3] == [
        ("501", "17", "ada@example.org", "+49305550101"),
        ("502", None, "ben@example.com", "+12175550123"),
        ("503", "18", "cy@example.org", None),
    ]
    assert rows(got, "order_id", "amount", "refunded_amount", "currency", "status") == [
        ("501", Decimal(30), None, "EUR", "paid"),
        ("502", Decimal("12.5"), None, "USD", "paid"),
        ("503", Decimal(40), Decimal("7.5"), "EUR", "paid"),
        ("504", Decimal("19.9"), Decimal("19.9"), "EUR", "refunded"),
        ("505", Decimal(70), None, "EUR", "cancelled"),
        ("506", Decimal(70), None, "EUR", "pending"),
        ("507", Decimal(7), None, "EUR", "cancelled"),
        ("508", Decimal(7), None, "EUR", "cancelled"),
        ("510", Decimal(1), None, "EUR", "test"),
    ]
    assert column(got, "ordered_at")[0] == datetime(2026, 3, 2, 8, 15, 40)


def test_woocommerce_rejects_an_hour_that_never_was_and_a_status_it_does_not_know(parcel):
    got = parcel("woocommerce_orders")
    assert [(line, name) for line, name, _ in reasons(got)] == [(11, "order_date"), (13, "status")]
    assert "teleported" in got.rejects[1].shown


HEAD = "order_id,order_date,order_total,order_currency,billing_email,"


@pytest.mark.parametrize(("header", "cell", "paid_back"), [
    ("refunded_total", "4.50", Decimal("4.5")), ("total_refunded", "-4.50", Decimal("4.5")),
    ("refund_items", "", None), ("refund_items", "amount:4.50", Decimal("4.5")),
    ("refund_items", "amount:1|reason:the amount, said he|date:;amount:2.25|reason:", Decimal("3.25")),
])  # fmt: skip
def test_woocommerce_refunds_by_whatever_column_there_is(load, header, cell, paid_back):
    got = load(f'{HEAD}{header}\n1,2026-01-01 10:00:00,9,EUR,a@example.org,"{cell}"\n', timezone="UTC")
    assert (got.format, rows(got, "refunded_amount")) == ("woocommerce_orders", [(paid_back,)])


def test_a_refund_that_cannot_be_read_is_not_passed_over(load):
    good = "2,2026-01-01 10:00:00,9,EUR,a@example.org,\n"
    bad = "1,2026-01-01 10:00:00,9,EUR,a@example.org,amount:all of it|reason:\n"
    got = load(f"{HEAD}refund_items\n{bad}{good}", timezone="UTC")
    assert [(line, name) for line, name, _ in reasons(got)] == [(2, "refund_items")]


def test_the_older_woocommerce_column_of_the_customer(load):
    head = "order_id,order_date,order_total,customer_user"
    got = load(f"{head}\n1,2026-01-01,9,0\n2,2026-01-01,9,31\n", timezone="UTC", currency="EUR")
    assert column(got, "customer_id") == [None, "31"]


def test_the_woocommerce_report_has_refunds_as_rows_and_nobody_who_ordered(parcel):
    got = parcel("woocommerce_report")
    assert rows(got, "order_id", "amount", "quantity", "status") == [
        ("501", Decimal("25.21"), 3, "paid"),
        ("502", Decimal("10.5"), 1, "paid"),
        ("501 refunded 2026-03-10 12:00:00", Decimal("-4.2"), -1, "paid"),
        ("501 refunded 2026-03-12 12:00:00", Decimal("-8.4"), -1, "paid"),
        ("503", Decimal("1041.18"), 1, "pending"),
        ("504", Decimal("8.4"), 1, "cancelled"),
    ]
    assert not {"customer_id", "email", "phone"} & set(got.tables["orders"].column_names)
    assert set(column(got, "currency")) == {"EUR"}


def test_the_newer_woocommerce_report_renamed_the_amount_and_says_what_brought_the_order(parcel):
    got = parcel("woocommerce_report-2024")
    assert rows(got, "order_id", "amount", "status", "acquisition_channel") == [
        ("501", Decimal("25.21"), "paid", "Organic: Google"),
        ("502", Decimal("10.5"), "paid", "Direct"),
        ("501 refunded 2026-03-10 12:00:00", Decimal("-4.2"), "paid", None),
        ("503", Decimal("1041.18"), "cancelled", "Referral: Example.org"),
    ]


# Stripe


def test_todays_stripe_payments(parcel):
    got = parcel("stripe_payments")
    assert rows(got, "order_id", "amount", "refunded_amount", "currency", "status") == [
        ("ch_example0001", Decimal(30), Decimal(0), "EUR", "paid"),
        ("ch_example0002", Decimal(1000), Decimal(0), "EUR", "paid"),
        ("ch_example0003", Decimal(20), Decimal(5), "EUR", "paid"),
        ("ch_example0004", Decimal(20), Decimal(20), "EUR", "refunded"),
        ("ch_example0005", Decimal("9.9"), Decimal(0), "EUR", "cancelled"),
        ("ch_example0006", Decimal("9.9"), Decimal(0), "USD", "paid"),
        ("ch_example0007", Decimal(50), Decimal(0), "EUR", "pending"),
        ("ch_example0008", Decimal(1), Decimal(0), "EUR", "test"),
        ("py_example0009", Decimal(15), Decimal(0), "EUR", "pending"),
        ("py_example0010", Decimal(15), Decimal(0), "EUR", "cancelled"),
    ]
    assert column(got, "ordered_at")[:2] == [datetime(2026, 6, 5, 20, 38, 34), datetime(2026, 6, 5, 20, 40)]
    assert [reject.shown for reject in got.rejects] == [""]  # a first cell may be a name


def test_stripe_knows_people_by_address_because_one_person_has_many_of_its_ids(parcel):
    got = rows(parcel("stripe_payments"), "customer_id", "email")
    assert got[:2] == [(None, "ada@example.org")] * 2
    assert got[8] == ("cus_ExampleEve1", None)


def test_stripes_older_header_in_utc_with_decimal_commas(parcel):
    got = parcel("stripe_payments-2020", timezone="America/New_York")
    assert rows(got, "ordered_at", "amount", "refunded_amount", "status") == [
        (datetime(2020, 3, 29, 1, 30), Decimal("12.5"), Decimal(0), "paid"),
        (datetime(2020, 3, 29, 2, 30), Decimal("1234.56"), Decimal("0.56"), "paid"),
        (datetime(2020, 3, 30, 10), Decimal(7), Decimal(0), "cancelled"),
        (datetime(2020, 3, 31, 10), Decimal(7), Decimal(7), "refunded"),
        (datetime(2020, 4, 1, 10), Decimal(7), Decimal(0), "test"),
    ]


def test_a_stripe_export_without_a_status_counts_what_was_captured(load):
    text = "id,Created date (UTC),Amount,Currency,Captured\nch_1,2026-01-01 10:00,5,eur,true\n"
    got = load(text + "ch_2,2026-01-01 10:00,5,eur,false\n")
    assert (got.format, column(got, "status")) == ("stripe_payments", ["paid", "cancelled"])


def test_stripes_payouts_are_no_payments(load):
    text = (
        "id,Amount,Created (UTC),Currency,Arrival Date (UTC),Status\npo_1,5,2026-01-01,eur,2026-01-02,paid\n"
    )
    with pytest.raises(FileRefused):
        load(text)


# Square


def test_square_reads_date_time_and_zone_from_three_columns(parcel):
    got = parcel("square_transactions")
    assert got.timezone == "America/New_York"
    assert rows(got, "order_id", "customer_id", "ordered_at", "amount", "status") == [
        ("TXA", "SQCUSTOMERADA", datetime(2026, 9, 13, 14, 2, 11), Decimal("31.16"), "paid"),
        ("TXB", None, datetime(2026, 9, 13, 15, 40), Decimal("12.96"), "paid"),
        ("refund PMBR", None, datetime(2026, 9, 20, 13), Decimal("-12.96"), "paid"),
        ("TXC", "SQCUSTOMERBEN", datetime(2026, 11, 2, 14), Decimal(1240), "paid"),
        ("refund PMCR", "SQCUSTOMERBEN", datetime(2026, 11, 3, 14), Decimal(-240), "paid"),
        ("TXD", None, datetime(2026, 11, 4, 14), Decimal(5), "cancelled"),
    ]
    assert reasons(got) == [(8, "", "Its event type is neither Payment nor Refund: 'No Sale'.")]


SQUARE = "Date,Time,Time Zone,Total Collected,Transaction ID,Event Type\n"


@pytest.mark.parametrize(("zones", "listed"), [
    (["London", "Tokyo"], "'London', 'Tokyo'"), (["Stardate", "Stardate"], "'Stardate'"),
])  # fmt: skip
def test_square_asks_about_zones_that_are_several_or_unknown(write, zones, listed):
    lines = [f"2026-01-0{n},10:00:00,{zone},$5.00,T{n},Payment\n" for n, zone in enumerate(zones, 1)]
    path = write(SQUARE + "".join(lines))
    said = {"format": "square_transactions", "currency": "USD"}
    assert listed in recognise(Request(path, "t.csv", **said)).questions[0]
    with pytest.raises(FileRefused, match=r"one time zone.*--timezone"):
        read(Request(path, "t.csv", **said))
    told = read(Request(path, "t.csv", timezone="UTC", **said), scan=False)
    assert column(told, "ordered_at") == [datetime(2026, 1, 1, 10), datetime(2026, 1, 2, 10)]


@pytest.mark.parametrize(("zone", "hour"), [
    ("Eastern Time (US & Canada)", 15), ("Pacific Time (US & Canada)", 18), ("London", 10), ("Sydney", 23),
    ("Hawaii", 20), ("Asia/Tokyo", 1),
])  # fmt: skip
def test_squares_words_for_zones(load, zone, hour):
    line = f"01/13/2026,10:00:00 AM,{zone},$5.00,T1,Payment\n"
    got = load(SQUARE + line, format="square_transactions", currency="USD")
    assert column(got, "ordered_at")[0].hour == hour


# Magento, Amazon, HubSpot


def test_magento_orders(parcel):
    got = parcel("magento_orders")
    assert rows(got, "order_id", "amount", "refunded_amount", "status", "email") == [
        ("000000123", Decimal(65), None, "paid", "ada@example.org"),
        ("000000124", Decimal(1065), Decimal(65), "paid", "ben@example.com"),
        ("000000125", Decimal(20), Decimal(20), "refunded", "cy@example.org"),
        ("000000126", Decimal(20), None, "cancelled", "cy@example.org"),
        ("000000127", Decimal(20), None, "cancelled", "dee@example.com"),
        ("2000000128", Decimal(20), None, "pending", "dee@example.com"),
        ("000000129", Decimal(20), None, "pending", None),
    ]
    assert column(got, "ordered_at")[:3] == [
        datetime(2025, 11, 7, 9, 21, 33), datetime(2025, 11, 7, 11, 5), datetime(2025, 11, 7, 23, 5),
    ]  # fmt: skip


def test_amazon_orders_and_their_items(parcel):
    got = parcel("amazon_orders")
    orders = rows(got, "order_id", "ordered_at", "currency", "status", table="orders")
    assert orders[1:5] == [
        ("302-0000002-0000002", datetime(2026, 4, 11, 12, 42), "EUR", "paid"),
        ("302-0000002-0000002", datetime(2026, 4, 11, 12, 42), "EUR", "paid"),
        ("302-0000003-0000003", datetime(2026, 4, 12, 8), None, "cancelled"),
        ("302-0000004-0000004", datetime(2026, 4, 13, 8), "EUR", "refunded"),
    ]
    assert rows(got, "order_id", "product_id", "quantity", "unit_price", table="order_items") == [
        ("302-0000001-0000001", "MUG-A", 1, Decimal("89.9")),
        ("302-0000002-0000002", "MUG-B", 4, Decimal("10.5")),
        ("302-0000002-0000002", "TIN-C", 3, Decimal("3.3333")),
        ("302-0000004-0000004", "MUG-A", 1, Decimal("89.9")),
        ("302-0000005-0000005", "MUG-A", 1, None),
        ("302-0000006-0000006", "MUG-A", 1, Decimal("89.9")),
    ]
    assert recognise(request("amazon_orders")).delimiter == "\t"


def test_an_amazon_price_that_is_no_number_is_rejected(load):
    head = "amazon-order-id\tpurchase-date\torder-status\tsku\tquantity\titem-price\n"
    lines = "1\t2026-01-01T10:00:00Z\tShipped\tA\t1\tfree\n2\t2026-01-01T10:00:00Z\tShipped\tA\t1\t5\n"
    got = load(head + lines, format="amazon_orders", currency="EUR")
    assert reasons(got)[0][:2] == (2, "item-price")
    assert (column(got, "order_id", "orders"), column(got, "order_id", "order_items")) == (["2"], ["2"])


def test_hubspot_contacts(parcel):
    got = parcel("hubspot_contacts")
    assert rows(got, "customer_id", "created_at", "acquisition_channel", "email", "phone") == [
        ("hubspot:101", datetime(2024, 3, 12, 8, 14), "Organic Search", "ada@example.org", "+493012345678"),
        ("hubspot:102", datetime(2024, 3, 15, 13, 30), "Direct Traffic", "ben@example.com", "+12175550123"),
        ("hubspot:103", datetime(2023, 12, 31, 23), None, "cy@example.org", None),
        ("hubspot:104", datetime(2024, 2, 1, 7), None, None, None),
        ("hubspot:105", None, None, "eve@example.com", None),
    ]
    (reject,) = got.rejects
    assert (reject.line, "scientific notation" in reject.reason) == (7, True)


# Round trips: what a generated file says is what is read


WORDS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8)
EMAILS = st.builds("{}@{}.example".format, WORDS, WORDS)
PHONES = st.builds("+4930{}".format, st.integers(10_000_000, 99_999_999))
CENTS = st.integers(0, 10**8).map(lambda cents: Decimal(cents) / 100)
TIMES = st.integers(10**9, 2 * 10**9).map(lambda s: datetime.fromtimestamp(s, UTC).replace(tzinfo=None))
#: Zones of Square whose clocks never change, so that every wall clock is one instant.
STEADY = {"Arizona": "America/Phoenix", "Tokyo": "Asia/Tokyo", "Perth": "Australia/Perth", "UTC": "UTC"}


@st.composite
def written(draw, amount):
    """An amount as some program writes it."""
    return draw(st.sampled_from(["{:.2f}", "{:,.2f}"])).format(amount)


@st.composite
def offset_time(draw, at):
    """An instant on the clock of an offset, as Shopify writes it."""
    hours = draw(st.integers(-11, 13))
    return f"{at + timedelta(hours=hours):%Y-%m-%d %H:%M:%S} {'-' if hours < 0 else '+'}{abs(hours):02d}00"


@st.composite
def shopify_orders(draw, number):
    at, total, back = draw(TIMES), draw(CENTS), draw(CENTS)
    email, phone = draw(st.none() | EMAILS), draw(PHONES)
    status = draw(st.sampled_from(["paid", "pending", "refunded"]))
    cells = {
        "Name": f"#{number}", "Email": email or "", "Created at": draw(offset_time(at)), "Currency": "EUR",
        "Total": draw(written(total)), "Refunded Amount": draw(written(back)), "Financial Status": status,
        "Phone": draw(st.sampled_from(["", "'"])) + phone, "Source": "web",
    }  # fmt: skip
    return cells, {
        "order_id": f"#{number}", "email": email, "phone": phone, "ordered_at": at, "amount": total,
        "refunded_amount": back, "status": status, "currency": "EUR",
    }  # fmt: skip


@st.composite
def shopify_customers(draw, number):
    email, phone = draw(st.none() | EMAILS), draw(st.none() | PHONES)
    province = draw(st.sampled_from(["", "BE", "BY"]))
    cells = {
        "Customer ID": f"'{number}", "Email": email or "", "Total Spent": "1.00", "Total Orders": "1",
        "Default Address Phone": f"'{phone}" if phone else "", "Default Address Country Code": "DE",
        "Default Address Province Code": province, "Phone": "", "Tags": "a, b",
    }  # fmt: skip
    region = f"DE-{province}" if province else "DE"
    return cells, {"customer_id": str(number), "email": email, "phone": phone, "region": region}


@st.composite
def woocommerce_orders(draw, number):
    at, total, guest = draw(TIMES), draw(CENTS), draw(st.booleans())
    refunds = draw(st.lists(CENTS, max_size=3))
    word, status = draw(st.sampled_from([("wc-completed", "paid"), ("processing", "paid"),
                                         ("wc-on-hold", "pending"), ("Cancelled", "cancelled")]))  # fmt: skip
    email = draw(EMAILS)
    cells = {
        "order_id": str(number), "order_date": f"{at:%Y-%m-%d %H:%M:%S}", "order_total": draw(written(total)),
        "order_currency": "USD", "status": word, "customer_id": "0" if guest else str(number + 7),
        "billing_email": email, "billing_phone": "",
        "refund_items": ";".join(f"amount:{back:.2f}|reason:none|date:2026-01-01" for back in refunds),
    }  # fmt: skip
    return cells, {
        "order_id": str(number), "ordered_at": at, "amount": total, "status": status, "email": email,
        "customer_id": None if guest else str(number + 7),
        "refunded_amount": sum(refunds) if refunds else None,
    }  # fmt: skip


@st.composite
def woocommerce_customers(draw, number):
    at, email = draw(st.none() | TIMES), f"{number}.{draw(EMAILS)}"
    cells = {
        "Name": "Somebody", "Username": "", "Sign Up": f"{at:%Y-%m-%d %H:%M:%S}" if at else "",
        "Email": email, "Total Spend": "1", "Country / Region": "FR", "Region": "",
    }  # fmt: skip
    return cells, {"created_at": at, "email": email, "region": "FR"}


@st.composite
def woocommerce_report(draw, number):
    at, total, is_refund = draw(TIMES), draw(CENTS) + 1, draw(st.booleans())
    said = f"{at:%Y-%m-%d %H:%M:%S}"
    cells = {
        "Date": said, "Order #": str(number), "Status": "completed", "Customer type": "new",
        "Product(s)": "1× Cup, 2× Tea", "N. Revenue": f"{-total if is_refund else total:.2f}",
    }  # fmt: skip
    return cells, {
        "order_id": f"{number} refunded {said}" if is_refund else str(number), "ordered_at": at,
        "amount": -total if is_refund else total, "status": "paid",
    }  # fmt: skip


@st.composite
def stripe_payments(draw, number):
    at, total, back, email = draw(TIMES), draw(CENTS), draw(CENTS), draw(EMAILS)
    mode = draw(st.sampled_from(["Live", "Test"]))
    word, status = draw(
        st.sampled_from([("Paid", "paid"), ("Failed", "cancelled"), ("Refunded", "refunded")])
    )
    cells = {
        "id": f"ch_{number}", "Created date (UTC)": f"{at:%Y-%m-%d %H:%M:%S}", "Amount": draw(written(total)),
        "Amount Refunded": draw(written(back)), "Currency": "gbp", "Status": word, "Mode": mode,
        "Captured": "true", "Customer Email": email, "Customer ID": f"cus_{number}",
    }  # fmt: skip
    return cells, {
        "order_id": f"ch_{number}", "ordered_at": at, "amount": total, "refunded_amount": back,
        "currency": "GBP", "status": "test" if mode == "Test" else status, "email": email,
        "customer_id": None,
    }  # fmt: skip


@st.composite
def square_transactions(draw, number):
    at, total, is_refund = draw(TIMES), draw(CENTS), draw(st.booleans())
    money = f"{'-' if is_refund else ''}${draw(written(total))}"
    cells = {
        "Date": f"{at:%Y-%m-%d}", "Time": f"{at:%H:%M:%S}", "Time Zone": "Arizona", "Total Collected": money,
        "Transaction ID": f"T{number // 2}", "Payment ID": f"P{number}", "Customer ID": f"C{number}",
        "Event Type": "Refund" if is_refund else "Payment",
    }  # fmt: skip
    return cells, {
        "order_id": f"refund P{number}" if is_refund else f"T{number // 2}", "customer_id": f"C{number}",
        "ordered_at": at + timedelta(hours=7), "amount": -total if is_refund else total, "status": "paid",
    }  # fmt: skip


@st.composite
def magento_orders(draw, number):
    at, total, back, email = draw(TIMES), draw(CENTS), draw(st.none() | CENTS), draw(EMAILS)
    word, status = draw(
        st.sampled_from([("complete", "paid"), ("Closed", "refunded"), ("On Hold", "pending")])
    )
    cells = {
        "ID": f"{number:09d}", "Purchase Date": f"{at:%b} {at.day}, {at:%Y %I:%M:%S %p}", "Status": word,
        "Grand Total (Base)": f"€{draw(written(total))}", "Customer Email": email,
        "Total Refunded": "" if back is None else f"€{draw(written(back))}",
    }  # fmt: skip
    return cells, {
        "order_id": f"{number:09d}", "ordered_at": at, "amount": total, "refunded_amount": back,
        "status": status, "email": email, "currency": "EUR",
    }  # fmt: skip


@st.composite
def amazon_orders(draw, number):
    at, price, units = draw(TIMES), draw(CENTS), draw(st.integers(1, 9))
    cells = {
        "amazon-order-id": f"302-{number:07d}", "purchase-date": f"{at:%Y-%m-%dT%H:%M:%S}+00:00",
        "order-status": "Shipped", "sku": "A", "item-status": "Shipped", "quantity": str(units),
        "currency": "EUR", "item-price": f"{price * units:.2f}",
    }  # fmt: skip
    return cells, {
        "order_id": f"302-{number:07d}", "ordered_at": at, "quantity": units, "unit_price": price,
        "product_id": "A", "currency": "EUR",
    }  # fmt: skip


@st.composite
def hubspot_contacts(draw, number):
    at, email, phone = draw(st.none() | TIMES), draw(st.none() | EMAILS), draw(st.none() | PHONES)
    cells = {
        "Record ID": str(number), "First Name": "Somebody", "Last Name": "Else", "Email": email or "",
        "Phone Number": phone or "", "Create Date": f"{at:%Y-%m-%d %H:%M:%S}" if at else "",
    }  # fmt: skip
    return cells, {"customer_id": f"hubspot:{number}", "email": email, "phone": phone, "created_at": at}


#: Format -> its rows, the table they make, what has to be said, its delimiters.
GENERATED = {
    "shopify_orders": (shopify_orders, "orders", {}, ",;"),
    "shopify_customers": (shopify_customers, "customers", {}, ",;"),
    "woocommerce_orders": (woocommerce_orders, "orders", {"timezone": "UTC"}, ",;"),
    "woocommerce_customers": (woocommerce_customers, "customers", {"timezone": "UTC"}, ",;"),
    "woocommerce_report": (woocommerce_report, "orders", {"timezone": "UTC", "currency": "EUR"}, ",;"),
    "stripe_payments": (stripe_payments, "orders", {}, ",;"),
    "square_transactions": (square_transactions, "orders", {"currency": "USD"}, ","),
    "magento_orders": (magento_orders, "orders", {"timezone": "UTC"}, ",;"),
    "amazon_orders": (amazon_orders, "order_items", {}, "\t"),
    "hubspot_contacts": (hubspot_contacts, "customers", {"timezone": "UTC"}, ",;"),
}


@pytest.mark.parametrize("name", GENERATED)
@FEW
@given(data=st.data())
def test_what_a_generated_file_says_is_what_is_read(name, load, data):
    make, table, said, delimiters = GENERATED[name]
    drawn = [data.draw(make(number)) for number in range(1, data.draw(st.integers(1, 8)) + 1)]
    written_as = data.draw(dialects(delimiters, 0 if delimiters == "\t" else 4))
    text = csv_text([*drawn[0][0]], [cells for cells, _ in drawn], **written_as)
    if name in UNCERTAIN:
        said = {**said, "format": name}
    got = load(text, **said)
    assert (got.format, got.rows_read, got.rejected) == (name, len(drawn), 0)
    names = [*drawn[0][1]]
    assert rows(got, *names, table=table) == [tuple(true.values()) for _, true in drawn]


@FEW
@given(data=st.data(), zone=st.sampled_from([*STEADY]))
def test_squares_clocks_in_every_steady_zone(load, data, zone):
    times = data.draw(st.lists(TIMES, min_size=1, max_size=5))
    lines = [f"{at:%Y-%m-%d},{at:%H:%M:%S},{zone},$1.00,T{n},Payment\n" for n, at in enumerate(times)]
    got = load(SQUARE + "".join(lines), format="square_transactions", currency="USD")
    true = [at.replace(tzinfo=ZoneInfo(STEADY[zone])).astimezone(UTC).replace(tzinfo=None) for at in times]
    assert column(got, "ordered_at") == true


@FEW
@given(lines=st.lists(st.integers(1, 4), min_size=1, max_size=5), data=st.data())
def test_shopify_totals_count_once_however_many_lines_an_order_has(load, lines, data):
    headers = ["Name", "Created at", "Financial Status", "Total", "Currency", "Lineitem quantity",
               "Lineitem price", "Lineitem sku"]  # fmt: skip
    first = ["2026-01-01 10:00:00 +0100", "paid", "9.00", "EUR", "1", "3.00", "A"]
    blank = ["2026-01-01 10:00:00 +0100", "", "", "", "1", "3.00", "B"]
    repeats = data.draw(st.booleans())
    records = [
        [f"#{number}", *(first if at == 0 or repeats else blank)]
        for number, count in enumerate(lines)
        for at in range(count)
    ]
    got = load(csv_text(headers, records, **data.draw(dialects())))
    assert rows(got, "order_id", "amount", table="orders") == [
        (f"#{number}", Decimal(9)) for number in range(len(lines))
    ]
    assert len(column(got, "order_id", "order_items")) == sum(lines)


def test_the_older_stripe_file_ends_its_lines_as_stripe_does():
    assert fixture("stripe_payments-2020.csv").count(b"\r\n") == 6
