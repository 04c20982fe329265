"""One journey a user: the analyst, the executive, the team; and that two windows never meet."""

import csv
import io
import re
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_kit import looking, serving, settled
from playwright.sync_api import expect
from pptx import Presentation

pytestmark = pytest.mark.browser

STUDY_MS = 300_000
#: Streamlit looks for its own server under the page's path first, and the browser says that it is not there.
PROBES = re.compile(r"/_stcore/(health|host-config)$")
#: Twelve questions, each answered after half an hour, as a till would not export them: a title above the
#: header, semicolons, a row cut short and one whose time does not exist.
HEADER = "message_id;conversation_id;customer_id;author_kind;direction;sent_at;channel;department\n"
ASKED = "".join(
    f"q{n};c{n};k{n};customer;in;2026-01-{n + 1:02d}T10:00:00Z;instagram;care\n"
    f"a{n};c{n};k{n};agent;out;2026-01-{n + 1:02d}T10:30:00Z;instagram;care\n"
    for n in range(12)
)
BROKEN = "q99;c99;k99;customer;in;2026-13-45T10:00:00Z;instagram;care\n"
MESSY = f"Export of 1 Feb;;;;;;;\n{HEADER}{ASKED}{BROKEN}"
SEEN = (
    "overview", "response", "ease", "loyalty?tab=Value", "who-owns-social", "community?tab=Exchange",
    "principles",
)  # fmt: skip


@contextmanager
def quiet(page):
    """What the console says against a page, the probes aside."""
    said = []
    page.on(
        "console",
        lambda line: said.append((line.text, line.location.get("url", ""))) if line.type == "error" else None,
    )
    page.on("pageerror", lambda error: said.append((str(error), "")))
    yield
    assert [text for text, url in said if not PROBES.search(url)] == []


def test_the_analyst_gets_from_a_messy_file_to_a_traced_number(browser, home, tmp_path):
    file = tmp_path / "posteingang.csv"
    file.write_text(MESSY, encoding="utf-8-sig")
    with serving(home, tmp_path / "db") as address, looking(browser, address) as site, quiet(site.page):
        page = site.open("data")
        page.locator("input[type=file]").set_input_files(str(file))
        expect(page.get_by_text("24 of 25 rows would load, 1 left out")).to_be_visible()
        settled(page)
        page.get_by_role("button", name="Load", exact=True).click()
        expect(page.get_by_role("heading", name="What was loaded")).to_be_visible()
        settled(page)
        page.get_by_role("link", name="Response", exact=True).first.click()
        expect(page.get_by_test_id("stMetricValue").first).to_have_text("30 min")
        settled(page)
        page.locator(".st-key-explain-headline-first_response_time button").click()
        expect(page.get_by_text("Formula.").first).to_be_visible()
        expect(page.locator("code", has_text="select").first).to_be_visible()
        page.keyboard.press("Escape")
        page.get_by_text("Show the cases behind this number").click()
        table = page.locator(".st-key-csv-rows-first_response_time button")
        expect(table).to_be_visible()
        settled(page)
        with page.expect_download() as download:
            table.click()
        rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))
        assert len(rows) == 12
        assert {wait for row in rows for name, wait in row.items() if "wait" in name.lower()} & {
            "1800",
            "1800.0",
            "30 min",
        }
        assert site.outside == []


