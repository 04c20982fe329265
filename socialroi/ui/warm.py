"""What is done once before the first visitor, so that no visitor waits for it."""

from __future__ import annotations

import logging
from datetime import date

from socialroi import charts, metrics, uplift
from socialroi.charts import Look
from socialroi.errors import SocialRoiError
from socialroi.result import Estimate, Point, Series
from socialroi.store import samples
from socialroi.ui import gate

_LOG = logging.getLogger("socialroi")


def up() -> None:
    """Build the sample shops if they are missing, and draw one figure so that everything is imported."""
    if not (gate.is_private() or gate.signs_in()):
        _LOG.warning(gate.REFUSED)
    draw()
    try:
        samples.ensure_all()
    except SocialRoiError as error:
        _LOG.warning("The sample shops could not be built: %s", error)


def draw() -> None:
    """One series as a chart: imports what charts, metrics and the study import."""
    definition = metrics.ALL[0].definition
    points = tuple(
        Point(date(2026, m, 1), Estimate(m, m - 1, m + 1, 9, "example"), True) for m in range(1, 4)
    )
    charts.line_series(Series(definition, points), Look())
    assert uplift is not None
