"""Is it real? in its states: an answer with everything it rests on, and "cannot say" in five parts."""

from dataclasses import replace

import pytest
from chart_shapes import FEW, est, plan, rung, rung_in_parts, study
from pages_kit import forget, words

from socialroi.result import Check, Unknown
from socialroi.ui import answers, keys
from socialroi.ui.scope import Scope

SENTENCE = (
    "We cannot say yet: only 14 people were left unanswered; about 120 are needed. "
    "At the current rate an answer is possible from 2 May 2033; a fair test is faster."
)
COUNTS = Check("counts", 14.0, 120.0, False, "Only 14 people were left unanswered; about 120 are needed.")
PARTS = (
    "What is known all the same",
    "Fast against slow answers",
    "From when on an answer is possible",
    "Plan a fair test",
)


def silent(fast=FEW):
    """A study that cannot say; `fast` is what its rung A' found."""
    nothing = Unknown("counts", SENTENCE, 14)
    a = replace(rung("A", nothing, "cannot_say", SENTENCE), checks=(COUNTS,), naive=est(0.3, 0.01))
    quick = rung("Aprime", fast, "cannot_say" if fast is FEW else "better", "Answering fast paid off.")
    return replace(study(), rungs=(a, quick), verdict="cannot_say", sentence=SENTENCE)


@pytest.fixture
def of(monkeypatch, visit, full):
    """The page with a study of our own, and the questions it was asked."""
    asked = []

    def page(found, **query):
        def answer(store, outcome, horizon_days):
            asked.append((outcome, horizon_days))
            return found

        monkeypatch.setattr(answers.uplift, "study", answer)
        monkeypatch.setattr(answers, "planned", lambda store, outcome, horizon_days: plan())
        forget()
        app = visit(full, "is_it_real", **query)
        app.asked = asked
        return app

    yield page
    forget()


def unescaped(said):
    return said.replace("\\", "").replace("\u2060", "")


def headings(app):
    return [unescaped(header.value) for header in app.header]


def order(app):
    """The headings in the order in which they stand on the page."""
    return [title for title in headings(app) if title in PARTS]


def test_cannot_say_has_its_parts_in_order(of):
    app = of(silent(fast=est(0.05, 0.03)))
    assert not app.exception
    assert headings(app)[0] == (
        "We cannot say yet: only 14 people were left unanswered; about 120 are needed."
    )
    assert order(app) == list(PARTS)
    said = unescaped(words(app))
    assert "possible from 2 May 2033" in said
    assert {metric.label for metric in app.metric} == {"A\N{PRIME}: answered fast against slowly, 90 days"}
    for name in ("First response time", "Net Easy Score", "Retention"):
        assert f"**{name}**" in said


def test_fast_against_slow_stands_there_only_with_a_number(of):
    app = of(silent())
    assert order(app) == [part for part in PARTS if part != "Fast against slow answers"]
    assert not app.metric


def test_the_raw_gap_is_no_consolation(of):
    app = of(silent())
    assert "30.0" not in unescaped(words(app))
    assert "29.0" not in unescaped(words(app))
    assert "No design can say yet what answering does." in headings(app)
    (fold,) = [box for box in app.expander if "difference between groups" in box.label]
    assert not fold.proto.expanded


def test_a_fair_test_can_be_planned_step_by_step(of):
    app = of(silent())
    said = unescaped(words(app))
    assert "1. Draw the list." in said
    assert "3. Load the result." in said
    assert "With 80 conversations a week" in said
    assert any("A fair test of 9 weeks" in title for title in headings(app))
    assert app.number_input(key=keys.LINES).value == 200
    assert app.selectbox(key=keys.SHARE).value == 0.5
    labels = [button.proto.label for button in app.get("download_button")]
    assert "Download the sealed list" in labels
    assert "Download for conversations waiting now" in labels


def test_an_answer_shows_all_it_rests_on(of):
    whole = replace(study(), rungs=(rung_in_parts(), *study().rungs[1:]))
    app = of(whole)
    assert not app.exception
    titles = "\n".join(headings(app))
    for part in (
        "The difference to explain",
        "Answering raised retention",
        "For whom?",
        "within 1 h brings more retention",
        "Within 90 days",
        "What had to hold",
        "After weighting the arms are alike",
        "The groups can be compared",
        "The trial we imitate",
        "4,310 of 18,240 are studied",
        "In detail",
    ):
        assert part in titles
    assert titles.index("The difference to explain") < titles.index("Answering raised retention")
    assert "difference, not an effect" in unescaped(words(app))
    assert app.metric[0].value == "+4.1 pp"
    assert any(box.label == "Plan a fair test" for box in app.expander)


def test_what_divides_the_effect_is_chosen_and_kept_in_the_url(of):
    whole = replace(study(), rungs=(rung_in_parts(),))
    app = of(whole, split="channel")
    assert any("does not clearly differ between 2 channels" in t or "Twitter" in t for t in headings(app))


def test_parts_without_a_number_say_why_and_draw_nothing(of):
    waits = tuple(replace(one, value=FEW) for one in rung_in_parts().parts if one.by == "wait")
    app = of(replace(study(), rungs=(replace(rung_in_parts(), parts=waits),)))
    assert any("What waiting costs: cannot say. Only 3" in unescaped(box.value) for box in app.info)
    assert not any("longest wait" in title for title in headings(app))


def test_outcome_and_follow_up_come_from_the_url(of):
    app = of(study(), outcome="margin", days="180")
    assert app.selectbox(key=keys.OUTCOME).value == "margin"
    assert ("margin", 180) in app.asked
    assert "Margin: what a customer" in unescaped(words(app))


def test_the_follow_up_is_chosen_from_the_data_unless_asked_for(of):
    app = of(study())
    assert app.asked == [("retention", None)]
    junk = of(study(), outcome="<script>", days="9999")
    assert not junk.exception
    assert junk.selectbox(key=keys.OUTCOME).value == "retention"


def test_no_filter_makes_it_another_study(of):
    app = of(study())
    assert len(app.asked) == 1
    app.query_params[keys.CHANNEL] = "email"
    app.run()
    assert len(app.asked) == 1


def test_the_study_is_about_everybody(full):
    scope = Scope(str(full), "g1", window=Scope("x", "y").window)
    assert scope.whole == replace(scope, window=scope.whole.window)
