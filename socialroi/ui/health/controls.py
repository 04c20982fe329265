"""Control totals: what we read by month beside what your own system says, and what may lie between.

`explain` is plain arithmetic on the facts of a month; the rest draws it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import streamlit as st

from socialroi.charts import format as written
from socialroi.store import facts
from socialroi.store.facts import Money, Month, Rows
from socialroi.ui import access, gate, keys, show
from socialroi.ui.health import found
from socialroi.ui.intake import disk
from socialroi.ui.safe import text
from socialroi.ui.scope import Scope
from socialroi.ui.view import View

FILE = "control-totals.json"
#: Months shown; the download has them all.
MONTHS = 60
#: Amounts this close are the same: sums are rounded to cents somewhere on the way.
SAME = 0.01
_NO_CURRENCY = "no currency"
#: The tables whose rows a measure is made of.
_FROM = {"Orders": ("orders", "order_items"), "Conversations": ("interactions",)}


@dataclass(frozen=True, slots=True)
class Total:
    """One measure in one month: ours, and other ways to count it, each with its words."""

    month: date
    ours: float
    other: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Around:
    """What may lie between two totals of one measure: the rows of its files, and whose months they are."""

    rows: Rows
    zone: str


@st.cache_resource(max_entries=found.KEPT, show_spinner=False)
def months(scope: Scope) -> tuple[Month, ...]:
    """The control totals of one database."""
    return facts.control_totals(scope.store)


def measures(totals: Sequence[Month]) -> dict[str, list[Total]]:
    """Orders, revenue by currency and conversations, as far as there are any."""
    made = {"Orders": [_orders(month) for month in totals]}
    for currency in sorted({money.currency or _NO_CURRENCY for month in totals for money in month.money}):
        made[f"Revenue, {currency}"] = [
            _revenue(month, money)
            for month in totals
            for money in month.money
            if (money.currency or _NO_CURRENCY) == currency and money.revenue is not None
        ]
    made["Conversations"] = [Total(month.month, month.conversations) for month in totals]
    return {name: rows for name, rows in made.items() if any(row.ours for row in rows)}


def _orders(month: Month) -> Total:
    ways = (
        (month.cancelled, f"without {_n(month.cancelled, 'cancelled order')}"),
        (month.test, f"without {_n(month.test, 'test order')}"),
        (
            month.cancelled + month.test,
            f"without {_n(month.cancelled + month.test, 'cancelled and test order')}",
        ),
    )
    return Total(month.month, month.orders, tuple((month.orders - n, said) for n, said in ways if n))


def _revenue(month: Month, money: Money) -> Total:
    revenue, back = float(money.revenue or 0), float(money.refunded or Decimal(0))
    said = f"less the {_money(back, money.currency)} that was paid back"
    return Total(month.month, revenue, ((revenue - back, said),) if back else ())


def explain(total: Total, yours: float, around: Around, unit: str) -> str:
    """What lies, or may lie, between our total and yours, in sentences."""
    gap = yours - total.ours
    if abs(gap) < SAME:
        return "The same."
    for value, said in total.other:
        if abs(yours - value) < SAME:
            return f"Yours is exactly ours {said}."
    share = f" ({abs(gap) / total.ours:.1%} of ours)" if total.ours else ""
    said = f"Yours is {_amount(abs(gap), unit)} {'more' if gap > 0 else 'less'}{share}."
    return " ".join([said, *_leads(total, gap, around), _zone(around)])


def _leads(total: Total, gap: float, around: Around) -> list[str]:
    """What could make up the difference, in this direction."""
    rows = around.rows
    if gap > 0:
        were = "was" if rows.rejected == 1 else "were"
        found_here = [f"{_n(rows.rejected, 'row')} of these files {were} left out."] if rows.rejected else []
        return [*found_here, "Is every export of that month loaded?"]
    leads = [f"Ours {said} would be {_bare(value)}." for value, said in total.other]
    if rows.duplicate:
        once = "counts once, so it is" if rows.duplicate == 1 else "count once, so they are"
        leads.append(f"{_n(rows.duplicate, 'row')} came twice and {once} not it.")
    return leads


def _zone(around: Around) -> str:
    return f"Months are those of {around.zone}; in another zone the first and last hours fall elsewhere."


def _n(n: int, noun: str) -> str:
    return f"{written.count(n)} {noun}" + ("" if n == 1 else "s")


def _money(value: float, currency: str | None) -> str:
    return written.number(value, "money", currency)


def _bare(value: float) -> str:
    return written.count(round(value, 2))


def _amount(value: float, unit: str) -> str:
    return f"{unit} {_bare(value)}".strip()


def draw(view: View) -> None:
    """The choice of measure, the months beside an input for your own figures, and the differences."""
    st.header("Do our totals match yours?", anchor=False)
    offered = measures(months(view.scope.whole))
    if not offered:
        st.caption("There is nothing to compare before orders or messages are loaded.")
        return
    st.caption(
        "Everything as we read it, before any figure leaves something out. Enter what your own system says "
        "for a month; nothing of it leaves this machine."
    )
    _compared(view, offered)


@gate.fragment
def _compared(view: View, offered: Mapping[str, Sequence[Total]]) -> None:
    names = list(offered)
    chosen = st.segmented_control(
        "Compare", names, default=names[0], required=True, format_func=text, key=keys.COMPARE
    )
    name = chosen or names[0]
    totals = offered[name]
    yours = _entered(view, name, totals)
    around = Around(_rows(view, name), view.store.settings.reporting_zone)
    if yours:
        show.prose(_differences(name, totals, yours, around), f"totals-{name}")
    else:
        st.caption("Differences and what may lie behind them are shown here once you enter a figure.")


def _entered(view: View, name: str, totals: Sequence[Total]) -> dict[date, float]:
    """The figures somebody entered for this measure, kept for next time in their own workspace."""
    path = None if view.workspace.is_sample else view.workspace.folder / FILE
    saved, may_enter = _saved(path), access.may_change()
    frame = pd.DataFrame(
        {
            "Month": [written.month(total.month) for total in totals],
            "As we read it": [total.ours for total in totals],
            "Yours": [saved.get(name, {}).get(total.month.isoformat()) for total in totals],
        }
    ).tail(MONTHS)
    frame["Yours"] = frame["Yours"].astype("float64")
    places = "%.2f" if name.startswith("Revenue") else "%d"
    edited = st.data_editor(
        frame,
        key=f"{keys.OWN}-{name}",
        hide_index=True,
        disabled=["Month", "As we read it"] if may_enter else True,
        placeholder="enter",
        height="content" if len(frame) <= 13 else 36 * 13,
        column_config={
            "As we read it": st.column_config.NumberColumn(format=places),
            "Yours": st.column_config.NumberColumn(format=places, help="What your own system says"),
        },
    )
    shown = totals[-MONTHS:]
    found_here = {
        total.month: float(value)
        for total, value in zip(shown, edited["Yours"], strict=True)
        if value is not None and not math.isnan(value)
    }
    if may_enter:
        _keep(path, saved, name, found_here)
    return found_here


def _saved(path: Path | None) -> dict[str, dict[str, float]]:
    known = disk.read(path) if path is not None else None
    return known if isinstance(known, dict) else {}


def _keep(
    path: Path | None, saved: dict[str, dict[str, float]], name: str, yours: Mapping[date, float]
) -> None:
    entered = {month.isoformat(): value for month, value in yours.items()}
    if path is not None and entered != saved.get(name, {}):
        disk.write(path, {**saved, name: entered})


def _rows(view: View, name: str) -> Rows:
    """The rows of the files this measure is made of."""
    tables = _FROM.get(name.partition(",")[0].replace("Revenue", "Orders"), ())
    return facts.together(rows for rows in found.usage(view.scope.whole).tables if rows.table in tables)


def _differences(
    name: str, totals: Sequence[Total], yours: Mapping[date, float], around: Around
) -> pd.DataFrame:
    unit = name.partition(", ")[2]
    rows = [total for total in totals if total.month in yours]
    return pd.DataFrame(
        {
            "Month": [written.month(total.month) for total in rows],
            "Ours": [_bare(total.ours) for total in rows],
            "Yours": [_bare(yours[total.month]) for total in rows],
            "Difference": [_signed(yours[total.month] - total.ours) for total in rows],
            "What lies between": [explain(total, yours[total.month], around, unit) for total in rows],
        }
    )


def _signed(gap: float) -> str:
    return "0" if abs(gap) < SAME else written.difference_number(round(gap, 2), "count")
