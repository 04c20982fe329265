"""The thirteen principles of customer-led social media, each held against the data.

A principle is shown by metrics, or not at all: where the files cannot show it, the scorecard names the
export that could. It gives no marks. What it says is what was measured, whether it moved, and how strong
the evidence is: a measured level, a difference between groups, or the effect of answering.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from socialroi import charts, metrics
from socialroi.charts import format as written
from socialroi.charts import movement
from socialroi.charts.phrases import lower
from socialroi.metrics import owners, service_recovery
from socialroi.report.contents import overlap
from socialroi.result import Estimate, Reading, Study, Unknown, Window
from socialroi.store import Store

#: How strong the evidence is, weakest last: what answering changed, groups compared that may differ for other
#: reasons, a level as it was measured, nothing.
Grade = Literal["effect", "comparison", "measured", "cannot say"]
#: Groups held against each other, as a sentence; empty where there are too few to compare.
Beside = Callable[[Store, Window], str]


@dataclass(frozen=True, slots=True)
class Principle:
    """One principle: what it asks, the metrics that show it (the first speaks for it), the page behind it.

    `export` says what to load where the files hold none of this. `grade` is the strongest evidence its
    metrics can give. `beside` compares groups, `is_long` says that the whole course counts and not the last
    month.
    """

    name: str
    asks: str
    keys: tuple[str, ...]
    page: str
    export: str
    grade: Grade = "measured"
    beside: Beside | None = None
    is_long: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """A principle held against the data: `sentence` says what was found or why nothing was."""

    principle: Principle
    readings: tuple[Reading, ...]
    grade: Grade
    sentence: str
    moved: str = ""


def _who_answers(store: Store, window: Window) -> str:
    """How easy it is where care answers, and where others do, with everybody's case mix."""
    found = owners.standing(store, window, "net_easy", "speaker")
    said = found.sentence if found.verdict == "better" else lower(found.sentence)
    return f"By who answers: {said}" if found.gaps else ""


def _after_failures(store: Store, window: Window) -> str:
    """Who ordered again after a failure, put right or not."""
    cells = service_recovery.outcomes(store, window).cells
    right, wrong = (cells.get((group, "Ordered again")) for group in service_recovery.GROUPS[1:])
    if not (isinstance(right, Estimate) and isinstance(wrong, Estimate)):
        return ""
    return (
        f"Ordered again within {window.horizon_days} days: {written.value_text(right, 'share')} after a"
        f" failure put right, {written.value_text(wrong, 'share')} after one that was not."
    )


PRINCIPLES = (
    Principle(
        "Let customers lead", "Do customers open the conversations, or do we?",
        ("customer_led_share",), "community",
        "an export of all messages, with who wrote each (author_kind) and its direction",
    ),
    Principle(
        "People, not targets", "How much of what we post sells something?",
        ("promotional_share",), "community",
        "an export of your own posts with a column `promotional` (yes or no)",
    ),
    Principle(
        "Stand up for newcomers", "Is somebody's first post answered, and do they come back?",
        ("newcomer_answer_rate", "newcomer_return", "time_to_step_in"), "community",
        "an export of all messages with the author of each",
    ),
    Principle(
        "Care skills in charge", "Is help easy to get where care answers?",
        ("net_easy", "csat"), "who-owns-social",
        "messages with the department that answers, and surveys that name the conversation",
        "comparison", _who_answers,
    ),
    Principle(
        "Value first, returns follow", "Do customers stay because they were answered?",
        ("retention", "clv_historical"), "is-it-real",
        "messages with unanswered ones kept, and orders of the same customers",
        "effect",
    ),
    Principle(
        "Returns at the bottom of the funnel", "Do customers buy again, more, and something new?",
        ("repurchase", "upsell", "cross_sell"), "loyalty",
        "orders with their lines (order_items)",
    ),
    Principle(
        "A Net Easy Score of your own", "Do you ask how easy it was, and how is it going?",
        ("net_easy",), "ease", "a survey with the question how easy it was to get help",
    ),
    Principle(
        "Keep declared intentions", "Is the promised response time kept?",
        ("sla_attainment",), "response",
        "a table of promises: channel, department, target_s, valid_from",
    ),
    Principle(
        "The long haul", "Do customers still order, year after year?",
        ("retention",), "loyalty", "at least two years of orders", is_long=True,
    ),
    Principle(
        "Response rates honest about demand", "Of all who need an answer, how many get one?",
        ("response_rate", "waiting_now"), "response",
        "an export that keeps conversations nobody answered",
    ),
    Principle(
        "Part of the exchange", "Do people answer each other, and do we give back?",
        ("reciprocity", "peer_answer_share"), "community",
        "a community export that holds what members write to each other",
    ),
    Principle(
        "Be human", "Do answers read as if a person wrote them?",
        ("human_voice",), "community",
        "messages with their text (it is read for a few signs when loaded, and not kept)",
    ),
    Principle(
        "Own mistakes and improve", "After something went wrong and was put right, do customers stay?",
        ("service_recovery",), "community",
        "messages with topic or sentiment, so that a failure can be told, and orders or surveys after it",
        "comparison", _after_failures,
    ),
)  # fmt: skip

#: Metrics whose months overlap, because each follows customers for as long as the horizon.
FOLLOWED = frozenset({"retention", "repurchase", "upsell", "cross_sell", "newcomer_return"})


def scorecard(store: Store, window: Window, study: Study) -> tuple[Finding, ...]:
    """Every principle, in its order, held against the data. The study is of everybody."""
    return tuple(_held(principle, store, window, study) for principle in PRINCIPLES)


def _held(principle: Principle, store: Store, window: Window, study: Study) -> Finding:
    readings = tuple(metrics.by_key(key).compute(store, window) for key in principle.keys)
    known = [reading for reading in readings if isinstance(reading.value, Estimate)]
    if not known:
        return Finding(principle, readings, "cannot say", _missing(principle, readings[0]))
    said = [_said(reading, store.currency) for reading in known]
    moved = _moved(store, window, known[0], whole=principle.is_long)
    if principle.grade != "effect":
        beside = principle.beside(store, window) if principle.beside else ""
        grade: Grade = "comparison" if beside else "measured"
        return Finding(principle, readings, grade, " ".join((*said, beside)).strip(), moved)
    headline = charts.headline_of(study)
    if headline is not None and study.verdict in {"better", "worse"}:
        told = charts.takeaway(headline, store.currency)
        return Finding(principle, readings, "effect", " ".join((told, *said)), moved)
    return Finding(principle, readings, "measured", " ".join((*said, study.sentence)), moved)


def _said(reading: Reading, currency: str | None) -> str:
    about = reading.definition
    return f"{about.name}: {written.value_text(reading.value, about.unit, currency)}."


def _moved(store: Store, window: Window, reading: Reading, *, whole: bool) -> str:
    """What happened last, or from the first month to the last, where two finished ones can be compared."""
    ask = metrics.by_key(reading.definition.key).series
    if ask is None:
        return ""
    if whole:
        return charts.takeaway(ask(store, window), store.currency)
    apart = overlap(window) if reading.definition.key in FOLLOWED else 1
    found = movement.change(ask(store, window), apart)
    return movement.moved(found, reading.definition) if isinstance(found.gap, Estimate) else ""


def _missing(principle: Principle, reading: Reading) -> str:
    why = f" {reading.value.sentence}" if isinstance(reading.value, Unknown) else ""
    return f"Your files cannot show this.{why} To see it, export {principle.export}."
