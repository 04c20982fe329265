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
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from socialroi.metrics import clusters, csat, nps, retention, survey_response_rate
from socialroi.metrics.answer import MIN_N, filters, last_instant
from socialroi.metrics.ratings import Boxes, Scale
from socialroi.result import Estimate, Unknown, Value, Window, Working
from socialroi.stats import discrimination
from socialroi.stats.discrimination import Gap
from socialroi.stats.intervals import Floats
from socialroi.store import Store

Verdict = Literal["ease", "satisfaction", "cannot tell apart"]

EASE = ("net_easy", "ces2", "ces1")
SATISFACTION = ("csat", "nps")
#: Answers this far apart still come from one survey when its export gives each question its own id.
MOMENT_S = 3600
#: The fewest surveys followed by an order, and not followed by one, that a comparison rests on.
MIN_EVENTS = 20
#: Cuts of two scales are common when the shares of answers below them differ by no more than this.
APART = 0.035
#: The difference between two areas that would matter in practice.
WORTHWHILE = 0.05

PAIRS = """
with answers as (
    select
        response_id,
        customer_id,
        coalesce(episode_id, conversation_id, response_id) as subject,
        question,
        score,
        scale_min,
        scale_max,
        high_is_good,
        coalesce(answered_at, asked_at) as at_time
    from survey_answers
    where customer_id is not null
      and score between scale_min and scale_max
      and scale_min < scale_max
      and coalesce(answered_at, asked_at) is not null
      and ($channels is null or list_contains($channels, channel))
      and ($departments is null or list_contains($departments, department))
      and ($segments is null or list_contains($segments, segment))
      and ($start_at::timestamp is null or coalesce(answered_at, asked_at) >= $start_at)
      and ($end_at::timestamp is null or coalesce(answered_at, asked_at) < $end_at)
),
together as (
    select
        e.customer_id,
        e.subject,
        e.question as ease_question,
        e.score as ease,
        e.scale_min as ease_min,
        e.scale_max as ease_max,
        e.high_is_good as ease_high_is_good,
        s.question as satisfaction_question,
        s.score as satisfaction,
        s.scale_min as satisfaction_min,
        s.scale_max as satisfaction_max,
        s.high_is_good as satisfaction_high_is_good,
        greatest(e.at_time, s.at_time) as surveyed_at,
        row_number() over (
            partition by e.customer_id, e.subject, e.question, s.question
            order by greatest(e.at_time, s.at_time) desc, e.response_id desc, s.response_id desc
        ) as place
    from answers as e
    join answers as s
      on s.customer_id = e.customer_id
     and s.subject = e.subject
     and (s.response_id = e.response_id or abs(date_diff('second', e.at_time, s.at_time)) <= $moment_s)
    where list_contains($ease_questions, e.question)
      and list_contains($satisfaction_questions, s.question)
      and e.high_is_good is not null
),
followed as (
    select
        t.*,
        c.first_at is not null
            and t.surveyed_at >= c.first_at
            and t.surveyed_at + to_days($horizon_d::integer) <= c.last_at as is_complete
    from together as t
    left join coverage as c on c.table_name = 'orders'
    where t.place = 1
),
outcomes as (
    select f.customer_id, f.surveyed_at, bool_or(true) as ordered
    from (select distinct customer_id, surveyed_at from followed where is_complete) as f
    join purchases as p
      on p.customer_id = f.customer_id
     and p.ordered_at > f.surveyed_at
     and p.ordered_at <= f.surveyed_at + to_days($horizon_d::integer)
    group by f.customer_id, f.surveyed_at
)
select
    f.customer_id, f.surveyed_at, f.ease_question, f.ease, f.ease_min, f.ease_max, f.ease_high_is_good,
    f.satisfaction_question, f.satisfaction, f.satisfaction_min, f.satisfaction_max,
    f.satisfaction_high_is_good, f.is_complete, coalesce(o.ordered, false) as ordered
from followed as f
left join outcomes as o on o.customer_id = f.customer_id and o.surveyed_at = f.surveyed_at
order by f.surveyed_at, f.customer_id, f.ease_question, f.satisfaction_question
"""

ASKED = """
select
    count(*) filter (where list_contains($ease_questions, question)) as ease,
    count(*) filter (where list_contains($satisfaction_questions, question)) as satisfaction
from survey_answers
where score is not null
  and ($channels is null or list_contains($channels, channel))
  and ($departments is null or list_contains($departments, department))
  and ($segments is null or list_contains($segments, segment))
  and ($start_at::timestamp is null or coalesce(answered_at, asked_at) >= $start_at)
  and ($end_at::timestamp is null or coalesce(answered_at, asked_at) < $end_at)
"""

