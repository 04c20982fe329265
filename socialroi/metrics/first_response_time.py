"""How long do people wait until a person answers?

From the customer's first message of an episode to the first public reply by a human agent; bots,
campaigns and automatic notices do not answer anybody. A message nobody has answered yet is a wait
that lasts at least until the export ends, and it stays in the figure: closing a conversation changes
nothing, and ignoring more people makes the figure worse, as it should. Only messages that need an
answer count; thanks and bare tags are left out and counted.

It does not say whether the
answer helped, and on the business clock it does not say how long the customer felt the wait was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import pandas as pd

from socialroi import limits
from socialroi.metrics import medians
from socialroi.metrics.answer import (
    MIN_N,
    WHOLE,
    Answer,
    Cut,
    Grain,
    filters,
    is_over,
    reading,
    too_few,
    with_method,
)
from socialroi.metrics.answer import series as series_of
from socialroi.metrics.waits import (
    Facts,
    WaitClock,
    answered_only,
    facts,
    nobody,
    note_idle,
    note_placed,
    sees_answered_only,
    wait_curves,
)
from socialroi.result import Definition, Estimate, Reading, Series, Unknown, Value, Window
from socialroi.stats import intervals
from socialroi.stats.survival import KaplanMeier
from socialroi.store import Store

__all__ = ["DEFINITION", "compute", "compute_detail", "facts", "rows", "series", "wait_curves"]

DEFINITION = Definition(
    key="first_response_time",
    name="First response time",
    unit="seconds",
    better="down",
    question="How long does a customer who needs an answer wait for a person to give one?",
    formula=(
        "Median time from the first customer message of an episode that needs an answer to the first"
        " public reply by a human agent (bots and campaigns never answer), by Kaplan-Meier; an unanswered"
        " message counts as still waiting when the export ends, whether or not it was closed."
    ),
    source="Kaplan and Meier 1958. Peers differ: Zendesk and Intercom leave out whoever was never answered.",
    caveat="Says nothing about whether the answer helped; messages after the first are not timed.",
    min_n=MIN_N,
)  # fmt: skip

NOUN = "conversations"
PEER_NAME = "First answer by another person"
MINUTE_S, HOUR_S, DAY_S = 60.0, 3600.0, 86400.0
SHARES_S: Mapping[str, float] = {
    "within_15_min": 15 * MINUTE_S,
    "within_1_h": HOUR_S,
    "within_24_h": DAY_S,
}

ROWS = """
select
    episode_id, conversation_id, opened_at, first_reply_at, observed_until, answered, waited_s,
    business_waited_s, channel, department, segment, engaged, topic, reply_kind, queue_at_arrival
from episodes
where opened_at >= coalesce($start_at, opened_at)
  and opened_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, channel))
  and ($departments is null or list_contains($departments, department))
  and ($segments is null or list_contains($segments, segment))
  and needs_response
order by waited_s desc, episode_id
limit $most
"""


def compute(store: Store, window: Window) -> Reading:
    """Median first response time, in seconds on the window's clock.

    Unknown `not_reached` when fewer than half were answered by the end of the export, `no_calendar` on
    the business clock without opening hours.
    """
    return reading(_ask, store, window, partial(rows, store, window))


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The median per period of opening; a period is complete when the export goes beyond its end."""
    return series_of(_ask, store, window, grain, is_over(store, "interactions", grain, days=1))


