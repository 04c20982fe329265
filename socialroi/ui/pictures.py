"""Every picture a page shows, made once per (database, generation, question, version, look)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import streamlit as st

from socialroi import charts
from socialroi.charts import Chart, Look
from socialroi.limits import ROWS_SHOWN
from socialroi.metrics import capacity
from socialroi.metrics.content import Across
from socialroi.metrics.owners import Who
from socialroi.result import By, Estimate, Event, Rung, Standings, Unknown
from socialroi.ui import answers, asked
from socialroi.ui.answers import Asked
from socialroi.ui.safe import legible
from socialroi.ui.scope import Scope


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart with its figure built and its table made fit to show: both take longer than sending."""

    chart: Chart
    figure: Any
    table: pd.DataFrame


@st.cache_resource(max_entries=answers.KEPT, show_spinner=False)
def picture(scope: Scope, look: Look, kind: str, question: tuple[Any, ...] = ()) -> Picture | None:
    """A picture of one answer; None when there is nothing to draw. Never changed after it is made."""
    chart = _DRAW[kind](scope, look, *question)
    return Picture(chart, chart.figure(), legible(chart.table.head(ROWS_SHOWN))) if chart else None


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


def _touches(scope: Scope, look: Look) -> Chart | None:
    found = answers.touches(scope)
    if len(found.groups) < 2:
        return None
    person = answers.reading(scope, "first_response_time").value
    anybody = answers.reading(scope, "first_touch_time").value
    return charts.touch_curve(found, person, anybody, look)


def _arrivals(scope: Scope, look: Look) -> Chart | None:
    found = answers.demand(scope)
    return None if found.absent else charts.arrivals_heatmap(found.arrivals, look)


def _staff(scope: Scope, look: Look, handling_s: float, share: float) -> Chart | None:
    found = answers.demand(scope)
    if capacity.unplanned(found, handling_s, share):
        return None
    needed = capacity.staff(found, handling_s, share)
    return charts.staff_heatmap(needed, found.arrivals, found.seen, share, look)


def _hours(scope: Scope, look: Look) -> Chart | None:
    found = answers.hours(scope)
    return charts.hour_heatmap(found, look) if found.cells else None


def _cohorts(scope: Scope, look: Look) -> Chart | None:
    found = answers.cohorts(scope)
    return charts.cohort_heatmap(found, look) if found.cells else None


def _lifecycle(scope: Scope, look: Look) -> Chart | None:
    found = answers.lifecycle(scope)
    return charts.lifecycle_bars(found, look) if found.points else None


def _spread(scope: Scope, look: Look) -> Chart | None:
    found = answers.spread(scope)
    return charts.share_heatmap(found, look) if found.cells else None


def _growth(scope: Scope, look: Look, who: str) -> Chart | None:
    found = answers.margins(scope, who == "engaged")
    return charts.margin_curve(found, look) if found.groups else None


def _backtest(scope: Scope, look: Look) -> Chart | None:
    found = answers.two_forecasts(scope)
    tests = {model.name: model.tested for model in found.models}
    return charts.backtest_plot(tests, look) if any(test.by_x for test in tests.values()) else None


def _alive(scope: Scope, look: Look) -> Chart | None:
    found = answers.alive(scope)
    return charts.alive_heatmap(found, look) if found.cells else None


def _groups(scope: Scope, look: Look) -> Chart | None:
    found = answers.groups(scope)
    return charts.rfm_heatmap(found, look) if found.groups else None


def _quadrant(scope: Scope, look: Look) -> Chart | None:
    found = answers.quadrant(scope)
    return charts.quadrant_plot(found.grid, found.base, look) if found.grid.cells else None


def _calibration(scope: Scope, look: Look) -> Chart | None:
    found = answers.predictors(scope)
    names = {"ease": "Ease", "satisfaction": "Satisfaction"}
    items = {
        name: [(f"{one.score:g}", one.value) for one in found.levels if one.item == item]
        for item, name in names.items()
    }
    return charts.calibration_plot(items, found.horizon_days, look) if found.levels else None


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


def _standings(scope: Scope, look: Look, by: Who, key: str) -> Chart | None:
    found = _measured(asked.standings(scope, by), key)
    return charts.standings_plot(found, look) if found.standings else None


def _funnel(scope: Scope, look: Look, by: Who, key: str) -> Chart | None:
    return charts.funnel_plot(_measured(asked.standings(scope, by), key), look)


def _measured(found: Sequence[Standings], key: str) -> Standings:
    return next(one for one in found if one.definition.key == key)


def _owner_change(scope: Scope, look: Look, key: str, event: Event | None) -> Chart | None:
    found = asked.owner_changes(scope, event)
    if isinstance(found, Unknown):
        return None
    one = next(change for change in found if change.definition.key == key)
    return charts.change_plot(one, look) if one.series.points else None


def _content(scope: Scope, look: Look, outcome: str, across: Across) -> Chart | None:
    found = asked.promotion(scope, outcome, across)
    return charts.against_plot(found, look) if found.pairs else None


def _newcomers(scope: Scope, look: Look) -> Chart | None:
    found = asked.returns(scope)
    if isinstance(found.raw, Unknown):
        return None
    return charts.newcomers_plot(found, look)


_DRAW: Mapping[str, Callable[..., Chart | None]] = {
    "by_segment": _by_segment,
    "over_time": _over_time,
    "engaged": _engaged,
    "second_order": _second_order,
    "waits": _waits,
    "touches": _touches,
    "arrivals": _arrivals,
    "staff": _staff,
    "hours": _hours,
    "cohorts": _cohorts,
    "lifecycle": _lifecycle,
    "spread": _spread,
    "growth": _growth,
    "backtest": _backtest,
    "alive": _alive,
    "groups": _groups,
    "quadrant": _quadrant,
    "calibration": _calibration,
    "standings": _standings,
    "funnel": _funnel,
    "owner_change": _owner_change,
    "content": _content,
    "newcomers": _newcomers,
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
