"""Periods that still change are marked, and no comparison of periods rests on them."""

from __future__ import annotations

import pandas as pd
import pytest
from metric_cases import DAY, HOUR, MINUTE, conversation, store, talk

from socialroi.charts.judgement import complete, latest
from socialroi.metrics import (
    backlog,
    first_response_time,
    first_touch_time,
    next_reply_time,
    resolution,
    response_rate,
    sla_attainment,
    time_per_answer,
    waiting_now,
)
from socialroi.result import Window
from socialroi.store import Store

ONE_DAY = (
    first_response_time, first_touch_time, next_reply_time, response_rate, sla_attainment, waiting_now,
)  # fmt: skip


def weeks(last: int, end_day: float) -> Store:
    """Three weeks of eight messages, each answered after an hour; `last` of the fourth week's eight are."""
    rows = []
    for week in range(4 if end_day > 21 else 3):
        for i in range(8):
            answered = week < 3 or i < last
            asked, *reply = conversation(
                f"w{week}-{i}", f"c{week}-{i}", HOUR if answered else None, week * 7 * DAY + i * MINUTE
            )
            rows.append([asked, *(one | {"agent_id": f"a{i % 2}"} for one in reply)])
    promises = pd.DataFrame({"target_s": [2.0 * HOUR]})
    return store(interactions=talk(*rows, end_s=end_day * DAY), promises=promises)


@pytest.mark.parametrize("metric", [*ONE_DAY, backlog, time_per_answer, resolution])
def test_the_running_week_is_marked_and_changes_no_comparison(metric):
    # the export ends on the Wednesday of the fourth week
    few, all_ = (metric.series(weeks(last, 23), Window(), "week") for last in (1, 8))
    assert [point.complete for point in few.points][-1] is False
    assert any(point.complete for point in few.points)
    assert latest(few) == latest(all_)
    assert complete(few)[-1].start < few.points[-1].start


@pytest.mark.parametrize(("metric", "days"), [
    *((metric, 1) for metric in ONE_DAY), (backlog, 0), (time_per_answer, 0), (resolution, 7),
])  # fmt: skip
def test_a_week_is_complete_once_its_last_day_was_followed(metric, days):
    # weeks begin on Mondays, the export on one at 9:00: the third week ends 9 hours less than 21 days later
    end = 21 - 9 / 24 + days
    before, after = (metric.series(weeks(8, at), Window(), "week").points for at in (end - 0.1, end + 0.1))
    third = before[2].start
    assert [point.complete for point in before if point.start == third] == [False]
    assert [point.complete for point in after if point.start == third] == [True]
