"""A firm with a planted truth: invented files, and what a study of them ought to find."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from socialroi.errors import UsageError
from socialroi.simulate.mechanisms import mechanism_named
from socialroi.simulate.surveys import Item
from socialroi.simulate.tables import Tables
from socialroi.simulate.truth import CONTRASTS
from socialroi.simulate.world import World, draw, invent
from socialroi.simulate.write import write

_SHORTEST_DAYS = 60


@dataclass(frozen=True, slots=True)
class Firm:
    """Canonical `tables` by name, the `truth`, and what the export keeps.

    `world` is everything behind it, for tests and benchmarks.
    """

    tables: Mapping[str, pd.DataFrame]
    truth: Mapping[str, Any]
    keeps_unanswered: Literal["yes", "no"]
    world: World

    def write(self, directory: str | Path) -> list[Path]:
        """Write the canonical CSV files and truth.json into `directory`, which is made if absent."""
        return write(self.tables, self.truth, self.keeps_unanswered, Path(directory))

    def true_effect(
        self, outcome: str, horizon_days: int, estimand: str, contrast: str = CONTRASTS[0]
    ) -> float:
        """The planted effect of `contrast`; KeyError when the firm has no such comparison or is too short."""
        wanted = (outcome, horizon_days, estimand, contrast)
        for row in self.truth["effects"]:
            told = (row["outcome"], row["horizon_days"], row["estimand"], row.get("contrast", CONTRASTS[0]))
            if told == wanted:
                return float(row["value"])
        raise KeyError(wanted)


def firm(
    customers: int = 6_000,
    days: int = 730,
    effect: float = 0.0,
    answered: float | None = None,
    seed: int = 0,
    *,
    mechanism: str = "observed",
    conversations_a_year: float | None = None,
    foretells: Item | None = None,
) -> Firm:
    """Invent a firm whose true effect of answering is known.

    `effect` is the effect on the answered (ATT) of an answer within 24 h on the chance, in 0..1,
    that a customer with at least two orders orders again in the 90 days from the end of those 24 h.
    Where only speed counts ("fast"), it is the effect of an answer within the hour. `answered` is the
    share of social messages needing an answer that get one in time, by default 0.85 ("fast": 0.97).
    `conversations_a_year` is about how many social conversations are opened; by default what the
    customers' number and habits make it. `foretells` is the survey answer, ease or satisfaction, that
    is a point better for who orders within 90 days of it; by default neither is. The same arguments
    give the same firm. Raises UnknownName for a mechanism that does not exist and UsageError for sizes
    or an effect that no firm can have.
    """
    if customers < 1 or days < _SHORTEST_DAYS:
        raise UsageError(
            f"A firm needs at least 1 customer and {_SHORTEST_DAYS} days, not {customers} and {days}."
        )
    chosen = mechanism_named(mechanism)
    share = chosen.answered if answered is None else answered
    if not 0 < share < 1:
        raise UsageError(f"The share answered lies between 0 and 1, not {share}.")
    if conversations_a_year is not None and not conversations_a_year > 0:
        raise UsageError(f"A firm has some conversations a year, not {conversations_a_year}.")
    world = invent(draw(customers, days, seed, chosen, conversations_a_year), effect, share)
    keeps: Literal["yes", "no"] = "yes" if chosen.keeps_unanswered else "no"
    return Firm(Tables(world, seed, foretells), _truth(world), keeps, world)


def _truth(world: World) -> dict[str, Any]:
    contrasts = CONTRASTS if world.mechanism.speed else CONTRASTS[:1]
    asked = world.case.care.exists & world.case.contacts.comparable
    return {
        "mechanism": world.mechanism.name,
        "effects": [row for name in contrasts for row in world.case.effects(world.policy.gain, name)],
        "n_answered": int((asked & world.case.care.answered).sum()),
        "n_unanswered": int((asked & ~world.case.care.answered).sum()),
    }
