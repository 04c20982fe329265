"""The numbers beside rung A's headline: other populations, follow-ups and grace times, and plain shares."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pandas as pd

from socialroi.result import Estimate, Unknown, Value
from socialroi.stats.intervals import wilson
from socialroi.uplift import checks, counts, linkage
from socialroi.uplift.design import Design
from socialroi.uplift.estimate import Arms, capped, fit
from socialroi.uplift.examine import Examined, Question
from socialroi.uplift.messages import GRACES_H, Messages
from socialroi.uplift.rung import Found

#: A message counts as a first one when the customer had not written for this long, in days.
WASHOUT_DAYS = 180
_TOO_FEW = Unknown("counts", "There are too few such messages to compare.")


def of_the_number(found: Found) -> Mapping[str, Value]:
    """What belongs to a headline that is shown; nothing else."""
    asked, primary, finding = found.asked, found.primary, found.finding
    if finding is None or primary.fitted is None:
        return {}
    effect, fitted = finding.effect, primary.fitted
    cut = capped(fitted) if asked.currency or asked.design.outcome.unit == "money" else None
    visible = finding.smallest_visible
    return {
        **{str(name): checks.own_gate(fitted.effects[name]) for name in asked.estimands[1:]},
        "risk_ratio": effect.ratio,
        "smallest_visible_effect": Estimate(visible, visible, visible, effect.n, "2.8 standard errors"),
        **({"winsorised": cut} if cut else {}),
        **_other_graces(asked, primary.days),
        f"washout_{WASHOUT_DAYS}_days": _compared(asked, asked.design, _first_in_a_while(primary.rows)),
        **_boosted(asked, primary),
    }


def of_the_data(found: Found) -> Mapping[str, Value]:
    """What may be told whether the headline is shown or not."""
    design = found.asked.design
    assert isinstance(design, Messages)
    return {
        **secondary(found),
        **grace_orders(found),
        **linkage.shares(linkage.Links.of(design)),
        **_pre_sale(found.asked, found.primary.days),
    }


def secondary(found: Found) -> dict[str, Value]:
    """The other follow-ups: `horizon_30_days` and so on."""
    return {f"horizon_{one.days}_days": _secondary(one) for one in found.others}


def grace_orders(found: Found) -> dict[str, Value]:
    """Share of each arm that ordered between the unit and time zero."""
    rows = found.primary.rows
    shares: dict[str, Value] = {}
    for treated, name in ((True, "grace_orders_treated"), (False, "grace_orders_control")):
        ordered = rows.loc[rows["treated"] == treated, "grace_orders"] > 0
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
    design = asked.design
    assert isinstance(design, Messages)
    others = [design.with_grace(hours) for hours in GRACES_H if hours != design.grace_h]
    return {f"grace_{other.grace_h:g}_hours": _compared(asked, other, other.trial(days)) for other in others}


def _first_in_a_while(rows: pd.DataFrame) -> pd.DataFrame:
    """Messages of people who had not written for the washout."""
    return rows[~(rows["contact_days"] <= WASHOUT_DAYS)]


def _pre_sale(asked: Question, days: int) -> dict[str, Value]:
    """Questions before a purchase, apart: how many, and the same comparison where they are enough."""
    assert isinstance(asked.design, Messages)
    apart = asked.design.before_a_purchase()
    rows = apart.trial(days)
    if rows.empty:
        return {}
    return {"pre_sale_messages": Estimate.count(len(rows)), "pre_sale": _compared(asked, apart, rows)}


def _boosted(asked: Question, primary: Examined) -> dict[str, Value]:
    """The headline with boosted trees in the place of the regressions, where that is asked for."""
    if not asked.boosted:
        return {}
    from socialroi.stats import boosted

    design = asked.design
    fitted = fit(
        primary.rows, (design.estimand,), groups=design.groups, seed=asked.seed, learner=boosted.cross_fit
    )
    return {"boosted": checks.own_gate(fitted.headline) if fitted else _TOO_FEW}


def _compared(asked: Question, design: Design, rows: pd.DataFrame) -> Value:
    """The headline's comparison of other rows, where they are enough, balanced and overlap."""
    enough = counts.check(Arms.of(rows), design.sides).passed
    fitted = fit(rows, (design.estimand,), groups=design.groups, seed=asked.seed) if enough else None
    return checks.own_gate(fitted.headline) if fitted else dataclasses.replace(_TOO_FEW, n=len(rows))
