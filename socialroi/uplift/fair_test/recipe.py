"""What is said about a fair test: how it is done, what it would show, what is missing for one."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from socialroi.result import Plan
from socialroi.uplift import words
from socialroi.uplift.outcomes import Outcome


def steps(horizon_days: int, hold_h: float, weeks: int) -> tuple[str, ...]:
    """What a service team does, step by step, in a test of so many `weeks`."""
    hold = words.hours(round(hold_h * 3_600_000_000))
    return (
        "Agree beforehand which messages take part: new social messages that need an answer and lose nothing "
        f"by waiting {hold}. Messages about safety, health or the law, and payments or deliveries at risk, "
        "never take part: answer those at once, without the coin.",
        "Let somebody who answers no messages make the list and keep its seed.",
        "When a message comes in, decide first whether it takes part. Only then take the next line.",
        "Write the id of the conversation and the time beside that line, for every message that takes part. "
        "Do not skip a line, do not look ahead, do not use a line twice. A conversation gets one line for "
        "good.",
        f"If the line says answer, answer the message first. If it says hold, let it wait up to {hold}, then "
        "answer it like any other. Nobody is ignored for good.",
        "If a held message becomes urgent, answer it and leave its line alone: it counts as the coin fell.",
        "Treat both alike in everything else: the same people, the same tone, the same offers.",
        "Load the list as it is, together with the messages and the orders, as often as you like. Lines that "
        "are not used yet are set aside.",
        f"Go on for {weeks} weeks, and do not stop earlier because the result looks good. Orders are "
        f"followed for {horizon_days} days after the last message, so the result can be read "
        f"{_days(weeks, hold_h, horizon_days)} days after the first toss.",
    )


def sentence(plan: Plan, about: Outcome, currency: str | None, measured: bool) -> str:
    """What the plan comes to. `measured` is False while nobody was followed for the whole horizon."""
    usual = _usual(plan, about, currency) if measured else _hardest(plan)
    first = f"About {_many(plan.per_week)} comparable conversations come in a week; {usual}."
    if not plan.reach:
        return f"{first} Even a year of them would show nothing: link more conversations to customers first."
    return f"{first} {_lasts(plan, about, currency)}"


def nothing(social: int, needing: int, linked: int, orders_end: datetime | None) -> str:
    """Which data are missing altogether; empty when none are."""
    if not social:
        return "No social messages are loaded, so nobody can say how many come in: load an export of them."
    if not needing:
        return f"None of {social:,} social conversations needs an answer, so there is nothing to hold."
    if orders_end is None:
        return "No orders are loaded, so nobody can say who orders again: load an export of orders."
    if not linked:
        return (
            f"None of {needing:,} social conversations that need an answer is linked to a customer: load "
            "what connects them, such as a file of e-mail addresses or handles with customer ids."
        )
    return ""


def nobody(linked: int, since: datetime, about: Outcome) -> str:
    """That those who wrote lately are others than the outcome is about."""
    return (
        f"Of {linked:,} linked conversations none since {words.day(since)} came from {about.population}, so "
        "there is nobody to plan for."
    )


def unmeasured(followed: int, horizon_days: int) -> str:
    """That amounts cannot be planned for yet."""
    return (
        f"The follow-up of {horizon_days} days is over for {followed:,} comparable conversations, too few to "
        "tell how far customers differ in what they buy; plan for retention instead."
    )


def _lasts(plan: Plan, about: Outcome, currency: str | None) -> str:
    """How long the test must last, or that a year is too short and why."""
    aim, last = words.size(plan.worthwhile, about, currency), plan.reach[-1]
    if plan.weeks is not None:
        days = _days(plan.weeks, plan.hold_h, plan.horizon_days)
        return (
            f"A test of {plan.weeks} weeks would show an effect of {aim} four times out of five; its result "
            f"can be read {days} days after the first toss."
        )
    if last.smallest <= plan.worthwhile:
        return (
            f"Even {last.weeks} weeks would bring fewer people to each side, or fewer who order or do not, "
            "than the study needs to show a number."
        )
    return (
        f"Even {last.weeks} weeks would not show an effect of {aim} four times out of five, only one of "
        f"{words.size(last.smallest, about, currency)} or more: link more conversations to customers first."
    )


def _usual(plan: Plan, about: Outcome, currency: str | None) -> str:
    """What customers do anyway."""
    level = words.level(plan.level, about, currency)
    within = f"within {plan.horizon_days} days"
    if about.is_share:
        return f"{level} of their customers {about.verb} {within}"
    return f"their customers {about.verb} {level} each {within}"


def _hardest(plan: Plan) -> str:
    return (
        f"nobody has been followed for {plan.horizon_days} days yet, so the hardest case is reckoned with: "
        "that half of the customers order"
    )


def _days(weeks: int, hold_h: float, horizon_days: int) -> int:
    """From the first toss until every follow-up is over."""
    return math.ceil(timedelta(weeks=weeks, hours=hold_h, days=horizon_days) / timedelta(days=1))


def _many(n: float) -> str:
    return f"{n:,.0f}" if n >= 10 else f"{n:.1f}"
