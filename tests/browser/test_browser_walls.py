"""The walls, from outside: gate, headers, hostile names, accessibility."""

import csv
import urllib.request

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_kit import looking, pick, serving, settled
from playwright.sync_api import expect

from socialroi.intake import Request
from socialroi.store import ingest

pytestmark = pytest.mark.browser

PAGES = (
    "response", "overview", "ease", "loyalty", "is-it-real", "worth-it", "who-owns-social", "community",
    "principles", "data", "glossary",
)  # fmt: skip
INACTIVE = {"exclude": [["[data-testid=stSidebar] [data-testid=stWidgetLabel][disabled]"]]}
ORDERS = "order_id,ordered_at,amount\n1,2026-01-02T10:00:00Z,1\n2,soon,1\n"
HOSTILE = [
    "![x](http://evil.example/a.png)",
    "<img src=http://evil.example/b.png onerror=document.title='owned'>",
    "[click](http://evil.example)",
    "www.evil.example",
    "<style>body{display:none}</style>",
    '=HYPERLINK("http://evil.example")',
    ":material/warning: :red[x] $\\int$",
    "\u202etxt.exe <a href='http://evil.example'>a</a>",
]


def test_a_server_open_to_the_network_shows_no_data_not_even_on_a_first_deep_link(browser, home, tmp_path):
    with (
        serving(home, tmp_path / "db", "--server.address", "0.0.0.0") as address,
        looking(browser, address) as site,
    ):
        for name in PAGES:  # the very first request of this process is a deep link
            page = site.open(f"{name}?data=harbour")
            expect(page.get_by_role("heading", name="No data is shown here")).to_be_visible()
            assert page.get_by_test_id("stMetricValue").count() == 0
            body = page.inner_text("body")
            assert not any(word in body for word in ("harbour", "email", "care", "orders"))


@pytest.mark.parametrize("path", ["", *PAGES, "_stcore/health", "no-such-page"])
def test_every_answer_carries_the_headers(server, path):
    with urllib.request.urlopen(f"{server}/{path}") as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "img-src 'self' data: blob:" in policy
        assert f"connect-src 'self' ws://{server.removeprefix('http://')}" in policy
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_a_beacon_in_the_page_is_blocked(site):
    page = site.open("glossary")
    blocked = page.evaluate(
        """() => new Promise(resolve => {
            const image = new Image();
            document.addEventListener('securitypolicyviolation', event => resolve(event.blockedURI));
            image.src = 'http://evil.example/beacon.png';
            setTimeout(() => resolve('sent'), 5000);
        })"""
    )
    assert "evil.example" in blocked


MESSAGES = (
    "message_id", "conversation_id", "customer_id", "author_kind", "direction", "sent_at", "channel",
    "department",
)  # fmt: skip
LABELS = {"orders.csv": "<b>![x](http://evil.example/f.png)</b>.csv"}


@pytest.fixture(scope="module")
def hostile_shop(tmp_path_factory):
    """A shop whose channels, departments, segments and file name were typed by somebody unkind."""
    folder = tmp_path_factory.mktemp("hostile")
    orders, people, messages = [], [], []
    for i in range(160):
        name, day, customer = HOSTILE[i % len(HOSTILE)], f"2026-0{1 + i % 8}-1{i % 10}", f"c{i % 40}"
        orders.append([f"o{i}", customer, f"{day}T10:00:00Z", 10 + i % 7, "EUR"])
        messages.append([f"q{i}", f"t{i}", customer, "customer", "in", f"{day}T09:00:00Z", name, name])
        answered = f"{day}T{10 + i % 9}:{i % 60:02d}:00Z"
        messages.append([f"a{i}", f"t{i}", "", "agent", "out", answered, name, name])
        people.append([customer, HOSTILE[i % 40 % len(HOSTILE)]])
    _write(folder / "orders.csv", ["order_id", "customer_id", "ordered_at", "amount", "currency"], orders)
    _write(folder / "customers.csv", ["customer_id", "segment"], people[:40])
    _write(folder / "interactions.csv", MESSAGES, messages)
    files = sorted(folder.glob("*.csv"))
    labels = [LABELS.get(file.name, file.name) for file in files]
    requests = [Request(path=f, label=n, keeps_unanswered="yes") for f, n in zip(files, labels, strict=True)]
    ingest(folder / "db", requests)
    return folder / "db"


@pytest.mark.slow
def test_hostile_names_are_text_everywhere(browser, home, hostile_shop, tmp_path):
    with serving(home, hostile_shop) as address, looking(browser, address) as site:
        for name in (*PAGES, "response?split=department", "ease?split=segment", "data?tab=Health"):
            page = site.open(name)
            assert page.title() != "owned"
            assert page.locator("[data-testid=stMain] a[href*='evil']").count() == 0
            assert page.locator("img[src*='evil']").count() == 0
            assert page.locator("[data-testid=stAlert]", has_text="reference").count() == 0
            expect(page.get_by_role("heading", level=1)).to_be_visible()
        page = site.open("response")
        expect(page.get_by_text("www").first).to_be_attached()
        page.locator(".st-key-channel input").click()
        page.get_by_role("option", name="[click]").click()
        expect(page.locator(".st-key-chips")).to_contain_text("[click](")
        assert page.locator(".st-key-chips a").count() == 0
        hostile_upload(site, tmp_path)
        assert site.outside == []


def hostile_upload(site, tmp_path):
    """A file whose name, headers and cells are unkind shows them in every step and is nothing but text."""
    file = tmp_path / "![x](http:evil.example).csv"
    _write(file, ["order_id", *HOSTILE], [[f"o{n}", *HOSTILE] for n in range(4)])
    page = site.open("data?data=mine")
    page.locator("input[type=file]").set_input_files(str(file))
    pick(page, "What does it hold?", "orders")
    said = page.inner_text("[data-testid=stMain]").replace("\u2060", "")
    assert all(name in said for name in ("www.evil.example", "[click](http://evil.example)", "<style>"))
    assert page.title() != "owned"
    assert page.locator("[data-testid=stMain] a[href*='evil']").count() == 0
    assert page.locator("img[src*='evil']").count() == 0


@pytest.mark.parametrize(
    "name",
    [
        "overview?data=harbour",
        pytest.param("response?data=harbour", marks=pytest.mark.slow),
        pytest.param("data?data=harbour&tab=Health", marks=pytest.mark.slow),
    ],
)
def test_axe_finds_nothing_serious(lit, name):
    assert serious(lit.open(name)) == {}


@pytest.mark.slow
def test_axe_finds_nothing_serious_in_the_five_steps(lit, tmp_path):
    """One file that waits for nothing, and one whose columns are all still to be named."""
    files = {"kasse.csv": "kunde;wann\na1;2026-01-02T10:00:00Z\n", "orders.csv": ORDERS}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    page = lit.open("data?data=mine")
    page.locator("input[type=file]").set_input_files([str(tmp_path / name) for name in files])
    pick(page, "What does it hold?", "orders")
    expect(page.get_by_text("1 of 2 rows would load")).to_be_visible()
    settled(page)
    assert serious(page) == {}


def serious(page):
    """What axe calls serious or critical, with the first elements it is about.

    Left out are the labels of filters that do not apply to a page: they are inactive, which WCAG exempts,
    and axe cannot tell because label and field are not tied by the browser's own means.
    """
    return {
        violation["id"]: [node["html"][:160] for node in violation["nodes"]][:3]
        for violation in Axe().run(page, context=INACTIVE).response["violations"]
        if violation["impact"] in {"serious", "critical"}
    }


def _write(path, header, rows):
    with path.open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle).writerows([header, *rows])
