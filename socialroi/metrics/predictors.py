"""Which tells better who will buy again: how easy it was, or how satisfied they were?

Both questions must have been answered in the same survey; each is turned so that higher is better, and
the outcome is any order after the survey and within the horizon, seen to its end. A winner is named only
when its area under the curve is higher on the scales as asked and again after both are merged into the same
number of about equally frequent levels, with both intervals off zero, and when it tells anything at all.
The usual answer is "cannot tell apart", with the number of surveys that would be needed.

Published work is split on which is better, so none is expected to win. It does not say that making
things easier makes customers stay: customers who find things easy may differ in other ways.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from socialroi.metrics import clusters
from socialroi.metrics.answer import MIN_N
from socialroi.metrics.pairs import paired
from socialroi.metrics.ratings import Scale
from socialroi.result import Estimate, Unknown, Value, Window, Working
from socialroi.stats import discrimination, items
from socialroi.stats.discrimination import Gap
from socialroi.stats.intervals import Floats
from socialroi.stats.items import Added
from socialroi.store import Store

Verdict = Literal["ease", "satisfaction", "cannot tell apart"]
Item = Literal["ease", "satisfaction"]

#: The fewest surveys followed by an order, and not followed by one, that a comparison rests on.
MIN_EVENTS = 20
#: Cuts of two scales are common when the shares of answers below them differ by no more than this.
APART = 0.035
#: The difference between two areas that would matter in practice.
WORTHWHILE = 0.05


@dataclass(frozen=True, slots=True)
class Level:
    """The share who ordered again among those who gave one answer; `score` as asked."""

    item: Item
    score: float
    value: Value


@dataclass(frozen=True, slots=True)
class Predictors:
    """Ease and satisfaction as foretellers of the next order, side by side.

    `ease` and `satisfaction` are areas under the curve (0.5 = tells nothing), `as_asked` and `collapsed`
    ease minus satisfaction (see `merged`); `n` surveys of `customers`, of which `ordered` were followed by an
    order within `horizon_days`. `needed_for_seen` and `needed_for_worthwhile` are surveys that would show the
    difference seen, or one of 0.05, four times in five; `smallest` is what `n` surveys show. `ease_adds` and
    `satisfaction_adds` test whether either tells more than the other does alone; `ease_reach` and
    `satisfaction_reach` are how the predicted share who order moves when one goes from its 20th to its 80th
    percentile and the other stays. `levels` has the share who ordered by answer, worst answer first.
    """

    verdict: Verdict
    sentence: str
    horizon_days: int
    ease_scale: Scale | None
    satisfaction_scale: Scale | None
    n: int
    customers: int
    ordered: int
    ease: Value
    satisfaction: Value
    as_asked: Value
    collapsed: Value
    smallest: float | None
    needed_for_seen: int | None
    needed_for_worthwhile: int | None
    ease_adds: Added | Unknown
    satisfaction_adds: Added | Unknown
    ease_reach: Value
    satisfaction_reach: Value
    levels: tuple[Level, ...] = ()
    notes: tuple[str, ...] = ()
    working: tuple[Working, ...] = ()


def which_predicts(store: Store, window: Window) -> Predictors:
    """Whether ease or satisfaction tells better who orders within `window.horizon_days`.

    All values are Unknown as in `pairs.paired` where no survey can be followed, `too_few` with less than
    20 surveys on either side of the outcome.
    """
    pairs = paired(store, window)
    beside: dict[str, Any] = {"notes": pairs.notes, "working": pairs.working}
    if pairs.absent or pairs.ease is None or pairs.satisfaction is None:
        reason = pairs.absent or Unknown("no_data", "No survey answers are loaded for this selection.")
        return _without(reason, window, **beside)
    return compared(pairs.rows, pairs.ease, pairs.satisfaction, window.horizon_days, **beside)


def compared(
    rows: pd.DataFrame, ease: Scale, satisfaction: Scale, horizon_days: int, **beside: Any
) -> Predictors:
    """The comparison from one row a survey: `customer_id`, `ease`, `satisfaction` as asked, `ordered`."""
    easy, happy = _upward(rows["ease"], ease), _upward(rows["satisfaction"], satisfaction)
    ordered = rows["ordered"].to_numpy(dtype=bool)
    who, _ = pd.factorize(rows["customer_id"])  # numbers, because names are slow to count
    rows = rows.assign(customer_id=who)
    facts: dict[str, Any] = {
        "horizon_days": horizon_days, "ease_scale": ease, "satisfaction_scale": satisfaction,
        "n": len(rows), "customers": int(rows["customer_id"].nunique()), "ordered": int(ordered.sum()),
        "levels": (*_by_answer(rows, "ease", ease), *_by_answer(rows, "satisfaction", satisfaction)),
        **beside,
    }  # fmt: skip
    rarer = min(int(ordered.sum()), int((~ordered).sum()))
    if rarer < MIN_EVENTS:
        return _undecided(_too_few(rarer, len(rows)), facts)
    area_easy = discrimination.delong(easy, ordered, who)
    area_happy = discrimination.delong(happy, ordered, who)
    gap = discrimination.compare(easy, happy, ordered, who)
    level_gap = discrimination.compare(*merged(easy, happy), ordered, who)
    verdict = decide(gap.value, level_gap.value, area_easy, area_happy)
    seen, worthwhile = _needed(gap, level_gap)
    smallest = max(gap.smallest, level_gap.smallest)
    return Predictors(
        verdict=verdict, sentence=_sentence(verdict, len(rows), worthwhile), **facts,
        ease=area_easy, satisfaction=area_happy, as_asked=gap.value, collapsed=level_gap.value,
        smallest=smallest if smallest > 0 else None,
        needed_for_seen=seen, needed_for_worthwhile=worthwhile,
        ease_adds=items.adds(easy, happy, ordered, who), ease_reach=items.reach(easy, happy, ordered, who),
        satisfaction_adds=items.adds(happy, easy, ordered, who),
        satisfaction_reach=items.reach(happy, easy, ordered, who),
    )  # fmt: skip


def decide(as_asked: Value, collapsed: Value, ease: Value, satisfaction: Value) -> Verdict:
    """The winner: both differences clear and of one sign, and the winner's own area above one half."""
    gaps = [gap for gap in (as_asked, collapsed) if isinstance(gap, Estimate)]
    if len(gaps) == 2:
        if all(gap.low > 0 for gap in gaps) and isinstance(ease, Estimate) and ease.low > 0.5:
            return "ease"
        if (
            all(gap.high < 0 for gap in gaps)
            and isinstance(satisfaction, Estimate)
            and satisfaction.low > 0.5
        ):
            return "satisfaction"
    return "cannot tell apart"


