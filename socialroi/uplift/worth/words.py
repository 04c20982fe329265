"""What is said about money: one sentence to repeat, and the notes beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from socialroi.result import Estimate, Unknown, Value, Verdict
from socialroi.uplift import verdict, words
from socialroi.uplift.outcomes import MARGIN, RETENTION
from socialroi.uplift.words import MINUS


def judge(roi: Value, margin: Value, control_mean: float) -> Verdict:
    """The word: `better` pays, `worse` does not, else whether more data would tell.

    `control_mean` is what the comparable unanswered bring: an interval wider than a quarter of it says
    too little.
    """
    if isinstance(roi, Unknown) or isinstance(margin, Unknown):
        return "cannot_say"
    if roi.low > 0:
        return "better"
    if roi.high < 0:
        return "worse"
    wide = (margin.high - margin.low) / 2 > verdict.WIDE_SHARE * abs(control_mean)
    return "too_little_data" if wide else "no_clear_difference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The numbers of one answer, to be worded; `what` is margin or revenue."""

    what: str
    days: int
    currency: str | None
    margin: Value
    cost: Value
    roi: Value
    breakeven: Value
    effect: Value

    def sentence(self) -> str:
        """Whether answering pays; where that is open, from which effect on it would."""
        if isinstance(self.margin, Unknown):
            return " ".join((verdict.cannot_say(self.margin.sentence), *self._known()))
        if isinstance(self.roi, Unknown):
            within = f"Within {self.days} days an answer {self._brings()}."
            return f"{verdict.cannot_say(self.roi.sentence)} {within}"
        if self.roi.low > 0:
            return f"Within {self.days} days answering pays: an answer {self._balance()}."
        if self.roi.high < 0:
            return (
                f"Within {self.days} days answering costs more than it brings: an answer {self._balance()}."
            )
        return f"{self._from()} Within {self.days} days an answer {self._balance()}."

    def _known(self) -> Iterator[str]:
        """What is known without an effect: the cost, and from where on it would pay."""
        if isinstance(self.cost, Estimate):
            yield f"An answer costs {self._money(self.cost.value)}."
        else:
            yield self.cost.sentence
        if isinstance(self.breakeven, Estimate):
            yield self._from()

    def _balance(self) -> str:
        assert isinstance(self.cost, Estimate)
        cost = self._money(self.cost.value)
        return f"{self._brings()} and costs {cost}, a return of {percents(self.roi)}"

    def _brings(self) -> str:
        """As in "brings EUR 4.10 more margin (95% interval +1.00 to +7.20)"."""
        assert isinstance(self.margin, Estimate)
        one = self.margin
        how = "more" if one.value >= 0 else "less"
        ends = words.interval(one.low, one.high, MARGIN)
        return f"brings {self._money(abs(one.value))} {how} {self.what} (95% interval {ends})"

    def _from(self) -> str:
        """As in "An answer pays from +1.9 points of retention on; your data allow -3.0 to +15.0."."""
        if isinstance(self.breakeven, Unknown):
            return "Whether an answer pays cannot be told."
        points = words.signed(self.breakeven.value, RETENTION)
        pays = f"An answer pays from {points} of retention on"
        if self.breakeven.value > 1:
            pays = f"No effect on retention alone can pay: it would take {points}"
        if isinstance(self.effect, Unknown):
            return f"{pays}."
        return f"{pays}; your data allow {words.interval(self.effect.low, self.effect.high, RETENTION)}."

    def _money(self, value: float) -> str:
        return words.with_unit(words.bare(value, MARGIN), MARGIN, self.currency)


def percent(value: float) -> str:
    """A signed return: "+137%"."""
    rounded = round(value * 100)
    sign = "+" if rounded > 0 else MINUS if rounded < 0 else ""
    return f"{sign}{abs(rounded):,}%"


def percents(value: Value) -> str:
    """A return with its interval: "+137% (+21% to +294%)"; a dash where there is none."""
    if isinstance(value, Unknown):
        return "\N{EM DASH}"
    return f"{percent(value.value)} ({percent(value.low)} to {percent(value.high)})"


def total_note(total: Estimate, others: tuple[int, int], currency: str | None) -> str:
    """The total of the studied population, and whose value is unknown."""
    value = words.signed(total.value, MARGIN, currency)
    ends = words.interval(total.low, total.high, MARGIN)
    return (
        f"Over the {total.n:,} answered conversations that were compared: {value} ({ends}). "
        f"{unknown_note(others)}"
    )


def unknown_note(others: tuple[int, int]) -> str:
    """How many answered conversations have no known value."""
    rest, strangers = others
    whose = f" ({strangers:,} of them with nobody known as a customer beforehand)" if strangers else ""
    return (
        f"The value of {rest:,} answered social conversations that were not compared{whose} is unknown and "
        "counts as nothing here."
    )


def retention_note(reason: Unknown) -> str:
    """That the study cannot tell the effect on retention over the same time."""
    return (
        f"The effect on retention over the same time is withheld, so be careful: "
        f"{verdict.lowered(reason.sentence)}"
    )


def discount_note(rate: float) -> str:
    """How later money is weighed against money now."""
    return f"What comes later is discounted at {rate:.0%} a year." if rate else "Nothing is discounted."


def shorter_note(days: Sequence[int]) -> str:
    """Which follow-ups compare more people than the one that carries no amount."""
    return (
        f"A shorter follow-up compares more people and may carry an amount: {', '.join(map(str, days))} days."
    )
