"""The target-trial table: the experiment that rung A imitates, filled with this firm's own numbers.

Where chance decided (rung R), it is that experiment itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from socialroi.result import Rung
from socialroi.uplift import words
from socialroi.uplift.horizon import Horizon
from socialroi.uplift.messages import Messages


def table(design: Messages, horizon: Horizon, rung: Rung | None) -> Mapping[str, str]:
    """What is asked of whom, from when, for how long and how it is compared; one line an item.

    `rung` is rung A where it was asked for. Source: Hernan & Robins 2016.
    """
    flow = design.flow(horizon.primary)
    grace, days = words.hours(design.start_us), horizon.primary
    answered, unanswered = (rung.n_treated, rung.n_control) if rung else (0, 0)
    return {
        "Eligibility": (
            f"{flow[-1].remaining:,} of {flow[0].remaining:,} conversations: an inbound social message "
            f"that needs an answer, from {design.outcome.population} before it and the first at least 30 "
            "days before it, linked to the customer without the help of the answer."
        ),
        "Strategies": (
            f"Answered by a person within {grace} ({answered:,} messages), or not ({unanswered:,}); an "
            "answer that comes later counts as none."
        ),
        "Assignment": (
            "Not randomised: groups are made alike in what was known before the message, and in when and "
            "where it came in."
        ),
        "Time zero": f"{grace} after the message, for both groups; orders until then count for neither.",
        "Follow-up": f"{days} days from time zero, complete for everybody. {horizon.reason}",
        "Outcome": _OUTCOMES[design.outcome.key],
        "Estimand": (
            "The mean difference among people whose answer could have gone either way (overlap population); "
            "the answered and the unanswered by themselves are in the detail."
        ),
        "Analysis": (
            "Cross-fitted doubly robust comparison; intervals count customers, not messages; withheld unless "
            "five checks pass."
        ),
    }


_OUTCOMES: Mapping[str, str] = {
    "retention": "Any order after time zero, yes or no.",
    "repurchase": "A second order after time zero, yes or no.",
    "orders": "Orders after time zero; none counts as 0.",
    "margin": "Margin of the orders after time zero; none counts as 0.",
    "upsell": (
        "After time zero, a product dearer than any the customer had bought of its category by then, each "
        "product at its mean price, yes or no; no order and no category known by then count as no."
    ),
    "cross_sell": (
        "After time zero, a product of a category the customer had not bought from by then, yes or no; no "
        "order counts as no."
    ),
}
