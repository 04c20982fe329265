"""Rung A: people who all asked; some were answered in time, some were not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd
from scipy.special import ndtr

from socialroi.result import Rung, Unknown
from socialroi.stats.causal import Effect
from socialroi.uplift import checks, counts, detail, linkage, notes, placebo, verdict
from socialroi.uplift.estimate import ALL, HEADLINE, SPLITS, Fit
from socialroi.uplift.examine import Examined, Question, examine


def answer(asked: Question) -> Rung:
    """The rung with its headline at the primary follow-up, or why there is none."""
    obstacle = _obstacle(asked)
    if obstacle:
        return _without_data(asked, obstacle)
    linked = linkage.check(linkage.Links.of(asked.design))
    primary = examine(asked, asked.horizon.primary, linked, ALL, SPLITS)
    others = [examine(asked, days, linked, (HEADLINE,)) for days in asked.horizon.secondary]
    return _shown(asked, primary, others) if primary.shown else _withheld(asked, primary, others)


def _obstacle(asked: Question) -> Unknown | None:
    """Why the question cannot even be put to these data."""
    messages = asked.design.messages
    social = messages[messages["social"]]
    if social.empty:
        return Unknown("no_messages", "No conversations on social channels are loaded.")
    if not (social["keeps_unanswered"] == "yes").any():
        return _answered_only(social)
    if asked.design.orders_end_us is None:
        return Unknown("no_orders", "No orders are loaded.", len(social))
    return asked.money.obstacle() if asked.design.outcome.unit == "money" else None


def _answered_only(social: pd.DataFrame) -> Unknown:
    if (social["keeps_unanswered"] == "no").any():
        return Unknown("answered_only", "This export holds only answered conversations.", len(social))
    return Unknown(
        "answered_only",
        "It is not declared whether this export keeps conversations that nobody answered.",
        len(social),
    )


def _without_data(asked: Question, obstacle: Unknown) -> Rung:
    idle = tuple(checks.not_run(name) for name in checks.NAMES)
    return Rung(
        rung="A", outcome=asked.design.outcome.key, horizon_days=asked.horizon.primary,
        population=_population(asked), estimand=HEADLINE, estimate=obstacle, naive=obstacle,
        n_treated=0, n_control=0, checks=idle, verdict="cannot_say",
        sentence=verdict.cannot_say(obstacle.sentence), notes=(notes.ASSUMPTION,),
    )  # fmt: skip


def _shown(asked: Question, primary: Examined, others: list[Examined]) -> Rung:
    """The rung with a number that passed every check."""
    assert primary.fitted is not None
    effect, arms = primary.fitted.headline, primary.arms
    found = verdict.Finding(
        asked.design.outcome, primary.days, asked.grace, effect,
        (arms.people(True), arms.people(False)), asked.currency,
    )  # fmt: skip
    numbers = {**detail.of_the_number(asked, primary, found), **detail.of_the_data(asked, primary, others)}
    return Rung(
        rung="A", outcome=found.outcome.key, horizon_days=primary.days, population=_population(asked),
        estimand=HEADLINE, estimate=effect.estimate, naive=arms.naive(),
        n_treated=arms.n_answered, n_control=arms.n_unanswered, checks=primary.checks,
        verdict=verdict.judge(found), sentence=verdict.sentence(found), detail=numbers,
        notes=tuple(_notes(asked, primary, others)), balance=primary.balance,
    )  # fmt: skip


def _withheld(asked: Question, primary: Examined, others: list[Examined]) -> Rung:
    """The rung without a number: what is missing, and when there could be one."""
    arms, blocked = primary.arms, primary.blocked
    reason = blocked.sentence if blocked else "The two groups are too small or too alike to be modelled."
    sentence = verdict.cannot_say(reason)
    if blocked and blocked.name == "counts":
        sentence = f"{sentence} {_way_out(asked, primary)}"
    code = blocked.name if blocked else "no_model"
    return Rung(
        rung="A", outcome=asked.design.outcome.key, horizon_days=primary.days,
        population=_population(asked), estimand=HEADLINE,
        estimate=Unknown(code, sentence, len(primary.rows)), naive=arms.naive(),
        n_treated=arms.n_answered, n_control=arms.n_unanswered, checks=primary.checks,
        verdict="cannot_say", sentence=sentence,
        detail=detail.of_the_data(asked, primary, others),
        notes=tuple(_notes(asked, primary, others)), balance=primary.balance,
    )  # fmt: skip


def _way_out(asked: Question, short: Examined) -> str:
    """From when there are enough people; where links depend on the answer, waiting does not help."""
    linked = next(check for check in short.checks if check.name == "linkage")
    if linked.passed is False:
        return f"Waiting will not help: {linked.sentence}"
    worse, _ = counts.needs(short.arms)
    return counts.when(asked.design, short.days, worse)


def _population(asked: Question) -> str:
    return f"{asked.design.outcome.population}, who wrote on a social channel and needed an answer"


def _notes(asked: Question, primary: Examined, others: list[Examined]) -> Iterator[str]:
    """The sentences beside the number, the assumption always first."""
    yield notes.ASSUMPTION
    yield notes.REPEATS
    yield asked.horizon.reason
    grace = notes.grace_note(tuple(detail.grace_orders(primary.rows).values()), asked.grace)
    if grace:
        yield grace
    if primary.shown and primary.fitted:
        yield from _about_the_number(asked, primary.fitted)
    yield from _about_the_others(asked, primary.shown, {one.days: one.shown for one in others if one.shown})


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


def _about_the_others(
    asked: Question, primary: Effect | None, secondary: Mapping[int, Effect]
) -> Iterator[str]:
    signs = notes.signs_note(primary, secondary) if primary else None
    if signs:
        yield signs
    adjusted = notes.holm({days: _p(effect) for days, effect in secondary.items()})
    for days, effect in secondary.items():
        yield notes.secondary_note(days, effect, adjusted[days], asked.design.outcome, asked.currency)


def _p(effect: Effect) -> float:
    """Two-sided p-value of no effect."""
    return float(2 * ndtr(-abs(effect.value) / effect.se)) if effect.se > 0 else 1.0
