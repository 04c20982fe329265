"""Behind rung A's headline: who gains, how fast is fast enough, when they order, what could explain it.

All of it rests on the headline's own rows and models and is told only where the headline is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from socialroi.result import Curve, Definition, Estimate, Part, Unknown, Value
from socialroi.stats import doses, parts, sensitivity, survival
from socialroi.uplift import words
from socialroi.uplift.checks import SMD_LIMIT
from socialroi.uplift.covariates import GROUPS, covariates
from socialroi.uplift.estimate import Fit
from socialroi.uplift.outcomes import Floats
from socialroi.uplift.past import DAY_US, Ints
from socialroi.uplift.rung import Beside, Found

#: What divides people, and the column that says where they belong.
DIVISIONS = ("segment", "channel", "department")
#: The most parts of one division; the rarer ones are taken together.
MOST = 8
OTHER = "(other)"
NOT_RECORDED = "(not recorded)"
#: The fewest people of either arm in a part.
PEOPLE = 30
#: Waiting times, in minutes up to which each goes.
WAITS = (
    (15, "within 15 minutes"),
    (60, "15 minutes to 1 hour"),
    (240, "1 to 4 hours"),
    (1_440, "4 to 24 hours"),
)
LATER = "later than {} or never"
#: Waiting times are compared among messages of weekdays from the first to the second hour, local time.
WORKING_HOURS = (8, 18)
#: The fewest people with one waiting time; fewer are counted with the next longer one.
WAITED = 50
#: The most points of a drawn curve.
POINTS = 400

ORDERED = Definition(
    key="next_order",
    name="Ordered after time zero",
    unit="share",
    better="up",
    question="When do answered and unanswered customers order again?",
    formula=(
        "Weighted Kaplan-Meier share with an order by days since time zero, among customers whose answer "
        "could have gone either way."
    ),
    source="Cole and Hernan 2004.",
    caveat="The bands take the weights as known.",
    min_n=100,
)  # fmt: skip


def behind(found: Found) -> Beside:
    """The parts, the curve and the detail of a headline; empty without one."""
    fitted, rows = found.primary.fitted, found.primary.rows
    if fitted is None or found.finding is None:
        return Beside({}, ())
    by_day = _in_working_hours(rows)
    dose, names = _waits(found, by_day)
    waited = _days_to_next(found)
    waits, times = _dose(by_day, dose, names), _compared(found, fitted, waited)
    return Beside(
        {
            "wait_trend": waits if isinstance(waits, Unknown) else waits.slope,
            "rmst_days": times.difference,
            **_robustness(fitted),
        },
        (),
        (*_by_people(fitted, rows), *_by_wait(waits, dose, names)),
        _curve(times, fitted, waited),
    )


def _by_people(fitted: Fit, rows: pd.DataFrame) -> Iterator[Part]:
    for by in DIVISIONS:
        labels = _labels(rows[by])
        if len(np.unique(labels)) < 2:
            continue
        effects = parts.group_effects(
            fitted.model, fitted.arms.y, labels, fitted.headline.estimand, least=PEOPLE
        )
        for label, effect in effects.items():
            treated = fitted.arms.treated[labels == label]
            value = effect if isinstance(effect, Unknown) else effect.estimate
            yield Part(by, label, value, int(treated.sum()), int((~treated).sum()))


def _labels(words: pd.Series) -> np.ndarray:
    """The word of each row; missing and rare ones under a name of their own."""
    named = words.astype("object").where(words.notna(), NOT_RECORDED)
    common = set(named.value_counts().index[:MOST])
    return np.asarray(named.where(named.isin(common), OTHER), dtype=object)


def _by_wait(answer: doses.DoseResponse | Unknown, dose: Ints, names: list[str]) -> Iterator[Part]:
    """Each waiting time against the longest."""
    counts = np.bincount(dose, minlength=len(names))
    for at, label in enumerate(names[:-1]):
        value = answer if isinstance(answer, Unknown) else answer.against_last[at]
        yield Part("wait", label, value, int(counts[at]), int(counts[-1]))


def _in_working_hours(rows: pd.DataFrame) -> pd.DataFrame:
    """Messages that came when somebody could have answered fast: at night only slow answers exist."""
    first, last = WORKING_HOURS
    hour = rows["local_hour"]
    return rows[(rows["local_weekday"] <= 5) & (hour >= first) & (hour < last)]


def _waits(found: Found, rows: pd.DataFrame) -> tuple[Ints, list[str]]:
    """How long each waited, as a code into words; times with few people are counted with the next one."""
    start_us = found.asked.design.start_us
    limits = [(minutes * 60_000_000, name) for minutes, name in WAITS if minutes * 60_000_000 <= start_us]
    names = [*(name for _, name in limits), LATER.format(words.hours(start_us))]
    waited = np.where(rows["replied_us"] > 0, rows["replied_us"] - rows["at_us"], np.inf)
    dose = np.searchsorted([limit for limit, _ in limits], waited, side="left")
    person = rows["person"].to_numpy()
    for code in range(len(names) - 1):
        if len(np.unique(person[dose == code])) < WAITED:
            dose[dose == code] = code + 1
    used = np.unique(dose)
    return np.searchsorted(used, dose), [names[code] for code in used]


def _dose(rows: pd.DataFrame, dose: Ints, names: list[str]) -> doses.DoseResponse | Unknown:
    """The adjusted outcome by waiting time, where those who waited differently can be compared."""
    n = len(dose)
    if len(names) < 2:
        return Unknown("counts", "There are too few people with different waiting times.", n)
    try:
        columns = covariates(rows, 0, GROUPS, full=False)
        y, person = rows["y"].to_numpy(np.float64), rows["person"].to_numpy()
        answer = doses.dose_response(y, dose, columns.x, person, names=names, splits=1)
    except ValueError:  # a time with fewer messages than columns
        return Unknown("counts", "There are too few people with each waiting time.", n)
    if answer.worst_balance > SMD_LIMIT:
        sentence = (
            f"People who waited differently long still differ by {answer.worst_balance:.2f} standard "
            f"deviations after weighting; {SMD_LIMIT:.2f} is accepted."
        )
        return Unknown("balance", sentence, n)
    return answer


def _days_to_next(found: Found) -> Floats:
    """Days from time zero to the next order, for every message; infinite where none came."""
    rows = found.primary.rows
    zero_us = rows["at_us"].to_numpy() + found.asked.design.start_us
    next_us = rows["next_us"].to_numpy()
    return np.where(next_us > 0, (next_us - zero_us) / DAY_US, np.inf)


def _compared(found: Found, fitted: Fit, waited: Floats) -> survival.Compared:
    """Time to the next order within the follow-up."""
    days = float(found.primary.days)
    return survival.compared(
        fitted.model, np.minimum(waited, days), waited <= days, days, fitted.headline.estimand
    )


def _curve(times: survival.Compared, fitted: Fit, waited: Floats) -> Curve:
    """Both arms' shares with an order, weighted alike, with how many messages are still followed."""
    groups = {}
    for name, one, arm in (("answered", times.treated, True), ("unanswered", times.control, False)):
        own = waited[fitted.arms.treated == arm]
        groups[name] = tuple(
            replace(step, at_risk=int((own >= step.x).sum())) for step in one.steps(POINTS, rising=True)
        )
    return Curve(ORDERED, "Days since time zero", groups)


def _robustness(fitted: Fit) -> dict[str, Value]:
    """What an unseen cause would have to be like: partial R2, and ratios of at least 1."""
    try:
        found = sensitivity.summary(fitted.model, fitted.arms.y, fitted.headline)
    except ValueError:  # no degrees of freedom are left
        return {}
    n, source = fitted.headline.n, "Cinelli and Hazlett 2020"
    known = {
        "robustness_value": (found.rv, source),
        "robustness_value_5_percent": (found.rv_alpha, source),
        "robustness_value_doubly_robust": (found.hidden.robustness, "Chernozhukov and others 2022"),
    }
    if found.e_value:
        known["e_value"] = (found.e_value.value, "VanderWeele and Ding 2017")
        known["e_value_of_the_limit"] = (found.e_value.limit, "VanderWeele and Ding 2017")
    return {name: Estimate(value, value, value, n, method) for name, (value, method) in known.items()}
