"""Who should own social: departments, speakers and changes of owner, in every state of the files."""

from pathlib import Path

import pytest
from pages_kit import words

from socialroi.intake import Request
from socialroi.metrics import owners
from socialroi.metrics.owner_measures import FOLLOWS, MEASURES
from socialroi.simulate.desks import Handover, Team, desks
from socialroi.store import ingest
from socialroi.ui import keys
from socialroi.ui.owners import ABOUT, FUNNEL


def said(app) -> str:
    """The page's words without the marks that keep Markdown plain."""
    return words(app).replace("\\", "").replace("\u2060", "")


def kept(folder: Path, made) -> Path:
    """A workspace with the exports of several desks."""
    for name, table in made.tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    files = [
        Request(path=file, label=file.name, keeps_unanswered="yes", timezone="UTC")
        for file in sorted(folder.glob("*.csv"))
    ]
    ingest(folder / "db", files)
    return folder / "db"


@pytest.fixture(scope="module")
def handed(tmp_path_factory):
    """Marketing and sales have social for 210 days, then care, which answers more and is easier."""
    to = Team("care", answered=0.2, ease=0.4, settles=0.12)
    made = desks((Team("marketing"), Team("sales")), 5_000, 420, seed=1, handover=Handover(210, to))
    return kept(tmp_path_factory.mktemp("handed"), made)


def badges(app):
    return [markdown.value for markdown in app.markdown if "-badge[" in markdown.value]


def test_the_sections_and_what_they_say(visit, handed):
    app = visit(handed, "who_owns_social")
    assert not app.exception
    assert not app.error
    told = said(app)
    assert ABOUT in told
    assert FUNNEL in told
    for heading in ("Who speaks, and what follows", "When social changed hands"):
        assert heading in told
    assert "Answered within 24 hours: care does better than" in told
    assert "Clear difference" in " ".join(badges(app))
    assert "coincides with the change: Social handed over" in told
    assert [box.options for box in app.selectbox if box.key == keys.MEASURE] == [
        [one.name for one in MEASURES.values()]
    ]
    assert len(app.selectbox(key=keys.FOLLOWS).options) == len(FOLLOWS)


@pytest.mark.parametrize("measure", owners.measures("department"))
def test_every_measure_can_be_linked_to_and_says_its_finding(visit, handed, measure):
    app = visit(
        handed,
        "who_owns_social",
        **{keys.MEASURE: MEASURES[measure].name, keys.CHANGED: MEASURES[measure].name},
    )
    assert not app.exception
    assert app.selectbox(key=keys.MEASURE).value == measure
    assert app.selectbox(key=keys.CHANGED).value == measure
    told = said(app)
    if measure == "promise_kept":  # nothing to draw: the reason stands in its place, twice
        assert told.count("No promised response time covers these conversations.") == 2
    else:
        assert MEASURES[measure].name in told or MEASURES[measure].name.lower() in told


@pytest.mark.parametrize("measure", FOLLOWS)
def test_what_follows_who_speaks_can_be_linked_to(visit, handed, measure):
    app = visit(handed, "who_owns_social", **{keys.FOLLOWS: MEASURES[measure].name})
    assert app.selectbox(key=keys.FOLLOWS).value == measure


def test_junk_in_the_url_is_dropped(visit, handed):
    app = visit(handed, "who_owns_social", **{keys.MEASURE: "<script>", keys.FOLLOWS: MEASURES["wait"].name})
    assert not app.exception
    assert app.selectbox(key=keys.MEASURE).value == "answered_24h"
    assert app.selectbox(key=keys.FOLLOWS).value == FOLLOWS[0]


def test_every_pair_is_in_a_table(visit, handed):
    app = visit(handed, "who_owns_social")
    (pairs, *_) = [t.value for t in (*app.dataframe, *app.table) if "First less second" in t.value.columns]
    assert len(pairs) == 3
    assert set(pairs["Clear"]) <= {"yes", "no"}
    assert (pairs["Clear"] == "yes").sum() == 2  # care against either; marketing and sales are alike


def test_without_a_declared_change_the_page_says_how_to_declare_one(visit, full):
    told = said(visit(full, "who_owns_social"))
    assert "No change of owner is declared: add an events file" in told


def test_departments_with_other_work_are_not_ranked(visit, full):
    app = visit(full, "who_owns_social")
    assert "chance to be the best" not in said(app)


def test_orders_alone_say_why_there_is_nothing(visit, orders_only):
    app = visit(orders_only, "who_owns_social")
    assert not app.exception
    assert said(app).count("No conversation is loaded for this selection.") >= 2


def test_filters_are_taken(visit, handed):
    app = visit(handed, "who_owns_social", channel="twitter")
    assert not app.exception
    assert "Answered within 24 hours" in said(app)
    alone = visit(handed, "who_owns_social", department="care")
    assert not alone.exception
    assert "Fewer than two groups have enough cases" in said(alone) or "fewer than two groups" in said(alone)
    # a change of owner is looked at in all departments, whatever the filter
    assert "coincides with the change" in said(alone)
