"""The study: did answering change what customers did, or do loyal customers talk more?

`study(store)` climbs a ladder of designs, each less assuming than the one below it, and gives every
rung's answer with its checks. Only a rung with a comparison group may speak of effects; the raw gap
between ever and never answered is described and is never the headline. To add a rung: a design that
yields trial rows (see `design`), then `estimate`, `checks` and `verdict` as they are.

    outcomes, horizon       what an answer could change, whom it is about, how long it is followed
    design (sql, past)      which messages are compared, who was answered, what was before and after
    covariates, estimate    one model of who is answered, every population
    examine (counts, checks, placebo, linkage)     may the number be shown
    rung_a (detail, notes), rung_d                 the rows of the ladder
    verdict, protocol, words                       what is said about them
"""

from __future__ import annotations

from collections.abc import Iterable

from socialroi.errors import UnknownName, UsageError
from socialroi.result import Rung, Study, Working
from socialroi.store import Store
from socialroi.uplift import protocol, rung_a, rung_d
from socialroi.uplift.design import emulate
from socialroi.uplift.examine import Question
from socialroi.uplift.horizon import choose
from socialroi.uplift.money import Money
from socialroi.uplift.outcomes import OUTCOMES, outcome_named

__all__ = ["BUILT", "LATER", "OUTCOMES", "RUNGS", "study"]

#: The rungs from strongest to weakest; those in `BUILT` can be asked for, `LATER` are to come.
RUNGS = ("R", "A", "Aprime", "B", "C", "D")
BUILT = ("A", "D")
LATER = tuple(rung for rung in RUNGS if rung not in BUILT)


def study(
    store: Store,
    outcome: str = "retention",
    horizon_days: int | None = None,
    rungs: Iterable[str] = BUILT,
    seed: int = 0,
) -> Study:
    """Ask of everything in `store` whether answering changed `outcome`.

    `horizon_days` of follow-up are chosen from the gaps between orders unless given; `seed` decides only
    how customers are dealt into folds. Raises UnknownName for an outcome or rung that does not exist and
    UsageError for one that is to come or a follow-up that cannot be.
    """
    about, wanted = outcome_named(outcome), _ordered(rungs)
    horizon = choose(store, horizon_days)
    design = emulate(store, about, horizon.every, store.settings.grace_h)
    rows: list[Rung] = []
    working: list[Working] = list(design.working)
    if "A" in wanted:
        rows.append(rung_a.answer(Question(design, horizon, Money.of(store), seed)))
    if "D" in wanted:
        row, asked = rung_d.answer(store)
        rows.append(row)
        working.append(asked)
    headline = rows[0]
    return Study(
        outcome=outcome,
        horizon_days=horizon.primary,
        protocol=protocol.table(design, horizon, headline if headline.rung == "A" else None),
        flow=design.flow(horizon.primary),
        rungs=tuple(rows),
        verdict=headline.verdict,
        sentence=headline.sentence,
        working=tuple(working),
    )


def _ordered(rungs: Iterable[str]) -> tuple[str, ...]:
    """The rungs asked for, strongest first; errors as in `study`."""
    asked = tuple(rungs)
    for rung in asked:
        if rung not in RUNGS:
            raise UnknownName("rung", rung, RUNGS)
        if rung in LATER:
            raise UsageError(f"Rung {rung} arrives with a later version. Now: {', '.join(BUILT)}.")
    if not asked:
        raise UsageError(f"Name at least one rung of {', '.join(BUILT)}.")
    return tuple(rung for rung in BUILT if rung in asked)
