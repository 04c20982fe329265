"""The two regressions under every adjusted comparison: who gets treated, what happens to whom.

Rows are kept sorted by (arm, fold), so that each fold of each arm is one slice and "everybody but
this fold" is the total minus one part. Predictions are always for people the model has not seen,
unless there is one fold only.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from threadpoolctl import ThreadpoolController

from socialroi.stats.intervals import Floats

RIDGE = 1e-6
"""Penalty per row of the logistic slopes: keeps collinear and separating covariates finite."""
LINEAR_RIDGE = 1e-9
"""Penalty per row of the linear slopes: only breaks ties between collinear covariates."""
BLOCK = 4096
"""Rows handled at once: the temporaries stay in the cache."""
WARM_ROWS = 15_000
"""Rows of the first, rough logistic fit when there are many more."""
CLOSE = 1e-2
"""A Newton step that moves the logits less than this leaves an error of about its square."""

Slices = Sequence[slice]
Codes = NDArray[np.int64]


@functools.cache
def _threads() -> ThreadpoolController:
    return ThreadpoolController()


def one_thread() -> AbstractContextManager[object]:
    """Keep BLAS on one thread: tall thin products are slower on two, and DuckDB owns the cores."""
    limiter: AbstractContextManager[object] = _threads().limit(limits=1)
    return limiter


def scaled(x: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Covariates (n x p) as standardised rows (p' + 1 x n) under an intercept, and which were kept.

    Constant covariates are dropped. One covariate per row: every pass over the data then reads straight
    through memory.
    """
    z, kept = np.empty((1 + x.shape[1], len(x))), np.zeros(x.shape[1], dtype=bool)
    z[0] = 1.0
    for at, column in enumerate(x.T):
        row = z[1 + int(kept.sum())]
        row[:] = column
        size = max(1.0, float(row.max()), -float(row.min()))
        row -= row.mean()
        spread = math.sqrt(float(row @ row) / len(row))
        if spread > 1e-12 * size:
            row /= spread
            kept[at] = True
    return z[: 1 + int(kept.sum())], kept


def deal_folds(arm: Codes, customer: Codes, folds: int, seed: int) -> Codes:
    """Fold of every row: a customer's rows share a fold, folds are alike in the arms they hold.

    `arm` and `customer` are codes from 0. Depends on the customer codes and the seed only, not on the
    order of the rows (without repeated customers a row is its own customer).
    """
    size = int(customer.max()) + 1
    # customers of the same set of arms are dealt like cards, so every fold gets its share of them
    held = np.zeros(size, dtype=np.int64)
    np.bitwise_or.at(held, customer, np.int64(1) << np.minimum(arm, 14))
    shuffled = np.random.default_rng(seed).permutation(size)
    # 16 bits are sorted by counting
    order = shuffled[np.argsort(held[shuffled].astype(np.uint16), kind="stable")]
    fold = np.empty(size, dtype=np.int64)
    fold[order] = np.arange(size) % folds
    return fold[customer]


@dataclass(frozen=True, slots=True)
class Layout:
    """Rows sorted by (arm, fold): `order` sorts them, `cuts` (arms x folds + 1) bounds the slices."""

    order: Codes
    cuts: Codes
    arms: int
    folds: int

    @classmethod
    def of(cls, arm: Codes, fold: Codes, arms: int, folds: int) -> Layout:
        """The layout of rows with these arm and fold codes."""
        key = (arm * folds + fold).astype(np.int16)
        counts = np.bincount(key, minlength=arms * folds)
        cuts = np.concatenate(([0], np.cumsum(counts)))
        return cls(np.argsort(key, kind="stable"), cuts, arms, folds)

    def rows(self, arm: int, fold: int) -> slice:
        """Where the rows of one arm in one fold lie."""
        at = arm * self.folds + fold
        return slice(int(self.cuts[at]), int(self.cuts[at + 1]))

    def back(self, values: Floats) -> Floats:
        """Values in sorted order, put back into the order of the caller."""
        out = np.empty_like(values)
        out[self.order] = values
        return out


def cross_fit(z: Floats, y: Floats, layout: Layout, arms: Sequence[int], binary: bool) -> Floats:
    """Predictions of `y` for every row, in sorted order, learned from `arms` outside the row's fold.

    `z` (from `scaled`, a column per row of the data) and `y` are in sorted order. `binary` chooses the
    logistic over the linear model. Raises ValueError when some fold would leave nobody to learn from.
    """
    parts = [[layout.rows(arm, fold) for arm in arms] for fold in range(layout.folds)]
    fits = _logistic_fits(z, y, parts) if binary else _linear_fits(z, y, parts)
    out = np.empty(z.shape[1])
    for fold, beta in enumerate(fits):
        for arm in range(layout.arms):
            rows = layout.rows(arm, fold)
            out[rows] = beta @ z[:, rows]
    return np.asarray(expit(out), dtype=np.float64) if binary else out


def _linear_fits(z: Floats, y: Floats, parts: Sequence[Slices]) -> list[Floats]:
    """Least squares without each part in turn (with everything when there is one part)."""
    grams = [sum((z[:, s] @ z[:, s].T for s in part), start=_square(z)) for part in parts]
    sums = [sum((z[:, s] @ y[s] for s in part), start=np.zeros(len(z))) for part in parts]
    sizes = [_size(part) for part in parts]
    gram, right, size = sum(grams, start=_square(z)), sum(sums, start=np.zeros(len(z))), sum(sizes)
    if len(parts) == 1:
        return [_solve(gram, right, size * LINEAR_RIDGE)]
    _need_learners(size - n for n in sizes)
    return [
        _solve(gram - own, right - part, (size - n) * LINEAR_RIDGE)
        for own, part, n in zip(grams, sums, sizes, strict=True)
    ]


