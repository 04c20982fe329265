"""Buying histories (x, t_x, age) of customers: made of orders, checked, and counted where they are equal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from socialroi.stats.intervals import Floats

BLOCK = 8192
"""Rows handled at once: the temporaries stay in the cache."""
WARM_ROWS = 15_000
"""Customers of the first, rough fit when there are many more."""
LONGEST_TABLE = 1_000_000
"""Entries of a table with one cell per day (or per number of purchases and day)."""
GRIDS = (1, 7)
"""Steps per unit that are looked for: whole days in days, whole days in weeks."""

OFF_GRID = 1e-6
"""A step further from a whole number than this is not rounding."""

Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Customers:
    """One row per customer: code, repeat days x, time to the last of them t_x, age; and the first day."""

    code: Whole
    x: Floats
    t_x: Floats
    age: Floats
    first: Whole


def histories(customer: ArrayLike, day: ArrayLike, until: int | None = None) -> Customers:
    """Histories as known on the day `until` (the last one by default), from one row per order.

    `customer` holds whole codes, `day` whole days; rows in any order. Several orders on one day are one
    purchase, orders after `until` are unknown and so are customers who first buy then.
    Raises ValueError for columns of unequal length or days that are not whole.
    """
    code, when = _whole("customer", customer), _whole("day", day)
    if code.shape != when.shape:
        raise ValueError(f"one day per order: got {when.shape} for {code.shape}")
    end = until if until is not None else int(when.max()) if len(when) else 0
    known = when <= end
    code, when = code[known], when[known]
    if not len(when):
        return Customers(code, np.zeros(0), np.zeros(0), np.zeros(0), code)
    order = np.lexsort((when, code))
    code, when = code[order], when[order]
    other = np.ones(len(code), dtype=bool)
    other[1:] = code[1:] != code[:-1]
    new = other.copy()
    new[1:] |= when[1:] != when[:-1]
    at = np.flatnonzero(other)
    last = np.append(at[1:], len(code)) - 1
    days = np.add.reduceat(new, at, dtype=np.int64)
    first = when[at]
    return Customers(code[at], days - 1.0, (when[last] - first) * 1.0, (end - first) * 1.0, first)


def checked(x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """The three columns as arrays of equal length, whole numbers kept whole.

    Raises ValueError unless x is a count, 0 <= t_x <= T, and t_x is 0 for who never came back.
    """
    columns = tuple(np.atleast_1d(_number(column)) for column in (x, t_x, T))
    x, t_x, T = np.broadcast_arrays(*columns)
    if x.ndim != 1:
        raise ValueError("x, t_x and T hold one number per customer")
    if len(x):
        if not 0 <= x.min() <= x.max() < np.inf or (x.dtype.kind == "f" and (x != np.rint(x)).any()):
            raise ValueError("x counts repeat purchases: whole and not negative")
        # a missing number fails every comparison
        if not (t_x.min() >= 0 and T.max() < np.inf and (t_x <= T).all()):
            raise ValueError("the last purchase (t_x) lies between the first (0) and now (T)")
        if ((x == 0) & (t_x > 0)).any():
            raise ValueError("without a repeat purchase (x = 0) the last one is the first (t_x = 0)")
    return x, t_x, T


def checked_time(t: ArrayLike) -> Floats:
    """Times ahead; raises ValueError unless they are finite and not negative."""
    ahead = np.asarray(t, dtype=np.float64)
    if ahead.size and not 0 <= ahead.min() <= ahead.max() < np.inf:
        raise ValueError("a time ahead must be finite and not negative")
    return ahead


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Equal histories counted once.

    `ages` lists the times that occur. Of the customers with x = 0, `single[j]` are of age `ages[j]`. All
    others are rows, sorted by x: `count` customers with `levels[level]` repeat purchases, the last at
    `ages[last]`, of age `ages[age]`. `bought[j]` repeat purchases were made by the `everybody[j]`
    customers of age `ages[j]`.
    """

    ages: Floats
    single: Floats
    everybody: Floats
    bought: Floats
    levels: Floats
    size: Floats
    level: Whole
    last: Whole
    age: Whole
    count: Floats
    n: int

    @classmethod
    def of(cls, x: Floats, t_x: Floats, age: Floats) -> Tally:
        """The tally of checked columns."""
        ages, last, end = _on_grid(t_x, age)
        everybody = np.bincount(end, minlength=len(ages)).astype(np.float64)
        x, last, end, count = _repeaters(x, last, end, len(ages))
        start = np.flatnonzero(np.diff(x, prepend=0))
        level = np.repeat(np.arange(len(start)), np.diff(start, append=len(x)))
        return cls(
            ages=ages,
            single=everybody - np.bincount(end, count, len(ages)),
            everybody=everybody,
            bought=np.bincount(end, count * x, len(ages)),
            levels=x[start].astype(np.float64),
            size=np.bincount(level, count, len(start)),
            level=level,
            last=last,
            age=end,
            count=count,
            n=round(float(everybody.sum())),
        )

    @property
    def repeaters(self) -> int:
        """Customers who came back at least once."""
        return round(float(self.size.sum()))

    def blocks(self, rows: int = BLOCK) -> Iterator[slice]:
        """Slices of the rows small enough for the cache."""
        for start in range(0, len(self.level), rows):
            yield slice(start, min(start + rows, len(self.level)))


