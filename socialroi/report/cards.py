"""The five cards an executive reads: each a sentence, a number, its interval, a verdict and how many.

A card is text made of one reading; the overview, the report and the slides draw the same card.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from socialroi import charts
from socialroi.charts import Judgement, movement
from socialroi.charts import format as written
from socialroi.charts.sentences import lead
from socialroi.result import Estimate, Reading, Series, Study, Unknown, Value, Worth

WORTH_IT = (
    "Load what social care costs (a `costs` file: month, department, kind, amount, currency) to see "
    "whether it pays."
)


@dataclass(frozen=True, slots=True)
class Card:
    """One card. `name`, `number` and `detail` are empty where there is no number to show.

    `page` is where the whole answer stands, `link` the words of the way there.
    """

    title: str
    page: str
    link: str
    verdict: Judgement | None
    sentence: str
    name: str = ""
    number: str = ""
    detail: str = ""
    reading: Reading | None = None
    series: Series | None = None


def metric(
    title: str, page: str, asked: Sequence[tuple[Reading, Series]], currency: str | None, *, apart: int = 1
) -> Card:
    """The first of these metrics that has a number, with its latest movement.

    `apart` is how many periods back the comparison goes, for follow-ups that overlap.
    """
    found, over_time = next((pair for pair in asked if isinstance(pair[0].value, Estimate)), asked[0])
    about, value = found.definition, found.value
    verdict, sentence = _latest(found, over_time, apart, currency)
    return Card(
        title, page, "See more",
        verdict,
        sentence,
        about.name,
        written.number(value.value, about.unit, currency) if isinstance(value, Estimate) else written.DASH,
        interval(value, found),
        found, over_time,
    )  # fmt: skip


def _latest(
    found: Reading, over_time: Series, apart: int, currency: str | None
) -> tuple[Judgement | None, str]:
    """Against the comparison period where one is chosen, else the last finished month against one before."""
    if isinstance(found.value, Unknown):
        return charts.judge(found.value, found.definition.better), ""
    if found.compared_with is not None:
        return charts.judge_reading(found), charts.takeaway(found, currency)
    latest = movement.change(over_time, apart)
    return charts.judge(latest.gap, found.definition.better), movement.moved(latest, found.definition)


def real(study: Study) -> Card:
    """Whether answering makes the difference."""
    card = Card("Is it real?", "is-it-real", "See how we know", study.verdict, study.sentence)
    headline = charts.headline_of(study)
    if headline is None or not isinstance(headline.estimate, Estimate):
        return card
    unit = charts.words.outcome_unit(headline.outcome)
    between = written.interval_text(headline.estimate, unit, difference=True)
    n = headline.n_treated + headline.n_control
    return _numbered(
        card,
        "Effect of answering",
        written.difference_number(headline.estimate.value, unit),
        f"95% interval {between}, {written.n_text(n)}",
    )


def worth(answer: Worth | None) -> Card:
    """The return where it is clear, else from where on it pays, else the cost; nothing without costs."""
    if answer is None:
        return Card("Worth it?", "data", "Load costs", "cannot_say", WORTH_IT)
    card = Card("Worth it?", "worth-it", "See what it rests on", answer.verdict, lead(answer)[0])
    if isinstance(answer.roi, Estimate) and answer.roi.is_clear:
        detail = f"95% interval {written.return_interval(answer.roi)}"
        return _numbered(card, "Return on an answer", written.return_number(answer.roi.value), detail)
    if isinstance(answer.breakeven_effect, Estimate):
        pays_from = written.difference_number(answer.breakeven_effect.value, "share")
        return _numbered(card, "An answer pays from", pays_from, "Effect on retention, in percentage points")
    if isinstance(answer.cost, Estimate):
        costs = written.number(answer.cost.value, "money", answer.currency)
        return _numbered(card, "An answer costs", costs, "Per answered conversation")
    return card


def interval(value: Value, answer: Reading) -> str:
    """The interval and how many units, or why there is no number."""
    if isinstance(value, Unknown):
        return value.sentence
    shown = written.interval_text(value, answer.definition.unit)
    between = f"{written.level_text(value.level)} {shown}, " if shown else ""
    return f"{between}{written.n_text(value.n)}".replace("n = ", "n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}")


def _numbered(card: Card, name: str, number: str, detail: str) -> Card:
    return Card(card.title, card.page, card.link, card.verdict, card.sentence, name, number, detail)
