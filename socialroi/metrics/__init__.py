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
    backlog,
    ces1,
    ces2,
    churn,
    clv_historical,
    clv_predicted,
    cross_sell,
    csat,
    customer_led_share,
    dissatisfied_but_staying,
    earned_mention_rate,
    first_response_time,
    first_touch_time,
    human_voice,
    net_easy,
    newcomer_answer_rate,
    newcomer_return,
    next_reply_time,
    nps,
    p_alive,
    peer_answer_share,
    positive_mention_share,
    promotional_share,
    reciprocity,
    referral_value,
    repurchase,
    resolution,
    response_rate,
    retention,
    rfm,
    satisfied_but_leaving,
    service_recovery,
    sla_attainment,
    survey_response_rate,
    time_per_answer,
    time_to_second_order,
    time_to_step_in,
    top_decile_share,
    upsell,
    viral_coefficient,
    waiting_now,
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
    _metric(next_reply_time),
    _metric(first_touch_time),
    _metric(response_rate),
    _metric(sla_attainment),
    _metric(waiting_now),
    _metric(backlog),
    _metric(resolution),
    _metric(time_per_answer),
    _metric(net_easy),
    _metric(ces1),
    _metric(ces2),
    _metric(csat),
    _metric(nps),
    _metric(survey_response_rate),
    _metric(satisfied_but_leaving),
    _metric(dissatisfied_but_staying),
    _metric(retention),
    _metric(churn),
    _metric(p_alive),
    _metric(repurchase),
    _metric(time_to_second_order),
    _metric(upsell),
    _metric(cross_sell),
    _metric(clv_historical),
    _metric(clv_predicted),
    _metric(top_decile_share),
    _metric(newcomer_answer_rate),
    _metric(newcomer_return),
    _metric(time_to_step_in),
    _metric(peer_answer_share),
    _metric(reciprocity),
    _metric(customer_led_share),
    _metric(promotional_share),
    _metric(human_voice),
    _metric(service_recovery),
    _metric(earned_mention_rate),
    _metric(positive_mention_share),
    _metric(referral_value),
    _metric(viral_coefficient),
    _metric(rfm),
)


def by_key(key: str) -> Metric:
    """The metric of that key; UnknownName, with the nearest one, when there is none."""
    for metric in ALL:
        if metric.definition.key == key:
            return metric
    raise UnknownName("metric", key, (metric.definition.key for metric in ALL))
