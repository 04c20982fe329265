"""Draws docs/tour.md: one picture a page on the sample data, as a visitor sees it first (`make tour`)."""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "tests" / "browser"))

from browser_kit import CHROMIUM, FLAGS, looking, serving, settled  # noqa: E402

from socialroi.store import samples  # noqa: E402

WIDE = {"width": 1200, "height": 1000}
PHONE = {"width": 390, "height": 844}
COLOURS = 96
STUDY_MS = 120_000
HEAD = """# A tour in pictures

Made by `make tour` on the invented shop harbour. Each picture is the first screen of a page; the line says
what to look at, and where looking has changed something, what.
"""
#: Name of the picture, address, what it is of, and its line.
STOPS: tuple[tuple[str, str, str, str], ...] = (
    (
        "start", "overview?data=mine", "Before anything is loaded",
        "The question first, then two ways in and an example of the answer. The example was too small to "
        "read on a phone and is drawn narrower now.",
    ),
    (
        "overview", "overview?from=2026-01-01&versus=period+before", "Overview",
        "Five verdicts and what to do next, here against the period before. The five steps can be put away.",
    ),
    (
        "response", "response?from=2025-09-01&to=2026-02-28&versus=period+before&steps=false", "Response",
        "Every filter is a chip, with what it leaves of how many customers; each number has its own past "
        "beside it. Labels of events were cut too short and have more room now.",
    ),
    (
        "ease", "ease?split=channel", "Ease",
        "Ease and satisfaction side by side, then which of them tells better who orders again.",
    ),
    (
        "loyalty", "loyalty", "Loyalty",
        "Engaged against unengaged customers, and in the first line that this is a difference and no effect.",
    ),
    (
        "is-it-real", "is-it-real?steps=false", "Is it real?",
        "The verdict in one sentence, with the assumption that it rests on right below.",
    ),
    (
        "worth-it", "worth-it", "Worth it?",
        "From which effect on an answer pays, before any return is claimed.",
    ),
    (
        "who-owns-social", "who-owns-social", "Who owns it?",
        "Departments like with like, no league table. Any dated event can be chosen for before and after; it "
        "was only a change of owner at first.",
    ),
    (
        "community", "community?tab=Exchange", "Community",
        "Who answers whom, and whether customers help one another.",
    ),
    ("principles", "principles", "Principles", "What the firm says it does, held against the files."),
    (
        "data", "data?tab=Health&steps=false", "Data",
        "What became of every row, and which questions these files can answer at all.",
    ),
    (
        "glossary", "glossary", "Glossary",
        "Every definition in one place, the same words as beside the numbers.",
    ),
)  # fmt: skip
#: The overview once more, on a phone at night.
ON_A_PHONE = (
    "overview-phone", "overview?steps=false", "Overview on a phone, dark",
    "Nothing scrolls sideways; hatched months are still filling.",
)  # fmt: skip


def main() -> None:
    """Serve the sample, look at every page, write pictures and text."""
    (HERE / "tour").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as driver:
        home = Path(scratch)
        samples.ensure_all(home)
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        with serving(home, home / "none", SOCIALROI_OPENS="harbour") as address:
            for name, path, *_ in STOPS:
                _draw(browser, address, name, path, viewport=WIDE)
            _draw(browser, address, ON_A_PHONE[0], ON_A_PHONE[1], viewport=PHONE, color_scheme="dark")
        browser.close()
    (HERE / "tour.md").write_text(text(), encoding="utf-8")


def text() -> str:
    """The page that shows the pictures."""
    return HEAD + "".join(
        f"\n## {title}\n\n{line}\n\n![{title}](tour/{name}.png)\n"
        for name, _, title, line in (*STOPS, ON_A_PHONE)
    )


def _draw(browser: Browser, address: str, name: str, path: str, **window: object) -> None:
    with looking(browser, address, **window) as site:
        assert site.page is not None
        site.page.set_default_timeout(STUDY_MS)
        page = settled(site.open(path))
        page.wait_for_timeout(1_500)  # charts grow into their place
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        few = picture.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(HERE / "tour" / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
