"""Is it worth it? What an answer brings against what it costs, and from which effect on it would pay.

`worth(store)` takes rung A's comparison at its longest follow-up with enough people and asks it about
money: the margin that answering changed (in those answered), divided into parts that add up to it, against
the cost of an answered conversation. Where the comparison may not carry an amount of money, it says why and
keeps what is known without it: the cost, and the effect on retention from which an answer pays.

    measure, compared    what an order is worth; the study at that follow-up, and why money is withheld
    partition            every later order divided once: repurchase, retention, upsell, cross-sell
    costs, roi           cost per answer; return, break-even, payback
    beside, residual     what is not added: attribution, and what a model expects later
    evidence, words      all of it together, the verdict and its sentence
"""

from __future__ import annotations

from socialroi.result import Worth
from socialroi.store import Store
from socialroi.uplift.worth.beside import beside
from socialroi.uplift.worth.evidence import Evidence
from socialroi.uplift.worth.partition import DISCOUNT
from socialroi.uplift.worth.roi import breakeven, roi_at

__all__ = ["DISCOUNT", "breakeven", "roi_at", "worth"]


def worth(
    store: Store, horizon_days: int | None = None, *, discount: float = DISCOUNT, seed: int = 0
) -> Worth:
    """What answering is worth, per answered conversation.

    `horizon_days` of follow-up are the longest of the settings with enough people unless given; `discount`
    is a yearly rate, `seed` decides only how customers are dealt into folds. Raises UsageError for a
    follow-up that cannot be.
    """
    found = Evidence.of(store, horizon_days, discount, seed)
    besides, first_orders = beside(store, found.measure, found.costs.months, found.costs.answered)
    later, predicted = found.residual(store)
    return Worth(
        horizon_days=found.compared.days,
        currency=found.currency,
        estimand=found.estimand,
        margin=found.margin,
        cost=found.cost,
        roi=found.roi,
        breakeven_effect=found.breakeven,
        effect=found.compared.retained,
        payback_months=found.payback,
        unanswered=found.unanswered,
        marginal_cost=found.costs.marginal,
        bars=found.bars,
        residual=later,
        beside=besides,
        costs=found.costs.rows,
        checks=found.compared.checks,
        verdict=found.verdict,
        sentence=found.sentence,
        notes=tuple(found.notes()),
        working=(
            *found.compared.design.working,
            found.parts.working,
            *found.costs.working,
            first_orders,
            *predicted,
        ),
    )
