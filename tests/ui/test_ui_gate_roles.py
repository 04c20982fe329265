"""What a viewer and an analyst may do, and that nothing that runs beside a page forgets to ask."""

from __future__ import annotations

import ast
import time
from pathlib import Path

import pytest

from socialroi.ui import access, gate

UI = Path(gate.__file__).parent
FILES = sorted(UI.rglob("*.py"))
NOW = time.time()
ANN = {"email": "ann@shop.example", "exp": NOW + 600}
VIC = {"email": "vic@shop.example", "exp": NOW + 600}
EVE = {"email": "eve@shop.example", "exp": NOW + 600}
PAST = {"email": "ann@shop.example", "exp": NOW - 1}


@pytest.fixture(autouse=True)
def lists(monkeypatch):
    people = {"allow": "vic@shop.example", "analysts": "ann@shop.example"}
    monkeypatch.setattr(gate, "_listed", lambda name: frozenset({people[name]}))


@pytest.mark.parametrize(
    ("user", "look", "change"),
    [
        (None, None, None),
        (ANN, None, None),
        (VIC, None, access.VIEWER),
        (EVE, gate.UNLISTED, gate.UNLISTED),
        (PAST, gate.EXPIRED, gate.EXPIRED),
        ({}, gate.EXPIRED, gate.EXPIRED),
    ],
    ids=["no sign-in", "analyst", "viewer", "nobody", "expired", "empty"],
)
def test_who_may_do_what(user, look, change):
    assert access.refusal(user, change=False) == look
    assert access.refusal(user, change=True) == change


@pytest.mark.parametrize("user", [VIC, EVE, PAST])
def test_a_callback_asks_before_it_acts(monkeypatch, user):
    done = []
    monkeypatch.setattr(access, "visitor", lambda: user)
    with pytest.raises(access.NotAllowed):
        access.checked(done.append)(1)
    assert done == []
    monkeypatch.setattr(access, "visitor", lambda: ANN)
    access.checked(done.append)(2)
    assert done == [2]


def test_a_download_asks_when_it_is_made_and_not_only_when_it_is_offered(monkeypatch):
    monkeypatch.setattr(access, "visitor", lambda: ANN)
    make = access.download(lambda: b"rows")
    assert make() == b"rows"
    monkeypatch.setattr(access.time, "time", lambda: NOW + 601)
    with pytest.raises(access.NotAllowed, match="expired"):
        make()


def test_a_download_that_fails_says_nothing_of_the_data(monkeypatch):
    monkeypatch.setattr(access, "visitor", lambda: None)

    def fails() -> bytes:
        raise ValueError("ann@shop.example in /srv/data")

    with pytest.raises(access.NotAllowed) as refused:
        access.download(fails)()
    assert "ann@" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__, "Streamlit logs the whole chain"


def calls(path: Path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node


#: Callbacks that change what this visitor looks at, and nothing that is stored.
LOOKING = {"st.login", "st.logout", "go", "filters.clear", "_put_away", "'rerun'", "'ignore'"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(UI).as_posix())
def test_every_callback_and_every_download_asks(path):
    """Read from the syntax: Streamlit runs both without the page's first statement."""
    for node in calls(path):
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
        for name in ("on_click", "on_change", "on_select"):
            said = given.get(name, "'ignore'")
            own = said.startswith("access.checked(") or "if lazy" in said or said == "put_away"
            assert said in LOOKING or own, f"{path.name}:{node.lineno} {said}"
        if node.func.attr == "download_button":
            assert given["data"].startswith("access.download("), f"{path.name}:{node.lineno}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(UI).as_posix())
def test_every_part_that_runs_alone_passes_the_gate(path):
    if path.name != "gate.py":
        assert "st.fragment" not in path.read_text(encoding="utf-8")
        assert "st.dialog" not in path.read_text(encoding="utf-8"), "it would need the same"