def _upward(scores: pd.Series[Any], scale: Scale) -> Floats:
    """Scores from 0, the worst, to 1, the best; a satisfaction scale that does not say runs upward."""
    way = (scores.to_numpy(dtype=float) - scale.lowest) / (scale.highest - scale.lowest)
    return 1 - way if scale.high_is_good is False else way


def merged(first: Floats, second: Floats) -> tuple[Floats, Floats]:
    """Two scores (higher = better) in the same number of levels, 0 the worst, each about equally frequent.

    Neighbouring answers are merged at the cuts that leave nearly the same share below in both. A finer scale
    says more, and so does one on which people spread out more; neither is what the question is about. The
    outcome plays no part. Without a common cut all answers fall into one level.
    """
    ours, theirs = _cuts(first), _cuts(second)
    nearest = sorted((abs(p - q), a, b) for a, p in ours for b, q in theirs)
    common: list[tuple[float, float]] = []
    for apart, a, b in nearest:
        if apart <= APART and all((a - c) * (b - d) > 0 for c, d in common):
            common.append((a, b))
    cuts = np.array(sorted(common)).reshape(-1, 2)
    return (
        np.searchsorted(cuts[:, 0], first).astype(np.float64),
        np.searchsorted(cuts[:, 1], second).astype(np.float64),
    )


