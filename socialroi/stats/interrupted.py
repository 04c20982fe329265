"""Did something change on a day? A weekly series before and after, with its own memory taken seriously.

One bad week follows another. An error that treats weeks as independent, and also the usual correction
(HAC, Newey & West), finds a step where there is none in 13 to 32 of 100 series of this length. Here the
memory is estimated (AR(1)), freed of its downward bias and put into a parametric bootstrap.

y = b0 + b1 t + step * after + turn * (t - t*) * after + season + AR(1) noise. Without a series that the
change could not touch, a step says "coincides with", never "caused".
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from socialroi.result import LEVEL, Estimate, Unknown
from socialroi.stats.intervals import Floats, estimate

METHOD = "segmented regression, AR(1) parametric bootstrap"
LEAST_WEEKS = 26
"""The fewest periods on each side of the change."""
YEAR = 52.18
"""Weeks of a year; two years and more get a yearly wave."""
DRAWS = 2000
"""Bootstrap series."""
CAREFUL = 0.35
"""Which quantile of the memory that residuals show stands for a true memory; the median would be 0.5."""
FEWER = 200
"""Series that tell how much memory a regression hides, for each memory that is tried."""
RHOS = np.concatenate([np.linspace(-0.5, 0.8, 27), np.linspace(0.83, 0.98, 6)])
"""Memories that are tried."""


@dataclass(frozen=True, slots=True, eq=False)
class Interrupted:
    """What changed: `step` at the change, `turn` in the slope per period after it, their two-sided bootstrap
    `p_step`, `p_turn`; `rho` the memory of the noise. `fitted` is the regression at each time and `expected`
    what it would be without the change (equal to `fitted` before it).
    """

    step: Estimate
    turn: Estimate
    p_step: float
    p_turn: float
    rho: float
    before: int
    after: int
    fitted: Floats
    expected: Floats


def interrupted_series(
    y: ArrayLike, at: ArrayLike, change: float, *, season: bool | None = None, seed: int = 0
) -> Interrupted | Unknown:
    """Step and turn of `y` at `change`; `at` holds the whole-numbered period of each value, rising.

    Periods may be missing; those from `change` on are after it. `season` adds a yearly wave to weeks, by
    default when they span two years. Unknown `too_short` with fewer than 26 values on a side, `no_variation`
    where the regression fits exactly. Raises ValueError for missing values or times that do not rise.
    Source: Bernal, Cummins & Gasparrini 2017 (the model); after Andrews 1993 (memory freed of bias).
    """
    values, time = np.asarray(y, dtype=np.float64), np.asarray(at, dtype=np.float64)
    if values.shape != time.shape or not np.isfinite(values).all() or not (np.diff(time) > 0).all():
        raise ValueError("a series needs one finite value for each of its rising times")
    after = time >= change
    sides = int((~after).sum()), int(after.sum())
    if min(sides) < LEAST_WEEKS:
        return _too_short(sides)
    with_wave = bool(np.ptp(time) + 1 >= 104) if season is None else season
    return _tabulated(tuple(time.tolist()), change, with_wave, seed).answer(values, sides)


@functools.lru_cache(maxsize=16)
def _tabulated(time: tuple[float, ...], change: float, season: bool, seed: int) -> _Fit:
    """The fit for these times: measures around one change share most of their weeks."""
    at = np.array(time)
    return _Fit.of(_design(at, change, season), at, seed)


def _too_short(sides: tuple[int, int]) -> Unknown:
    sentence = (
        f"{sides[0]} weeks before the change and {sides[1]} after it; a step needs at least"
        f" {LEAST_WEEKS} on each side."
    )
    return Unknown("too_short", sentence, sum(sides))


def _design(time: Floats, change: float, season: bool) -> Floats:
    """Columns: level, trend, step, turn, and the yearly wave."""
    after = (time >= change).astype(np.float64)
    columns = [np.ones_like(time), (time - change) / YEAR, after, after * (time - change)]
    if season:
        columns += [np.sin(2 * np.pi * time / YEAR), np.cos(2 * np.pi * time / YEAR)]
    return np.column_stack(columns)


STEP, TURN = 2, 3


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """A regression on a fixed design, and what its residuals look like for each memory of the noise.

    `draws` are independent normals (time x draws) that become noise of any memory. For each of `RHOS`: `seen`
    is the memory that residuals show (rising), `spread` the expected residual square, `variances`
    (memories x 2) of step and turn, all for noise of variance 1.
    """

    x: Floats
    pseudo: Floats
    residual: Floats
    neighbours: Floats
    gaps: Floats
    draws: Floats
    seen: Floats
    spread: Floats
    variances: Floats

    @classmethod
    def of(cls, x: Floats, time: Floats, seed: int) -> _Fit:
        """Tabulate the design by simulation, with the same draws for every memory."""
        pseudo = np.linalg.pinv(x)
        residual = np.eye(len(x)) - x @ pseudo
        gaps = np.diff(time)
        draws = np.random.default_rng(seed).standard_normal((len(x), DRAWS))
        neighbours = (gaps == 1).astype(np.float64)
        distance = np.abs(time[:, None] - time)
        shown = _memory_shown(residual, draws[:, :FEWER], gaps)
        shapes = [_shape(rho, distance) for rho in RHOS.tolist()]
        rows = pseudo[[STEP, TURN]]
        return cls(
            x, pseudo, residual, neighbours, gaps, draws, np.maximum.accumulate(shown),
            np.array([float((residual * shape).sum()) for shape in shapes]),
            np.array([((rows @ shape) * rows).sum(axis=1) for shape in shapes]),
        )  # fmt: skip

    def answer(self, y: Floats, sides: tuple[int, int]) -> Interrupted | Unknown:
        """Coefficients with bootstrap-t intervals."""
        beta = self.pseudo @ y
        if np.ptp(y - self.x @ beta) <= 1e-9 * max(1.0, float(np.abs(y).max())):
            return Unknown("no_variation", "The series does not vary; there is nothing to judge a step by.")
        errors, rho = self._errors(y[:, None])
        noise = _noise(self.draws, self.gaps, float(rho[0]))
        pulls = np.abs(self.pseudo[[STEP, TURN]] @ noise) / self._errors(noise)[0]
        t = np.abs(beta[[STEP, TURN]]) / errors[:, 0]
        half = np.quantile(pulls, LEVEL, axis=1) * errors[:, 0]
        p = (1 + (pulls >= t[:, None]).sum(axis=1)) / (1 + DRAWS)
        step, turn = (
            estimate(b, (b - h, b + h), len(y), METHOD)
            for b, h in zip(beta[[STEP, TURN]].tolist(), half.tolist(), strict=True)
        )
        fitted = self.x @ beta
        expected = fitted - self.x[:, [STEP, TURN]] @ beta[[STEP, TURN]]
        return Interrupted(step, turn, float(p[0]), float(p[1]), float(rho[0]), *sides, fitted, expected)

    def _errors(self, y: Floats) -> tuple[Floats, Floats]:
        """Standard errors (2 x series) of step and turn, and the memory of each series freed of bias."""
        left = self.residual @ y
        rho = np.interp(_memory(left, self.neighbours), self.seen, RHOS)
        scale = (left**2).sum(axis=0) / np.interp(rho, RHOS, self.spread)
        variances = np.array([np.interp(rho, RHOS, column) for column in self.variances.T])
        return np.sqrt(variances * scale), rho


def _memory(left: Floats, neighbours: Floats) -> Floats:
    """Correlation of residuals (time x series) with those one period before."""
    together = (left[1:] * left[:-1] * neighbours[:, None]).sum(axis=0)
    return np.asarray(together / np.maximum((left**2).sum(axis=0), 1e-300))


def _shape(rho: float, distance: Floats) -> Floats:
    """Correlation of AR(1) noise at these distances."""
    return np.asarray(np.sign(rho) ** distance * np.abs(rho) ** distance)


def _memory_shown(residual: Floats, draws: Floats, gaps: Floats) -> Floats:
    """The memory that residuals show, for each of `RHOS`: a little below its median, on the careful side.

    With the median itself the longest memories in the shortest series found 25 false steps of 300.
    """
    noise = _noise(draws[:, :, None], gaps, RHOS)
    neighbours = (gaps == 1).astype(np.float64)
    each = (_memory(residual @ noise[:, :, k], neighbours) for k in range(len(RHOS)))
    return np.array([np.quantile(shown, CAREFUL) for shown in each])


def _noise(draws: Floats, gaps: Floats, rho: Floats | float) -> Floats:
    """AR(1) noise of variance 1 from normal draws (time first); over a gap the memory fades by its length."""
    out = np.empty(np.broadcast_shapes(draws.shape, np.shape(rho)))
    out[0] = draws[0]
    for at, gap in enumerate(gaps.tolist(), start=1):
        kept = np.sign(rho) ** gap * np.abs(rho) ** gap
        out[at] = kept * out[at - 1] + np.sqrt(1 - kept**2) * draws[at]
    return out


def standardised_periods(y: ArrayLike, period: ArrayLike, x: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Mean of `y` per period as if every period had everybody's case mix `x` (n x p): periods, means, counts.

    The weight of each covariate comes from differences *within* periods (least squares with a level for each
    period), so neither a trend nor a step can hide in it, and a period that merely gets other cases stays
    where it was. Raises ValueError for missing values.
    """
    values, table = np.asarray(y, dtype=np.float64), np.asarray(x, dtype=np.float64)
    if not (np.isfinite(values).all() and np.isfinite(table).all()):
        raise ValueError("outcome and covariates must be finite numbers")
    periods, code = np.unique(np.asarray(period), return_inverse=True)
    n = np.bincount(code).astype(np.float64)
    level = np.bincount(code, values) / n
    mix = np.column_stack([np.bincount(code, column) / n for column in table.T] or [np.zeros((len(n), 0))])
    beta, *_ = np.linalg.lstsq(table - mix[code], values - level[code], rcond=1e-9)
    return periods, level - (mix - table.mean(axis=0)) @ beta, n
