"""The study behind the money: rung A for margin, and for retention beside it, at one follow-up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from socialroi.metrics.answer import local_day
from socialroi.result import Check, Unknown, Value
from socialroi.store import Store
from socialroi.uplift import checks, counts
from socialroi.uplift.estimate import SPLITS, Arms, Fit
from socialroi.uplift.examine import Examined, Question, examine
from socialroi.uplift.horizon import Horizon, choose
from socialroi.uplift.messages import Messages, emulate
from socialroi.uplift.outcomes import RETENTION
from socialroi.uplift.rungs import answered
from socialroi.uplift.worth.measure import Measure
from socialroi.uplift.worth.partition import Parts
from socialroi.uplift.worth.roi import weighted_mean


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """What was compared for money and for retention, and why money is withheld, if it is.

    `obstacle` is why nothing could be compared at all.
    """

    horizon: Horizon
    design: Messages
    margin: Examined
    retention: Examined
    obstacle: Unknown | None
    withheld: Unknown | None

    @property
    def days(self) -> int:
        """The follow-up in days."""
        return self.horizon.primary

    @property
    def fitted(self) -> Fit:
        """The model of who is answered; only where nothing is withheld."""
        assert self.margin.fitted is not None
        return self.margin.fitted

    @property
    def checks(self) -> tuple[Check, ...]:
        """Every condition that the money has to meet."""
        return (*self.margin.checks, *([_totals(self.margin.fitted)] if self.margin.fitted else []))

    @property
    def retained(self) -> Value:
        """The effect on retention at the same follow-up, under its own checks."""
        absent = self.obstacle or _blocked(self.retention)
        if absent:
            return absent
        assert self.retention.fitted is not None
        return self.retention.fitted.headline.estimate

    @property
    def withheld_unanswered(self) -> Unknown | None:
        """Why the value of answering the unanswered cannot be told, beyond what withholds all money."""
        gate = checks.own_gate(self.fitted.effects["ATU"])
        return gate if isinstance(gate, Unknown) else None

    def window(self, store: Store) -> tuple[date, date] | None:
        """The first and last day of the messages compared, in the reporting zone."""
        opened = self.margin.rows["opened_at"]
        if opened.empty:
            return None
        zone = store.settings.reporting_zone
        return local_day(opened.min().to_pydatetime(), zone), local_day(opened.max().to_pydatetime(), zone)

    def unknown_answers(self) -> tuple[int, int]:
        """Answered social conversations that were not compared, and how many of them no customer's."""
        units = self.design.units
        compared = units.index.isin(self.margin.rows.index[self.margin.arms.treated])
        others = units["social"].to_numpy(bool) & units["first_reply_at"].notna().to_numpy() & ~compared
        return int(others.sum()), int((others & ~self.design.is_linked).sum())

    def per_customer(self, parts: Parts) -> Value:
        """What somebody who orders again brings within the follow-up, in the population of `retained`.

        Of the unanswered, weighted as for the effect; where no effect can be told, of everybody alike.
        """
        rows, fitted = self.retention.rows, self.retention.fitted
        again = rows["bought"].to_numpy(bool)
        weight, method = np.ones(len(rows)), "margin of those who order again"
        if fitted:
            again = again & ~fitted.arms.treated
            weight, method = fitted.model.weights("ATO"), "margin of the unanswered who order again, weighted"
        if again.sum() < counts.EVENTS:
            return Unknown("counts", _few(int(again.sum())), len(rows))
        total = parts.total_of(rows.index.to_numpy(np.int64))
        person = rows["person"].to_numpy(np.int64)
        return weighted_mean(total[again], weight[again], person[again], method)


def compare(store: Store, measure: Measure, horizon_days: int | None, seed: int) -> Compared:
    """Put both questions to `store`: at the follow-up asked for, else the longest with enough people."""
    given = store.settings.horizons if horizon_days is None else ()
    horizon = choose(store, horizon_days)
    design = emulate(
        store, measure.outcome, tuple(dict.fromkeys((horizon.primary, *given))), store.settings.grace_h
    )
    horizon = _longest(design, horizon, given)
    asked = Question(design, horizon, measure.money, seed)
    kept = Question(replace(design, outcome=RETENTION), horizon, measure.money, seed)
    gates = answered.gates(asked)
    margin = examine(asked, horizon.primary, gates, ("ATO", "ATT", "ATU"), SPLITS)
    retention = examine(kept, horizon.primary, gates, ("ATO",), SPLITS)
    obstacle = answered.obstacle(kept)
    withheld = obstacle or measure.obstacle or _withheld(margin)
    return Compared(horizon, design, margin, retention, obstacle, withheld)


def _longest(design: Messages, primary: Horizon, given: Sequence[int]) -> Horizon:
    """The longest of the `given` follow-ups at which both groups are large enough, else the primary one.

    The shorter ones are its secondary ones.
    """
    for days in sorted(given, reverse=True):
        if counts.check(Arms.of(design.trial(days)), design.sides).passed:
            reason = f"{days} days are the longest follow-up with enough people in both groups."
            return Horizon(days, reason, tuple(shorter for shorter in given if shorter < days))
    return Horizon(primary.primary, primary.reason, ())


def _withheld(margin: Examined) -> Unknown | None:
    """The first condition that is not met: the five checks, what money needs, enough alike to total."""
    blocked = _blocked(margin)
    if blocked or margin.fitted is None:
        return blocked
    totals = _totals(margin.fitted)
    return None if totals.passed else Unknown(totals.name, totals.sentence, len(margin.rows))


def _blocked(one: Examined) -> Unknown | None:
    """Why a comparison shows no number."""
    n = len(one.rows)
    if one.blocked:
        return Unknown(one.blocked.name, one.blocked.sentence, n)
    return None if one.fitted else Unknown("no_model", _NO_MODEL, n)


def _totals(fitted: Fit) -> Check:
    """Whether the unanswered can stand for all answered: alike, overlapping, enough of them."""
    effect = fitted.effects["ATT"]
    broken = next((check for check in effect.checks if check.passed is False), None)
    if broken:
        sentence = f"An amount for all answered messages cannot rest on these. {broken.sentence}"
        return Check("totals", broken.value, broken.limit, False, sentence)
    size = f"{effect.ess.control:,.0f} unanswered ones"
    sentence = f"An amount for all answered messages may rest on the equivalent of {size}."
    return Check("totals", effect.ess.control, float(checks.EFFECTIVE_SIZE), True, sentence)


_NO_MODEL = "The two groups are too small or too alike to be modelled."


def _few(n: int) -> str:
    return (
        f"Only {n} of the customers compared ordered again; {counts.EVENTS} are needed to say what they "
        "bring."
    )
