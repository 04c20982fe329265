"""From a design to a row of the ladder: with its number, or with why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from socialroi.result import Check, Curve, Part, Rung, Unknown, Value, Verdict
from socialroi.stats.contrasts import Estimand
from socialroi.uplift import checks, counts, verdict
from socialroi.uplift.estimate import SPLITS
from socialroi.uplift.examine import Examined, Question, examine


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a design's question came to: the main follow-up, the others, and the design's own checks."""

    asked: Question
    primary: Examined
    others: tuple[Examined, ...]
    gates: tuple[Check, ...]

    @property
    def finding(self) -> verdict.Finding | None:
        """The number with what its sentence needs, if it may be shown."""
        effect, arms, design = self.primary.shown, self.primary.arms, self.asked.design
        if effect is None:
            return None
        people = arms.people(True), arms.people(False)
        return verdict.Finding(
            design.outcome, self.primary.days, design.sides, effect, people, self.asked.currency
        )


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside a rung's number."""

    detail: Mapping[str, Value]
    notes: tuple[str, ...]
    parts: tuple[Part, ...] = ()
    curve: Curve | None = None


def find(asked: Question, gates: tuple[Check, ...], estimands: tuple[Estimand, ...]) -> Found:
    """Examine every follow-up; the secondary ones for the number shown only."""
    primary = examine(asked, asked.horizon.primary, gates, estimands, SPLITS)
    others = [examine(asked, days, gates, estimands[:1]) for days in asked.horizon.secondary]
    return Found(asked, primary, tuple(others), gates)


def row(found: Found, population: str, beside: Beside) -> Rung:
    """The rung's row, with its number when every check passed."""
    design, primary, finding = found.asked.design, found.primary, found.finding
    if finding is None:
        withheld = _withheld(found)
        said: tuple[Value, Verdict, str] = withheld, "cannot_say", withheld.sentence
    else:
        said = finding.effect.estimate, verdict.judge(finding), verdict.sentence(finding)
    estimate, word, sentence = said
    return Rung(
        rung=design.rung, outcome=design.outcome.key, horizon_days=primary.days, population=population,
        estimand=design.estimand, estimate=estimate, naive=primary.arms.naive(),
        n_treated=primary.arms.n_treated, n_control=primary.arms.n_control, checks=primary.checks,
        verdict=word, sentence=sentence, detail=beside.detail, notes=beside.notes,
        balance=primary.balance, overlap=primary.overlap, parts=beside.parts, curve=beside.curve,
    )  # fmt: skip


def _withheld(found: Found) -> Unknown:
    """Why there is no number, and when there could be one."""
    primary, blocked = found.primary, found.primary.blocked
    reason = blocked.sentence if blocked else "The two groups are too small or too alike to be modelled."
    sentence = verdict.cannot_say(reason)
    if blocked and blocked.name == "counts":
        sentence = f"{sentence} {_way_out(found)}"
    code = blocked.name if blocked else "no_model"
    return Unknown(code, sentence, len(primary.rows))


def _way_out(found: Found) -> str:
    """From when there are enough people; where links depend on the answer, waiting does not help."""
    broken = next((check for check in found.gates if check.passed is False), None)
    if broken:
        return f"Waiting will not help: {broken.sentence}"
    worse, _ = counts.needs(found.primary.arms)
    return counts.when(found.asked.design, found.primary.days, worse)


def without_data(asked: Question, population: str, obstacle: Unknown, notes: tuple[str, ...] = ()) -> Rung:
    """The row of a design whose question cannot even be put to these data."""
    design = asked.design
    return Rung(
        rung=design.rung, outcome=design.outcome.key, horizon_days=asked.horizon.primary,
        population=population, estimand=design.estimand, estimate=obstacle, naive=obstacle,
        n_treated=0, n_control=0, checks=tuple(checks.not_run(name) for name in checks.NAMES),
        verdict="cannot_say", sentence=verdict.cannot_say(obstacle.sentence), notes=notes,
    )  # fmt: skip
