"""What a reader must know beside the number; nothing here withholds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from socialroi.result import Estimate, Value
from socialroi.stats.causal import Effect
from socialroi.stats.sensitivity import Strength, benchmark
from socialroi.uplift import words
from socialroi.uplift.design import Design
from socialroi.uplift.estimate import Fit
from socialroi.uplift.outcomes import Outcome

ASSUMPTION = "This assumes agents did not choose whom to answer by something these files do not show."
REPEATS = "A customer who wrote more than once counts more than once; the interval allows for that."
UNDATED_SEGMENT = "Customer segments carry no date and are used as the file has them now."


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The observed group of columns whose like could bias the number most, and by how much."""

    strongest: str
    bound: float
    explains: bool


def sensitivity(fitted: Fit) -> Sensitivity | None:
    """Whether something unseen, as strong as an observed group, could explain the headline away.

    Only asked when the interval excludes 0; None else, or when there is no group to compare with.
    """
    effect, columns = fitted.headline, fitted.columns
    if effect.low <= 0 <= effect.high or not columns.groups:
        return None
    places = {
        name: [i for i, group in enumerate(columns.groups) if group == name] for name in set(columns.groups)
    }
    strengths = benchmark(fitted.arms.y, fitted.arms.treated.astype(np.float64), columns.x, places)
    dof = max(effect.n_clusters - len(columns.names) - 2, 1)
    strongest = max(strengths.values(), key=lambda one: (_bound(one, effect, dof), one.name))
    bound = _bound(strongest, effect, dof)
    return Sensitivity(strongest.name, bound, abs(effect.value) <= bound)


def _bound(strength: Strength, effect: Effect, dof: float) -> float:
    return strength.bound(effect.se, dof)


def sensitivity_note(found: Sensitivity, outcome: Outcome, currency: str | None) -> str:
    """The sentence about what it would take to explain the number away."""
    size = words.size(found.bound, outcome, currency)
    if found.explains:
        return (
            f"The difference could be explained by something unseen as strong as “{found.strongest}”, which "
            f"could move it by {size}."
        )
    return (
        f"To explain the difference away, something unseen would have to be stronger than "
        f"“{found.strongest}”, which could move it by {size}."
    )


def totals_note(effect: Effect) -> str:
    """Whether totals over all answered messages may be formed: the effective size of the unanswered."""
    broken = [check for check in effect.checks if check.passed is False]
    size = f"{effect.ess.control:,.0f} unanswered ones"
    if broken:
        return (
            f"Totals over all answered messages cannot rest on the equivalent of {size}. {broken[0].sentence}"
        )
    return f"Totals over all answered messages may rest on the equivalent of {size}."


def signs_note(primary: Effect, secondary: Mapping[int, Effect]) -> str | None:
    """Whether the difference points the same way at every follow-up; None without another one."""
    if not secondary:
        return None
    days = ", ".join(str(one) for one in sorted(secondary))
    others = [one.value for one in secondary.values()]
    if all(value * primary.value > 0 for value in others):
        return f"The difference points the same way at {days} days."
    return f"The difference does not point the same way at {days} days as at the main follow-up."


def secondary_note(days: int, effect: Effect, p: float, outcome: Outcome, currency: str | None) -> str:
    """A secondary follow-up in words, with its p-value after Holm."""
    value = words.signed(effect.value, outcome, currency)
    shown = f"{value} ({words.interval(effect.low, effect.high, outcome)})"
    return f"Secondary, at {days} days: {shown}, Holm-adjusted p {_p_text(p)}."


def _p_text(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def control_note(found: Fit | None, has_clock: bool, outcome: Outcome, currency: str | None) -> str:
    """The negative control: orders in the 24 hours before the message, which no answer can change."""
    name = "Negative control (orders in the 24 hours before the message)"
    if not has_clock:
        return f"{name}: not run, because orders carry dates without a time of day."
    if found is None:
        return f"{name}: not run, because nobody or too few people ordered then."
    effect = found.headline
    value = words.signed(effect.value, outcome, currency)
    shown = f"{value} ({words.interval(effect.low, effect.high, outcome)})"
    clear = effect.low > 0 or effect.high < 0
    return f"{name}: {shown}, {'a difference that should not be there' if clear else 'as it should be'}."


def columns_note(fitted: Fit) -> str:
    """What the groups were made alike in."""
    groups = list(dict.fromkeys(fitted.columns.groups))
    size = "the full list" if fitted.columns.is_full else "the short list, because events are few"
    return f"Compared on {len(fitted.columns.names)} columns ({size}): {', '.join(groups)}."


def grace_note(shares: Sequence[Value], design: Design) -> str | None:
    """Orders before time zero, which count for neither group; None when a group is empty."""
    treated, control = shares
    if not isinstance(treated, Estimate) or not isinstance(control, Estimate):
        return None
    sides = design.sides
    return (
        f"{treated.value:.1%} of those {sides.treated} and {control.value:.1%} of those {sides.control} "
        f"ordered within {words.hours(design.start_us)} of {sides.before}; those orders count for neither."
    )


def holm(p: Mapping[int, float]) -> dict[int, float]:
    """Holm's step-down adjustment of p-values by name.

    Source: Holm 1979.
    """
    adjusted, floor = {}, 0.0
    for rank, (name, value) in enumerate(sorted(p.items(), key=lambda item: item[1])):
        floor = max(floor, min(1.0, (len(p) - rank) * value))
        adjusted[name] = floor
    return adjusted
