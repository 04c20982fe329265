"""What the classic social-media return counts: customers won, and referred. Attribution, not increment.

Nobody knows which of these customers would have come anyway, so neither is added to what answering changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from socialroi.result import Bar, Estimate, Unknown, Working
from socialroi.schema import SOCIAL_CHANNELS
from socialroi.store import Store
from socialroi.uplift.worth.measure import Measure
from socialroi.uplift.worth.sql import FIRST_ORDERS

_LEADS = (
    "First orders of customers who came by a social channel, per answered conversation of the same months: "
    "leads-only attribution, not an effect of answering."
)
_REFERRALS = (
    "First orders made with somebody else's referral code and not counted as leads, per answered "
    "conversation of the same months: attribution, not an effect of answering."
)
_UNMAPPED = Unknown(
    "no_acquisition_channel",
    "No first order and no customer says by which channel they came; map an acquisition_channel.",
)
_UNCODED = Unknown("no_referral_code", "No first order carries a referral code; map a referral_code.")
_NO_MONTHS = Unknown(
    "no_costs", "Without months whose cost is known there is nothing to set first orders against."
)


def beside(
    store: Store, measure: Measure, months: Sequence[date], answered: int
) -> tuple[tuple[Bar, ...], Working]:
    """Leads and referrals whose first order lies in `months`, per conversation of the `answered` in them."""
    params = {
        "channels": list(SOCIAL_CHANNELS),
        "months": list(months),
        "use_margin": measure.use_margin,
    }
    mapped, coded, leads, lead_value, referrals, referral_value = store.one(FIRST_ORDERS, **params)
    absent = measure.obstacle or (None if answered else _NO_MONTHS)
    won, sent = (lead_value, leads, answered), (referral_value, referrals, answered)
    bars = (
        _bar("leads", _LEADS, absent if mapped else _UNMAPPED, won),
        _bar("referrals", _REFERRALS, absent if coded else _UNCODED, sent),
    )
    return bars, Working(FIRST_ORDERS, params, leads + referrals)


def _bar(name: str, sentence: str, unknown: Unknown | None, counted: tuple[float, int, int]) -> Bar:
    """The sum over the conversations; `counted` is the sum, the first orders in it, the conversations."""
    if unknown:
        return Bar(name, unknown, "unknown", unknown.sentence)
    total, n, answered = counted
    each = total / answered
    value = Estimate(each, each, each, n, "first orders / answered conversations")
    return Bar(name, value, "measured", sentence)
