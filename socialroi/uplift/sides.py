"""How the two arms of a design are called, so that every sentence about them uses the same words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sides:
    """The words for the treated and for the control arm of a design.

    `treated` and `control` say who they are after "people" ("answered within 24 hours"); `arms` names both
    in short; `when` and `when_not` stand behind a level ("62% when answered"). `units` are what is counted,
    `before` what a past ends at. `paid` and `harmed` open the verdict of a causal design; one that is not has
    `why_not` instead.
    """

    treated: str
    control: str
    arms: str
    when: str
    when_not: str
    units: str
    before: str
    paid: str = ""
    harmed: str = ""
    why_not: str = ""

    @property
    def is_causal(self) -> bool:
        """Whether a difference may be called an effect."""
        return bool(self.paid)

    def fate(self, treated: bool) -> str:
        """What became of one arm."""
        return self.treated if treated else self.control


def answered(grace: str) -> Sides:
    """Answered in time against not."""
    return Sides(
        f"answered within {grace}", "left unanswered", "answered and unanswered",
        "when answered", "when not", "messages", "the message", "Answering paid off", "Answering did harm",
    )  # fmt: skip


def assigned(treated: str, control: str) -> Sides:
    """Two arms that chance decided between; both words are those of the file."""
    return Sides(
        f"assigned to “{treated}”", f"assigned to “{control}”", "the two assigned groups",
        f"when assigned to “{treated}”", f"when assigned to “{control}”", "messages", "the message",
        "Answering first paid off", "Answering first did harm",
    )  # fmt: skip


#: The words where chance decided nothing.
NO_ARMS = assigned("answer", "hold")


def fast(limit: str, grace: str) -> Sides:
    """Answered fast against later, within the grace time or not at all."""
    return Sides(
        f"answered within {limit}", f"answered later than {limit} or not within {grace}",
        "those answered fast and the others", f"when answered within {limit}", "when answered later or not",
        "messages", "the message", "Answering fast paid off", "Answering fast did harm",
    )  # fmt: skip


AFTER_AN_ORDER = Sides(
    "answered within 7 days of an order", "not answered within 7 days of an order",
    "buyers who wrote and were answered and other buyers", "when they wrote and were answered", "when not",
    "orders", "the order",
    why_not="buyers who write may differ from others in ways that orders do not show",
)  # fmt: skip
FIRST_ANSWERS = Sides(
    "answered for the first time on a day", "not yet answered on that day",
    "customers just answered and customers not yet answered", "when just answered", "when not yet",
    "customer-days", "the day",
    why_not="who writes on a day is certainly still a customer, and who is silent may have left",
)  # fmt: skip
