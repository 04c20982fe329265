"""From an estimate and its checks to a verdict word and one sentence an executive can repeat.

Six words. `better`, `worse`, `no_clear_difference` and `too_little_data` belong to a number that may be
shown, `cannot_say` to one that may not, `not_causal` to a difference that is described and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from socialroi.result import Estimate, Verdict
from socialroi.stats.causal import Effect
from socialroi.uplift import words
from socialroi.uplift.outcomes import Outcome
from socialroi.uplift.sides import Sides

#: An interval reaching further than this either way cannot tell no effect from a large one: shares.
WIDE_POINTS = 0.10
#: The same for orders and money, as a share of what the unanswered do.
WIDE_SHARE = 0.25
#: An effect this many standard errors large would be seen four times out of five.
VISIBLE = 2.8


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rung found and may show, with what its sentence needs."""

    outcome: Outcome
    horizon_days: int
    sides: Sides
    effect: Effect
    people: tuple[int, int]
    currency: str | None = None

    @property
    def half_width(self) -> float:
        """How far the interval reaches either way."""
        return (self.effect.high - self.effect.low) / 2

    @property
    def smallest_visible(self) -> float:
        """The smallest effect that these data would probably have shown."""
        return VISIBLE * self.effect.se

    @property
    def widest(self) -> float:
        """The half-width up to which "no clear difference" may be said."""
        if self.outcome.is_share:
            return WIDE_POINTS
        return WIDE_SHARE * abs(self.effect.control_mean)


def judge(found: Finding) -> Verdict:
    """The word for a number that passed its checks."""
    if not found.sides.is_causal:
        return "not_causal"
    if found.effect.low > 0:
        return "better"
    if found.effect.high < 0:
        return "worse"
    return "no_clear_difference" if found.half_width <= found.widest else "too_little_data"


def sentence(found: Finding) -> str:
    """One sentence or two with the numbers, worded by the verdict."""
    return _SENTENCES[judge(found)](found)


def cannot_say(reason: str) -> str:
    """The sentence for a number that is withheld; `reason` is a sentence of its own."""
    return f"We cannot say yet: {lowered(reason)}"


def lowered(sentence: str) -> str:
    """A sentence that goes on after a colon."""
    return f"{sentence[0].lower()}{sentence[1:]}"


def describes(ever: Estimate, days: int, shares: tuple[float, float]) -> str:
    """Rung D in words: `shares` of the ever answered and of all others who ordered lately."""
    answered, others = shares
    how = "as often as"
    if answered != others:
        how = "more often than" if answered > others else "less often than"
    return (
        f"Customers who were ever answered ordered {how} all others in the last {days} days, "
        f"{answered:.0%} against {others:.0%}; this shows who talks with us, not what talking does "
        f"({ever.n:,} customers)."
    )


def _better(found: Finding) -> str:
    return f"{found.sides.paid}: {_levels(found)}, a difference of {_difference(found)}{_basis(found)}."


def _worse(found: Finding) -> str:
    return f"{found.sides.harmed}: {_levels(found)}, a difference of {_difference(found)}{_basis(found)}."


def _no_clear(found: Finding) -> str:
    return (
        f"No clear difference: {_levels(found)}, a difference of {_difference(found)}{_basis(found)}. "
        f"{_visible(found)}"
    )


def _too_little(found: Finding) -> str:
    return (
        f"Too little data to tell: the difference may be anything from "
        f"{words.interval(found.effect.low, found.effect.high, found.outcome)}"
        f"{_unit(found)}{_basis(found)}. {_visible(found)}"
    )


def _described(found: Finding) -> str:
    return (
        f"Not an effect: {_levels(found)}, a difference of {_difference(found)}{_basis(found)}; "
        f"{found.sides.why_not}."
    )


_SENTENCES: Mapping[Verdict, Callable[[Finding], str]] = {
    "better": _better,
    "worse": _worse,
    "no_clear_difference": _no_clear,
    "too_little_data": _too_little,
    "not_causal": _described,
}


def _levels(found: Finding) -> str:
    """What comparable customers did in the one arm and in the other."""
    about, effect, sides = found.outcome, found.effect, found.sides
    treated = words.level(effect.treated_mean, about, found.currency)
    control = words.level(effect.control_mean, about, found.currency)
    within = f"within {found.horizon_days} days"
    if about.is_share:
        did = f"of comparable customers {treated} {about.verb} {within}"
    else:
        did = f"comparable customers {about.verb} {treated} {within}"
    return f"{did} {sides.when}, {control} {sides.when_not}"


def _difference(found: Finding) -> str:
    effect = found.effect
    value = words.signed(effect.value, found.outcome, found.currency)
    return f"{value} (95% interval {words.interval(effect.low, effect.high, found.outcome)})"


def _basis(found: Finding) -> str:
    treated, control = found.people
    return f", from {treated:,} people {found.sides.treated} and {control:,} {found.sides.control}"


def _visible(found: Finding) -> str:
    smallest = words.size(found.smallest_visible, found.outcome, found.currency)
    return f"Only an effect of {smallest} or more would probably have been seen."


def _unit(found: Finding) -> str:
    if found.outcome.unit == "money":
        return f" {found.currency}" if found.currency else ""
    return f" {found.outcome.unit}"
