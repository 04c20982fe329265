"""Small hand-made shapes for the chart tests and for looking at the charts."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import date

from socialroi.result import (
    Bar,
    Check,
    Comparison,
    Cost,
    Curve,
    Definition,
    Estimate,
    Exclusion,
    Grid,
    Part,
    Plan,
    Point,
    Reach,
    Reading,
    Rung,
    Series,
    Step,
    Study,
    Unknown,
    Worth,
)


def definition(unit="share", better="up", name="Response rate", key="response_rate"):
    return Definition(
        key, name, unit, better, "How many get an answer?", "answered / asked", "a source", "a caveat", 5
    )


def est(value, half, n=400, method="Wilson"):
    return Estimate(value, value - half, value + half, n, method)


#: The hover text of every mark, and the markup that the house itself writes.
HOVER = "%{customdata}<extra></extra>"
OWN_MARKUP = re.compile(r'<(/?b|br|/span|span style="color:#[0-9A-F]{6}")>')


def strings(node):
    """Every string in a spec, however deep."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from strings(value)
    elif isinstance(node, (list, tuple)):
        for value in node:
            yield from strings(value)


FEW = Unknown("too_few", "Only 3 conversations; at least 5 are needed.", 3)
KEPT = Unknown("keeps_unanswered", "This export holds only answered conversations.")

WAIT = definition("seconds", "down", "First response time", "first_response_time")
RETENTION = definition("share", "up", "Retention", "retention")
VALUE = definition("money", "up", "Customer value", "clv_historical")
EASE = definition("points", "up", "Net Easy Score", "net_easy")


def reading_by(channels=("Twitter", "Facebook", "Instagram", "E-mail"), unit_definition=None):
    values = {name: est(0.55 + 0.1 * i, 0.03, 400 - 60 * i) for i, name in enumerate(channels)}
    return Reading(unit_definition or definition(), est(0.66, 0.02, 1_240), by={**values, "TikTok": FEW})


def waits_by():
    values = {
        "Twitter": 840.0,
        "Facebook": 5_940.0,
        "Instagram": 19_000.0,
        "Forum of the north-western region": 130_000.0,
    }
    by = {k: Estimate(v, v * 0.85, v * 1.2, 311, "Kaplan-Meier") for k, v in values.items()}
    over = Estimate(
        3_600 * 30, 3_600 * 12, 3_600 * 96, 44, "Kaplan-Meier; upper limit open: censoring horizon"
    )
    return Reading(WAIT, Estimate(7_000, 6_200, 8_100, 1_400, "Kaplan-Meier"), by={**by, "Chat": over})


