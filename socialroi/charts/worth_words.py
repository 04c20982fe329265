"""What the money says: whether an answer pays, from which effect on, what was spent."""

from __future__ import annotations

from collections.abc import Sequence

from socialroi.charts import format as fmt
from socialroi.charts.phrases import name_of
from socialroi.charts.words import outcome_unit
from socialroi.result import Cost, Estimate, Plan, Value, Worth


def counted(worth: Worth) -> str:
    """What the money is: margin, or revenue where no margin is known."""
    return "revenue" if worth.estimand.startswith("revenue") else "margin"


def takeaway_worth(worth: Worth) -> str:
    """What an answered conversation brings in, held against what it costs."""
    margin, cost, what = worth.margin, worth.cost, counted(worth)
    costs = f"it costs {_money(cost, worth)}" if isinstance(cost, Estimate) else ""
    if not isinstance(margin, Estimate):
        tail = f" {costs[:1].upper()}{costs[1:]}." if costs else ""
        return f"What an answer brings in: cannot say.{tail}"
    text = f"{fmt.difference_text(margin, 'money', worth.currency)} within {worth.horizon_days} days"
    tail = f"; {costs}" if costs else ""
    if not margin.is_clear:
        return f"No clear {what} from an answered conversation: {text}{tail}."
    verb = "brings in" if margin.value > 0 else "loses"
    return f"An answered conversation {verb} {what}: {text}{tail}."


def takeaway_breakeven(worth: Worth) -> str:
    """From which effect on an answer pays, and whether the data allow that."""
    need, effect = worth.breakeven_effect, worth.effect
    if not isinstance(need, Estimate):
        return f"From which effect on an answer pays: cannot say. {need.sentence}"
    pays = f"An answer pays from {fmt.difference_text(need, 'share')} of retention on"
    if not isinstance(effect, Estimate):
        return f"{pays}; what the effect is, these data cannot say."
    text = fmt.difference_text(effect, "share")
    if effect.low >= need.high:
        return f"{pays}, and the whole interval lies above that: {text}."
    if effect.high <= need.low:
        return f"{pays}, and the whole interval lies below that: {text}."
    return f"{pays}; the data allow both, less and more: {text}."


def takeaway_costs(costs: Sequence[Cost], currency: str | None = None) -> str:
    """What was spent in all, over how many months, and who bore most of it."""
    if not costs:
        return "What social care costs: cannot say. No costs are loaded."
    borne: dict[str, float] = {}
    for cost in costs:
        borne[cost.department] = borne.get(cost.department, 0.0) + cost.amount
    total = fmt.number(sum(borne.values()), "money", currency)
    months = len({cost.month for cost in costs})
    span = f"{months} months" if months > 1 else "one month"
    most = max(borne, key=lambda name: borne[name])
    if len(borne) == 1 or not most:
        return f"Social care cost {total} in {span}."
    share = fmt.number(borne[most], "money", currency)
    return f"Social care cost {total} in {span}; {name_of(most)} bore the largest part, {share}."


def takeaway_reach(plan: Plan, currency: str | None = None) -> str:
    """How long a fair test must last to see what is worth seeing."""
    if not plan.reach:
        return "How long a fair test takes: cannot say. Too few conversations come in to plan one."
    unit = outcome_unit(plan.outcome)
    worth = fmt.difference_number(plan.worthwhile, unit, currency)
    if plan.weeks is not None:
        weeks = f"{plan.weeks} weeks" if plan.weeks != 1 else "one week"
        return f"A fair test of {weeks} would show an effect of {worth}, four times out of five."
    last = plan.reach[-1]
    smallest = fmt.difference_number(last.smallest, unit, currency)
    return f"Even {last.weeks} weeks would not show an effect of {worth}, only one of {smallest} or more."


def _money(value: Value, worth: Worth) -> str:
    assert isinstance(value, Estimate)
    return fmt.number(value.value, "money", worth.currency)
