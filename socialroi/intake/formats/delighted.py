"""Survey responses as Delighted's API gives them. Only its NPS has a scale of its own: 0 to 10.

CSAT and CES come on 1-5 or 1-7 by template, so question and scale of those are declared for the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from socialroi import schema
from socialroi.intake import headers
from socialroi.intake.formats.base import Format, Made, from_objects
from socialroi.intake.headers import Scale
from socialroi.intake.objects import Objects, member
from socialroi.intake.rows import Ask, Prepared
from socialroi.intake.shapes import Request

LAYOUT = {
    "surveys": {
        "response_id": "id", "customer_id": "person", "question": "survey_type", "score": "score",
        "scale_min": "survey_type", "scale_max": "survey_type", "high_is_good": "survey_type",
        "answered_at": "created_at", "email": "person.email", "phone": "person.phone_number",
    }
}  # fmt: skip
NPS = Scale("nps", 0, 10, high_is_good=True)
#: By type of survey which of our questions it may ask.
ASKED = {"nps": ("nps",), "csat": ("csat",), "ces": ("ces1", "ces2", "net_easy")}


def matches(objects: Objects) -> bool:
    """Whether the first object is a survey response."""
    return {"id", "person", "survey_type", "score"} <= objects.first().keys()


def prepare(request: Request, objects: Objects) -> Prepared:
    """One row a response."""
    keys = tuple(dict.fromkeys(LAYOUT["surveys"].values()))
    declared = next(iter(headers.questions(request, keys).values()), None)
    found = {member(thing.value, "survey_type") for thing in objects.things()}
    made = from_objects(FORMAT, request, LAYOUT, partial(_made, objects, declared))
    if declared is not None or not {"csat", "ces"} & found:
        return made
    kind = "ces2:1-7" if "ces" in found else "csat:1-5"
    ask = Ask(
        "On which scale were the CES or CSAT answers given? Delighted does not write it into the file.",
        f'Say question and scale, as in --columns "score={kind}".',
    )
    return replace(made, asks=(*made.asks, ask))


def _made(objects: Objects, declared: Scale | None) -> Iterator[Made]:
    for record, thing in enumerate(objects.things(), 1):
        kind = member(thing.value, "survey_type")
        scale = NPS if kind == "nps" else declared
        problem = thing.problem or _problem(kind, scale)
        cells = _cells(thing.value, scale) if scale and not problem else {}
        shown = thing.shown or member(thing.value, "id")
        yield Made(thing.line, record, "surveys", cells, problem, shown)


def _problem(kind: str, scale: Scale | None) -> str:
    if kind not in ASKED:
        return f"Answers of type {kind[:20] or 'unknown'} are to none of the standard questions."
    if scale is None or scale.question not in ASKED[kind]:
        return f"The scale of this file's {kind} answers was not declared."
    return ""


def _cells(response: Mapping[str, Any], scale: Scale) -> dict[str, str]:
    person = member(response, "person") or member(response, "person", "id")
    return {
        "response_id": member(response, "id"),
        "customer_id": _customer(response) or (f"delighted:{person}" if person else ""),
        "email": member(response, "person", "email"),
        "phone": member(response, "person", "phone_number"),
        "question": scale.question,
        "score": member(response, "score"),
        "scale_min": f"{scale.low:g}",
        "scale_max": f"{scale.high:g}",
        "high_is_good": "yes" if scale.high_is_good else "no",
        "answered_at": member(response, "created_at"),
    }


def _customer(response: Mapping[str, Any]) -> str:
    """The firm's own customer number, where it is among the properties the firm sends along."""
    properties = response.get("person_properties")
    names = properties if isinstance(properties, Mapping) else {}
    found = next((name for name in names if schema.normalise(name) == "customer_id"), "")
    return member(names, found)


FORMAT = Format(
    name="delighted",
    sentence="Survey responses of Delighted's API in JSON, known by person, survey_type and score.",
    tables=("surveys",),
    keeps_unanswered="unknown",
    identity="A property called customer id, else Delighted's own number of the person; e-mail and phone.",
    notes=("It holds responses only: how many were asked and did not answer is not in it.",),
    matches=matches,
    prepare_objects=prepare,
)
