"""Customers by two scores: how many are in a cell and what they bring, or how likely they are still there."""

from __future__ import annotations

from socialroi.charts.grids import score_heatmap
from socialroi.charts.house import Chart, Look
from socialroi.charts.value_words import takeaway_alive, takeaway_groups
from socialroi.metrics.rfm import Groups
from socialroi.result import Grid


def rfm_heatmap(found: Groups, look: Look | None = None) -> Chart:
    """Recency by frequency: in each cell how many customers, and under it, as in its colour, margin each."""
    return score_heatmap(found.means, takeaway_groups(found), look, found.counts)


def alive_heatmap(grid: Grid, look: Look | None = None) -> Chart:
    """The chance of still being a customer, by silence and by days with an order."""
    return score_heatmap(grid, takeaway_alive(grid), look)
