"""The study: did answering change what customers did, or do loyal customers talk more?

`study(store)` climbs a ladder of designs, each assuming less than the one below it, and gives every
rung's answer with its checks. Only R, A and A' may speak of effects; the raw gap between ever and never
answered is described and is never the headline. To add a rung: a `design.Design`, which says what is
compared, and a few lines that ask `rung.find` and `rung.row` of it.

    outcomes, horizon, sides    what could change, how long it is followed, what the two arms are called
    design (sql, past)          what all designs share: who is compared, what was before and after
    messages                    the units of R, A and A'; those of B and C stand beside their rungs
    covariates, estimate        one model of who is treated, every population
    examine (counts, checks, placebo, linkage)                may the number be shown
    rung (detail, within, notes, verdict, words, protocol)    a row of the ladder, and what is said of it
    rungs                       what is particular about each rung
    fair_test                   how to find out for certain
    worth                       what answering is worth in money
"""

from __future__ import annotations

from collections.abc import Iterable

from socialroi.errors import UnknownName, UsageError
from socialroi.result import Check, Rung, Study, Working
from socialroi.store import Store
from socialroi.uplift import protocol
from socialroi.uplift.examine import Question
from socialroi.uplift.horizon import choose
from socialroi.uplift.messages import emulate
from socialroi.uplift.money import Money
from socialroi.uplift.outcomes import OUTCOMES, outcome_named
from socialroi.uplift.rungs import answered, buyers, chance, ever, first_answers, speed
from socialroi.uplift.rungs.context import Asked

__all__ = ["OUTCOMES", "RUNGS", "study"]

#: The rungs from strongest to weakest.
RUNGS = ("R", "A", "Aprime", "B", "C", "D")


def study(
    store: Store,
    outcome: str = "retention",
    horizon_days: int | None = None,
    rungs: Iterable[str] = RUNGS,
    seed: int = 0,
    *,
    brief: bool = False,
    boosted: bool = False,
) -> Study:
    """Ask of everything in `store` whether answering changed `outcome`.

    `horizon_days` of follow-up are chosen from the gaps between orders unless given; `seed` decides only
    how customers are dealt into folds. `brief` leaves out everything beside rung A's number and its checks:
    other follow-ups, parts, detail; `boosted` adds that number by boosted trees. The verdict is that of R
    where chance gave a number, else that of A, else of the strongest rung asked for; a rung below never
    stands in for A. Raises UnknownName for an outcome or rung that does not exist, UsageError for an
    outcome that is to come or a follow-up that cannot be, ImportError where `boosted` lacks scikit-learn.
    """
    about, wanted = outcome_named(outcome), _ordered(rungs)
    horizon, money = choose(store, horizon_days), Money.of(store)
    horizon = horizon.alone if brief else horizon
    design = emulate(store, about, horizon.every, store.settings.grace_h)
    asked = Question(design, horizon, money, seed, brief, boosted)
    rows: dict[str, Rung] = {}
    working: list[Working] = list(design.working)
    if "R" in wanted:
        rows["R"] = chance.answer(asked)
    if {"A", "Aprime"} & set(wanted):
        rows["A"] = answered.answer(asked)
    if "Aprime" in wanted:
        rows["Aprime"], more = _fast(asked, rows["A"], store)
        working += more
    for name, describe in (("B", buyers.answer), ("C", first_answers.answer)):
        if name in wanted:
            rows[name], queries = describe(Asked(store, about, horizon, money, seed))
            working += queries
    if "D" in wanted:
        rows["D"], query = ever.answer(store)
        working.append(query)
    headline = _headline(rows, wanted)
    return Study(
        outcome=outcome,
        horizon_days=horizon.primary,
        protocol=protocol.table(design, horizon, rows.get("A")),
        flow=design.flow(horizon.primary),
        rungs=tuple(rows[name] for name in wanted),
        verdict=headline.verdict,
        sentence=headline.sentence,
        working=tuple(working),
    )


def _fast(asked: Question, whole: Rung, store: Store) -> tuple[Rung, tuple[Working, ...]]:
    """Fast against later answers, only where answered against unanswered lacks people."""
    enough = next(
        (check for check in whole.checks if check.name == "counts"), Check("", None, None, None, "")
    )
    if enough.passed:
        return speed.not_needed(asked), ()
    row, query = speed.answer(asked, store)
    return row, (query,)


def _headline(rows: dict[str, Rung], wanted: tuple[str, ...]) -> Rung:
    """The row whose verdict is the study's."""
    chance_row = rows.get("R")
    if chance_row and chance_row.verdict != "cannot_say":
        return chance_row
    return rows["A"] if "A" in wanted else rows[wanted[0]]


def _ordered(rungs: Iterable[str]) -> tuple[str, ...]:
    """The rungs asked for, strongest first; errors as in `study`."""
    asked = tuple(rungs)
    for rung in asked:
        if rung not in RUNGS:
            raise UnknownName("rung", rung, RUNGS)
    if not asked:
        raise UsageError(f"Name at least one rung of {', '.join(RUNGS)}.")
    return tuple(rung for rung in RUNGS if rung in asked)
