"""Does the study tell the truth? Firms with a planted effect, studied through the ordinary door.

    python benchmarks/acceptance.py [--reps 40] [--jobs 2] [--first-seed 0] [--cells NAME...]

Each cell is a kind of world. Printed per cell: the share of runs in which rung A shows a number;
of those the bias, the spread and how often the interval holds the truth of the estimand shown;
false claims (a number shown, its interval off 0, the truth 0); the placebo's mean and mean
half-width; and how often each check fails.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

# one thread of linear algebra a process: two would fight over the same two cores
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from socialroi.result import Estimate, Rung, Study
from socialroi.simulate import firm
from socialroi.store import Store
from socialroi.uplift import study

OUTCOME = "retention"
#: The tables the study reads; the others would only take time to load.
READ = ("customers", "orders", "interactions")


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind of world: the arguments of `firm`."""

    name: str
    effect: float = 0.0
    mechanism: str = "observed"
    answered: float = 0.85
    customers: int = 6_000


CELLS = (
    Cell("observed, 0"),
    Cell("observed, +8", effect=0.08),
    Cell("randomised, 0", mechanism="randomised"),
    Cell("hidden, 0", mechanism="hidden"),
    Cell("hidden, +8", mechanism="hidden", effect=0.08),
    Cell("vip, 0", mechanism="vip"),
    Cell("vip, +8", mechanism="vip", effect=0.08),
    Cell("vip, 0, four times the size", mechanism="vip", customers=24_000),
    Cell("linked by reply, 0", mechanism="linked_by_reply"),
    Cell("linked by reply, +8", mechanism="linked_by_reply", effect=0.08),
    Cell("unanswered by hour, 0", mechanism="unanswered_by_hour"),
    Cell("answered only, 0", mechanism="answered_only"),
    Cell("97 % answered, +8", effect=0.08, answered=0.97),
)


@dataclass(frozen=True, slots=True)
class Run:
    """What the study said about one firm. `value`, `low`, `high` are None when nothing is shown."""

    seed: int
    truth: float
    value: float | None
    low: float | None
    high: float | None
    verdict: str
    n_control: int
    failed: tuple[str, ...]
    raw_gap: float | None = None
    placebo: float | None = None
    placebo_half_width: float | None = None

    @property
    def is_shown(self) -> bool:
        return self.value is not None

    @property
    def covers(self) -> bool:
        return self.low is not None and self.high is not None and self.low <= self.truth <= self.high

    @property
    def is_false_claim(self) -> bool:
        return self.truth == 0 and self.low is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True, slots=True)
class Summary:
    """A cell's runs in figures; shares 0..1, None where nothing was shown."""

    reps: int
    shown: int
    bias: float | None
    spread: float | None
    half_width: float | None
    coverage: float | None
    false_claims: int
    raw_gap: float | None
    placebo: float | None
    placebo_half_width: float | None
    fired: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)


def run(cell: Cell, seed: int) -> Run:
    """Invent one firm of the cell, load it, study it."""
    made = firm(cell.customers, 730, cell.effect, cell.answered, seed, mechanism=cell.mechanism)
    tables = {name: made.tables[name] for name in READ}
    with Store.of(tables, keeps_unanswered=made.keeps_unanswered) as store:
        answer = study(store, OUTCOME, rungs=("A", "D"))
    return judge(answer, seed, lambda rung: made.true_effect(OUTCOME, rung.horizon_days, rung.estimand))


def judge(answer: Study, seed: int, truth_of) -> Run:
    """Read rung A off a study."""
    rung: Rung = next(row for row in answer.rungs if row.rung == "A")
    shown = rung.estimate if isinstance(rung.estimate, Estimate) else None
    placebo = next(check for check in rung.checks if check.name == "placebo")
    raw = next((row.naive for row in answer.rungs if row.rung == "D"), None)
    return Run(
        seed=seed,
        truth=truth_of(rung),
        value=shown.value if shown else None,
        low=shown.low if shown else None,
        high=shown.high if shown else None,
        verdict=rung.verdict,
        n_control=rung.n_control,
        failed=tuple(check.name for check in rung.checks if check.passed is False),
        raw_gap=raw.value if isinstance(raw, Estimate) else None,
        placebo=placebo.value,
        placebo_half_width=placebo.limit,
    )


def summarise(runs: Sequence[Run]) -> Summary:
    """A cell's runs in figures."""
    shown = [one for one in runs if one.is_shown]
    errors = [one.value - one.truth for one in shown]
    gaps = [one.raw_gap for one in runs if one.raw_gap is not None]
    return Summary(
        reps=len(runs),
        shown=len(shown),
        bias=_mean(errors),
        spread=float(np.std(errors, ddof=1)) if len(errors) > 1 else None,
        half_width=_mean([(one.high - one.low) / 2 for one in shown]),
        coverage=_mean([one.covers for one in shown]),
        false_claims=sum(one.is_false_claim for one in runs),
        raw_gap=_mean(gaps),
        placebo=_mean([one.placebo for one in runs if one.placebo is not None]),
        placebo_half_width=_mean([w for w in (one.placebo_half_width for one in runs) if w is not None]),
        fired=Counter(name for one in runs for name in one.failed),
        verdicts=Counter(one.verdict for one in runs),
    )


def _mean(values: Iterable[float]) -> float | None:
    found = list(values)
    return float(np.mean(found)) if found else None


def line(cell: Cell, summary: Summary) -> str:
    """One cell as text."""

    def points(value: float | None) -> str:
        return "   -  " if value is None else f"{100 * value:+6.2f}"

    fired = ", ".join(f"{name} {n}" for name, n in summary.fired.most_common()) or "none"
    verdicts = ", ".join(f"{name} {n}" for name, n in summary.verdicts.most_common())
    coverage = "   - " if summary.coverage is None else f"{100 * summary.coverage:5.1f}"
    return (
        f"{cell.name:22} shown {summary.shown:4}/{summary.reps:<4} bias {points(summary.bias)} "
        f"sd {points(summary.spread)} half-width {points(summary.half_width)} coverage {coverage} % "
        f"false claims {summary.false_claims:3}  raw gap D {points(summary.raw_gap)}\n"
        f"{'':22} placebo {points(summary.placebo)} +- {points(summary.placebo_half_width)}; "
        f"failed checks: {fired}; verdicts: {verdicts}"
    )


def main() -> None:
    """Run the cells asked for."""
    names = [cell.name for cell in CELLS]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reps", type=int, default=40)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--cells", nargs="*", default=names, choices=names, metavar="NAME")
    options = parser.parse_args()
    seeds = range(options.first_seed, options.first_seed + options.reps)
    with ProcessPoolExecutor(options.jobs) as pool:
        for cell in (cell for cell in CELLS if cell.name in options.cells):
            runs = list(pool.map(run, [cell] * len(seeds), seeds, chunksize=4))
            print(line(cell, summarise(runs)), flush=True)


if __name__ == "__main__":
    main()
