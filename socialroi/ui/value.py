"""What customers bring: so far at equal age, from now on by two tested models, and who has gone quiet."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from socialroi.charts import format as written
from socialroi.metrics import rfm
from socialroi.metrics.clv_historical import AGES_D, DISCOUNT
from socialroi.metrics.two_models import TwoModels
from socialroi.result import Estimate, Unit, Value
from socialroi.stats.btyd.spend import TOO_RELATED
from socialroi.ui import answers, blocks, explain, keys, show, trouble
from socialroi.ui.safe import text
from socialroi.ui.view import View

MODELS = (
    "Two models of customers who never say goodbye: in BG/NBD they leave after a purchase, in Pareto/NBD at "
    "any moment. Each was fitted to the first two thirds of the days and had to foretell the last third. "
    "Where it is off by more than a quarter, or fewer than 200 customers came back, nothing is predicted "
    "from it. All time to come is everything still expected, discounted at 10% a year; in BG/NBD it has no "
    "end, because customers who bought once never leave there."
)
RELATED = (
    "Correlation of how often and how much customers buy: {value:.2f}. The models assume that there is none; "
)
FINE, DOUBT = "below {limit:.1f} that does little harm.", "from {limit:.1f} on, read the amounts with doubt."
ALIVE = (
    "The model's chance that a customer who came back is still a customer. Frequent customers who fall "
    "silent have more likely left than seldom ones who are silent for as long."
)
SCORES = (
    "Every customer is scored from 1 to 5 on how lately and on how many days they bought. A score is 1 plus "
    "the whole fifths of all customers who do strictly worse: equal customers always have the same score, so "
    "a score can be missing where many are alike. The groups are rules of thumb and no forecast."
)
LIST = "Show the customers of a group"


def so_far(view: View) -> None:
    """What customers have brought: to equal ages, engaged and unengaged, by segment."""
    ages(view)
    blocks.engaged(view, "clv_historical")
    growth(view)
    blocks.by_segment(view, "clv_historical", "segment")


def to_come(view: View) -> None:
    """What they will bring, who is likely to be still there, and who has gone quiet."""
    forecast(view)
    alive(view)
    groups(view)


def ages(view: View) -> None:
    """Margin per customer to fixed ages, each with those who have reached it; discounted beside."""
    with trouble.told():
        found, currency = answers.ages(view.scope), view.store.currency
        with st.grid(columns=len(AGES_D), min_column_width=200):
            for age in AGES_D:
                _age(age, found[f"to_{age}_d"], found[f"to_{age}_d_discounted"], currency)


def growth(view: View) -> None:
    """How margin grows with age: engaged and unengaged from the same day on, and everybody."""
    with trouble.told():
        if not blocks.draw(view, "growth", "engaged"):
            name = answers.margins(view.scope, True).definition.name
            st.caption(text(f"{name} by engagement: not enough customers are that old.", show.SENTENCE))
        blocks.draw(view, "growth", "everybody")


def forecast(view: View) -> None:
    """Whether the forecasts can be believed, and what they say; the test is shown in any case."""
    with trouble.told():
        found = answers.two_forecasts(view.scope)
        if not blocks.draw(view, "backtest"):
            explain.absent("Test of the forecast", found.absent or found.models[0].year)
            return
        st.caption(MODELS)
        for model in found.models:
            if not model.tested.is_usable:
                st.caption(text(f"{model.name}: {model.tested.sentence}", show.SENTENCE))
        st.caption(text(_related(found), show.SENTENCE))
        show.table(_two(found, view.store.currency), "two-models")


def alive(view: View) -> None:
    """The chance of still being a customer by silence and frequency."""
    with trouble.told():
        if blocks.draw(view, "alive"):
            st.caption(ALIVE)


def groups(view: View) -> None:
    """Customers by recency and frequency, the groups they make, and who is in them."""
    with trouble.told():
        if not blocks.draw(view, "groups"):
            return
        st.caption(SCORES)
        found = answers.groups(view.scope)
        show.table(_groups(found, view.store.currency), "rfm-groups")
        explain.reading(answers.reading(view.scope, rfm.DEFINITION.key), "rfm")
        _members(view)


def _age(age: int, plain: Value, discounted: Value, currency: str | None) -> None:
    """One age: the mean, its discounted twin, interval and n; or why there is none."""
    with st.container():
        if not isinstance(plain, Estimate):
            st.metric(f"To age {age:d} days", written.DASH)
            st.caption(text(plain.sentence, show.SENTENCE))
            return
        st.metric(f"To age {age:d} days", written.number(plain.value, "money", currency))
        less = written.value_text(discounted, "money", currency)
        interval = written.interval_text(plain, "money")
        st.caption(text(f"95% interval {interval}, {written.n_text(plain.n)}.", show.SENTENCE))
        st.caption(text(f"Discounted at {DISCOUNT:.0%} a year: {less}.", show.SENTENCE))


def _related(found: TwoModels) -> str:
    """How far spending goes with frequency, against the models' assumption."""
    if found.related is None:
        return "How often and how much customers buy cannot be related: one of the two does not vary."
    judged = DOUBT if abs(found.related) > TOO_RELATED else FINE
    return (RELATED + judged).format(value=found.related, limit=TOO_RELATED)


def _two(found: TwoModels, currency: str | None) -> pd.DataFrame:
    """Both models, one line each."""
    return pd.DataFrame(
        {
            "Model": model.name,
            "Next 365 days, per customer": written.value_text(model.year, "money", currency),
            "All time to come, per customer": written.value_text(model.lifetime, "money", currency),
        }
        | ({"Why not": written.reason(model.year)} if written.reason(model.year) else {})
        for model in found.models
    ).fillna("")


def _groups(found: rfm.Groups, currency: str | None) -> pd.DataFrame:
    """The named groups, one line each, with their rule."""
    money = "Margin" if found.means.definition.name.startswith("Margin") else "Revenue"
    return pd.DataFrame(
        {
            "Group": group.rule.name,
            "Customers": group.customers,
            "Of all customers": _cell(group.customers_share, "share"),
            f"{money} per customer": _cell(group.mean, "money", currency),
            f"Of all {money.lower()}": _cell(group.brought_share, "share"),
            "Rule": group.rule.sentence,
        }
        for group in found.groups
    )


def _cell(value: Value, unit: Unit, currency: str | None = None) -> str:
    return written.number(value.value, unit, currency) if isinstance(value, Estimate) else written.DASH


def _members(view: View) -> None:
    """The customers of one group, those who brought most first; identifiers are pseudonyms."""
    names = [rule.name for rule in rfm.RULES]
    chosen = st.selectbox(LIST, names, index=None, key=keys.GROUP, bind="query-params", placeholder="none")
    if chosen:
        rule = next(rule for rule in rfm.RULES if rule.name == chosen)
        told = f"{rule.name} {rule.about}: {rule.sentence}. Those who brought most come first."
        st.caption(text(told, show.SENTENCE))
        show.table(rfm.members(view.store, view.scope.window, chosen), f"rfm-{chosen}")
