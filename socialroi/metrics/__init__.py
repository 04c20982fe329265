"""Every metric, in the order in which a page shows them.

A metric is one file and one line here; cards, glossary, pop-overs, exports and contract tests derive
from `ALL`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType

import pandas as pd

from socialroi.errors import UnknownName
from socialroi.metrics import (
    clv_historical,
    csat,
    first_response_time,
    net_easy,
    repurchase,
    response_rate,
    retention,
    sla_attainment,
    time_to_second_order,
)
from socialroi.result import Definition, Reading, Series, Value, Window
from socialroi.store import Store


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: what it means and how it is asked.

    `series` gives it over time, `rows` the units behind it, `detail` the figures beside the headline.
    """

    definition: Definition
    compute: Callable[[Store, Window], Reading]
    series: Callable[[Store, Window], Series] | None = None
    rows: Callable[[Store, Window], pd.DataFrame] | None = None
    detail: Callable[[Store, Window], Mapping[str, Value]] | None = None


def _metric(module: ModuleType) -> Metric:
    """The metric a module defines."""
    names = ("series", "rows", "compute_detail")
    series, rows, detail = (getattr(module, name, None) for name in names)
    return Metric(module.DEFINITION, module.compute, series, rows, detail)


ALL: tuple[Metric, ...] = (
    _metric(first_response_time),
    _metric(response_rate),
    _metric(sla_attainment),
    _metric(net_easy),
    _metric(csat),
    _metric(retention),
    _metric(repurchase),
    _metric(time_to_second_order),
    _metric(clv_historical),
)


def by_key(key: str) -> Metric:
    """The metric of that key; UnknownName, with the nearest one, when there is none."""
    for metric in ALL:
        if metric.definition.key == key:
            return metric
    raise UnknownName("metric", key, (metric.definition.key for metric in ALL))
