"""Worth it? in every state: no costs, no margin, an amount that may not be shown, one that may."""

import pytest
from chart_shapes import FEW, est, worth
from pages_kit import forget, words
from streamlit.testing.v1 import AppTest

from socialroi.charts.sentences import lead
from socialroi.result import Estimate, Unknown
from socialroi.ui import answers, keys
from socialroi.ui.worth_if import allowed, ends

WITHHELD = Unknown("counts", "Only 14 people were left unanswered; about 120 are needed.", 14)


@pytest.fixture
def of(monkeypatch, visit, full):
    """The page with an answer of our own."""

    def page(**changes) -> AppTest:
        monkeypatch.setattr(answers, "weighed", lambda store: worth(**changes))
        forget()
        return visit(full, "worth_it")

    yield page
    forget()


def numbers(app):
    """What the page's metrics are called, and what they show."""
    return {metric.label: metric.value for metric in app.metric}


def headings(app):
    """The first heading and every other, as plain text."""
    return [header.value.replace("\\", "").replace("\u2060", "") for header in app.header]


def test_an_amount_that_may_be_shown(of):
    app = of(roi=est(0.48, 0.2), sentence="Answering pays: an answer brings EUR 4.60 and costs EUR 3.10.")
    assert not app.exception
    assert headings(app)[0].startswith("Answering pays")
    shown = numbers(app)
    assert next(iter(shown)) == "Return on an answer"
    assert shown["Return on an answer"] == "+48%"
    assert shown["An answer pays from"] == "+1.9 pp"
    assert shown["An answer brings in"] == "EUR 4.60"
    assert shown["An answer costs"] == "EUR 3.10"
    assert shown["Paid back in month"] == "4"
    said = words(app)
    assert "+28% to +68%" in said.replace("\\", "")
    for meaning in ("as a share of that cost", "percentage points", "Margin is what orders bring in"):
        assert meaning in said.replace("\\", "")
    assert len(app.get("plotly_chart")) == 3


def test_an_unclear_return_stands_behind_the_break_even(of):
    app = of(roi=est(0.48, 0.67), sentence="An answer pays from +1.9 points of retention on. It brings X.")
    assert next(iter(numbers(app))) == "An answer pays from"
    assert headings(app)[0] == "An answer pays from +1.9 points of retention on."


def test_a_withheld_amount_leads_with_the_break_even_and_shows_no_return(of):
    app = of(
        margin=WITHHELD, roi=WITHHELD, payback_months=WITHHELD, unanswered=WITHHELD, effect=WITHHELD,
        verdict="cannot_say",
        sentence="We cannot say yet: only 14 people. It costs EUR 3.10. Answering pays from +1.9 points.",
    )  # fmt: skip
    assert headings(app)[0] == "Answering pays from +1.9 points."
    shown = numbers(app)
    assert "Return on an answer" not in shown
    assert "An answer brings in" not in shown
    assert shown["An answer costs"] == "EUR 3.10"
    assert "Whether that is so" in words(app)


def test_without_costs_the_page_says_what_to_load(of):
    none = Unknown("no_costs", "What social care cost is not loaded.")
    app = of(
        cost=none, roi=none, breakeven_effect=none, payback_months=none, marginal_cost=none, costs=(),
        verdict="cannot_say", sentence="We cannot say yet: no cost is loaded. An answer brings X.",
    )  # fmt: skip
    assert "Load what social care costs" in words(app)
    assert not app.slider
    assert headings(app)[0] == "An answer brings X."
    assert len(app.get("plotly_chart")) == 1


def test_revenue_is_never_called_margin(of):
    none = Unknown("no_margin", "No margin is known.")
    app = of(estimand="revenue over 180 days", roi=none, breakeven_effect=none, payback_months=none)
    drawn = [chart.proto.alt for chart in app.get("plotly_chart")]
    assert any("brings in revenue" in alt for alt in drawn)


def test_the_slider_asks_what_must_be_true(of):
    app = of()
    slider = app.slider(key=keys.ASSUMED)
    assert slider.value == 4.1
    assert numbers(app)["Return on an answer, if so"] == "+116%"
    assert "this is among them" in words(app)
    app = slider.set_value(1.9).run()
    assert numbers(app)["Return on an answer, if so"] == "0%"
    assert numbers(app)["It would bring in"] == "EUR 3.10"
    app = app.slider(key=keys.ASSUMED).set_value(9.0).run()
    assert "this is more than they allow" in words(app)


def test_real_firms_in_every_state(visit, full, all_answered):
    for db in (full, all_answered):
        app = visit(db, "worth_it")
        assert not app.exception
        assert not app.error
        assert headings(app)
        assert all(len(chart.proto.alt) > 20 for chart in app.get("plotly_chart"))


def test_the_overview_card_says_the_same(of, visit, full):
    of()
    app = visit(full)
    assert numbers(app)["An answer pays from"] == "+1.9 pp"
    assert "See what it rests on" in "".join(link.proto.label for link in app.get("page_link"))


def test_the_sentence_to_read_first():
    assert lead(worth(sentence="One.")) == ("One.", "")
    assert lead(worth(sentence="One. Two 0.15 wide. Three.")) == ("One.", "Two 0.15 wide. Three.")
    assert lead(worth(roi=FEW, sentence="One. Two. Three.")) == ("Three.", "One. Two.")


def test_the_scale_holds_what_is_needed_and_what_the_data_allow():
    assert ends(est(0.019, 0.001), est(0.041, 0.029)) == (-5, 10)
    assert ends(est(0.2, 0.01), est(0.0, 0.31)) == (-31, 31)
    low, high = ends(Estimate(3.1, 2.0, 4.0, 9, "x"), FEW)
    assert (low, high) == (-5, 100)


@pytest.mark.parametrize(
    ("effect", "said"),
    [(0.041, "among them"), (-0.1, "less than"), (0.2, "more than"), (0.012, "among them")],
)
def test_which_effects_the_data_allow(effect, said):
    assert said in allowed(effect, est(0.041, 0.029))
    assert "cannot say" in allowed(effect, FEW)
