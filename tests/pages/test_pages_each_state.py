"""Every state of docs/states.md: the sentence that is said, and the next step that is offered."""

import inspect
import re
import signal
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from intake_kit import GOOD, NAIVE, ROUTER, chosen, says, unescaped
from pages_kit import words
from streamlit.testing.v1 import AppTest

from socialroi import intake, limits
from socialroi.intake import Request, child
from socialroi.simulate import firm
from socialroi.store import Store, ingest
from socialroi.ui import gate, keys
from socialroi.ui.intake import loading

DOC = Path(__file__).parents[2] / "docs" / "states.md"
SECRETS = {"auth": {"client_id": "x", "cookie_secret": "s" * 40}, "socialroi": {"allow": ["ann@example.org"]}}


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    """What an invented firm exports."""
    folder = tmp_path_factory.mktemp("exports")
    firm(customers=400, days=420, seed=4, effect=0.08, answered=0.7).write(folder)
    return folder


@pytest.fixture
def loaded(exports, tmp_path):
    """A workspace of these exports, some left out, some changed."""

    def load(*left_out, **changed):
        files = []
        for file in sorted(exports.glob("*.csv")):
            if file.stem in left_out:
                continue
            if file.stem in changed:
                frame = changed[file.stem](pd.read_csv(file, dtype=str))
                frame.to_csv(tmp_path / file.name, index=False)
            path = tmp_path / file.name if file.stem in changed else file
            files.append(Request(path=path, label=file.name, keeps_unanswered="yes"))
        ingest(tmp_path / "db", files)
        return tmp_path / "db"

    return load


@pytest.fixture
def data(visit, tmp_path, in_process):
    """The data page of somebody without files."""
    return visit(tmp_path / "db", "data")


def buttons(app):
    return {button.label for button in app.button}


def no_file(visit, tmp_path):
    app = visit(tmp_path / "db")
    assert says(app, "is that difference really made by answering?")
    assert buttons(app) >= {"Try the sample data", "Load my exports"}
    (picture,) = app.get("imgs") or app.get("image")
    assert "An example of the answer" in str(picture.proto)


def unknown_format(data):
    app = chosen(data, ("odd.csv", b"kunde;wann\na1;gestern\n"))
    assert any("What does it hold?" in asked.label for asked in app.selectbox)
    assert app.button(key=keys.LOAD).disabled


def zone_unknown(data):
    app = chosen(data, ("orders.csv", NAIVE))
    (asked,) = [box for box in app.selectbox if "time zone" in box.label]
    assert asked.value is None
    assert app.button(key=keys.LOAD).disabled


def mixed_currency(visit, loaded):
    db = loaded(orders=lambda orders: orders.assign(currency=["EUR", *["USD"] * (len(orders) - 1)]))
    app = visit(db, "loyalty", tab="Value")
    assert says(app, "amounts in different currencies are never added", "Load the orders of one currency")
    assert {metric.value for metric in app.metric if "CLV" in metric.label} == {"\N{EM DASH}"}


def nobody_linked(visit, loaded):
    db = loaded(interactions=lambda said: said.assign(customer_id=[f"x{n}" for n in range(len(said))]))
    app = visit(db, "data", tab="Health")
    assert says(app, "These results describe 0 of", "An identities file")


def no_surveys(visit, loaded):
    db = loaded("surveys")
    app = visit(db, "ease")
    assert "\N{EM DASH}" in {metric.value for metric in app.metric}
    assert "survey" in words(app)
    assert says(visit(db), "load what they say")


def no_costs(visit, loaded):
    app = visit(loaded("costs"))
    assert says(
        app, "Load what social care costs (a `costs` file: month, department, kind, amount, currency)"
    )


def too_large(visit, tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "UPLOAD", replace(limits.UPLOAD, max_bytes=2**20 + 2**19))
    row = GOOD.splitlines(keepends=True)[1]
    app = chosen(visit(tmp_path / "db", "data"), ("orders.csv", GOOD + row * (2**21 // len(row))))
    assert says(app, "it has 2 MB", "socialroi ingest")
    assert app.button(key=keys.LOAD).disabled


def child_died(data, monkeypatch):
    def died(request, *_, **__):
        raise child._died(request, -signal.SIGKILL)

    monkeypatch.setattr(intake, "recognise_in_child", died)
    app = chosen(data, ("orders.csv", GOOD))
    assert not app.exception
    assert says(app, "reading it took more memory than", "socialroi ingest")
    assert app.button(key=keys.LOAD).disabled


def busy(visit, tmp_path):
    db = tmp_path / "db"
    db.mkdir(mode=0o700)
    lock = loading._locked(db)
    loading._write(db, loading.Load("2026-01-01 10:00", (loading.Done("orders.csv", "reading"),)))
    try:
        app = visit(db, "data")
        assert says(app, "orders.csv is being read and loaded")
        assert not app.get("file_uploader")
    finally:
        loading.os.close(lock)


def sign_in_expired(visit, monkeypatch, tmp_path):
    monkeypatch.setenv("SOCIALROI_DB", str(tmp_path / "db"))
    app = AppTest.from_file(str(ROUTER), default_timeout=60)
    app.secrets.update(SECRETS)
    app.user = {"email": "ann@example.org", "exp": 1, "is_logged_in": True}
    app.run()
    assert not app.exception
    assert says(app, gate.EXPIRED)
    assert buttons(app) == {"Sign out"}
    assert not app.metric


def one_group_empty(visit, all_answered):
    app = visit(all_answered, "is_it_real")
    assert says(app, "cannot say")
    assert says(app, "Plan a fair test")


def below_minimum(visit, full):
    with Store.open(full) as store:
        (first,), (second,) = store.rows("select opened_at from episodes order by opened_at limit 2")
    days = {keys.START: first.date().isoformat(), keys.END: second.date().isoformat()}
    app = visit(full, "response", **days)
    assert re.search(r"[Oo]nly \d+ .*needed", unescaped(words(app)))
    assert "\N{EM DASH}" in {metric.value for metric in app.metric}
    assert any(button.label.startswith("from ") for button in app.button)


def check_failed(visit, all_answered):
    app = visit(all_answered, "is_it_real")
    assert says(app, "What had to hold")
    assert not any(metric.label.startswith("A:") for metric in app.metric)


def cannot_say(visit, orders_only):
    app = visit(orders_only, "response")
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["First response time"] == "\N{EM DASH}"
    assert says(app, "Why there is no number")


STATES = {
    "no file": no_file,
    "unknown format": unknown_format,
    "zone unknown": zone_unknown,
    "mixed currency": mixed_currency,
    "nobody linked": nobody_linked,
    "no surveys": no_surveys,
    "no costs": no_costs,
    "too large": too_large,
    "child died": child_died,
    "busy": busy,
    "sign-in expired": sign_in_expired,
    "one group empty": one_group_empty,
    "below minimum": below_minimum,
    "check failed": check_failed,
    "cannot say": cannot_say,
}


@pytest.mark.parametrize("state", STATES)
def test_each_state_has_its_sentence_and_its_next_step(request, state):
    needs = inspect.signature(STATES[state]).parameters
    STATES[state](**{name: request.getfixturevalue(name) for name in needs})


def test_the_table_lists_them_all():
    rows = [line.split("|")[1].strip() for line in DOC.read_text("utf-8").splitlines() if line[:2] == "| "]
    assert rows[2:] == list(STATES) or rows[1:] == ["---", *STATES]
