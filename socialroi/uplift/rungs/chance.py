"""Rung R: chance decided who is answered first. The plain difference as assigned, and whether chance held.

Whoever was assigned to an arm stays in it, whatever then happened: only so are the arms alike in everything,
also in what no file shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from socialroi.result import Check, Rung, Unknown, Value
from socialroi.stats.diagnostics import balance
from socialroi.stats.intervals import wilson
from socialroi.stats.nuisance import one_thread, scaled
from socialroi.stats.power import sample_ratio
from socialroi.uplift import detail, rung, sides
from socialroi.uplift.covariates import GROUPS, column_budget, covariates
from socialroi.uplift.estimate import Arms
from socialroi.uplift.examine import Question
from socialroi.uplift.messages import Messages
from socialroi.uplift.outcomes import Bools
from socialroi.uplift.rung import Beside, Found
from socialroi.uplift.rungs import answered

#: What the arm that is answered as usual or at once may be called, and the one that is held back.
ANSWER = frozenset({"answer", "answered", "treat", "treated", "treatment", "fast", "first", "priority", "on"})
HOLD = frozenset({"hold", "held", "holdout", "hold out", "control", "wait", "slow", "later", "none", "off"})
#: A split less likely than this did not come from the planned coin.
RATIO_LIMIT = 0.001
_NOT_ASSIGNED = "It was not left to chance whether the message is answered first."
_AS_ASSIGNED = (
    "Messages count in the arm that chance assigned, whatever happened then; so this is the effect of "
    "deciding to answer first, a little smaller than that of an answer."
)


def answer(asked: Question) -> Rung:
    """The rung of a randomised test, or why there is none."""
    about = f"{answered.population(asked)}, where chance decided"
    design = asked.design
    assert isinstance(design, Messages)
    arms = answered.obstacle(asked) or _arms(design.units)
    if isinstance(arms, Unknown):
        nobody = design.divided("R", np.zeros(len(design.units), bool), sides.NO_ARMS, ()).plainly()
        return rung.without_data(asked.of(nobody), about, arms)
    design = _divided(design, arms)
    asked = asked.of(design)
    found = rung.find(asked, (*answered.gates(asked), _ratio(design)), ("ATE",))
    said = (_AS_ASSIGNED, *answered.about_the_others(found))
    return replace(rung.row(found, about, Beside(dict(_detail(found)), said)), balance=_balance(found))


def _arms(units: pd.DataFrame) -> tuple[str, str] | Unknown:
    """The words of the two arms, the one answered first before the other; or why there are none."""
    chance = units[_is_chance(units)]
    words = sorted(chance["assigned_arm"].dropna().unique())
    if not words:
        return Unknown("not_randomised", "No message was left to chance yet; “Plan a fair test” says how.")
    treated = [word for word in words if _plain(word) in ANSWER]
    control = [word for word in words if _plain(word) in HOLD]
    if len(words) != 2 or len(treated) != 1 or len(control) != 1:
        named = ", ".join(f"“{word}”" for word in words[:5])
        return Unknown(
            "arms",
            f"A fair test has two arms, one of them called “answer” and one “hold”; here are {named}.",
            len(chance),
        )
    return treated[0], control[0]


def _plain(word: str) -> str:
    return " ".join(word.casefold().replace("_", " ").replace("-", " ").split())


def _is_chance(units: pd.DataFrame) -> Bools:
    kind, arm = units["assignment_kind"], units["assigned_arm"]
    return np.asarray((kind == "randomised").to_numpy(bool) & arm.notna().to_numpy())


def _divided(design: Messages, arms: tuple[str, str]) -> Messages:
    """The messages that chance divided, by their arm; compared plainly, without columns."""
    treated = (design.units["assigned_arm"] == arms[0]).to_numpy(bool)
    own = ((_NOT_ASSIGNED, _is_chance(design.units)),)
    return design.divided("R", treated, sides.assigned(*arms), own).plainly()


def _ratio(design: Messages) -> Check:
    """Whether the arms have the sizes that were planned (sample-ratio check)."""
    rows = design.units[design.asks_and_is_observed]
    n, k = len(rows), int(rows["treated"].sum())
    planned = rows["planned_share"].dropna().unique() if "planned_share" in rows else np.zeros(0)
    if len(planned) != 1:
        sentence = (
            "Whether chance kept to its plan could not be checked: the files do not say which one share of "
            "the messages was to be answered first (planned_share)."
        )
        return Check("sample_ratio", None, RATIO_LIMIT, None, sentence)
    p = sample_ratio(k, n - k, float(planned[0]))
    shares = f"{k:,} of {n:,} messages were assigned to be answered first, {planned[0]:.0%} were planned"
    passed = p >= RATIO_LIMIT
    sentence = (
        f"{shares}: as chance does it (p = {p:.3f})."
        if passed
        else f"{shares}: chance alone does that less than once in 1,000 tests; it would pass if every "
        "message of the test were in the files, and every line of the list were used."
    )
    return Check("sample_ratio", p, RATIO_LIMIT, passed, sentence)


def _balance(found: Found) -> dict[str, tuple[float, float]]:
    """What chance left: the arms' differences in everything known, which nothing weights away."""
    if not found.primary.fitted:
        return {}
    arms = Arms.of(found.primary.rows)
    columns = covariates(
        found.primary.rows, column_budget(arms.bought.astype(np.float64), arms.treated), GROUPS
    )
    a = arms.treated.astype(np.float64)
    with one_thread():
        gaps = balance(*scaled(columns.x), a, np.ones(len(a)), columns.names)
    return {name: (before, before) for name, (before, _) in gaps.by_name.items()}


def _detail(found: Found) -> Iterator[tuple[str, Value]]:
    """Whether staff kept to the assignment, and the other follow-ups."""
    rows = found.primary.rows
    for treated, name in ((True, "answered_as_assigned_first"), (False, "answered_though_held")):
        arm = rows[rows["treated"] == treated]
        if len(arm):
            yield name, wilson(int(arm["answered"].sum()), len(arm))
    yield from detail.secondary(found).items()
    yield from detail.grace_orders(found).items()
