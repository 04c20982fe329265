"""A small firm in which everything happens that a model has a rule for; its folders; what a figure says."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from socialroi.metrics import ALL
from socialroi.result import Window
from socialroi.store import Store, derived, engine, sql
from socialroi.store.cluster import exporting, layout
from socialroi.store.facts.linked import LINKED

SETTINGS = {
    "reporting_zone": "America/New_York",
    "business_zone": "Europe/Berlin",
    "margin_rate": "0.35",
    "currency": "EUR",
    "episode_silence_h": "6",
}
START = datetime(2025, 2, 1)
COMPARED = (*derived.TABLES, *layout.VIEWS)
WINDOWS = (Window(), Window(by="channel"), Window(by="segment", clock="business"))


def firm() -> Store:
    """Four months over two changes of the clock, with twins, gaps, fractions of seconds and ties in time."""
    rng = np.random.default_rng(8)
    tables = {
        "customers": _customers(rng), "interactions": _messages(rng), "orders": _orders(rng),
        "order_items": _lines(rng), "surveys": _surveys(rng), "identities": _links(rng), **_small(),
    }  # fmt: skip
    return Store.of(tables, settings=SETTINGS, keeps_unanswered="yes")


def _pick(rng, values, n, weights=None):
    places = rng.choice(len(values), n, p=weights)
    return [values[place] for place in places]


def _people():
    return [f"c{i}" if i % 7 else f"Zoë {i}" for i in range(80)]


def _customers(rng):
    names = _people()
    return pd.DataFrame(
        {
            "customer_id": names,
            "created_at": [START - timedelta(days=int(d)) if d % 3 else pd.NaT for d in range(len(names))],
            "segment": _pick(rng, ["vip", "new", None], len(names)),
            "region": _pick(rng, ["north", None], len(names)),
            "acquisition_channel": _pick(rng, ["Instagram", "ads", None], len(names)),
        }
    )


def _messages(rng, conversations=450):
    rows = []
    kinds = ["customer", "agent", "peer", "bot", "campaign", "system"]
    for number in range(conversations):
        at = START + timedelta(seconds=float(rng.uniform(0, 120 * 86_400)))
        who = _pick(rng, [*_people(), None], 1)[0]
        handle = f"@{who}" if rng.random() < 0.3 and who else who
        channel = _pick(rng, ["Twitter", "facebook", "e-mail", " Instagram ", None], 1)[0]
        for place in range(int(rng.integers(1, 9))):
            first = "customer" if number % 5 else "peer"
            kind = first if place == 0 else _pick(rng, kinds, 1, [0.3, 0.4, 0.15, 0.05, 0.05, 0.05])[0]
            # ties, fractions of a second, and silences longer than that between two episodes
            at += timedelta(seconds=float(rng.choice([0, 0.4, 59.7, 3_600.25, 30_000, 90_000.5])))
            rows.append(
                {
                    "message_id": f"m{number}-{place}", "conversation_id": f"k{number}", "author_kind": kind,
                    "reply_to": f"m{number}-{place - 1}" if place and rng.random() < 0.3 else None,
                    "customer_id": handle if kind == "customer" or rng.random() < 0.5 else None,
                    "author_id": _author(rng, kind, handle),
                    "direction": _pick(rng, [None, "in" if kind == "customer" else "out"], 1)[0]
                    if place or kind == "customer" else "in",
                    "sent_at": at, "channel": channel,
                    "department": _pick(rng, ["care", "sales", None], 1)[0],
                    "agent_id": _pick(rng, ["a1", "a2", "a3", None], 1)[0] if kind == "agent" else None,
                    "visibility": _pick(rng, ["public", None, "private"], 1, [0.6, 0.3, 0.1])[0],
                    "needs_response": _pick(rng, [True, False, None], 1)[0],
                    "topic": _pick(rng, ["complaint", "question", None], 1)[0],
                    "sentiment": _pick(rng, [-0.8, 0.1, 0.7, None], 1)[0],
                    "promotional": _pick(rng, [True, False, None], 1)[0],
                    "assignment_kind": None, "assigned_arm": None,
                    "batch_id": f"b{number % 3}",
                }
            )  # fmt: skip
    frame = pd.DataFrame(rows)
    return frame.assign(sentiment=frame["sentiment"].astype(float))


def _author(rng, kind, handle):
    if kind == "customer":
        return handle
    return _pick(rng, [f"p{i}" for i in range(12)], 1)[0] if kind == "peer" else None


def _money(rng, low, high, n):
    return np.round(rng.uniform(low, high, n), 2)


def _orders(rng, n=700):
    amount = _money(rng, 1, 300, n)
    amount[rng.random(n) < 0.05] *= -1
    part = rng.choice([np.nan, 0.3, 1.0], n, p=[0.8, 0.15, 0.05])
    people = _pick(rng, [*_people(), None], n)
    return pd.DataFrame(
        {
            "order_id": [f"o{i}" for i in range(n)],
            "customer_id": people,
            "ordered_at": [START + timedelta(seconds=float(s)) for s in rng.uniform(-60, 120, n) * 86_400],
            "amount": np.where(rng.random(n) < 0.05, np.nan, amount),
            "margin": np.where(rng.random(n) < 0.5, np.nan, np.round(amount * 0.4, 2)),
            "refunded_amount": np.where(amount > 0, np.round(amount * part, 2), np.nan),
            "currency": _pick(rng, ["EUR", None], n),
            "status": _pick(
                rng, ["paid", None, "cancelled", "refunded", "test"], n, [0.6, 0.2, 0.08, 0.08, 0.04]
            ),
            "channel": _pick(rng, ["web", "shop", None], n),
            "acquisition_channel": _pick(rng, ["twitter", None], n),
            "referral_code": _pick(rng, ["FRIEND", None], n, [0.1, 0.9]),
            "referred_by": [name if i % 10 == 0 else None for i, name in enumerate(_pick(rng, _people(), n))],
        }
    )  # fmt: skip


def _lines(rng, n=1_400):
    order = rng.integers(0, 900, n)  # from 700 on orders that have only lines
    return pd.DataFrame(
        {
            "order_id": [f"o{i}" for i in order],
            "line": list(range(n)),
            "customer_id": [_people()[i % 80] for i in order],
            "ordered_at": [START + timedelta(hours=int(i)) if i % 11 else pd.NaT for i in order],
            "product_id": _pick(rng, [f"sku{i}" for i in range(30)] + [None, " "], n),
            "category": _pick(rng, ["tea", "pots", " tea ", None], n),
            "quantity": pd.array(_pick(rng, [1, 2, 3, None, -1], n), dtype="Int64"),
            "unit_price": _money(rng, 1, 60, n),
            "unit_cost": np.where(rng.random(n) < 0.3, np.nan, _money(rng, 1, 30, n)),
            "currency": _pick(rng, ["EUR", None], n),
        }
    )


def _surveys(rng, n=300):
    return pd.DataFrame(
        {
            "response_id": [f"r{i // 2}" for i in range(n)],
            "question": ["csat" if i % 2 else "net_easy" for i in range(n)],
            "customer_id": _pick(rng, [*_people(), None], n),
            "conversation_id": [f"k{i}" if i % 9 else None for i in rng.integers(0, 470, n)],
            "score": rng.integers(1, 6, n).astype(float),
            "scale_min": 1.0, "scale_max": 5.0, "high_is_good": True,
            "asked_at": [START + timedelta(seconds=float(s)) for s in rng.uniform(0, 120, n) * 86_400],
            "answered_at": pd.Series([pd.NaT] * n, dtype="datetime64[us]"),
        }
    )  # fmt: skip


def _links(rng):
    people = _people()
    rows = [
        ("handle", f"@{name}", name, "crm", START + timedelta(days=i)) for i, name in enumerate(people[:40])
    ]
    rows += [("email", f"mail{i}", people[i], "shop", pd.NaT) for i in range(30)]
    rows += [("email", f"mail{i}", people[i + 20], "desk", START) for i in range(5)]  # two are one
    rows += [
        ("phone", "till", people[i], "shop", START) for i in range(60, 64)
    ]  # everybody's belongs to nobody
    rows += [("external", f"p{i}", people[50 + i], "forum", START) for i in range(6)]
    return pd.DataFrame(rows, columns=["kind", "value", "customer_id", "source", "linked_at"])


def _small():
    days = pd.to_datetime(["2025-02-01", "2025-03-15"]).date
    return {
        "promises": pd.DataFrame(
            {
                "channel": ["Twitter", None, None], "department": [None, "care", None],
                "target_s": [3_600.0, 7_200.0, 86_400.0], "valid_from": [days[0], days[1], None],
            }
        ),
        "calendars": pd.DataFrame(
            {
                "department": ["care"] * 5 + [None] * 7, "weekday": [*range(1, 6), *range(1, 8)],
                "opens": "09:00", "closes": "17:30", "zone": "Europe/Berlin", "valid_from": None,
            }
        ),
        "holidays": pd.DataFrame({"day": [days[1]], "department": [None]}),
        "events": pd.DataFrame(
            {
                "happened_at": [START + timedelta(days=60)], "kind": ["change"],
                "department": ["care"], "label": ["new owner"],
            }
        ),
        "costs": pd.DataFrame(
            {
                "month": [days[0]], "department": ["care"], "kind": ["wages"],
                "amount": [9_000.0], "currency": ["EUR"],
            }
        ),
        "assignments": pd.DataFrame(
            {
                "conversation_id": [f"k{i}" for i in range(0, 60, 2)],
                "assigned_arm": ["first", "later"] * 15,
                "assigned_at": [START + timedelta(days=i) for i in range(30)],
                "planned_share": 0.5,
            }
        ),
    }  # fmt: skip


def export(store: Store, folder: Path) -> None:
    """The canonical tables of a store in memory as a cluster reads them."""
    folder.mkdir()
    exporting.tables(store._con, folder)


def derive_here(store: Store, folder: Path) -> None:
    """What a cluster would have written, by DuckDB: the same folders without Spark."""
    folder.mkdir()
    engine.change(store._con, sql.model("kept", folder=layout.MODELS))
    store._con.execute("create table linked_counts as select * from (" + LINKED + ")")
    for name in layout.OUTPUTS:
        (folder / name).mkdir()
        columns = ", ".join(layout.output_types()[name])
        table = store._con.sql(f"select {columns} from {name}").to_arrow_table()
        _written(table, folder / name / "part-0.parquet")


def _written(table, file):
    import pyarrow.parquet as pq

    pq.write_table(table, file)


def differences(here: Store, there: Store) -> dict[str, tuple[int, int]]:
    """Rows of each derived table that only one of two stores has, as often as it has them."""
    found = {}
    for name in COMPARED:
        question = f"select {', '.join(layout.output_types()[name])} from {name}"
        one, other = Counter(here.rows(question)), Counter(there.rows(question))
        found[name] = (sum((one - other).values()), sum((other - one).values()))
    return {name: counts for name, counts in found.items() if counts != (0, 0)}


def said(store: Store) -> dict[str, str]:
    """What every metric says, with every digit: value, parts and remarks."""
    found = {}
    for metric in ALL:
        for window in WINDOWS:
            reading = metric.compute(store, window)
            told = (reading.value, reading.by, reading.notes)
            found[f"{metric.definition.key} by {window.by}"] = repr(told)
    return found
