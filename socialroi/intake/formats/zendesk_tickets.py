"""Zendesk's CSV of tickets, whole or with columns taken out: one row a ticket, and no messages at all.

A ticket makes the message that opened it, and the first answer where `First reply time in minutes` is
filled. Good and Bad are a satisfaction survey of two points. Numbers in the same column come from
another survey whose scale the file does not say, so they are read only when somebody declares it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache, partial
from typing import NamedTuple

from socialroi import schema
from socialroi.intake import headers
from socialroi.intake.formats import helpdesk
from socialroi.intake.formats.base import Cells, Computed, Fixed, Format, From, Makes, answers, known_by
from socialroi.intake.formats.helpdesk import Clock
from socialroi.intake.headers import Scale
from socialroi.intake.rows import Prepared
from socialroi.intake.shapes import Request
from socialroi.intake.sheet import Sheet

TOOL = "zendesk"
#: Durations that Zendesk gives twice, the second time within business hours.
DURATIONS = (
    "First reply time", "First resolution time", "Full resolution time", "Agent wait time",
    "Requester wait time", "On hold time",
)  # fmt: skip
#: The whole header before the custom fields. A file may have any part of it.
WHOLE = (
    "Summation column", "Id", "Requester", "Requester id", "Requester external id", "Requester email",
    "Requester domain", "Submitter", "Assignee", "Group", "Subject", "Tags", "Status", "Priority", "Via",
    "Ticket type", "Created at", "Updated at", "Assigned at", "Organization", "Due date",
    "Initially assigned at", "Solved at", "Resolution time", "Satisfaction Score", "Group stations",
    "Assignee stations", "Reopens", "Replies", *(f"{name} in minutes" for name in DURATIONS),
    *(f"{name} in minutes within business hours" for name in DURATIONS),
)  # fmt: skip
TIMES = ("Created at", "Updated at", "Solved at")
MINUTES = "First reply time in minutes"
SCORE = "Satisfaction Score"
EXTERNAL = "Requester external id"
#: Words of the satisfaction survey, normalised, and their points; offered is asked and not answered.
RATINGS = {"good": "1", "bad": "0", "good_with_comment": "1", "bad_with_comment": "0", "offered": ""}
NOT_ASKED = ("", "-", "not_offered", "unoffered")
TWO_POINTS = Scale("csat", 0, 1, high_is_good=True)
_MINUTES = re.compile(r"\d{1,9}(?:\.\d+)?")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_normalised = lru_cache(maxsize=1_024)(schema.normalise)
_WORDS = re.compile(r"[\s,;]+")


def prepare(request: Request, sheet: Sheet) -> Prepared:
    """Tickets as messages and answers, and what their requesters said in surveys."""
    clock = helpdesk.clock_of(request, sheet, TIMES)
    scale = _declared(request, sheet)
    look = _looked(sheet)
    customer = _customer(sheet)
    makes = [
        Makes("interactions", helpdesk.opening(**_ticket(sheet, clock), **customer)),
        Makes("interactions", helpdesk.answering(**_reply(sheet, clock), **customer), when=_is_answered),
        *_surveys(request, sheet, {**_asked(sheet, clock), **customer}, scale),
        *([LINK] if look.external else []),
        helpdesk.reading("interactions", "message_id", EXTERNAL, "Updated at", "Tags"),
    ]
    prepared = helpdesk.making(FORMAT, makes, request, sheet, clock)
    if scale is None and look.numbers:
        prepared = replace(prepared, notes=(*prepared.notes, NUMBERS.format(n=look.numbers)))
    if helpdesk.has(sheet, MINUTES):
        return prepared
    return helpdesk.without_answers(request, prepared, MINUTES, FORMAT.keeps_unanswered)


def _ticket(sheet: Sheet, clock: Clock) -> dict[str, From]:
    """The message that opened a ticket; nothing of it is in the file but that it was sent."""
    return {
        "message_id": "Id",
        "conversation_id": "Id",
        "sent_at": Computed("Created at", lambda cells: clock.plain(cells["created_at"])),
        **_about(sheet),
    }


def _about(sheet: Sheet) -> dict[str, From]:
    topic = Computed("Ticket type", lambda cells: cells["ticket_type"].removeprefix("-"))
    tags = Computed("Tags", lambda cells: _WORDS.split(cells["tags"])[0].removeprefix("-"))
    return {
        "department": "Group",
        "channel": Computed("Via", lambda cells: helpdesk.channel(cells["via"])),
        "topic": topic if helpdesk.has(sheet, "Ticket type") else tags,
    }


def _reply(sheet: Sheet, clock: Clock) -> dict[str, From]:
    """The first answer, so many minutes after the ticket was opened."""

    def sent_at(cells: Cells) -> str:
        return clock.later(cells["created_at"], float(cells["first_reply_time_in_minutes"]))

    return {
        "message_id": Computed("Id", lambda cells: cells["id"] and f"{cells['id']}-reply"),
        "conversation_id": "Id",
        "reply_to": "Id",
        "sent_at": Computed(MINUTES, sent_at),
        **_about(sheet),
    }


def _is_answered(cells: Cells) -> bool:
    return bool(_filled(cells["first_reply_time_in_minutes"]))


def _filled(cell: str) -> str:
    """Views write a hyphen where there is nothing."""
    return "" if cell == "-" else cell


def _customer(sheet: Sheet) -> dict[str, From]:
    """The requester by the firm's own number, else by Zendesk's, and by address."""

    def known_as(cells: Cells) -> str:
        own = _filled(cells["requester_external_id"])
        return own or helpdesk.person(TOOL, _filled(cells["requester_id"]))

    header = helpdesk.present(sheet, "Requester id", EXTERNAL)
    return {"customer_id": Computed(header, known_as), "email": "Requester email"}


#: Zendesk's number of a requester means the same person as the firm's own.
LINK = Makes(
    "identities",
    {
        "kind": Fixed("external"),
        "value": Computed("Requester id", lambda cells: helpdesk.person(TOOL, cells["requester_id"])),
        "customer_id": EXTERNAL,
        "source": Fixed(TOOL),
    },
    when=lambda cells: bool(_filled(cells["requester_external_id"]) and _filled(cells["requester_id"])),
)


def _asked(sheet: Sheet, clock: Clock) -> dict[str, From]:
    """When a requester was asked: as far as the file says, when the ticket was solved or last changed."""

    def asked_at(cells: Cells) -> str:
        times = (_filled(cells[name]) for name in ("solved_at", "updated_at", "created_at"))
        return clock.plain(next(filter(None, times), ""))

    return {
        "response_id": Computed("Id", lambda cells: cells["id"] and f"{cells['id']}-survey"),
        "conversation_id": "Id",
        "asked_at": Computed(helpdesk.present(sheet, "Solved at", "Updated at", "Created at"), asked_at),
    }


def _surveys(
    request: Request, sheet: Sheet, columns: dict[str, From], scale: Scale | None
) -> Iterator[Makes]:
    """Words on their own scale, numbers on the declared one, and whatever else was said to be a question."""
    if helpdesk.has(sheet, SCORE):
        word = {**answers(SCORE, TWO_POINTS), "score": Computed(SCORE, lambda cells: RATINGS[_word(cells)])}
        yield Makes("surveys", {**columns, **word}, when=partial(_in_words, alone=scale is None))
        if scale is not None:
            number = {**answers(SCORE, scale), "score": Computed(SCORE, _number)}
            yield Makes("surveys", {**columns, **number}, when=_in_numbers)
    yield from helpdesk.surveys(request, sheet, columns, apart=(SCORE,))


def _word(cells: Cells) -> str:
    return _normalised(cells["satisfaction_score"])


def _in_words(cells: Cells, *, alone: bool) -> bool:
    """Whether the survey of two points was asked; who did not answer was asked on the declared scale."""
    return _word(cells) in RATINGS and (alone or bool(RATINGS[_word(cells)]))


def _in_numbers(cells: Cells) -> bool:
    return _word(cells) == "offered" or _is_number(cells["satisfaction_score"])


def _number(cells: Cells) -> str:
    return "" if _word(cells) == "offered" else cells["satisfaction_score"]


def _is_number(cell: str) -> bool:
    return _NUMBER.fullmatch(cell) is not None


def _declared(request: Request, sheet: Sheet) -> Scale | None:
    asked = headers.questions(request, sheet.headers)
    return next((s for name, s in asked.items() if schema.normalise(name) == schema.normalise(SCORE)), None)


class _Look(NamedTuple):
    """What has to be known of a file beforehand: scores without a scale, any of the firm's own ids."""

    numbers: int
    external: bool


