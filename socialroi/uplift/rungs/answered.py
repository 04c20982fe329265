"""Rungs R, A and A': people who all asked. Chance decided who was answered, or staff did, or how fast.

All three look at the same messages. R takes the arms that chance assigned, A who was answered within the
grace time, A' who was answered within the promised time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scipy.special import ndtr

from socialroi.result import Check, Rung, Unknown
from socialroi.stats.causal import Effect
from socialroi.uplift import detail, linkage, notes, placebo, rung, within
from socialroi.uplift.estimate import Fit
from socialroi.uplift.examine import Examined, Question
from socialroi.uplift.messages import Messages
from socialroi.uplift.rung import Beside, Found


def answer(asked: Question) -> Rung:
    """The rung of answered against unanswered with its headline, or why there is none."""
    about = population(asked)
    absent = obstacle(asked)
    if absent:
        return rung.without_data(asked, about, absent, (notes.ASSUMPTION,))
    if asked.brief:
        found = rung.find(asked, gates(asked), asked.estimands[:1])
        return rung.row(found, about, Beside({}, (notes.ASSUMPTION,)))
    found = rung.find(asked, gates(asked), asked.estimands)
    more = within.behind(found)
    numbers = {**detail.of_the_number(found), **more.detail, **detail.of_the_data(found)}
    said = (notes.ASSUMPTION, *_notes(found))
    return rung.row(found, about, Beside(numbers, said, more.parts, more.curve))


def obstacle(asked: Question) -> Unknown | None:
    """Why the question cannot even be put to these data."""
    messages = asked.design.units
    social = messages[messages["social"]]
    if social.empty:
        return Unknown("no_messages", "No conversations on social channels are loaded.")
    if not (social["keeps_unanswered"] == "yes").any():
        if (social["keeps_unanswered"] == "no").any():
            sentence = "This export holds only answered conversations."
        else:
            sentence = "It is not declared whether this export keeps conversations that nobody answered."
        return Unknown("answered_only", sentence, len(social))
    if asked.design.orders_end_us is None:
        return Unknown("no_orders", "No orders are loaded.", len(social))
    return asked.design.untold or (asked.money.obstacle() if asked.design.outcome.unit == "money" else None)


def population(asked: Question) -> str:
    """Whom the three rungs are about."""
    who = asked.design.outcome.population
    return f"{who} before their message, who wrote on a social channel and needed an answer"


def gates(asked: Question) -> tuple[Check, ...]:
    """The checks of the messages themselves."""
    assert isinstance(asked.design, Messages)
    return (linkage.check(linkage.Links.of(asked.design), asked.design.sides),)


def _notes(found: Found) -> Iterator[str]:
    """The sentences beside the number."""
    asked, primary = found.asked, found.primary
    yield notes.REPEATS
    yield asked.horizon.reason
    yield from grace(found)
    if primary.shown and primary.fitted:
        yield from _about_the_number(asked, primary.fitted)
    yield from about_the_others(found)


def grace(found: Found) -> Iterator[str]:
    """Orders before time zero."""
    said = notes.grace_note(tuple(detail.grace_orders(found).values()), found.asked.design)
    if said:
        yield said


def _about_the_number(asked: Question, fitted: Fit) -> Iterator[str]:
    design, outcome = asked.design, asked.design.outcome
    yield notes.columns_note(fitted)
    if fitted.columns.has("customer segment"):
        yield notes.UNDATED_SEGMENT
    unseen = notes.sensitivity(fitted)
    if unseen:
        yield notes.sensitivity_note(unseen, outcome, asked.currency)
    yield notes.totals_note(fitted.effects["ATT"])
    has_clock = asked.money.has_clock
    control = None
    if has_clock:
        control = placebo.day_before(design, asked.horizon.primary, fitted.columns.is_full, asked.seed)
    yield notes.control_note(control, has_clock, outcome, asked.currency)


def about_the_others(found: Found) -> Iterator[str]:
    """The secondary follow-ups, Holm-adjusted."""
    primary, secondary = found.primary.shown, _secondary(found.others)
    signs = notes.signs_note(primary, secondary) if primary else None
    if signs:
        yield signs
    adjusted = notes.holm({days: _p(effect) for days, effect in secondary.items()})
    for days, effect in secondary.items():
        outcome, currency = found.asked.design.outcome, found.asked.currency
        yield notes.secondary_note(days, effect, adjusted[days], outcome, currency)


def _secondary(others: tuple[Examined, ...]) -> Mapping[int, Effect]:
    """The effects at other follow-ups that may be shown."""
    return {one.days: one.shown for one in others if one.shown}


def _p(effect: Effect) -> float:
    """Two-sided p-value of no effect."""
    return float(2 * ndtr(-abs(effect.value) / effect.se)) if effect.se > 0 else 1.0
