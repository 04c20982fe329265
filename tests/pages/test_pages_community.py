"""The community and the principles: every tab in every state of the files."""

import sys
from pathlib import Path

import pandas as pd
import pytest
from pages_kit import words

from socialroi.intake import Request
from socialroi.metrics.content import OUTCOMES
from socialroi.report.principles import PRINCIPLES
from socialroi.simulate import firm
from socialroi.store import ingest
from socialroi.ui import keys
from socialroi.ui.community import CONTENT, MEAN, STATED, VOICE
from socialroi.ui.principles import ABOUT

TABS = ("Advocacy", "Content", "Newcomers", "Exchange", "Recovery")


def said(app) -> str:
    """The page's words without the marks that keep Markdown plain."""
    return words(app).replace("\\", "").replace("\u2060", "")


def opened(visit, db, tab, **query):
    app = visit(db, "community", **{keys.TAB: tab}, **query)
    assert not app.exception
    assert not app.error
    assert "under reference" not in said(app)
    return app


@pytest.fixture(scope="module")
def community(tmp_path_factory):
    """A firm with a forum of its customers, and answers whose texts were looked at."""
    sys.path.append(str(Path(__file__).parents[1] / "metrics"))
    from community_cases import with_community

    folder = tmp_path_factory.mktemp("community")
    tables = with_community(dict(firm(customers=400, days=400, seed=4, answered=0.7).tables))
    for name, table in tables.items():
        pd.DataFrame(table).to_csv(folder / f"{name}.csv", index=False)
    files = [
        Request(path=f, label=f.name, keeps_unanswered="yes", timezone="UTC")
        for f in sorted(folder.glob("*.csv"))
    ]
    ingest(folder / "db", files)
    return folder / "db"


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("files", ["full", "orders_only", "all_answered"])
def test_every_tab_says_something_true(request, visit, files, tab):
    app = opened(visit, request.getfixturevalue(files), tab)
    assert app.metric
    if files == "orders_only":
        assert {metric.value for metric in app.metric} == {"\N{EM DASH}"}


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_takes_filters(visit, full, tab):
    opened(visit, full, tab, channel="twitter", department="care", horizon="180")


def test_stated_stands_beside_observed(visit, full):
    app = opened(visit, full, "Advocacy")
    assert STATED in said(app)
    labels = [metric.label.replace("\\", "") for metric in app.metric]
    assert labels[:2] == ["Net Promoter Score (NPS)", "Earned mentions per 100 active customers"]
    assert len(labels) == 5


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("across", ["month", "channel"])
def test_promotion_is_set_against_the_outcome_in_the_url(visit, full, outcome, across):
    app = opened(visit, full, "Content", **{keys.AGAINST: OUTCOMES[outcome].name, keys.ACROSS: across})
    assert app.selectbox(key=keys.AGAINST).value == outcome
    told = said(app)
    assert CONTENT in told
    assert "promotion" in told.lower()


def test_newcomers_are_compared_and_it_is_no_effect(visit, full):
    told = said(opened(visit, full, "Newcomers"))
    assert "newcomers" in told.lower()
    assert "A difference, not an effect" in told


def test_signs_of_a_person_are_a_table(visit, community, full):
    app = opened(visit, community, "Exchange")
    tables = [t.value for t in (*app.dataframe, *app.table)]
    (signs,) = [table for table in tables if "Sign" in table.columns]
    assert len(signs) == 5
    assert VOICE in said(app)
    assert VOICE not in said(opened(visit, full, "Exchange"))  # no text in these files: no table of dashes


def test_recovery_names_regression_to_the_mean_and_its_dashes(visit, full):
    app = opened(visit, full, "Recovery")
    told = said(app)
    assert MEAN in told
    assert "A dash stands where fewer than" in told
    grids = [t.value for t in (*app.dataframe, *app.table) if "What happened" in t.value.columns]
    assert [len(grid) for grid in grids] == [3, 4]


def test_an_unknown_tab_opens_the_first(visit, full):
    assert STATED in said(opened(visit, full, "<script>"))


# ---- principles


def test_all_thirteen_stand_on_the_page_with_their_evidence(visit, full):
    app = visit(full, "principles")
    assert not app.exception
    told = said(app)
    assert ABOUT in told
    for place, one in enumerate(PRINCIPLES, 1):
        assert f"{place}. {one.name}" in told
    assert "of the 13 principles." in told


def test_orders_alone_name_what_to_export(visit, orders_only):
    app = visit(orders_only, "principles")
    assert not app.exception
    told = said(app)
    assert told.count("To see it, export") >= 9
    assert "Repurchase:" in told


def test_the_principles_take_filters(visit, full):
    app = visit(full, "principles", channel="twitter")
    assert not app.exception
    assert not app.error