def _looked(sheet: Sheet) -> _Look:
    said = Counter(sheet.cells("satisfaction_score", "requester_external_id"))
    known = {*RATINGS, *NOT_ASKED}
    numbers = sum(n for (score, _), n in said.items() if _normalised(score) not in known)
    external = any(_filled(own) for _, own in said)
    return _Look(numbers, external and helpdesk.has(sheet, "Requester id"))


def problem(cells: Cells) -> str:
    """Why a ticket cannot be read: minutes that are none, or its messages stand in another ticket."""
    minutes = _filled(cells["first_reply_time_in_minutes"])
    if minutes and not _MINUTES.fullmatch(minutes):
        return f"{MINUTES} is no number of minutes: {minutes[:40]!r}."
    if not minutes and "closed_by_merge" in _WORDS.split(cells["tags"]):
        return "This ticket was merged into another one, which has its messages."
    return ""


NUMBERS = (
    "{n} cells of Satisfaction Score are neither Good nor Bad and have no declared scale, so they were left "
    'out. If they are numbers, declare it: --columns "Satisfaction Score=csat:1-5".'
)

FORMAT = Format(
    name="zendesk_tickets",
    sentence="Zendesk's CSV of tickets: when each was opened and first answered, and how it was rated.",
    tables=("interactions", "surveys", "identities"),
    keeps_unanswered="yes",
    identity="Requester external id as the firm's own, else Zendesk's requester id, and Requester email.",
    needs=(
        known_by(*WHOLE),
        known_by("Id", "Created at", "Requester id", MINUTES),
        known_by("Id", "Created at", "Requester id"),
        known_by("Id", "Created at", MINUTES),
        known_by("Id", "Created at", "Requester email", "Via"),
        known_by("Id", "Created at", SCORE, "Via"),
    ),
    notes=(
        "The export has no messages: a ticket counts as one message, and its first answer is placed so many "
        "whole minutes after it; later messages and answers are unknown.",
        "Times are in the account's time zone at export, without saying which.",
        "The period of the export is that of the last update: older tickets are in it only if they changed "
        "then, deleted ones never, and those of over 1 MB are left out.",
        "Group and type are those at export. Topic is the ticket type, or without that column the first tag. "
        "What came through Any Channel counts as social.",
        "A ticket that staff opened for a customer counts as the customer's own message.",
        "A rating has no date, so it counts when its ticket was solved, or else last updated.",
    ),
    problem=problem,
    prepare=prepare,
)
