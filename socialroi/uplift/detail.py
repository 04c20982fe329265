"""The numbers beside the headline: other populations, follow-ups and grace times, and plain shares."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pandas as pd

from socialroi.result import Estimate, Unknown, Value
from socialroi.stats.intervals import wilson
from socialroi.uplift import checks, counts, linkage
from socialroi.uplift.design import GRACES_H
from socialroi.uplift.estimate import ALL, Arms, capped, fit
from socialroi.uplift.examine import Examined, Question
from socialroi.uplift.verdict import Finding

#: A message counts as a first one when the customer had not written for this long, in days.
WASHOUT_DAYS = 180
_TOO_FEW = Unknown("counts", "There are too few such messages to compare.")


def of_the_number(asked: Question, primary: Examined, found: Finding) -> Mapping[str, Value]:
    """What belongs to a headline that is shown."""
    assert primary.fitted is not None
    effect = found.effect
    cut = capped(primary.fitted) if asked.currency or asked.design.outcome.unit == "money" else None
    visible = found.smallest_visible
    return {
        **{str(name): checks.own_gate(primary.fitted.effects[name]) for name in ALL[1:]},
        "risk_ratio": effect.ratio,
        "smallest_visible_effect": Estimate(visible, visible, visible, effect.n, "2.8 standard errors"),
        **({"winsorised": cut} if cut else {}),
        **_other_graces(asked, primary.days),
        f"washout_{WASHOUT_DAYS}_days": _compared(asked, _first_in_a_while(primary.rows)),
    }


def of_the_data(asked: Question, primary: Examined, others: list[Examined]) -> Mapping[str, Value]:
    """What may be told whether the headline is shown or not."""
    return {
        **{f"horizon_{one.days}_days": _secondary(one) for one in others},
        **grace_orders(primary.rows),
        **linkage.shares(linkage.Links.of(asked.design)),
        **_pre_sale(asked, primary.days),
    }


def grace_orders(rows: pd.DataFrame) -> dict[str, Value]:
    """Share of each arm that ordered between the message and time zero."""
    shares: dict[str, Value] = {}
    for answered, name in ((True, "grace_orders_answered"), (False, "grace_orders_unanswered")):
        ordered = rows.loc[rows["answered"] == answered, "grace_orders"] > 0
        shares[name] = wilson(int(ordered.sum()), len(ordered)) if len(ordered) else linkage.NOBODY
    return shares


def _secondary(one: Examined) -> Value:
    """A secondary follow-up under its own checks."""
    if one.shown:
        return one.shown.estimate
    if one.blocked:
        return Unknown(one.blocked.name, one.blocked.sentence, len(one.rows))
    return _TOO_FEW


def _other_graces(asked: Question, days: int) -> dict[str, Value]:
    """The headline had the grace time been another: `grace_1_hours` and so on."""
    others = [hours for hours in GRACES_H if hours != asked.design.grace_h]
    return {f"grace_{h:g}_hours": _compared(asked, asked.design.with_grace(h).trial(days)) for h in others}


def _first_in_a_while(rows: pd.DataFrame) -> pd.DataFrame:
    """Messages of people who had not written for the washout."""
    return rows[~(rows["contact_days"] <= WASHOUT_DAYS)]


def _pre_sale(asked: Question, days: int) -> dict[str, Value]:
    """Questions before a purchase, apart: how many, and the same comparison where they are enough."""
    rows = asked.design.trial(days, pre_sale=True)
    if rows.empty:
        return {}
    return {"pre_sale_messages": Estimate.count(len(rows)), "pre_sale": _compared(asked, rows)}


def _compared(asked: Question, rows: pd.DataFrame) -> Value:
    """The headline's comparison of other rows, where they are enough, balanced and overlap."""
    enough = counts.check(Arms.of(rows), asked.grace).passed
    fitted = fit(rows, seed=asked.seed) if enough else None
    return checks.own_gate(fitted.headline) if fitted else dataclasses.replace(_TOO_FEW, n=len(rows))