#: How a pair of scales is told apart in the rows of `PAIRS`.
WAYS = [
    f"{item}_{part}"
    for item in ("ease", "satisfaction")
    for part in ("question", "min", "max", "high_is_good")
]

BASE_NOTE = (
    "Beside them stand all customers: of those who ordered in the {days} days before a month's end, who"
    " ordered in the {days} days after it."
)


@dataclass(frozen=True, slots=True)
class Predictors:
    """Ease and satisfaction as foretellers of the next order, side by side.

    `ease` and `satisfaction` are areas under the curve (0.5 = tells nothing), `as_asked` and `collapsed`
    ease minus satisfaction (see `merged`); `n` surveys of `customers`, of which `ordered` were followed by an
    order within `horizon_days`. `needed_for_seen` and `needed_for_worthwhile` are surveys that would show the
    difference seen, or one of 0.05, four times in five; `smallest` is what `n` surveys show. `quadrant` has
    the share who ordered for (satisfied or not, easy or not). Leaving means no order within the horizon; the
    two `base` shares are those of all customers.
    """

    verdict: Verdict
    sentence: str
    horizon_days: int
    ease_asked: str | None
    satisfaction_asked: str | None
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
    satisfied_but_leaving: Value
    dissatisfied_but_staying: Value
    base_leaving: Value
    base_staying: Value
    response_rate: Value
    quadrant: Mapping[tuple[str, str], Value] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    working: tuple[Working, ...] = ()


def which_predicts(store: Store, window: Window) -> Predictors:
    """Whether ease or satisfaction tells better who orders within `window.horizon_days`.

    All values are Unknown `no_data` without surveys, `unpaired` when no survey asked both, `no_orders` when
    no order is loaded, `incomplete` when no survey has its whole follow-up, `too_few` with less than 20
    surveys on either side of the outcome.
    """
    params = filters(window) | {
        "ease_questions": list(EASE), "satisfaction_questions": list(SATISFACTION),
        "moment_s": MOMENT_S, "horizon_d": window.horizon_days,
    }  # fmt: skip
    pairs = store.frame(PAIRS, **params)
    working = (Working(PAIRS, params, len(pairs)),)
    complete = pairs[pairs["is_complete"]]
    absent = _absent(store, window, pairs, complete)
    base = retention.compute(store, Window(segment=window.segment, horizon_days=window.horizon_days)).value
    beside: dict[str, Any] = {
        "base_staying": base,
        "base_leaving": _rest(base),
        "response_rate": survey_response_rate.compute(store, window).value,
        "working": working,
    }
    if absent:
        return _without(absent, window, **beside)
    rows, others = _one_way(complete)
    ease, satisfaction = _scale(rows, "ease"), _scale(rows, "satisfaction")
    notes = [BASE_NOTE.format(days=window.horizon_days)]
    if len(pairs) > len(complete):
        notes.append(
            f"{len(pairs) - len(complete):,} pairs of answers are not followed for the whole horizon and left"
            " out."
        )
    if others:
        notes.append(f"{others:,} pairs of answers on other scales are left out; scales are never pooled.")
    return compared(rows, ease, satisfaction, window.horizon_days, notes=tuple(notes), **beside)