def series(values=None, unit_definition=None, running=2, months=14):
    values = values or [0.58 + 0.018 * i + 0.02 * math.sin(i * 2) for i in range(months)]
    starts = [date(2025 + (7 + i) // 12, (7 + i) % 12 + 1, 1) for i in range(len(values))]
    points = [
        Point(start, est(value, 0.03 * max(1.0, value)), i < len(values) - running)
        for i, (start, value) in enumerate(zip(starts, values, strict=True))
    ]
    if len(points) > 6:
        points[4] = replace(points[4], value=FEW)
    return Series(unit_definition or definition(), tuple(points))


def series_by():
    whole = series()
    parts = {}
    for i, name in enumerate(("answered", "unengaged")):
        shift = -0.1 * i
        parts[name] = tuple(
            replace(p, value=est(p.value.value + shift, 0.04)) if isinstance(p.value, Estimate) else p
            for p in whole.points
        )
    return replace(whole, by=parts)


def survival(rate=0.004, n=1_000, days=365, every=7):
    steps = []
    for day in range(0, days + 1, every):
        s = math.exp(-rate * day)
        half = 1.96 * math.sqrt(s * (1 - s) / n)
        steps.append(
            Step(day, Estimate(s, max(0, s - half), min(1, s + half), n, "Kaplan-Meier"), int(n * s * 0.95))
        )
    return tuple(steps)


def curve():
    groups = {"answered": survival(0.0019, 840), "unengaged": survival(0.0012, 3_100)}
    return Curve(definition(name="Second order", key="repurchase"), "Days since the first order", groups)


def curve_three():
    groups = {
        "answered": survival(0.0019, 840),
        "asked_unanswered": survival(0.0013, 240),
        "never_asked": survival(0.0012, 2_860),
    }
    return Curve(definition(name="Second order", key="repurchase"), "Days since the first order", groups)


def waits(scale=1.0, n=1_400):
    steps = [Step(0.0, Estimate(0, 0, 0, n, "KM"), n)]
    for i in range(1, 300):
        x = 20.0 * 1.045**i * scale
        f = 0.9 / (1 + (6_000 * scale / x) ** 1.1)
        half = 1.96 * math.sqrt(f * (1 - f) / n)
        steps.append(Step(x, Estimate(f, max(0, f - half), min(1, f + half), n, "KM"), int(n * (1 - f))))
    return Curve(WAIT, "Seconds since the message", {"all": tuple(steps)})


def waits_by_channel():
    return Curve(
        WAIT,
        "Seconds since the message",
        {n: waits(s).groups["all"] for n, s in (("Twitter", 0.3), ("Facebook", 3.0))},
    )


def comparison(gap=0.041, half=0.029, unit_definition=None, scale=1.0):
    d = unit_definition or RETENTION
    return Comparison(
        d,
        90,
        {
            "answered": est(0.382 * scale, 0.03 * scale, 840),
            "asked_unanswered": est(0.31 * scale, 0.06 * scale, 240),
            "never_asked": est(0.301 * scale, 0.017 * scale, 2_860),
            "unengaged": est(0.302 * scale, 0.016 * scale, 3_100),
        },
        raw=est(0.08 * scale, 0.034 * scale, 3_940),
        standardised=est(gap * scale, half * scale, 3_940),
    )


def cohorts(months=10, ages=6):
    rows = tuple(f"{2025 + (i + 2) // 12}-{(i + 2) % 12 + 1:02d}" for i in range(months))
    columns = tuple(str(i) for i in range(1, ages + 1))
    cells = {
        (row, column): est(max(0.03, 0.34 - 0.04 * j + 0.008 * i), 0.03, 200)
        for i, row in enumerate(rows)
        for j, column in enumerate(columns)
        if i + j < months
    }
    return Grid(RETENTION, rows, columns, cells, "First order in", "Months since the first order")


def hours():
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    cells = {}
    for i, day in enumerate(days):
        for hour in range(24):
            wait = 700.0 if 9 <= hour < 18 and i < 5 else 16_000.0 + 900 * abs(hour - 12)
            if not (i == 6 and hour < 6):
                cells[day, f"{hour:02d}"] = Estimate(wait, wait * 0.8, wait * 1.25, 30 + hour, "KM")
    columns = tuple(f"{h:02d}" for h in range(24))
    return Grid(WAIT, days, columns, cells, "Weekday", "Hour of arrival, Europe/Berlin")


def rung(name="A", gap=None, verdict="better", sentence="", outcome="retention"):
    gap = gap or est(0.041, 0.029, 4_310)
    return Rung(
        name,
        outcome,
        90,
        "repeat customers who asked on a social channel",
        "ATO",
        gap,
        est(0.112, 0.03, 4_310),
        3_650,
        660,
        (Check("balance", 0.04, 0.1, True, "Weighted arms are alike."),),
        verdict,
        sentence or "We cannot say yet: only 14 people were left unanswered; about 120 are needed.",
    )


def study(gap=None, verdict="better"):
    a = rung("A", gap, verdict)
    d = replace(
        rung("D", est(0.163, 0.02, 21_000), "not_causal"),
        population="all customers",
        n_treated=8_100,
        n_control=12_900,
    )
    withheld = replace(
        rung("Aprime", Unknown("balance", "The arms differ too much to be compared."), "cannot_say"),
        n_control=1_200,
    )
    flow = (
        Exclusion("Messages that open an episode on a social channel", 0, 18_240),
        Exclusion("Linked to a customer before the message", 6_120, 12_120),
        Exclusion(
            "At least two orders before the message, so that there is something to retain", 5_010, 7_110
        ),
        Exclusion("Followed for 90 days after the waiting time", 2_800, 4_310),
    )
    return Study(
        "retention", 90, {"unit": "message"}, flow, (a, withheld, d), verdict, "Answering keeps customers."
    )


BALANCE = {
    "Recency": (0.31, 0.02),
    "Frequency": (0.24, -0.03),
    "Spend": (0.2, 0.05),
    "Tenure": (0.11, 0.01),
    "Night or weekend": (-0.42, 0.04),
    "Queue at arrival": (-0.55, 0.06),
    "Channel: Twitter": (0.08, 0.01),
    "Topic: delivery of the parcel is late": (0.05, -0.02),
}
SCORES = {1.0: 60, 2.0: 41, 3.0: 55, 4.0: 120, 5.0: 210, 6.0: 340, 7.0: 290}


def spread():
    rows, columns = ("Billing", "Delivery", "Returns"), tuple("1234567")
    cells = {
        (row, column): est(0.05 + 0.03 * ((i + 2 * j) % 7), 0.02, 150)
        for i, row in enumerate(rows)
        for j, column in enumerate(columns)
    }
    return Grid(
        definition(name="Answers behind the Net Easy Score"),
        rows,
        columns,
        cells,
        "Department",
        "Answer, 1 to 7",
    )


def part(by="channel", label="Twitter", value=None, treated=900, control=160):
    return Part(by, label, value or est(0.041, 0.06), treated, control)


def rung_in_parts():
    """A shown rung A with everything that can be drawn of it."""
    channels = {"Twitter": est(0.09, 0.03), "Facebook": est(0.01, 0.03), "Forum": FEW}
    waits = {"within 1 h": est(0.08, 0.05), "1 to 4 h": est(0.05, 0.05), "4 to 24 h": est(0.02, 0.06)}
    segments = {"new": est(0.05, 0.07), "regular": est(0.03, 0.05)}
    everything = {"channel": channels, "wait": waits, "segment": segments}
    above = tuple(round(400 * math.exp(-(((i - 15) / 4) ** 2))) for i in range(20))
    below = tuple(round(90 * math.exp(-(((i - 11) / 4) ** 2))) for i in range(20))
    arms = {"answered": survival(0.006, 840, 90, 1), "unanswered": survival(0.004, 210, 90, 1)}
    return replace(
        rung(),
        balance=BALANCE,
        overlap=(above, below),
        parts=tuple(
            part(by, label, value) for by, values in everything.items() for label, value in values.items()
        ),
        curve=Curve(definition(name="Ordered again"), "Days since time zero", arms),
    )


def costs(departments=("care", "marketing"), months=8):
    return tuple(
        Cost(date(2026, 1 + i, 1), name, kind, 900.0 + 40 * i - 300 * place, 410 + i)
        for i in range(months)
        for place, name in enumerate(departments)
        for kind in ("staff", "tools")
    )


def worth(**changes):
    """An answer that brings in 4.60 and costs 3.10, with everything known but the leads."""
    bars = (
        Bar("Repurchase", est(1.2, 0.9), "measured", "Second orders."),
        Bar("Retention", est(3.1, 1.6), "measured", "Third and later orders."),
        Bar("Upsell", est(-0.5, 0.7), "measured", "Larger orders; negative when smaller."),
        Bar("Cross-sell", est(0.8, 0.6), "measured", "Categories never bought before."),
    )
    found = Worth(
        horizon_days=180,
        currency="EUR",
        estimand="ATT",
        margin=est(4.6, 2.1, 4_310),
        cost=est(3.1, 0.0, 9_800),
        roi=est(0.48, 0.67, 4_310),
        breakeven_effect=est(0.019, 0.002, 900),
        effect=est(0.041, 0.029, 4_310),
        payback_months=Estimate(4, 2, 6, 4_310, "30-day steps"),
        unanswered=est(2_900.0, 1_400.0, 660),
        marginal_cost=est(2.2, 0.0, 9_800),
        bars=bars,
        residual=Bar("After the follow-up", est(1.9, 0.8), "modelled", "Interval excludes model error."),
        beside=(
            Bar("Leads", FEW, "unknown", "First orders that came by social media."),
            Bar("Referrals", est(1_250.0, 300.0), "measured", "First orders with a referral code."),
        ),
        costs=costs(),
        checks=(Check("placebo", 0.4, 2.0, True, "Nothing before the message."),),
        verdict="better",
        sentence="An answered conversation brings in EUR 4.60 and costs EUR 3.10.",
        notes=("Refunds carry no date.",),
    )
    return replace(found, **changes)


def plan(weeks=9):
    reach = tuple(Reach(w, 40 * w, 40 * w, 0.15 / math.sqrt(w)) for w in (1, 2, 3, 4, 6, 8, 9, 12, 16, 26))
    return Plan(
        "retention",
        90,
        0.5,
        24.0,
        80.0,
        0.32,
        0.05,
        weeks,
        reach,
        ("Draw the list.", "Answer every A first.", "Load the result."),
        "With 80 conversations a week, 9 weeks would show 5 points.",
    )
