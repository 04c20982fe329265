"""What the pictures of value say: how margin grows, whether a model foretold, who has gone quiet."""

from __future__ import annotations

from collections.abc import Mapping

from socialroi.charts import format as fmt
from socialroi.charts.phrases import NOT_AN_EFFECT, lower, name_of
from socialroi.metrics.rfm import RISKY, Groups
from socialroi.result import Curve, Estimate, Grid
from socialroi.stats.btyd import Backtest
from socialroi.stats.intervals import difference

#: Below this chance a customer has probably left.
LEFT = 0.5


def takeaway_margins(curve: Curve, currency: str | None = None) -> str:
    """What customers have brought at the last age, or engaged against unengaged customers there."""
    ends = {name: steps[-1] for name, steps in curve.groups.items() if steps}
    what = lower(curve.definition.name)
    if not ends:
        return f"{curve.definition.name}: cannot say. Too few customers have reached that age."
    day = f"{max(step.x for step in ends.values()):,.0f}"
    if "answered" in ends and "unengaged" in ends:
        since = f"{min(steps[0].x for steps in curve.groups.values() if steps):,.0f}"
        gap = difference(ends["answered"].value, ends["unengaged"].value)
        text = fmt.difference_text(gap, "money", currency)
        if not gap.is_clear:
            groups = "engaged and unengaged customers"
            return f"No clear difference in {what} between {groups}, day {since} to day {day}: {text}."
        more = "more" if gap.value > 0 else "less"
        start = f"From day {since} to day {day}, engaged customers brought {more} than unengaged"
        return f"{start}: {text}. {NOT_AN_EFFECT}"
    parts = (
        f"{fmt.value_text(step.value, 'money', currency)}{'' if name == '' else f' ({name_of(name)})'}"
        for name, step in ends.items()
    )
    return f"By day {day} after the first order, a customer has brought {'; '.join(parts)}."


def takeaway_backtest(tests: Mapping[str, Backtest]) -> str:
    """What each model expected of the held-out days, and how often customers bought."""
    known = {name: test for name, test in tests.items() if test.predicted is not None}
    if not known:
        reason = next((test.sentence for test in tests.values()), "There are no orders to test a model on.")
        return f"No forecast could be tested. {reason}"
    first = next(iter(known.values()))
    said = [f"{name} expected {test.predicted:,.0f}{_off(test)}" for name, test in known.items()]
    start = f"In the last {first.holdout:,} days customers bought {first.actual:,} times"
    refused = [name for name, test in tests.items() if not test.is_usable]
    unused = f" Not used: {' and '.join(refused)}." if refused else ""
    return f"{start}; {' and '.join(said)}.{unused}"


def _off(test: Backtest) -> str:
    return "" if test.error is None else f" ({fmt.return_number(test.error)})"


def takeaway_alive(grid: Grid) -> str:
    """How many of those who came back have probably left, as far as the cells tell."""
    known = [value for value in grid.cells.values() if isinstance(value, Estimate)]
    n = sum(value.n for value in known)
    if not n:
        return f"{grid.definition.name}: cannot say. Without a tested model nobody knows who has left."
    gone = sum(value.n for value in known if value.value < LEFT)
    return f"Of {n:,} customers who came back, {gone:,} are in groups that have more likely left than not."


def takeaway_groups(found: Groups) -> str:
    """How many good customers have gone quiet and what they brought, beside the champions."""
    if not found.groups:
        return "Groups of customers: cannot say. Nobody bought anything here."
    quiet = [group for group in found.groups if group.rule.name in RISKY]
    n = sum(group.customers for group in quiet)
    shares = [group.brought_share.value for group in quiet if isinstance(group.brought_share, Estimate)]
    money = lower(found.means.definition.name).split(" ")[0]
    start = f"{n:,} customers who used to come back have gone quiet"
    if len(shares) < len(quiet):
        return f"{start}."
    return f"{start}; they brought {fmt.number(sum(shares), 'share')} of the {money} so far."
