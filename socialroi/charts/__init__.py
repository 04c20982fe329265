"""Readings, series, curves and studies as pictures, sentences and tables. Knows no streamlit.

A picture is a `Chart`: its `takeaway` (one plain sentence computed from the data, also in the `alt`
text), its `subtitle` (what is drawn, of whom, n, interval level), its `spec` (one plotly dict, never
changed after it is made) and its two table twins, `table` for reading and `tidy` for export.

    Look(theme="light" | "dark", currency=None, population="", titled=True)     hashable, part of a cache key

    interval_bars(reading, look, by="segment")            a Reading by segment
    line_series(series, look)                             a Series over time
    latency_curve(curve, look, target_s=None, median=None)    share answered by time waited, logarithmic
    survival_curve(curve, look, at=None)                  share who have by day x, number at risk below
    comparison(comparison, look)                          engaged and unengaged, raw and standardised
    cohort_heatmap(grid, look)                            cohorts by age
    share_heatmap(grid, look)                             answers by department
    margin_curve(curve, look)                             margin per customer by age
    backtest_plot(tests, look)                            what models expected of the days held out
    rfm_heatmap(groups, look)                             customers by recency and frequency
    alive_heatmap(grid, look)                             who is still a customer, by silence
    hour_heatmap(grid, look)                              weekday by hour
    arrivals_heatmap(arrivals, look)                      messages an hour, by hour of the week
    staff_heatmap(needed, arrivals, seen, share, look)    people needed, by hour of the week
    touch_curve(curve, by_person, by_anybody, look)       a person's answer beside any answer
    ladder(study, look)                                   one row a rung
    detail_rows(rung, currency)                           the numbers beside a headline, in words
    love_plot(balance, look)                              covariate -> (before, after)
    exclusions(study, look)                               from everybody to the studied
    parts_plot(rung, by, look)                            the effect by segment, channel or department
    wait_plot(rung, look)                                 the effect by time until the answer
    overlap_plot(rung, look)                              both arms by their chance of an answer
    arms_curve(rung, look)                                share with an order, by arm
    worth_bars(worth, look)                               the margin in parts that add up, and the cost
    breakeven_plot(worth, look)                           the effect, and from which effect on it pays
    lifecycle_bars(series, look)                          customers of each month, and who fell silent
    costs_over_time(costs, look)                          cost by month and department
    standings_plot(standings, look)                       departments with the same case mix
    funnel_plot(standings, look)                          how far luck alone takes a group of each size
    change_plot(change, look)                             weeks before and after a dated change
    newcomers_plot(comparison, look)                      newcomers answered or not: who comes back
    against_plot(against, look)                           an outcome against the share of promotion
    reach_plot(plan, look)                                what a fair test of so many weeks could show
    quadrant_plot(grid, base, look)                       who orders again by satisfied and easy
    calibration_plot(items, days, look)                   who orders again by answer, two questions
    score_distribution(definition, counts, look, easy=(), difficult=())
    sparkline(series) -> list[float]                      for a card

Sentences and verdicts: `takeaway(shape, currency)` and its like, `judge`, `judge_reading`, `latest`,
`verdict_word`. Numbers as text: the module `format`. Draw a spec with `config()` and streamlit's
`theme=None`: the colours are explicit.
"""

from socialroi.charts.annotations import dated
from socialroi.charts.arms import arms_curve
from socialroi.charts.backtest import backtest_plot
from socialroi.charts.calibration import calibration_plot
from socialroi.charts.capacity import arrivals_heatmap, staff_heatmap, touch_curve
from socialroi.charts.compare import comparison
from socialroi.charts.content import against_plot, newcomers_plot
from socialroi.charts.costs import costs_over_time
from socialroi.charts.curve_words import takeaway_curve, takeaway_latency
from socialroi.charts.curves import latency_curve, survival_curve
from socialroi.charts.detail import detail_rows
from socialroi.charts.grid_words import takeaway_cohorts, takeaway_grid, takeaway_shares
from socialroi.charts.grids import cohort_heatmap, hour_heatmap, share_heatmap
from socialroi.charts.house import Chart, Look, config, slug
from socialroi.charts.judgement import Judgement, gap_of, judge, judge_reading, latest, verdict_word
from socialroi.charts.label import clean, label
from socialroi.charts.lifecycle import lifecycle_bars
from socialroi.charts.margins import margin_curve
from socialroi.charts.overlap import overlap_plot
from socialroi.charts.owners import change_plot, funnel_plot, standings_plot
from socialroi.charts.parts import parts_of, parts_plot, wait_plot
from socialroi.charts.parts_words import takeaway_parts, takeaway_waits
from socialroi.charts.phrases import cannot_say, name_of
from socialroi.charts.plan import reach_plot
from socialroi.charts.quadrant import quadrant_plot
from socialroi.charts.readings import interval_bars, score_distribution
from socialroi.charts.scores import alive_heatmap, rfm_heatmap
from socialroi.charts.series import line_series, sparkline
from socialroi.charts.study import exclusions, ladder, love_plot, rung_name
from socialroi.charts.words import headline_of, takeaway, takeaway_by
from socialroi.charts.worth import breakeven_plot, worth_bars

__all__ = [
    "Chart",
    "Judgement",
    "Look",
    "against_plot",
    "alive_heatmap",
    "arms_curve",
    "arrivals_heatmap",
    "backtest_plot",
    "breakeven_plot",
    "calibration_plot",
    "cannot_say",
    "change_plot",
    "clean",
    "cohort_heatmap",
    "comparison",
    "config",
    "costs_over_time",
    "dated",
    "detail_rows",
    "exclusions",
    "funnel_plot",
    "gap_of",
    "headline_of",
    "hour_heatmap",
    "interval_bars",
    "judge",
    "judge_reading",
    "label",
    "ladder",
    "latency_curve",
    "latest",
    "lifecycle_bars",
    "line_series",
    "love_plot",
    "margin_curve",
    "name_of",
    "newcomers_plot",
    "overlap_plot",
    "parts_of",
    "parts_plot",
    "quadrant_plot",
    "reach_plot",
    "rfm_heatmap",
    "rung_name",
    "score_distribution",
    "share_heatmap",
    "slug",
    "sparkline",
    "staff_heatmap",
    "standings_plot",
    "survival_curve",
    "takeaway",
    "takeaway_by",
    "takeaway_cohorts",
    "takeaway_curve",
    "takeaway_grid",
    "takeaway_latency",
    "takeaway_parts",
    "takeaway_shares",
    "takeaway_waits",
    "touch_curve",
    "verdict_word",
    "wait_plot",
    "worth_bars",
]
