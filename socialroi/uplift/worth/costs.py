"""What social care cost, and what one answered conversation of it.

The cost of the index months is divided by *all* social conversations answered in them, whoever wrote:
a cost that only the studied conversations bore would be invented.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from socialroi.metrics.answer import local_day
from socialroi.result import Cost, Estimate, Unknown, Value, Working
from socialroi.store import Store
from socialroi.uplift.worth.sql import ANSWERED, COSTS

#: Kinds of cost that grow with every conversation handled; tools, licences and rent do not.
HANDLING = frozenset(
    {"staff", "agency", "agents", "handling", "labour", "labor", "wages", "salaries", "outsourcing"}
)
#: So many months are named one by one.
_NAMED = 6

NOTHING_LOADED = Unknown(
    "no_costs",
    "What social care cost is not loaded: load a costs file with month, amount and, where known, department, "
    "kind and currency.",
)


@dataclass(frozen=True, slots=True)
class Costs:
    """Everything spent (`rows`), and per answered conversation of the index `months`.

    `each` counts every kind of cost, `marginal` only handling; `answered` is what both are divided by.
    """

    rows: tuple[Cost, ...]
    each: Value
    marginal: Value
    answered: int
    months: tuple[date, ...]
    currency: str | None
    notes: tuple[str, ...]
    working: tuple[Working, ...]


class Paid(NamedTuple):
    """A row of sql.COSTS."""

    month: date
    department: str
    kind: str
    currency: str | None
    amount: float


class Talk(NamedTuple):
    """A row of sql.ANSWERED."""

    month: date
    department: str
    conversations: int
    answered: int


def spent(store: Store, window: tuple[date, date] | None, currency: str | None) -> Costs:
    """Cost per answered conversation in the months from the first to the last day of `window`.

    `window` is None for all months with conversations. `currency` is that of the orders; another one makes
    the cost Unknown.
    """
    bills = [Paid(*row) for row in store.rows(COSTS, currency=currency)]
    talks = [Talk(*row) for row in store.rows(ANSWERED)]
    index = Index.of(bills, talks, window)
    absent = _nothing_to_divide(bills, index) or _strange_currency(index.bills, currency)
    mixed = absent is not None and absent.code == "mixed_currency"
    return Costs(
        rows=() if mixed else tuple(_rows(bills, talks)),
        each=absent or _per_answer(index.bills, index.answered, "cost / answered conversations"),
        marginal=absent or _marginal(index),
        answered=index.answered,
        months=index.months,
        currency=currency or next((bill.currency for bill in index.bills if bill.currency), None),
        notes=() if absent else tuple(_notes(index, _begin(store))),
        working=(
            Working(COSTS, {"currency": currency}, len(bills)),
            Working(ANSWERED, {}, sum(talk.conversations for talk in talks)),
        ),
    )


@dataclass(frozen=True, slots=True)
class Index:
    """The index months: those `studied` that have a cost, with their `bills` and `talks`."""

    studied: tuple[date, ...]
    months: tuple[date, ...]
    bills: tuple[Paid, ...]
    talks: tuple[Talk, ...]

    @classmethod
    def of(cls, bills: Sequence[Paid], talks: Sequence[Talk], window: tuple[date, date] | None) -> Index:
        """Months with conversations in the window, and those of them with a cost."""
        studied = sorted({talk.month for talk in talks})
        if window:
            first, last = (day.replace(day=1) for day in window)
            studied = [month for month in studied if first <= month <= last]
        paid = tuple(bill for bill in bills if bill.month in studied)
        months = tuple(sorted({bill.month for bill in paid}))
        return cls(tuple(studied), months, paid, tuple(talk for talk in talks if talk.month in months))

    @property
    def answered(self) -> int:
        """All answered social conversations of the index months."""
        return sum(talk.answered for talk in self.talks)


def _nothing_to_divide(bills: Sequence[Paid], index: Index) -> Unknown | None:
    """Why there is no cost per answer, if so."""
    if not bills:
        return NOTHING_LOADED
    if not index.studied:
        return Unknown("no_messages", "No conversations on social channels are loaded to set costs against.")
    if not index.bills:
        loaded = _months(bill.month for bill in bills)
        return Unknown(
            "no_costs",
            f"Costs are loaded for {loaded}, but the conversations compared are of {_months(index.studied)}; "
            "load the costs of those months.",
        )
    if index.answered == 0:
        return Unknown("no_answers", "Nobody was answered in the months whose cost is known.")
    if sum(bill.amount for bill in index.bills) <= 0:
        sentence = f"The costs of {_months(index.months)} add up to nothing."
        return Unknown("no_costs", sentence, index.answered)
    return None


def _strange_currency(bills: Iterable[Paid], currency: str | None) -> Unknown | None:
    """Why costs cannot be set against the orders; an amount without currency is in that of the orders."""
    named = sorted({bill.currency for bill in bills if bill.currency})
    if len(named) <= 1 and (currency is None or named in ([], [currency])):
        return None
    return Unknown(
        "mixed_currency",
        f"Costs are in {', '.join(named)}, orders in {currency or 'no named currency'}; amounts in different "
        "currencies are never set against each other.",
    )


def _per_answer(bills: Iterable[Paid], answered: int, method: str) -> Estimate:
    value = sum(bill.amount for bill in bills) / answered
    return Estimate(value, value, value, answered, method)


def _marginal(index: Index) -> Value:
    """What one more answer costs: only what grows with the conversations handled."""
    handling = [bill for bill in index.bills if bill.kind.casefold() in HANDLING]
    if not handling:
        return Unknown(
            "no_handling_cost",
            "No cost is of a kind that grows with every conversation; name such kinds “staff” or “agency”.",
            index.answered,
        )
    return _per_answer(handling, index.answered, "cost of handling / answered conversations")


def _rows(bills: Iterable[Paid], talks: Sequence[Talk]) -> Iterator[Cost]:
    """Costs with the answered conversations of their department; with all, where none is named."""
    by_desk = {(talk.month, talk.department): talk.answered for talk in talks}
    of_all: Counter[date] = Counter()
    for talk in talks:
        of_all[talk.month] += talk.answered
    for bill in bills:
        own = by_desk.get((bill.month, bill.department), 0)
        yield Cost(
            bill.month,
            bill.department,
            bill.kind,
            bill.amount,
            own if bill.department else of_all[bill.month],
        )


def _begin(store: Store) -> date:
    """The day on which the messages begin; there must be some."""
    first, _ = store.coverage()["interactions"]
    return local_day(first, store.settings.reporting_zone)


def _notes(index: Index, begin: date) -> Iterator[str]:
    """What a reader must know of the cost; the messages `begin` on a day that may be late in its month."""
    yield (
        f"Cost per answer: everything spent in {_months(index.months)} over all {index.answered:,} social "
        "conversations answered in those months."
    )
    missing = [month for month in index.studied if month not in index.months]
    if missing:
        yield f"No cost is loaded for {_listed(missing)}; those months are left out of the cost per answer."
    if begin.day > 1 and begin.replace(day=1) == index.months[0]:
        yield (
            f"The messages begin on {begin.day} {begin:%b %Y}, and the cost of that whole month counts: the "
            "cost per answer may be too high."
        )
    bearing = {bill.department for bill in index.bills}
    free = sum(talk.answered for talk in index.talks if talk.department not in bearing)
    if free and "" not in bearing:
        names = sorted(
            {talk.department or "no department" for talk in index.talks if talk.answered} - bearing
        )
        yield (
            f"{free:,} of those conversations were answered by {', '.join(names)}, of whom no cost is "
            "loaded: the cost per answer may be too low."
        )


def _months(months: Iterable[date]) -> str:
    """From the first to the last of some months."""
    every = sorted(months)
    first, last = f"{every[0]:%b %Y}", f"{every[-1]:%b %Y}"
    return first if first == last else f"{first} to {last}"


def _listed(months: Sequence[date]) -> str:
    more = f" and {len(months) - _NAMED} more" if len(months) > _NAMED else ""
    return ", ".join(f"{month:%b %Y}" for month in months[:_NAMED]) + more
