"""Who is drawn how, everywhere and in every export: colour, marker and dash together.

Engaged and unengaged have nearly the same grey value, so marker and dash carry the role as well.
Contrast is at least 3:1 on white and on the dark ground.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Role:
    """How one group is drawn, everywhere: colour, marker and dash together."""

    name: str
    colour: str
    symbol: str
    dash: str


ENGAGED = Role("Engaged", "#0072B2", "circle", "solid")
UNENGAGED = Role("Unengaged", "#D55E00", "square", "dash")
ASKED = Role("Asked, not answered", "#CC79A7", "diamond", "dot")
NEVER = Role("Never asked", "#808080", "triangle-up", "dashdot")
HEARD, UNANSWERED = replace(ENGAGED, name="Answered"), replace(UNENGAGED, name="Not answered")
WITH, WITHOUT = replace(ENGAGED, name="With it"), replace(UNENGAGED, name="Without it")
NAIVE = Role("Before adjustment", "#808080", "diamond-open", "dot")
ADJUSTED = Role("After adjustment", "#0072B2", "circle", "solid")
NEUTRAL = Role("", "#0072B2", "circle", "solid")

#: The groups that are compared, by the names `result.Comparison` uses.
ROLES = {
    "answered": ENGAGED,
    "engaged": ENGAGED,
    "unengaged": UNENGAGED,
    "asked_unanswered": ASKED,
    "never_asked": NEVER,
    "heard": HEARD,
    "unanswered": UNANSWERED,
    "with": WITH,
    "without": WITHOUT,
}
#: What the two arms of a design are called: those who got what is studied, and those who did not.
_ARMS: Mapping[str, tuple[str, str]] = {
    "R": ("Assigned an answer", "Held back"),
    "A": ("Answered", "Left unanswered"),
    "Aprime": ("Answered fast", "Answered later or not"),
}

#: Any other segments, in turn. Okabe-Ito without sky and orange, which fail 3:1 on white.
OTHERS = (
    Role("", "#0072B2", "circle", "solid"),
    Role("", "#D55E00", "square", "dash"),
    Role("", "#CC79A7", "diamond", "dot"),
    Role("", "#808080", "triangle-up", "dashdot"),
    Role("", "#009E73", "cross", "longdash"),
    Role("", "#8C7A00", "x", "longdashdot"),
)


def role_of(segment: str, position: int = 0) -> Role:
    """The role of a segment: by its name for the study's groups, else by its position."""
    return ROLES.get(segment) or OTHERS[position % len(OTHERS)]


def arms_of(rung: str) -> tuple[Role, Role]:
    """How the two arms of a rung are drawn: engaged and unengaged, under their own names."""
    names = _ARMS.get(rung, ("Answered", "Not answered"))
    return replace(ENGAGED, name=names[0]), replace(UNENGAGED, name=names[1])


def tint(colour: str, opacity: float) -> str:
    """A hex colour, see-through, for bands and fills."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"
