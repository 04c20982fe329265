"""Customers who occur more than once: their codes, and errors that count customers, not rows."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from socialroi.stats.intervals import Floats

Codes = NDArray[np.int64]


def customer_codes(cluster: ArrayLike | None, n: int) -> Codes:
    """Codes 0.. of `n` rows' clusters, in the order of their names; without clusters every row is one.

    Raises ValueError when there is not one cluster per row, or one is missing.
    """
    if cluster is None:
        return np.arange(n, dtype=np.int64)
    names = np.asarray(cluster)
    if names.shape != (n,):
        raise ValueError(f"one cluster per row: got {names.shape} for {n} rows")
    if names.dtype.kind in "OUST":
        import pandas as pd  # sorting strings in numpy is several times slower

        codes, _ = pd.factorize(names.astype(object), sort=True)
        if (codes < 0).any():
            raise ValueError("a row has no cluster: its customer is missing")
        return codes.astype(np.int64)
    if names.dtype.kind == "f" and np.isnan(names).any():
        raise ValueError("a row has no cluster: its customer is missing")
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def count_customers(customer: Codes) -> int:
    """How many different codes there are."""
    return int(np.count_nonzero(np.bincount(customer)))


def standard_error(influence: Floats, customer: Codes) -> float:
    """Standard error of a mean from its influence values: sd of the customers' sums, over n.

    Raises ValueError for fewer than two customers.
    """
    n, groups = len(influence), int(customer.max(initial=-1)) + 1
    if groups < 2:
        raise ValueError("a standard error needs at least two customers")
    sums = influence if groups == n else np.bincount(customer, influence)
    return math.sqrt(groups / (groups - 1) * float(sums @ sums)) / n


def covariance(influences: Sequence[Floats], customer: Codes) -> Floats:
    """Covariance matrix of several means from their influence values over the same rows.

    The variance of any contrast c is `c @ covariance @ c`.
    """
    groups = int(customer.max(initial=-1)) + 1
    sums = np.stack([np.bincount(customer, one) for one in influences])
    return np.asarray(groups / (groups - 1) * (sums @ sums.T) / len(customer) ** 2)