def compute_detail(store: Store, window: Window) -> Mapping[str, Value]:
    """The figures beside the median: p90, shares in time, the median of every message, of any touch.

    Keys: median, p90, within_15_min, within_1_h, within_24_h, zero_wait_share (business clock only),
    median_all (also messages that need no answer), median_first_touch (bots count), answered, waiting.
    """
    found = facts(store, window)
    absent = _absent(found, window)
    if absent:
        return dict.fromkeys(("median", "p90", *SHARES_S), absent)
    curves, _ = wait_curves(store, window, Cut(), found)
    curve = curves.get(WHOLE)
    if curve is None:
        return dict.fromkeys(("median", "p90", *SHARES_S), nobody(0))
    how = _how(found, Cut())
    detail = {
        "median": medians.quantile(curve, 0.5, DEFINITION, NOUN, how),
        "p90": medians.quantile(curve, 0.9, DEFINITION, NOUN, how),
    }
    detail |= {name: _share(curve, limit_s, found) for name, limit_s in SHARES_S.items()}
    if window.clock == "business":
        detail["zero_wait_share"] = intervals.wilson(found.without_wait, found.answered)
    detail["median_all"] = _other_median(store, window, found, window.clock, needing_only=False)
    detail["median_first_touch"] = _other_median(store, window, found, "touch", needing_only=True)
    detail["answered"] = Estimate.count(found.answered)
    detail["waiting"] = Estimate.count(found.waiting)
    return detail


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The episodes behind the figure, longest wait first, with start, stop and cut-off."""
    return store.frame(ROWS, **filters(window), most=most)


def _ask(store: Store, window: Window, cut: Cut) -> Answer:
    """Medians by segment and period."""
    found = facts(store, window)
    definition = _named(found)
    absent = _absent(found, window)
    if absent:
        return Answer(definition, absent)
    curves, working = wait_curves(store, window, cut, found)
    how = _how(found, cut)
    values = {key: medians.quantile(curve, 0.5, DEFINITION, NOUN, how) for key, curve in curves.items()}
    return Answer(definition, nobody(0), values, _notes(found, window, cut), working)


def _named(found: Facts) -> Definition:
    """The definition, under its own name where peers, not staff, are the ones who ask and answer."""
    return replace(DEFINITION, name=PEER_NAME) if found.is_community else DEFINITION


def _how(found: Facts, cut: Cut) -> str:
    """What the method adds to the estimator: which waits it rests on."""
    which = "; answered conversations only" if sees_answered_only(found, cut) else ""
    peers = f"; {PEER_NAME.lower()}" if found.is_community else ""
    return f", clustered by customer{which}{peers}"


def _absent(found: Facts, window: Window) -> Unknown | None:
    """Why there can be no number at all, if so."""
    if found.needing == 0:
        return nobody(found.episodes)
    if window.clock == "business" and found.with_calendar == 0:
        return Unknown(
            "no_calendar",
            "No opening hours are loaded, so nothing can be said on the business clock.",
            found.needing,
        )
    return None


def _share(curve: KaplanMeier, limit_s: float, found: Facts) -> Value:
    """Share answered within `limit_s` seconds."""
    if found.answered_only:
        return answered_only(found.needing)
    if curve.n < DEFINITION.min_n:
        return too_few(curve.n, "conversations need an answer", DEFINITION)
    return with_method(curve.share_by(limit_s), _how(found, Cut()))


def _other_median(
    store: Store, window: Window, found: Facts, clock: WaitClock, *, needing_only: bool
) -> Value:
    """The median of another wait over the same window."""
    curves, _ = wait_curves(store, window, Cut(), found, clock=clock, needing_only=needing_only)
    curve = curves.get(WHOLE)
    return nobody(0) if curve is None else medians.quantile(curve, 0.5, DEFINITION, NOUN, _how(found, Cut()))


def _notes(found: Facts, window: Window, cut: Cut) -> tuple[str, ...]:
    """What a reader must see beside the number."""
    placed = note_placed(found) if cut.by == "department" else ""
    notes = (_note_kept(found), note_idle(found), _note_peers(found), _note_clock(found, window), placed)
    return tuple(note for note in notes if note)


def _note_kept(found: Facts) -> str:
    """Exports without their unanswered conversations."""
    if not found.answered_only:
        return ""
    return (
        f"For the answered only: {found.not_kept:,} of {found.needing:,} conversations come from exports"
        " that do not keep unanswered ones, so the true wait is longer."
    )


def _note_peers(found: Facts) -> str:
    """Communities without staff."""
    if not found.by_peers:
        return ""
    return (
        f"{found.by_peers:,} of {found.needing:,} were asked in a community: there the time runs to the"
        " first answer by another person; answering oneself does not count."
    )


def _note_clock(found: Facts, window: Window) -> str:
    """The business clock's two traps: waits of zero, and conversations without a calendar."""
    if window.clock != "business":
        return ""
    zero = found.without_wait / found.answered if found.answered else 0.0
    note = (
        f"{zero:.0%} of answers came outside opening hours and count as no wait; customers feel every hour."
    )
    missing = found.needing - found.with_calendar
    return note + (f" {missing:,} conversations have no calendar and are left out." if missing else "")
