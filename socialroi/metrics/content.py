"""Outcomes against the share of promotion, month by month or channel by channel.

The 80/20 rule of content guides has no evidence known to us, so the share is plotted against what follows
and never scored. A rank correlation says whether the two move together over a dozen of points and nothing
about why: campaigns, seasons and channels move both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from socialroi.errors import UnknownName
from socialroi.metrics import (
    customer_led_share,
    earned_mention_rate,
    first_response_time,
    promotional_share,
    response_rate,
)
from socialroi.metrics.answer import MIN_N
from socialroi.result import Definition, Estimate, Point, Reading, Series, Value, Window
from socialroi.stats.rates import rank_correlation
from socialroi.store import Store

Across = Literal["month", "channel"]

DEFINITION = Definition(
    key="promotional_share",
    name="Promotion and what goes with it",
    unit="share",
    better="neither",
    question="Do months or channels with more promotion look different?",
    formula="Rank correlation (Spearman) of the promotional share with the outcome over months or channels.",
    source="Spearman 1904; interval by Bonett and Wright 2000.",
    caveat="They move together or they do not; why, these points cannot say.",
    min_n=MIN_N,
)

#: What the share can be set against.
OUTCOMES: Mapping[str, Definition] = {
    module.DEFINITION.key: module.DEFINITION
    for module in (response_rate, earned_mention_rate, first_response_time, customer_led_share)
}
_SERIES: Mapping[str, Callable[[Store, Window], Series]] = {
    "response_rate": response_rate.series,
    "earned_mention_rate": earned_mention_rate.series,
    "first_response_time": first_response_time.series,
    "customer_led_share": customer_led_share.series,
}
_READINGS: Mapping[str, Callable[[Store, Window], Reading]] = {
    "response_rate": response_rate.compute,
    "earned_mention_rate": earned_mention_rate.compute,
    "first_response_time": first_response_time.compute,
    "customer_led_share": customer_led_share.compute,
}


@dataclass(frozen=True, slots=True)
class Pair:
    """One point: a month (YYYY-MM) or a channel, its promotional share and its outcome."""

    label: str
    share: Estimate
    outcome: Estimate


@dataclass(frozen=True, slots=True)
class Against:
    """The promotional share against one outcome: the points where both are known, and how they rank."""

    definition: Definition
    outcome: Definition
    pairs: tuple[Pair, ...]
    correlation: Value


def against(store: Store, window: Window, outcome: str, across: Across = "month") -> Against:
    """The promotional share against `outcome` (a key of `OUTCOMES`), complete months or channels.

    Raises UnknownName for another outcome.
    """
    if outcome not in OUTCOMES:
        raise UnknownName("outcome beside the promotional share", outcome, OUTCOMES)
    known = _by_month if across == "month" else _by_channel
    first, second = known(store, window, "promotional_share"), known(store, window, outcome)
    pairs = tuple(Pair(label, first[label], second[label]) for label in first if label in second)
    values = [p.share.value for p in pairs], [p.outcome.value for p in pairs]
    return Against(DEFINITION, OUTCOMES[outcome], pairs, rank_correlation(*values))


def _by_month(store: Store, window: Window, key: str) -> dict[str, Estimate]:
    """The figure of every complete month where it is known."""
    ask = promotional_share.series if key == "promotional_share" else _SERIES[key]
    points: tuple[Point, ...] = ask(store, replace(window, by=None)).points
    return {f"{p.start:%Y-%m}": p.value for p in points if p.complete and isinstance(p.value, Estimate)}


def _by_channel(store: Store, window: Window, key: str) -> dict[str, Estimate]:
    """The figure of every channel where it is known."""
    ask = promotional_share.compute if key == "promotional_share" else _READINGS[key]
    by = ask(store, replace(window, by="channel")).by
    return {label: value for label, value in by.items() if isinstance(value, Estimate)}