def thinned(columns: tuple[Floats, Floats, Floats]) -> tuple[Floats, Floats, Floats] | None:
    """Every so-manieth customer, about `WARM_ROWS` of them; None when there are few anyway."""
    stride = len(columns[0]) // WARM_ROWS
    if stride < 4:
        return None
    x, t_x, age = (column[::stride] for column in columns)
    return x, t_x, age


def distinct_pairs(x: Floats, age: Floats) -> tuple[Floats, Floats, Whole] | None:
    """Distinct (x, age) and the place of every customer among them; None when a table would be too long.

    What a model expects depends on these alone up to a factor; a million customers share a few thousand.
    """
    ages, _, end = _on_grid(age[:0], age)
    width = len(ages)
    if not len(x) or (int(x.max()) + 1) * width > LONGEST_TABLE:
        return None
    key = x.astype(np.int64) * width + end
    seen = np.zeros((int(x.max()) + 1) * width, dtype=bool)
    seen[key] = True
    pairs = np.flatnonzero(seen)
    place = np.cumsum(seen) - 1
    return (pairs // width).astype(np.float64), ages[pairs % width], place[key]


def _on_grid(t_x: Floats, age: Floats) -> tuple[Floats, Whole, Whole]:
    """A table of times, and the places of `t_x` and `age` in it."""
    longest = float(age.max()) if len(age) else 0.0
    for steps in GRIDS:
        if longest * steps > LONGEST_TABLE:
            break
        places = tuple(_steps(column, steps) for column in (t_x, age))
        if places[0] is not None and places[1] is not None:
            return np.arange(round(longest * steps) + 1) / steps, places[0], places[1]
    ages, place = np.unique(np.concatenate((t_x, age)), return_inverse=True)
    return ages.astype(np.float64), place[: len(t_x)], place[len(t_x) :]


def _steps(column: Floats, steps: int) -> Whole | None:
    """The column in whole steps, or None when it is not whole."""
    if column.dtype.kind in "iu":
        return column.astype(np.int64) * steps
    out = np.empty(len(column), dtype=np.int64)
    for start in range(0, len(column), BLOCK):
        exact = column[start : start + BLOCK] * steps
        near = np.rint(exact)
        if np.abs(exact - near).max() > OFF_GRID:
            return None
        out[start : start + BLOCK] = near
    return out


def _repeaters(x: Floats, last: Whole, end: Whole, size: int) -> tuple[Whole, Whole, Whole, Floats]:
    """Rows with x > 0 sorted by x, age and last purchase, equal ones once with their count.

    The three packed in one 64-bit key are sorted as one number.
    """
    bits = np.int64(max(1, int(size - 1).bit_length()))
    again, key = x > 0, x.astype(np.int64)
    if int(key.max(initial=0)).bit_length() + 2 * bits > 62:
        order = np.flatnonzero(again)[np.argsort(key[again], kind="stable")]
        return key[order], last[order], end[order], np.ones(len(order))
    for column in (end, last):
        key <<= bits
        key |= column
    key = key[again]
    key.sort()
    new = np.flatnonzero(np.diff(key, prepend=-1))
    key, count = key[new], np.diff(new, append=len(key)).astype(np.float64)
    mask = (np.int64(1) << bits) - 1
    return key >> 2 * bits, key & mask, (key >> bits) & mask, count


def _number(column: ArrayLike) -> NDArray[Any]:
    values = np.asarray(column)
    return values if values.dtype.kind in "iu" else values.astype(np.float64)


def _whole(name: str, column: ArrayLike) -> Whole:
    values = np.asarray(column)
    if values.dtype.kind not in "iu" and values.size:
        raise ValueError(f"{name} must be whole numbers, not {values.dtype}")
    return np.atleast_1d(values).astype(np.int64)