def _logistic_fits(z: Floats, y: Floats, parts: Sequence[Slices]) -> list[Floats]:
    """Logistic regression without each part in turn (with everything when there is one part).

    One fit of everything, then for each part a Newton step from there without it: the parts' gradients
    and Hessians are already known. Further steps only where that one was long (few rows).
    """
    everything = [s for part in parts for s in part]
    sizes = np.array([_size(part) for part in parts])
    hits = np.array([sum(float(y[s].sum()) for s in part) for part in parts])
    if len(parts) == 1:
        return [_newton(z, y, everything, _rough(z, y, everything), 1e-5)]
    _need_learners(sizes.sum() - sizes)
    beta = _rough(z, y, everything)
    terms = [_terms(z, y, part, beta) for part in parts]
    fits = []
    for fold, part_terms in enumerate(terms):
        others = [s for at, part in enumerate(parts) if at != fold for s in part]
        n, k = float(sizes.sum() - sizes[fold]), float(hits.sum() - hits[fold])
        if k in (0.0, n):
            fits.append(_constant(z, k, n))
            continue
        gradient = sum((t[0] for t in terms), start=-part_terms[0])
        hessian = sum((t[1] for t in terms), start=-part_terms[1])
        step, shift = _step(gradient, hessian, beta, n)
        fit = beta + step
        fits.append(fit if shift < CLOSE else _newton(z, y, others, fit, CLOSE))
    return fits


def _rough(z: Floats, y: Floats, rows: Slices) -> Floats:
    """A fit of all rows, close enough to start from; begins on a thinned sample when there are many."""
    size = _size(rows)
    start = _constant(z, sum(float(y[s].sum()) for s in rows), size)
    stride = size // WARM_ROWS
    if stride > 3:
        thin = [slice(s.start, s.stop, stride) for s in rows]
        sample, outcome = (
            np.concatenate([z[:, s] for s in thin], axis=1),
            np.concatenate([y[s] for s in thin]),
        )
        start = _newton(sample, outcome, [slice(0, len(outcome))], start, CLOSE)
    return _newton(z, y, rows, start, 0.1)


def _newton(z: Floats, y: Floats, rows: Slices, beta: Floats, tolerance: float) -> Floats:
    """Penalised maximum likelihood by Newton's method, until a step moves the logits less than `tolerance`.

    Newton squares the error with every step, so what is left then is about the square of that. The
    logits decide, not the coefficients: among near-collinear columns these wander without effect.
    """
    size = _size(rows)
    if sum(float(y[s].sum()) for s in rows) in (0.0, float(size)):
        return _constant(z, sum(float(y[s].sum()) for s in rows), size)
    for _ in range(30):
        step, shift = _step(*_terms(z, y, rows, beta), beta, size)
        beta = beta + step
        if shift < tolerance:
            break
    return beta


def _terms(z: Floats, y: Floats, rows: Slices, beta: Floats) -> tuple[Floats, Floats]:
    """Gradient and negative Hessian of the log likelihood over some rows."""
    gradient, hessian = np.zeros(len(z)), _square(z)
    for s in rows:
        for start in range(s.start, s.stop, BLOCK):
            block = slice(start, min(start + BLOCK, s.stop))
            part = z[:, block]
            mu = expit(beta @ part)
            gradient += part @ (y[block] - mu)
            hessian += (part * (mu * (1 - mu))) @ part.T
    return gradient, hessian


def _step(gradient: Floats, hessian: Floats, beta: Floats, size: float) -> tuple[Floats, float]:
    """Newton step of the penalised likelihood and how far it moves the logits (root mean square, weighted).

    A step is never longer than 4: separated data would run away.
    """
    pull = beta * RIDGE * size
    pull[0] = 0.0
    step = _solve(hessian, gradient - pull, RIDGE * size)
    step *= min(1.0, 4.0 / max(float(np.abs(step).max()), 1e-300))
    moved = float(step @ hessian @ step)
    return step, math.sqrt(max(moved, 0.0) / size)


def _solve(matrix: Floats, right: Floats, ridge: float) -> Floats:
    """Solve with `ridge` on the slopes; the intercept gets just enough to stay solvable."""
    matrix = matrix.copy()
    diagonal = np.full(len(right), ridge)
    diagonal[0] = 1e-6 * ridge
    matrix.flat[:: len(right) + 1] += diagonal
    return np.asarray(np.linalg.solve(matrix, right), dtype=np.float64)


def _constant(z: Floats, k: float, n: float) -> Floats:
    """The fit that ignores the covariates, with half a success and half a failure added."""
    beta = np.zeros(len(z))
    beta[0] = logit((k + 0.5) / (n + 1))
    return beta


def _need_learners(sizes: Iterable[int]) -> None:
    """Raise ValueError when leaving out one fold leaves nobody in an arm."""
    if min(sizes) < 1:
        raise ValueError("an arm has too few different customers to learn from some and predict the others")


def _size(rows: Slices) -> int:
    return sum(s.stop - s.start for s in rows)


def _square(z: Floats) -> Floats:
    return np.zeros((len(z), len(z)))
