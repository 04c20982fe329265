"""The tour shows every page of the menu, and pictures that are small enough to keep."""

import re
from pathlib import Path

from socialroi.ui.menu import MENU

DOCS = Path(__file__).parents[1] / "docs"
TOUR = (DOCS / "tour.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"!\[([^\]]+)\]\(tour/([a-z-]+)\.png\)", TOUR)
MOST_BYTES = 150_000


def test_every_page_of_the_menu_is_in_it():
    assert {entry.title for entry in MENU} <= {title for title, _ in SHOWN}


def test_every_picture_is_there_and_small():
    for _, name in SHOWN:
        picture = (DOCS / "tour" / f"{name}.png").read_bytes()
        assert picture[:4] == b"\x89PNG"
        assert len(picture) <= MOST_BYTES
    assert {path.stem for path in (DOCS / "tour").glob("*.png")} == {name for _, name in SHOWN}


def test_every_picture_has_its_line():
    for part in TOUR.split("\n## ")[1:]:
        title, _, line, *_ = part.split("\n")
        assert len(line) > 40, title