def compared(
    rows: pd.DataFrame, ease: Scale, satisfaction: Scale, horizon_days: int, **beside: Any
) -> Predictors:
    """The comparison from one row a survey: `customer_id`, `ease`, `satisfaction` as asked, `ordered`."""
    easy, happy = _upward(rows["ease"], ease), _upward(rows["satisfaction"], satisfaction)
    ordered = rows["ordered"].to_numpy(dtype=bool)
    who = rows["customer_id"].to_numpy(dtype=object)
    facts: dict[str, Any] = {
        "horizon_days": horizon_days, "ease_asked": str(ease), "satisfaction_asked": str(satisfaction),
        "n": len(rows), "customers": int(rows["customer_id"].nunique()), "ordered": int(ordered.sum()),
        **_shares(rows, ease, satisfaction), **beside,
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


def _shares(rows: pd.DataFrame, ease: Scale, satisfaction: Scale) -> dict[str, Any]:
    """The quadrant and the two surprises."""
    top_easy, top_happy = _boxes(ease), _boxes(satisfaction)
    if top_easy is None or top_happy is None:
        reason = Unknown("unknown_scale", "One of the scales has no agreed best boxes.", len(rows))
        return {"satisfied_but_leaving": reason, "dissatisfied_but_staying": reason}
    easy = rows["ease"].between(*top_easy.top)
    happy = rows["satisfaction"].between(*top_happy.top)
    unhappy = rows["satisfaction"].between(*top_happy.bottom)
    quadrant = {
        (satisfied, simple): _share(rows[mine & its])
        for satisfied, mine in (("satisfied", happy), ("not satisfied", ~happy))
        for simple, its in (("easy", easy), ("not easy", ~easy))
    }
    return {
        "quadrant": quadrant,
        "satisfied_but_leaving": _rest(_share(rows[happy])),
        "dissatisfied_but_staying": _share(rows[unhappy]),
    }


def _boxes(scale: Scale) -> Boxes | None:
    """The best and the worst answers: two boxes each, for NPS promoters and detractors."""
    return Boxes(scale, nps.PROMOTERS, nps.DETRACTORS) if nps.is_nps(scale) else csat.top_boxes(scale)


def _share(rows: pd.DataFrame) -> Value:
    """Share who ordered, interval clustered where customers were surveyed several times."""
    if len(rows) < MIN_N:
        return Unknown("too_few", f"Only {len(rows):,} surveys; at least {MIN_N} are needed.", len(rows))
    people = rows.groupby("customer_id")["ordered"].agg(["sum", "size"])
    table = people.rename(columns={"sum": "hits"}).assign(people=1)
    return clusters.share(table)


def _rest(value: Value) -> Value:
    """One minus a share."""
    if isinstance(value, Unknown):
        return value
    return Estimate(1 - value.value, 1 - value.high, 1 - value.low, value.n, value.method, value.level)


def _one_way(complete: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The surveys on the most frequent pair of scales, and how many are on others."""
    keys = [complete[name].astype(object).where(complete[name].notna(), None).map(repr) for name in WAYS]
    way = pd.Series(list(zip(*keys, strict=True)), index=complete.index)
    sizes = way.value_counts()
    best = min(way[way.map(sizes) == sizes.max()])
    kept = complete[way.map(lambda one: one == best)]
    return kept, len(complete) - len(kept)


def _scale(rows: pd.DataFrame, item: str) -> Scale:
    """The scale all rows share."""
    names = [f"{item}_{part}" for part in ("question", "min", "max", "high_is_good")]
    question, lowest, highest, good = rows.iloc[0][names]
    return Scale(str(question), float(lowest), float(highest), None if pd.isna(good) else bool(good))


def _absent(store: Store, window: Window, pairs: pd.DataFrame, complete: pd.DataFrame) -> Unknown | None:
    """Why there is nothing to compare, if so."""
    if len(complete):
        return None
    if len(pairs):
        if last_instant(store, "orders") is None:
            return Unknown("no_orders", "No orders are loaded, so it is not known who came back.", len(pairs))
        return Unknown(
            "incomplete",
            f"None of {len(pairs):,} surveys has {window.horizon_days} days of orders after it in the data.",
            len(pairs),
        )
    params = filters(window) | {"ease_questions": list(EASE), "satisfaction_questions": list(SATISFACTION)}
    ease, satisfaction = (int(count) for count in store.one(ASKED, **params))
    if ease or satisfaction:
        return Unknown(
            "unpaired",
            f"{ease:,} ease and {satisfaction:,} satisfaction answers, but no known customer answered both in"
            " one survey on scales with a stated good end.",
            ease + satisfaction,
        )
    return Unknown("no_data", "No survey answers are loaded for this selection.")


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
        "horizon_days": window.horizon_days, "ease_asked": None, "satisfaction_asked": None, "n": 0,
        "customers": 0, "ordered": 0, "satisfied_but_leaving": absent, "dissatisfied_but_staying": absent,
    }  # fmt: skip
    return _undecided(absent, facts | beside)


def _undecided(reason: Unknown, facts: Mapping[str, Any]) -> Predictors:
    """No comparison, for a reason."""
    return Predictors(
        verdict="cannot tell apart", sentence=reason.sentence, **facts, ease=reason, satisfaction=reason,
        as_asked=reason, collapsed=reason, smallest=None, needed_for_seen=None, needed_for_worthwhile=None,
    )  # fmt: skip
