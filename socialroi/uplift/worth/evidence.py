"""Everything an answer about money rests on, and each of its numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from socialroi.result import Bar, Estimate, Unknown, Value, Verdict, Working
from socialroi.store import Store
from socialroi.uplift import notes
from socialroi.uplift.worth import costs, partition, residual, roi, words
from socialroi.uplift.worth.compared import Compared, compare
from socialroi.uplift.worth.costs import Costs
from socialroi.uplift.worth.measure import Measure
from socialroi.uplift.worth.partition import Parts


@dataclass(frozen=True)
class Evidence:
    """The comparison, what every later order brought, and what social care cost."""

    measure: Measure
    compared: Compared
    parts: Parts
    costs: Costs
    discount: float

    @classmethod
    def of(cls, store: Store, horizon_days: int | None, discount: float, seed: int) -> Evidence:
        """Gathered from `store`; arguments as in `worth`."""
        measure = Measure.of(store)
        compared = compare(store, measure, horizon_days, seed)
        parts = partition.divide(
            store, compared.margin.rows, compared.design.start_us, compared.days,
            use_margin=measure.use_margin, has_categories=measure.has_categories, discount=discount,
        )  # fmt: skip
        spent = costs.spent(store, compared.window(store), measure.currency)
        return cls(measure, compared, parts, spent, discount)

    @property
    def currency(self) -> str | None:
        """The currency of every amount."""
        return self.measure.currency or (None if self.measure.obstacle else self.costs.currency)

    @property
    def estimand(self) -> str:
        """What `margin` is, in words."""
        return (
            f"{self.measure.word} over {self.compared.days} days per answered conversation, in those "
            "answered (ATT)"
        )

    @cached_property
    def margin(self) -> Value:
        """What an answer changed in those answered."""
        if self.compared.withheld:
            return self.compared.withheld
        return partition.effect(self.compared.fitted.model, self.parts.total, "ATT")

    @cached_property
    def unanswered(self) -> Value:
        """What an answer would change in those left unanswered, under their own checks."""
        withheld = self.compared.withheld or self.compared.withheld_unanswered
        if withheld:
            return withheld
        return partition.effect(self.compared.fitted.model, self.parts.total, "ATU")

    @property
    def bars(self) -> tuple[Bar, ...]:
        """The parts of the margin."""
        if self.compared.withheld:
            return partition.unknown_bars(self.compared.withheld)
        return partition.bars(self.compared.fitted.model, self.parts)

    def residual(self, store: Store) -> tuple[Bar, tuple[Working, ...]]:
        """What a model expects after the follow-up."""
        if self.compared.withheld:
            return residual.unknown_bar(self.compared.withheld), ()
        compared = self.compared
        return residual.residual(
            store, compared.margin.rows, compared.fitted.model, compared.design.follow_up_us(compared.days),
            compared.days, use_margin=self.measure.use_margin, discount=self.discount,
        )  # fmt: skip

    @property
    def cost(self) -> Value:
        """What an answered conversation costs."""
        return self.costs.each

    @property
    def roi(self) -> Value:
        """The return on an answer; Unknown where only revenue is known."""
        without = self.measure.without_margin
        return without if without and not self.compared.withheld else roi.returned(self.margin, self.cost)

    @cached_property
    def breakeven(self) -> Value:
        """The effect on retention from which an answer pays."""
        absent = self.measure.obstacle or self.measure.without_margin
        return absent or roi.breakeven_effect(self.cost, self.compared.per_customer(self.parts))

    @property
    def payback(self) -> Value:
        """The first month of 30 days by which an answer has brought its cost."""
        if isinstance(self.roi, Unknown) or isinstance(self.cost, Unknown):
            return self.roi
        model = self.compared.fitted.model
        so_far = [partition.effect(model, y, "ATT") for y in self.parts.so_far.T]
        return roi.payback(so_far, self.cost, self.compared.days)

    @property
    def verdict(self) -> Verdict:
        """Whether it pays, in a word."""
        fitted = self.compared.margin.fitted
        level = fitted.effects["ATT"].control_mean if fitted else 0.0
        return words.judge(self.roi, self.margin, level)

    @property
    def sentence(self) -> str:
        """Whether it pays, in a sentence."""
        return words.Said(
            what=self.measure.word, days=self.compared.days, currency=self.currency, margin=self.margin,
            cost=self.cost, roi=self.roi, breakeven=self.breakeven, effect=self.compared.retained,
        ).sentence()  # fmt: skip

    def notes(self) -> Iterator[str]:
        """What a reader must know beside the numbers, the assumption first."""
        yield notes.ASSUMPTION
        yield self.compared.horizon.reason
        yield words.discount_note(self.discount)
        yield from self.measure.notes()
        yield from self.costs.notes
        retained = self.compared.retained
        if isinstance(retained, Unknown) and isinstance(self.margin, Estimate):
            yield words.retention_note(retained)
        others = self.compared.unknown_answers()
        if isinstance(self.margin, Estimate):
            n = self.compared.margin.arms.n_treated
            yield words.total_note(roi.scaled(self.margin, n), others, self.currency)
            return
        if others[0]:
            yield words.unknown_note(others)
        if self.compared.margin.fitted and self.compared.horizon.secondary:
            yield words.shorter_note(self.compared.horizon.secondary)
