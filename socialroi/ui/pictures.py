"""Every picture a page shows, made once per (database, generation, question, version, look)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from socialroi import charts
from socialroi.charts import Chart, Look
from socialroi.result import By, Estimate, Rung
from socialroi.ui import answers
from socialroi.ui.answers import Asked
from socialroi.ui.scope import Scope


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart with its figure already built, because building takes longer than sending."""

    chart: Chart
    figure: Any


@st.cache_resource(max_entries=answers.KEPT, show_spinner=False)
def picture(scope: Scope, look: Look, kind: str, question: tuple[Any, ...] = ()) -> Picture | None:
    """A picture of one answer; None when there is nothing to draw. Never changed after it is made."""
    chart = _DRAW[kind](scope, look, *question)
    return Picture(chart, chart.figure()) if chart else None


def _by_segment(scope: Scope, look: Look, key: str, by: By) -> Chart | None:
    answer = answers.reading(scope, key, by)
    return charts.interval_bars(answer, look, by=by) if answer.by else None


def _over_time(scope: Scope, look: Look, key: str) -> Chart | None:
    found = answers.series(scope, key)
    return charts.line_series(found, look) if found.points else None


def _engaged(scope: Scope, look: Look, outcome: str) -> Chart:
    return charts.comparison(answers.comparison(scope, outcome), look)


def _second_order(scope: Scope, look: Look) -> Chart | None:
    found = answers.second_order(scope)
    return charts.survival_curve(found, look) if any(found.groups.values()) else None


def _waits(scope: Scope, look: Look) -> Chart | None:
    found = answers.waits(scope)
    median = answers.reading(scope, "first_response_time").value
    return charts.latency_curve(found, look, median=median) if found.groups else None


def _hours(scope: Scope, look: Look) -> Chart | None:
    found = answers.hours(scope)
    return charts.hour_heatmap(found, look) if found.cells else None


def _cohorts(scope: Scope, look: Look) -> Chart | None:
    found = answers.cohorts(scope)
    return charts.cohort_heatmap(found, look) if found.cells else None


def _spread(scope: Scope, look: Look) -> Chart | None:
    found = answers.spread(scope)
    return charts.share_heatmap(found, look) if found.cells else None


def _ladder(scope: Scope, look: Look, asked: Asked) -> Chart:
    return charts.ladder(answers.study(scope, asked), look)


def _balance(scope: Scope, look: Look, asked: Asked) -> Chart | None:
    rung = answers.strongest(answers.study(scope, asked), "balance")
    return charts.love_plot(rung.balance, _of(rung, look)) if rung else None


def _overlap(scope: Scope, look: Look, asked: Asked) -> Chart | None:
    rung = answers.strongest(answers.study(scope, asked), "overlap")
    return charts.overlap_plot(rung, _of(rung, look)) if rung else None


def _arms(scope: Scope, look: Look, asked: Asked) -> Chart | None:
    rung = answers.strongest(answers.study(scope, asked), "curve")
    return charts.arms_curve(rung, _of(rung, look)) if rung else None


def _parts(scope: Scope, look: Look, asked: Asked, by: str) -> Chart | None:
    rung = answers.strongest(answers.study(scope, asked), "parts")
    if rung is None or not any(isinstance(part.value, Estimate) for part in charts.parts_of(rung, by)):
        return None
    look = _of(rung, look)
    return charts.wait_plot(rung, look) if by == "wait" else charts.parts_plot(rung, by, look)


def _of(rung: Rung, look: Look) -> Look:
    """The look of a picture of one rung, which says so under its title."""
    return replace(look, population=charts.rung_name(rung.rung))


def _exclusions(scope: Scope, look: Look, asked: Asked) -> Chart:
    return charts.exclusions(answers.study(scope, asked), look)


def _reach(scope: Scope, look: Look, asked: Asked) -> Chart | None:
    found = answers.plan(scope, asked)
    return charts.reach_plot(found, look) if found.reach else None


def _worth_bars(scope: Scope, look: Look) -> Chart:
    return charts.worth_bars(answers.worth(scope), look)


def _breakeven(scope: Scope, look: Look) -> Chart:
    return charts.breakeven_plot(answers.worth(scope), look)


def _costs(scope: Scope, look: Look) -> Chart | None:
    found = answers.worth(scope)
    drawn = replace(look, currency=found.currency)
    return charts.costs_over_time(found.costs, drawn) if found.costs else None


_DRAW: Mapping[str, Callable[..., Chart | None]] = {
    "by_segment": _by_segment,
    "over_time": _over_time,
    "engaged": _engaged,
    "second_order": _second_order,
    "waits": _waits,
    "hours": _hours,
    "cohorts": _cohorts,
    "spread": _spread,
    "ladder": _ladder,
    "balance": _balance,
    "overlap": _overlap,
    "arms": _arms,
    "parts": _parts,
    "exclusions": _exclusions,
    "reach": _reach,
    "worth_bars": _worth_bars,
    "breakeven": _breakeven,
    "costs": _costs,
}
