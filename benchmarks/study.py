"""How long the whole study takes, step by step, on a large invented firm: CPU seconds of one process.

    python benchmarks/study.py --customers 1000000 --conversations-a-year 200000 --db DIR

makes a firm with about 5 million orders and 0.4 million conversations, loads it into DIR (or uses what is
there) and times what comes then.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from socialroi import store as rooms
from socialroi.intake import Request
from socialroi.simulate import firm
from socialroi.store import Store
from socialroi.uplift import messages, placebo
from socialroi.uplift.estimate import fit
from socialroi.uplift.examine import Question
from socialroi.uplift.horizon import choose
from socialroi.uplift.money import Money
from socialroi.uplift.outcomes import OUTCOMES
from socialroi.uplift.rungs import answered, buyers, ever, first_answers
from socialroi.uplift.rungs.context import Asked


@contextmanager
def step(name: str) -> Iterator[None]:
    """Print what a step took."""
    cpu, wall = time.process_time(), time.perf_counter()
    yield
    took = time.process_time() - cpu, time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{name:58} {took[0]:7.2f} CPU s {took[1]:7.2f} s   peak so far {peak:,} MiB", flush=True)


def main() -> None:
    """Make the firm, then take the study apart."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--conversations-a-year", type=int, default=None)
    parser.add_argument("--outcome", default="retention", choices=sorted(OUTCOMES))
    parser.add_argument("--db", type=Path, required=True)
    options = parser.parse_args()
    if not options.db.exists():
        load(options.db, options.customers, options.conversations_a_year)
    with Store.open(options.db) as store:
        print({name: f"{size:,}" for name, size in store.tables().items() if size}, flush=True)
        study(store, options.outcome)


def load(db: Path, customers: int, conversations_a_year: int | None) -> None:
    """Invent the firm and load what the study reads of it."""
    made = firm(customers=customers, effect=0.05, seed=1, conversations_a_year=conversations_a_year)
    read = {name: made.tables[name] for name in ("customers", "orders", "interactions")}
    with tempfile.TemporaryDirectory(dir=db.parent) as folder:
        paths = [path for path in replace(made, tables=read).write(folder) if path.suffix == ".csv"]
        rooms.ingest(db, [Request(path=path, label=path.name) for path in paths])


def study(store: Store, outcome: str) -> None:
    """Every step of every rung."""
    about = OUTCOMES[outcome]
    with step("follow-up chosen from the gaps between orders"):
        horizon = choose(store, None)
    with step("messages with their pasts (SQL)"):
        design = messages.emulate(store, about, horizon.every)
    with step("trial rows"):
        rows = design.trial(horizon.primary)
    print(f"{'':4}{len(rows):,} rows, {int((~rows['treated']).sum()):,} unanswered")
    with step("headline: columns, propensities, outcome models, ATO"):
        fitted = fit(rows)
    with step("its placebo"):
        placebo.before(design, horizon.primary, fitted.columns.is_full, 0)
    half = rows[rows["channel"].isin(sorted(rows["channel"].unique())[:2])]
    with step(f"headline again after a filter ({len(half):,} rows)"):
        fit(half)
    question = Question(design, horizon, Money.of(store), 0)
    with step("rung A whole: every check, follow-up, part, curve, note"):
        answered.answer(question)
    asked = Asked(store, about, horizon, Money.of(store), 0)
    with step("rung B"):
        buyers.answer(asked)
    with step("rung C"):
        first_answers.answer(asked)
    with step("rung D"):
        ever.answer(store)


if __name__ == "__main__":
    main()
