"""What two customers must have in common to be compared: everything known before the message.

Two lists, chosen by how much the data can carry: the full one when the smaller arm has five events
a column, else a fixed short one. Both take the hour of the week as harmonics.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from socialroi.uplift.outcomes import Floats

#: How many outcome events of the smaller arm carry one column.
EVENTS_PER_COLUMN = 5
#: Steps of recency, in days: what happens at them is not a straight line.
STEPS = (3, 7, 14, 30, 60, 120)
#: A word of a text column gets its own column when at least this share of the messages has it.
LEVEL_SHARE = 0.02
#: The most words of one text column that get their own; the rest are compared together.
LEVELS = 8
#: Night is when hardly anybody is there to answer, local time of the firm.
NIGHT_FROM, NIGHT_TO = 22, 7

Term = tuple[str, Floats]


@dataclass(frozen=True, slots=True)
class Group:
    """Columns that say one thing, under the `words` a reader sees for it.

    `full` and `brief` make the columns of the full and of the short list from trial rows.
    """

    words: str
    full: Callable[[pd.DataFrame], Iterator[Term]]
    brief: Callable[[pd.DataFrame], Iterator[Term]] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Covariates:
    """A matrix `x` (messages x columns) with the `names` of its columns and the group of each."""

    x: Floats
    names: tuple[str, ...]
    groups: tuple[str, ...]
    is_full: bool

    def has(self, words: str) -> bool:
        """Whether anything of that group is among the columns."""
        return words in self.groups


def covariates(
    rows: pd.DataFrame, budget: float, groups: Sequence[Group], *, full: bool | None = None
) -> Covariates:
    """The columns of trial `rows` (see design.Design.trial) in these groups, constant ones left out.

    `budget` is the number of columns that the data can carry; `full` overrides the choice.
    """
    if full is not False:
        everything = _matrix(rows, ((g.words, g.full) for g in groups), is_full=True)
        if full or len(everything.names) <= budget:
            return everything
    return _matrix(rows, ((g.words, g.brief) for g in groups if g.brief), is_full=False)


def column_budget(y: Floats, treated: npt.NDArray[np.bool_]) -> float:
    """How many columns the events of the smaller arm can carry; `y` is 0/1 (bought or not)."""
    smaller = y[treated] if treated.mean() < 0.5 else y[~treated]
    return float(min(smaller.sum(), len(smaller) - smaller.sum())) / EVENTS_PER_COLUMN


def _matrix(
    rows: pd.DataFrame, makers: Iterable[tuple[str, Callable[[pd.DataFrame], Iterator[Term]]]], is_full: bool
) -> Covariates:
    made = [(words, name, values) for words, make in makers for name, values in make(rows)]
    kept = [(words, name, values) for words, name, values in made if len(rows) and np.ptp(values) > 0]
    columns = [values for _, _, values in kept]
    # one column after the other in memory, as the estimator reads them
    x = np.array(columns).T if columns else np.zeros((len(rows), 0))
    return Covariates(x, tuple(name for _, name, _ in kept), tuple(words for words, _, _ in kept), is_full)


def _recency(rows: pd.DataFrame) -> Iterator[Term]:
    days = _numbers(rows, "recency_days")
    yield from _recency_short(rows)
    yield "square root of days since the last order", np.sqrt(days)
    for step in STEPS:
        yield f"more than {step} days since the last order", (days > step).astype(np.float64)


def _recency_short(rows: pd.DataFrame) -> Iterator[Term]:
    yield "days since the last order", np.log1p(_numbers(rows, "recency_days"))


def _frequency(rows: pd.DataFrame) -> Iterator[Term]:
    yield from _frequency_short(rows)
    for days in (30, 90, 365):
        yield f"orders in {days} days", np.log1p(_numbers(rows, f"orders_{days}"))


def _frequency_short(rows: pd.DataFrame) -> Iterator[Term]:
    yield "orders so far", np.log1p(_numbers(rows, "orders"))


def _categories(rows: pd.DataFrame) -> Iterator[Term]:
    """Where it is asked what customers choose: whoever bought of everything finds nothing new."""
    if "categories" in rows:
        yield "categories bought so far", np.log1p(_numbers(rows, "categories"))


def _spend(rows: pd.DataFrame) -> Iterator[Term]:
    yield from _spend_short(rows)
    for days in (30, 90, 365):
        yield f"spend in {days} days", _log(_numbers(rows, f"amount_{days}"))
    yield "mean order value", _log(_numbers(rows, "amount") / np.maximum(_numbers(rows, "orders"), 1))


def _spend_short(rows: pd.DataFrame) -> Iterator[Term]:
    yield "spend so far", _log(_numbers(rows, "amount"))


def _tenure(rows: pd.DataFrame) -> Iterator[Term]:
    yield "days since the first order", np.log1p(_numbers(rows, "tenure_days"))


def _origin(rows: pd.DataFrame) -> Iterator[Term]:
    yield from _levels(rows, "first_order_channel", "first order by")
    yield from _levels(rows, "acquisition_channel", "came by")


def _segment(rows: pd.DataFrame) -> Iterator[Term]:
    yield from _levels(rows, "segment", "segment")


def _contacts(rows: pd.DataFrame) -> Iterator[Term]:
    count = _numbers(rows, "contacts")
    yield "earlier conversations", np.log1p(count)
    yield "wrote before", (count > 0).astype(np.float64)
    yield "days since the last conversation", np.log1p(_numbers(rows, "contact_days"))


def _timing(rows: pd.DataFrame) -> Iterator[Term]:
    hour, weekday = _numbers(rows, "local_hour"), _numbers(rows, "local_weekday")
    yield from _timing_short(rows)
    yield "time of day (twice, sine)", np.sin(4 * np.pi * hour / 24)
    yield "time of day (twice, cosine)", np.cos(4 * np.pi * hour / 24)
    week = 2 * np.pi * ((weekday - 1) * 24 + hour) / 168
    yield "time of week (sine)", np.sin(week)
    yield "time of week (cosine)", np.cos(week)


def _timing_short(rows: pd.DataFrame) -> Iterator[Term]:
    hour, weekday = _numbers(rows, "local_hour"), _numbers(rows, "local_weekday")
    yield "night", ((hour >= NIGHT_FROM) | (hour < NIGHT_TO)).astype(np.float64)
    yield "weekend", (weekday >= 6).astype(np.float64)
    yield "time of day (sine)", np.sin(2 * np.pi * hour / 24)
    yield "time of day (cosine)", np.cos(2 * np.pi * hour / 24)


def _queue(rows: pd.DataFrame) -> Iterator[Term]:
    yield "queue at arrival", np.log1p(_numbers(rows, "queue_at_arrival"))


def _channel(rows: pd.DataFrame) -> Iterator[Term]:
    yield from _levels(rows, "channel", "channel")


def _department(rows: pd.DataFrame) -> Iterator[Term]:
    yield from _levels(rows, "department", "department")


def _topic(rows: pd.DataFrame) -> Iterator[Term]:
    yield from _levels(rows, "topic", "topic")


def _mood(rows: pd.DataFrame) -> Iterator[Term]:
    for name in ("sentiment", "urgency"):
        yield name, _numbers(rows, name, fill="mean")
        yield f"{name} not known", _flag(rows[name].isna())


def _calendar(rows: pd.DataFrame) -> Iterator[Term]:
    yield "date", rows["at_us"].to_numpy(np.float64)


#: Every group of columns, in the order of the tables a reader sees.
GROUPS = (
    Group("days since the last order", _recency, _recency_short),
    Group("number of orders", _frequency, _frequency_short),
    Group("categories bought so far", _categories, _categories),
    Group("spend", _spend, _spend_short),
    Group("days since the first order", _tenure, _tenure),
    Group("where the customer came from", _origin),
    Group("customer segment", _segment),
    Group("earlier conversations", _contacts),
    Group("night and weekend", _timing, _timing_short),
    Group("queue at arrival", _queue, _queue),
    Group("channel", _channel, _channel),
    Group("department", _department),
    Group("topic", _topic, _topic),
    Group("sentiment and urgency", _mood),
    Group("date", _calendar),
)
#: Those of them that are about the customer and not about a message.
ABOUT_THE_CUSTOMER = tuple(
    group for group in GROUPS
    if group.full in {
        _recency, _frequency, _categories, _spend, _tenure, _origin, _segment, _contacts, _calendar,
    }
)  # fmt: skip


def _levels(rows: pd.DataFrame, column: str, label: str) -> Iterator[Term]:
    """One column a common word, but the commonest; rare and missing words stay together."""
    words = rows[column].astype("category").cat
    codes, names = words.codes.to_numpy(), [str(word) for word in words.categories]
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    by_size = sorted(range(len(names)), key=lambda code: (-counts[code], names[code]))
    common = [code for code in by_size if counts[code] and counts[code] >= LEVEL_SHARE * len(rows)]
    for code in sorted(common[1 : LEVELS + 1], key=names.__getitem__):
        yield f"{label} {names[code]}", (codes == code).astype(np.float64)
    yield f"{label} not known", (codes < 0).astype(np.float64)


def _numbers(rows: pd.DataFrame, column: str, fill: str = "zero") -> Floats:
    """A column as numbers; missing ones are the mean, or 0 where an own column says "missing"."""
    values = rows[column].to_numpy(np.float64, na_value=np.nan)
    missing = np.isnan(values)
    if not missing.any():
        return np.asarray(values)
    instead = float(values[~missing].mean()) if fill == "mean" and not missing.all() else 0.0
    return np.where(missing, instead, values)


def _flag(holds: pd.Series[bool]) -> Floats:
    """1 where it holds, else 0."""
    return np.asarray(holds, dtype=np.float64)


def _log(money: Floats) -> Floats:
    """The logarithm of one more; refunds beyond the spend count as nothing spent."""
    return np.log1p(np.maximum(money, 0.0))
