"""The conditions under which a number of rung A may be shown. One that fails says what would help."""

from __future__ import annotations

from socialroi.result import Check, Estimate, Unknown, Value
from socialroi.stats.causal import Effect
from socialroi.uplift.estimate import Fit
from socialroi.uplift.notes import Sensitivity
from socialroi.uplift.sides import Sides

#: The largest standardised difference between the groups after weighting.
SMD_LIMIT = 0.10
#: The least effective size of an arm, and the most of its weight that one message may carry.
EFFECTIVE_SIZE = 50
LARGEST_WEIGHT = 0.05

#: Groups of columns of which an amount of money needs at least one.
NEEDED_FOR_MONEY = ("topic", "sentiment and urgency")

NAMES = ("counts", "balance", "overlap", "placebo", "linkage")


def by_chance(name: str) -> Check:
    """A check that chance makes needless."""
    return Check(
        name, None, None, None, "Not needed: chance makes the groups alike, also in what no file shows."
    )


def balance_check(effect: Effect, sides: Sides) -> Check:
    """Alike in everything known, under the weights of the number shown."""
    name, worst = effect.balance.worst
    passed = worst <= SMD_LIMIT
    sentence = (
        f"After weighting, {sides.arms} differ by at most {worst:.2f} standard deviations in "
        f"anything known about them; {SMD_LIMIT:.2f} is accepted."
        if passed
        else f"After weighting, {sides.arms} still differ by {worst:.2f} standard deviations in “{name}”; it "
        f"would pass with more {sides.units} in which both happen at the same level of it."
    )
    return Check("balance", worst, SMD_LIMIT, passed, sentence)


def overlap_check(effect: Effect, sides: Sides) -> Check:
    """Enough units that could have gone either way to rest a number on."""
    size = effect.ess
    least, largest = min(size.treated, size.control), max(size.largest_treated, size.largest_control)
    passed = least >= EFFECTIVE_SIZE and largest <= LARGEST_WEIGHT
    sentence = (
        f"The comparison rests on the equivalent of {least:,.0f} {sides.units} on the smaller side that "
        f"could have gone either way; {EFFECTIVE_SIZE} are needed."
        if passed
        else f"Only the equivalent of {least:,.0f} {sides.units} could have gone either way (one of them "
        f"carries {largest:.0%}); it would pass with {EFFECTIVE_SIZE}, none carrying over "
        f"{LARGEST_WEIGHT:.0%}: of every kind there must be some on both sides."
    )
    return Check("overlap", least, float(EFFECTIVE_SIZE), passed, sentence)


def money_check(
    fitted: Fit, placebo: Check, unseen: Sensitivity | None, cut: Estimate | None, needs_topic: bool = True
) -> Check:
    """What an amount of money needs beyond the five checks; where chance decided, no topic is needed."""
    same_sign = cut is None or cut.value * fitted.headline.value >= 0
    wanted = {
        "the test on the time before the message passed": placebo.passed is True,
        "a topic or an urgency of the messages": not needs_topic
        or any(map(fitted.columns.has, NEEDED_FOR_MONEY)),
        "a difference too large for a cause as strong as those observed": not (unseen and unseen.explains),
        "the same sign with the largest amounts cut": same_sign,
    }
    lacking = [what for what, given in wanted.items() if not given]
    sentence = f"An amount of money needs {', '.join(lacking)}." if lacking else _MONEY_PASSED
    return Check("money", float(len(wanted) - len(lacking)), float(len(wanted)), not lacking, sentence)


_MONEY_PASSED = "All that an amount of money needs is there."


def not_run(name: str) -> Check:
    """A check that had nothing to work on."""
    return Check(name, None, None, None, "Not run: there is nothing to compare.")


def failed(checks: tuple[Check, ...]) -> Check | None:
    """The check that withholds the number, the most basic one first; None when none does."""
    order = ("counts", "linkage", "overlap", "balance", "placebo")
    ranked = sorted(checks, key=lambda c: order.index(c.name) if c.name in order else len(order))
    return next((check for check in ranked if check.passed is False), None)


def own_gate(effect: Effect) -> Value:
    """An estimate of the detail, or why it is withheld: its own balance, overlap and effective size."""
    broken = next((check for check in effect.checks if check.passed is False), None)
    if broken:
        return Unknown(broken.name, broken.sentence, effect.n)
    return Estimate(effect.value, effect.low, effect.high, effect.n, effect.estimate.method)
