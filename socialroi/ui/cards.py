"""The five cards of the overview: each a sentence, a number, its interval, a verdict word and n."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from socialroi import charts
from socialroi.charts import format as written
from socialroi.charts import gap_of, judge, verdict_word, words
from socialroi.charts.judgement import complete
from socialroi.result import By, Estimate, Point, Reading, Series, Unknown, Value
from socialroi.ui import answers, explain, trouble
from socialroi.ui.menu import link
from socialroi.ui.safe import text
from socialroi.ui.sentences import lead
from socialroi.ui.view import View

SENTENCE = 400
Colour = Literal["green", "orange", "blue", "gray"]
#: A badge's colour repeats its word; nothing is said by colour alone.
COLOURS: dict[str, Colour] = {
    "better": "green",
    "worse": "orange",
    "higher": "blue",
    "lower": "blue",
    "no_clear_difference": "gray",
    "too_little_data": "gray",
    "cannot_say": "gray",
    "not_causal": "gray",
}
WORTH_IT = (
    "Load what social care costs (a `costs` file: month, department, kind, amount, currency) to see "
    "whether it pays."
)

#: What the last card looks into: a metric, how it is divided, and the page that shows it.
CLOSER: tuple[tuple[str, By, str], ...] = (
    ("first_response_time", "department", "response"),
    ("net_easy", "channel", "ease"),
)

ALIKE = "No two departments or channels can be compared here yet."


@dataclass(frozen=True, slots=True)
class Change:
    """The last complete period against the one before it that does not overlap with it."""

    gap: Value
    now: Point | None = None
    before: Point | None = None


def overview(view: View) -> None:
    """Five cards, quick ones first; each fails alone."""
    with st.grid(columns=3, min_column_width=240):
        _card("Speed", lambda: _metric(view, ("first_response_time",), "response"))
        _card("Ease", lambda: _metric(view, ("net_easy", "csat"), "ease"))
        _card("Loyalty", lambda: _metric(view, ("retention",), "loyalty", overlap=True))
        _card("Is it real?", lambda: _real(view))
        _card("Worth it?", lambda: _worth_it(view))
        _card("Worth a look", lambda: _look_closer(view))


def change(series: Series, apart: int = 1) -> Change:
    """The last complete period minus the one `apart` periods before it."""
    points = complete(series)
    by_place = {point: place for place, point in enumerate(series.points)}
    if not points:
        return Change(Unknown("too_few_periods", "There is no complete month yet."))
    now = points[-1]
    place = by_place[now] - apart
    before = series.points[place] if place >= 0 else None
    if before is None:
        return Change(Unknown("too_few_periods", "There is no earlier complete month to compare with."), now)
    return Change(gap_of(now.value, before.value), now, before)


def moved(found: Change, answer: Reading) -> str:
    """What happened last, in a sentence of the card."""
    definition = answer.definition
    if found.now is None or found.before is None or isinstance(found.gap, Unknown):
        return f"{definition.name}: {written.reason(found.gap)}"
    months = f"{written.month(found.now.start)} against {written.month(found.before.start)}"
    gap = written.difference_text(found.gap, definition.unit)
    verdict = judge(found.gap, definition.better)
    verb = {"better": "improved", "worse": "worsened", "higher": "rose", "lower": "fell"}.get(verdict)
    if verb is None:
        return f"{definition.name} shows no clear change, {months}: {gap}."
    return f"{definition.name} {verb}, {months}: {gap}."


def badge(verdict: charts.Judgement) -> None:
    """The verdict word."""
    st.badge(verdict_word(verdict), color=COLOURS[verdict])


def number(answer: Reading, currency: str | None) -> None:
    """One reading as number, interval and n; a dash and the reason where there is none."""
    definition, value = answer.definition, answer.value
    shown = (
        written.number(value.value, definition.unit, currency)
        if isinstance(value, Estimate)
        else written.DASH
    )
    st.metric(text(definition.name), shown, help=text(definition.question, SENTENCE))
    st.caption(_interval(value, answer, currency))


def _card(title: str, body: Callable[[], None]) -> None:
    with st.container(border=True, height="stretch"):
        st.header(title, anchor=False)
        with trouble.told():
            body()


def _metric(view: View, keys: Sequence[str], page: str, *, overlap: bool = False) -> None:
    """The first of these metrics that has a number, with its latest movement."""
    readings = [answers.reading(view.scope, key) for key in keys]
    found = next((r for r in readings if isinstance(r.value, Estimate)), readings[0])
    series = answers.series(view.scope, found.definition.key)
    apart = max(1, round(view.scope.window.horizon_days / 30)) if overlap else 1
    latest = change(series, apart)
    if isinstance(found.value, Unknown):
        badge(judge(found.value, found.definition.better))
    else:
        badge(judge(latest.gap, found.definition.better))
        st.markdown(text(moved(latest, found), SENTENCE))
    number(found, view.store.currency)
    explain.reading(found, f"card-{page}")
    link(page, "See more")


def _real(view: View) -> None:
    answer = answers.headline(view.scope)
    headline = charts.headline_of(answer)
    badge(answer.verdict)
    st.markdown(text(answer.sentence, SENTENCE))
    if headline is not None and isinstance(headline.estimate, Estimate):
        unit = words.outcome_unit(headline.outcome)
        st.metric("Effect of answering", written.difference_number(headline.estimate.value, unit))
        interval = written.interval_text(headline.estimate, unit, difference=True)
        st.caption(f"95% interval {interval}, n = {headline.n_treated + headline.n_control:,}")
    link("is-it-real", "See how we know")


def _worth_it(view: View) -> None:
    """The return where it is clear, else from where on it pays, else the cost; nothing without costs."""
    if not view.store.tables()["costs"]:
        badge("cannot_say")
        st.markdown(WORTH_IT)
        link("data", "Load costs")
        return
    answer = answers.worth(view.scope)
    badge(answer.verdict)
    st.markdown(text(lead(answer)[0], SENTENCE))
    if isinstance(answer.roi, Estimate) and answer.roi.is_clear:
        st.metric("Return on an answer", written.return_number(answer.roi.value))
        st.caption(f"95% interval {written.return_interval(answer.roi)}")
    elif isinstance(answer.breakeven_effect, Estimate):
        st.metric("An answer pays from", written.difference_number(answer.breakeven_effect.value, "share"))
        st.caption("Effect on retention, in percentage points")
    elif isinstance(answer.cost, Estimate):
        st.metric("An answer costs", written.number(answer.cost.value, "money", answer.currency))
        st.caption("Per answered conversation")
    link("worth-it", "See what it rests on")


def _look_closer(view: View) -> None:
    """Where departments or channels differ clearly enough to look into, in the charts' own sentences."""
    found = False
    for key, by, page in CLOSER:
        answer = answers.reading(view.scope, key, by)
        if len(answer.by) > 1:
            found = True
            st.markdown(text(charts.takeaway_by(answer, by, view.store.currency), SENTENCE))
            link(page, f"By {by}")
    if not found:
        st.caption(ALIKE)


def _interval(value: Value, answer: Reading, currency: str | None) -> str:
    if isinstance(value, Unknown):
        return text(value.sentence, SENTENCE)
    shown = written.interval_text(value, answer.definition.unit)
    interval = f"{written.level_text(value.level)} {shown}, " if shown else ""
    return f"{interval}{written.n_text(value.n)}".replace("n = ", "n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}")
