"""What to do next, computed from the data: the three steps that would help most, each with its reason.

The order is fixed: first people who are waiting, then what keeps a number from being said, then where a
closer look would pay. A step whose reason does not hold is left out; nothing is invented to make three.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from socialroi import charts
from socialroi.charts import format as written
from socialroi.charts.judgement import extremes
from socialroi.result import By, Estimate, Reading, Study, Value, Worth
from socialroi.store.facts import Linked

#: How many are shown.
STEPS = 3
#: From this share of unanswered questions on, and below this share of answered surveys, it is worth saying.
MANY_UNANSWERED, FEW_SURVEYS = 0.05, 0.2
#: Below this share of questions tied to a customer, what customers do later says little about care.
FEW_LINKED = 0.5


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: a sentence, and the page where it is done."""

    sentence: str
    page: str
    link: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the steps are computed from. `tables` counts rows, `split` holds readings by what divides them."""

    tables: Mapping[str, int]
    waiting: Reading
    waiting_detail: Mapping[str, Value]
    answered: Reading
    surveyed: Reading
    linked: Linked
    study: Study
    worth: Worth | None
    split: tuple[tuple[Reading, By, str], ...]
    currency: str | None


def next_steps(known: Known) -> tuple[Step, ...]:
    """At most three steps, the most useful first."""
    return tuple(islice(_steps(known), STEPS))


def _steps(known: Known) -> Iterator[Step]:
    yield from _people(known)
    yield from _gaps_in_the_files(known)
    yield from _proof(known)
    yield from _differences(known)
    yield from _more(known)


def _people(known: Known) -> Iterator[Step]:
    late = known.waiting_detail.get("past_promise")
    if isinstance(late, Estimate) and late.value:
        told = f"Answer the {_questions(late)} that have waited longer than promised."
        yield Step(told, "response", "Who waits")
    elif isinstance(known.waiting.value, Estimate) and known.waiting.value.value:
        told = f"Answer the {_questions(known.waiting.value)} still waiting when the export ended."
        yield Step(told, "response", "Who waits")


def _questions(n: Estimate) -> str:
    return "one question" if n.value == 1 else f"{written.count(n.value)} questions"


def _gaps_in_the_files(known: Known) -> Iterator[Step]:
    share = known.linked.questions_share
    if share is not None and share < FEW_LINKED and known.tables["orders"]:
        told = (
            f"Tie more questions to customers: {share:.0%} are tied now. "
            "Load a table of identities, or an export that names the customer."
        )
        yield Step(told, "data", "Load identities")
    if known.tables["interactions"] and not known.tables["surveys"]:
        told = "Ask customers after each answer how easy it was to get help, and load what they say."
        yield Step(told, "data", "Load surveys")
    if known.tables["interactions"] and not known.tables["promises"]:
        told = "Write down how fast you promise to answer, so that a wait can be called kept or broken."
        yield Step(told, "data", "Load promises")


def _proof(known: Known) -> Iterator[Step]:
    if known.study.verdict in {"cannot_say", "too_little_data", "not_causal"}:
        told = "Let a coin decide whom to answer first for some weeks: the one way to know what answers do."
        yield Step(told, "is-it-real", "Plan a fair test")
    if not known.tables["costs"] and known.tables["interactions"]:
        yield Step("Load what social care costs, to see whether it pays.", "data", "Load costs")
    elif known.worth is not None and known.worth.verdict == "better":
        yield Step("Answering pays: answer those who get no answer yet.", "worth-it", "What it would bring")


def _more(known: Known) -> Iterator[Step]:
    """Where more of the same would help: answers, survey answers, cheaper answers."""
    rate, asked = known.answered.value, known.surveyed.value
    if isinstance(rate, Estimate) and 1 - rate.value >= MANY_UNANSWERED:
        headline = charts.headline_of(known.study) if known.study.verdict == "better" else None
        helped = f" {charts.takeaway(headline, known.currency)}" if headline else ""
        told = f"Answer more: {1 - rate.value:.0%} of the questions get no answer in time.{helped}"
        yield Step(told, "response", "How many are answered")
    if isinstance(asked, Estimate) and asked.value < FEW_SURVEYS:
        told = f"Get more surveys answered: {asked.value:.0%} are, and those may not speak for all."
        yield Step(told, "ease", "Who answers")
    if known.worth is not None and isinstance(known.worth.breakeven_effect, Estimate):
        pays_from = written.difference_number(known.worth.breakeven_effect.value, "share")
        told = f"Look at what an answer costs: it pays from an effect of {pays_from} on retention."
        yield Step(told, "worth-it", "What it costs")


def _differences(known: Known) -> Iterator[Step]:
    for answer, by, page in known.split:
        parts = {name: value for name, value in answer.by.items() if isinstance(value, Estimate)}
        if len(parts) > 1 and extremes(parts, answer.definition.better)[2].is_clear:
            told = f"Find out why: {charts.takeaway_by(answer, by, known.currency)}"
            yield Step(told, page, f"By {by}")