def _cuts(score: Floats) -> list[tuple[float, float]]:
    """Every level but the highest, and the share of answers up to it."""
    levels, counts = np.unique(score, return_counts=True)
    return list(zip(levels[:-1].tolist(), (np.cumsum(counts)[:-1] / len(score)).tolist(), strict=True))


def _needed(*gaps: Gap) -> tuple[int | None, int | None]:
    """Surveys to show every difference as seen, and one of `WORTHWHILE`."""
    known = [gap for gap in gaps if isinstance(gap.value, Estimate) and gap.se > 0]
    if not known:
        return None, None
    worthwhile = max(discrimination.rows_needed(WORTHWHILE, gap.se, gap.n) for gap in known)
    seen = [(gap.value.value, gap.se, gap.n) for gap in known if isinstance(gap.value, Estimate)]
    if any(value == 0 for value, _, _ in seen) or len({value > 0 for value, _, _ in seen}) > 1:
        return None, worthwhile
    return max(discrimination.rows_needed(*one) for one in seen), worthwhile


def _sentence(verdict: Verdict, n: int, worthwhile: int | None) -> str:
    """The verdict in words."""
    if verdict != "cannot tell apart":
        other = "satisfaction" if verdict == "ease" else "ease"
        return f"In these {n:,} surveys {verdict} tells better than {other} who orders again."
    if worthwhile is None:
        return f"{n:,} surveys cannot tell ease and satisfaction apart."
    if worthwhile <= n:
        return (
            f"{n:,} surveys cannot tell ease and satisfaction apart, although they are enough to show a"
            f" difference of {WORTHWHILE:g} in the area under the curve."
        )
    return (
        f"{n:,} surveys cannot tell ease and satisfaction apart; about {worthwhile:,} would show a difference"
        f" of {WORTHWHILE:g} in the area under the curve."
    )


def _by_answer(rows: pd.DataFrame, item: Item, scale: Scale) -> list[Level]:
    """The share who ordered for every answer of a scale that somebody gave, worst answer first."""
    scores = sorted(set(rows[item].tolist()), reverse=scale.high_is_good is False)
    return [Level(item, float(score), share(rows[rows[item] == score])) for score in scores]


def share(rows: pd.DataFrame) -> Value:
    """Share who `ordered`, interval clustered where customers were surveyed several times."""
    if len(rows) < MIN_N:
        return Unknown("too_few", f"Only {len(rows):,} surveys; at least {MIN_N} are needed.", len(rows))
    people = rows.groupby("customer_id")["ordered"].agg(["sum", "size"])
    table = people.rename(columns={"sum": "hits"}).assign(people=1)
    return clusters.share(table)


def _too_few(rarer: int, n: int) -> Unknown:
    return Unknown(
        "too_few",
        f"Only {rarer:,} of {n:,} surveys have the rarer outcome; at least {MIN_EVENTS} with and without an"
        " order are needed.",
        n,
    )


def _without(absent: Unknown, window: Window, **beside: Any) -> Predictors:
    """The answer when nothing can be compared."""
    facts = {
        "horizon_days": window.horizon_days, "ease_scale": None, "satisfaction_scale": None, "n": 0,
        "customers": 0, "ordered": 0,
    }  # fmt: skip
    return _undecided(absent, facts | beside)


def _undecided(reason: Unknown, facts: Mapping[str, Any]) -> Predictors:
    """No comparison, for a reason."""
    return Predictors(
        verdict="cannot tell apart", sentence=reason.sentence, **facts, ease=reason, satisfaction=reason,
        as_asked=reason, collapsed=reason, smallest=None, needed_for_seen=None, needed_for_worthwhile=None,
        ease_adds=reason, satisfaction_adds=reason, ease_reach=reason, satisfaction_reach=reason,
    )  # fmt: skip