def test_the_executive_gets_from_a_link_to_a_slide(browser, server, tmp_path):
    with looking(browser, server, accept_downloads=True) as site, quiet(site.page):
        page = site.open("overview?data=harbour&from=2026-01-01&versus=period+before")
        expect(page.get_by_text("Compared with 3 Mar 2025")).to_be_visible(timeout=STUDY_MS)
        shown = page.get_by_test_id("stMetricValue").first.inner_text()
        page.get_by_role("textbox", name="Your own words").fill("We hired two people.")
        page.keyboard.press("Control+Enter")
        settled(page)
        slides, web = (_file(page, ending, tmp_path) for ending in ("pptx", "html"))
        deck = Presentation(slides)
        told = "\n".join(
            shape.text_frame.text for slide in deck.slides for shape in slide.shapes if shape.has_text_frame
        )
        assert shown in told
        assert "We hired two people." in told
        assert any(shape.has_chart for slide in deck.slides for shape in slide.shapes)
        assert site.outside == []
    with looking(browser, web.as_uri()) as paper, quiet(paper.page):
        paper.page.goto(web.as_uri())
        expect(paper.page.get_by_text("We hired two people.").first).to_be_visible()
        expect(paper.page.locator(".plot-container").first).to_be_visible()
        paper.page.wait_for_timeout(1_500)
        buttons = paper.page.locator(".modebar-btn").evaluate_all("all => all.map(b => b.dataset.title)")
        assert buttons
        assert not [title for title in buttons if re.search("cloud|share|edit", title or "", re.I)]
        assert [url for url in paper.outside if not url.startswith("file:")] == []


def _file(page, ending, folder):
    """The report as a file."""
    with page.expect_download(timeout=STUDY_MS) as download:
        page.locator(f".st-key-report-{ending} button").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    assert path.name == f"socialroi-report.{ending}"
    return path


def test_the_team_compares_ease_and_satisfaction(site):
    with quiet(site.page):
        page = site.open("ease?data=harbour")
        for heading in ("Which tells better who orders again?", "The hardest conversations"):
            expect(page.get_by_role("heading", name=heading)).to_be_visible()
        page.locator(".st-key-split").get_by_text("channel", exact=True).click()
        expect(page).to_have_url(re.compile("split=channel"))
        settled(page)
        told = page.get_by_role("heading").all_inner_texts()
        page.reload()
        settled(page)
        assert page.get_by_role("heading").all_inner_texts() == told
        page.get_by_role("link", name="Response", exact=True).first.click()
        expect(page).to_have_url(re.compile("/response"))
        settled(page)
        page.go_back()
        expect(page.get_by_role("heading", name="Ease", exact=True, level=1)).to_be_visible()
        assert site.outside == []


@pytest.mark.slow
def test_two_windows_keep_their_own_filters(site, browser, server):
    with looking(browser, server) as other:
        mine = site.open("response?data=harbour&channel=email")
        theirs = other.open("response?data=lantern")
        expect(mine.get_by_role("button", name="channel: email")).to_be_visible()
        expect(theirs.get_by_role("button", name="channel: email")).to_have_count(0)
        mine.reload()
        expect(mine.get_by_role("button", name="channel: email")).to_be_visible()
        assert "lantern" not in mine.url


def test_the_five_steps_are_put_away_and_stay_away(site):
    page = site.open("is-it-real?data=harbour")
    page.get_by_role("button", name="Hide the steps").click()
    expect(page.get_by_role("link", name="2. Check their health")).to_have_count(0)
    settled(page)
    page.get_by_role("link", name="Overview", exact=True).first.click()
    settled(page)
    expect(page.get_by_role("link", name="2. Check their health")).to_have_count(0)
    page.reload()
    settled(page)
    expect(page.get_by_role("link", name="2. Check their health")).to_have_count(0)


@pytest.mark.slow
@pytest.mark.parametrize("name", SEEN)
def test_axe_finds_nothing_by_day_and_by_night(lit, name):
    assert found(_at(lit, name)) == {}


@pytest.mark.slow
@pytest.mark.parametrize("name", SEEN)
def test_axe_finds_nothing_on_a_phone(phone, name):
    assert found(_at(phone, name)) == {}


def test_axe_finds_nothing_at_the_start(lit):
    assert found(lit.open("overview?data=mine")) == {}


def _at(site, name):
    return site.open(f"{name}{'&' if '?' in name else '?'}data=harbour&from=2026-01-01&versus=period+before")


def found(page):
    """What axe calls serious or critical, with the first elements it is about."""
    return {
        violation["id"]: [node["html"][:160] for node in violation["nodes"]][:3]
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in {"serious", "critical"}
    }
