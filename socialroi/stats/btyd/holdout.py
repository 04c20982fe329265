"""Would the model have known? Fit it on the first part of the data, compare its forecast with the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from socialroi.result import Unknown
from socialroi.stats.btyd.bgnbd import BgNbd, fit_bgnbd
from socialroi.stats.btyd.customers import Customers, histories
from socialroi.stats.btyd.pareto_nbd import ParetoNbd
from socialroi.stats.intervals import Floats

MOST_OFF = 0.25
"""A forecast further off in total than this is not used."""
FEWEST_REPEATERS = 200
"""With fewer customers who came back, a model is not used."""
LAST_ROW = 7
"""Customers with this many repeat purchases or more are one row."""

Model = BgNbd | ParetoNbd


@dataclass(frozen=True, slots=True)
class Bought:
    """Customers with `x` repeat purchases by the split (`or_more` in the last row), and what they bought
    in the hold-out: `predicted` and `actual`, in all.
    """

    x: int
    or_more: bool
    n: int
    predicted: float
    actual: int


@dataclass(frozen=True, slots=True)
class Backtest:
    """A forecast of purchases in the last `holdout` days against what happened.

    `n` customers had bought by the split, `repeaters` of them twice or more. `is_usable` says whether the
    model may be shown, `sentence` why. `predicted` is None when there is no model.
    """

    holdout: int
    n: int
    repeaters: int
    predicted: float | None
    actual: int
    by_x: tuple[Bought, ...]
    is_usable: bool
    sentence: str

    @property
    def error(self) -> float | None:
        """How far off the total is, relative to what happened (-0.12: 12 % too low)."""
        return None if self.predicted is None or not self.actual else self.predicted / self.actual - 1


def backtest(
    customer: ArrayLike,
    day: ArrayLike,
    holdout: int | None = None,
    until: int | None = None,
    fit: Callable[[ArrayLike, ArrayLike, ArrayLike], Model | Unknown] = fit_bgnbd,
) -> Backtest:
    """Hold out the last `holdout` days (the last third by default) of orders up to `until`, one row each.

    `customer` holds whole codes, `day` whole days. Only customers who first bought before the split are
    forecast. Raises ValueError when the hold-out is not shorter than the data.
    """
    whole = histories(customer, day, until)
    if not len(whole.code):
        return _refused(holdout or 0, whole, 0, "There are no orders to test a model on.")
    first, span = int(whole.first.min()), int(whole.age.max())
    held = span // 3 if holdout is None else holdout
    if not 0 < held < span:
        return _short(held, span, whole, holdout is None)
    known = histories(customer, day, first + span - held)
    actual = whole.x[np.isin(whole.code, known.code, assume_unique=True)] - known.x
    total = round(float(actual.sum()))
    model = fit(known.x, known.t_x, known.age)
    if isinstance(model, Unknown):
        return _refused(held, known, total, model.sentence)
    predicted = model.expected_purchases(held, known.x, known.t_x, known.age)
    rows = _by_x(known.x, predicted, actual)
    forecast, repeaters = float(predicted.sum()), int((known.x > 0).sum())
    usable, sentence = _verdict(forecast, total, repeaters)
    return Backtest(held, len(known.x), repeaters, forecast, total, rows, usable, sentence)


def _verdict(predicted: float, actual: int, repeaters: int) -> tuple[bool, str]:
    if repeaters < FEWEST_REPEATERS:
        return False, f"Only {repeaters:,} customers came back; a model needs {FEWEST_REPEATERS}."
    said = f"The model expected {predicted:,.0f} purchases where {actual:,} were made"
    if not actual or abs(predicted / actual - 1) > MOST_OFF:
        return False, f"{said}: further off than {MOST_OFF:.0%}, so it is not used."
    return True, f"{said} ({predicted / actual - 1:+.0%})."


def _by_x(x: Floats, predicted: Floats, actual: Floats) -> tuple[Bought, ...]:
    """One row per number of repeat purchases that occurs, the many in one."""
    row = np.minimum(x, LAST_ROW).astype(np.int64)
    n, expected, made = (np.bincount(row, column, LAST_ROW + 1) for column in (None, predicted, actual))
    return tuple(
        Bought(at, at == LAST_ROW, int(n[at]), float(expected[at]), round(float(made[at])))
        for at in np.flatnonzero(n).tolist()
    )


def _short(held: int, span: int, whole: Customers, by_default: bool) -> Backtest:
    if by_default:
        return _refused(held, whole, 0, f"{span + 1} days of orders are too few to test a model on.")
    raise ValueError(f"the hold-out must be shorter than the {span} days of the data: {held}")


def _refused(held: int, known: Customers, actual: int, sentence: str) -> Backtest:
    repeaters = int((known.x > 0).sum())
    return Backtest(held, len(known.x), repeaters, None, actual, (), False, sentence)
