"""What tests of the five steps share: files, and what a visitor does with them."""

import os
import time
from pathlib import Path

import pytest
from pages_kit import words
from streamlit.testing.v1 import AppTest

from socialroi import intake
from socialroi.intake import reading
from socialroi.ui import keys
from socialroi.ui.intake import choices, loading

ROUTER = Path(__file__).parents[2] / "socialroi" / "ui" / "router" / "main.py"
GOOD = b"order_id,customer_id,ordered_at,amount,currency\n1,ann,2026-01-02T10:00:00Z,10.5,EUR\n"
NAIVE = b"order_id,customer_id,ordered_at,amount\n1,ann,2026-07-02T10:00:00,10.5\n"
ODD = b"kunde;wann;betrag\na1;2026-01-02T10:00:00Z;10,5\na2;2026-01-03T10:00:00Z;11,5\n"
BROKEN = (
    b"order_id,customer_id,ordered_at,amount,currency\n"
    b"1,ann,2026-01-02T10:00:00Z,10.50,EUR\n"
    b"2,ann,2026-01-32T10:00:00Z,11.00,EUR\n"
    b'3,bob,2026-01-05T10:00:00Z,"ten, or so",EUR\n'
    b"4,bob,2026-01-06T10:00:00Z,12.00,EUR\n"
    b"5,cem,,-3.00,EUR\n"
    b"6,cem,2026-02-05T10:00:00Z,3.00,EUR\n"
    b"7,dan,2026-02-06T10:00:00Z,4.00,EUR\n"
)
SURVEY = (
    b"When,E-mail,How easy was it?,Anything else?\n"
    b"2026-05-02 10:00,ann@example.org,4,fine\n"
    b"2026-05-03 11:30,bob@example.org,5,\n"
)
PATIENCE_S = 60


def read_in_process(patch: pytest.MonkeyPatch) -> None:
    """Files are read in this process: a child of its own costs half a second, and has tests of its own."""
    patch.setattr(intake, "run_in_child", intake.read)
    patch.setattr(intake, "recognise_in_child", intake.recognise)
    patch.setattr(intake, "headers_in_child", reading.headers_of)


def page_of(patch: pytest.MonkeyPatch, db: Path, page: str = "", **query: str) -> AppTest:
    """A page of a workspace, opened the way a visitor does: router first, then the page."""
    patch.setenv("SOCIALROI_DB", os.fspath(db))
    app = AppTest.from_file(str(ROUTER), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    return app.switch_page(f"../../../pages/{page}.py").run() if page else app


def chosen(app, *files):
    """The data page with these (name, content) chosen."""
    uploader = app.get("file_uploader")[0]
    uploader.set_value([(name, content, "text/csv") for name, content in files])
    return app.run()


def load(app, db):
    """Press Load and wait until the load has ended."""
    app.button(key=keys.LOAD).click().run()
    return ended(app, db)


def ended(app, db):
    """The page once no load is under way."""
    end = time.monotonic() + PATIENCE_S
    while loading.is_running(Path(db)):
        assert time.monotonic() < end, "the load did not end"
        time.sleep(0.05)
    app.run()
    assert not app.exception
    return app


def box(app, label):
    """The one selectbox with this in its label."""
    (found,) = [one for one in app.selectbox if label in unescaped(one.label)]
    return found


def by_hand(app, table):
    """The page after the visitor said that they name the columns of a table themselves."""
    form = box(app, "Read it as")
    if form.value != choices.MAPPED:
        form.set_value(choices.MAPPED).run()
    return box(app, "What does it hold?").set_value(table).run()


def field(app, label):
    """The one text or number input with this in its label."""
    (found,) = [one for one in (*app.text_input, *app.number_input) if label in one.label]
    return found


def steps(app):
    """What the headings of the steps say."""
    return [unescaped(each.label) for each in app.expander if each.label.startswith("**")]


def headers(app):
    """The headings of the page as they are seen."""
    return [unescaped(header.value) for header in app.header]


def says(app, *parts):
    """Whether the page says all of these in its text or headings."""
    said = unescaped(words(app)) + "\n".join(steps(app))
    return [part for part in parts if part not in said] == []


def unescaped(shown):
    """Text as people see it."""
    return shown.replace("\u2060", "").replace("\\", "")
