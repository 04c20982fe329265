"""What holds for every metric, also for those nobody has written yet."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from community_cases import with_community

from socialroi import limits, metrics
from socialroi.errors import UnknownName
from socialroi.metrics import Metric
from socialroi.metrics.answer import REST, UNNAMED
from socialroi.result import Estimate, Reading, Unknown, Value, Window
from socialroi.simulate import firm
from socialroi.store import Store

BYS = ("channel", "department", "segment", "engaged")
every = pytest.mark.parametrize("metric", metrics.ALL, ids=lambda metric: metric.definition.key)


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return asked_more(firm(customers=500, days=500, effect=0.0, seed=5).tables)


def asked_more(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The same firm, with what the simulation leaves out: other survey questions and a community."""
    ease = tables["surveys"].query("question == 'net_easy'")
    # hardly anybody of this firm is dissatisfied: whoever was neither satisfied nor not, now is
    neither = (tables["surveys"]["question"] == "csat") & (tables["surveys"]["score"] == 3)
    told = tables["surveys"].assign(score=tables["surveys"]["score"].mask(neither, 2))
    more = [
        ease.assign(question="ces1", score=(ease["score"] + 3) // 2, scale_max=5),
        ease.assign(question="ces2", score=8 - ease["score"], high_is_good=True),
        ease.assign(question="nps", score=12 - 2 * ease["score"].clip(upper=6), scale_min=0, scale_max=10,
                    high_is_good=True),
    ]  # fmt: skip
    return with_community({**tables, "surveys": pd.concat([told, *more], ignore_index=True)})


@pytest.fixture(scope="module")
def shop(tables) -> Store:
    return Store.of(tables)


@pytest.fixture(scope="module")
def empty() -> Store:
    return Store.of({})


def values(reading: Reading) -> Iterable[Value]:
    return (reading.value, *reading.by.values())


def say(value: Value) -> str:
    return value.sentence if isinstance(value, Unknown) else value.method


@every
def test_the_definition_is_filled_in_and_ends_as_a_sentence(metric: Metric):
    definition = metric.definition
    for field in dataclasses.fields(definition):
        assert getattr(definition, field.name), field.name
    assert definition.question.endswith("?")
    assert all(getattr(definition, name).endswith(".") for name in ("formula", "source", "caveat"))
    assert definition.min_n >= 5
    assert metrics.by_key(definition.key) is metric


@every
def test_an_empty_store_gives_a_reason(metric: Metric, empty: Store):
    for by in (None, *BYS):
        reading = metric.compute(empty, Window(by=by))
        assert isinstance(reading.value, Unknown)
        assert reading.value.code == "no_data"
        assert all(isinstance(value, Unknown) and value.sentence.endswith(".") for value in values(reading))
    assert list(metric.series(empty, Window())) == []
    assert metric.rows(empty, Window()).empty


@every
def test_below_the_minimum_there_is_no_number(metric: Metric, tables):
    few = set(tables["interactions"].loc[tables["interactions"]["topic"].notna(), "conversation_id"][:3])
    people = list(tables["orders"]["customer_id"].unique()[:3])
    small = {
        "interactions": tables["interactions"][tables["interactions"]["conversation_id"].isin(few)],
        "orders": tables["orders"][tables["orders"]["customer_id"].isin(people)],
        "surveys": tables["surveys"].dropna(subset=["score"]).groupby("question").head(3),
        "promises": tables["promises"],
    }
    value = metric.compute(Store.of(small), Window()).value
    assert isinstance(value, Unknown)
    assert value.n < metric.definition.min_n
    assert value.sentence.endswith(".")


@every
def test_every_number_lies_in_its_interval(metric: Metric, shop: Store):
    readings = [metric.compute(shop, Window(by=by)) for by in (None, *BYS)]
    found = [value for reading in readings for value in values(reading)]
    assert any(isinstance(value, Estimate) for value in found)
    for value in found:
        if isinstance(value, Estimate):
            assert value.low <= value.value <= value.high
            assert value.n >= metric.definition.min_n
            assert 0 <= value.low <= value.high <= 1 or metric.definition.unit != "share"


@pytest.mark.slow
@every
def test_the_same_call_twice_gives_the_same_reading(metric: Metric, shop: Store):
    for by in (None, *BYS):
        assert metric.compute(shop, Window(by=by)) == metric.compute(shop, Window(by=by))
    assert metric.series(shop, Window()) == metric.series(shop, Window())


def doubled(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Every firm twice: the same rows again under new names."""
    ids = (
        "order_id", "customer_id", "message_id", "conversation_id", "reply_to", "response_id", "agent_id",
        "author_id", "template", "referred_by", "referral_code",
    )  # fmt: skip
    twice = {}
    for name in ("customers", "orders", "order_items", "interactions", "surveys"):
        table = tables[name]
        again = table.assign(
            **{c: table[c].map(lambda v: v if pd.isna(v) else f"{v}*") for c in ids if c in table}
        )
        twice[name] = pd.concat([table, again], ignore_index=True)
    return {**tables, **twice}


@pytest.fixture(scope="module")
def twice(tables) -> Store:
    return Store.of(doubled(tables))


@every
def test_doubling_every_row_leaves_the_number_alone(metric: Metric, shop: Store, twice: Store):
    one, two = metric.compute(shop, Window()).value, metric.compute(twice, Window()).value
    assert isinstance(one, Estimate)
    assert isinstance(two, Estimate)
    if metric.definition.unit == "count":  # counts are twice as many, known exactly
        assert (two.value, two.n) == (2 * one.value, 2 * one.n)
        return
    assert (two.value, two.n) == (pytest.approx(one.value), 2 * one.n)
    assert two.high - two.low < one.high - one.low


HOSTILE = [
    "'; drop table episodes; --",
    "=cmd|'/c calc'!A1",
    "<script>",
    "",
    "x" * 500,
    "\u202eevil",
    "null",
    "%s{0}",
]


def naughty() -> list[str]:
    """The collection of naughty strings, where it is at hand, and a few of our own."""
    path = Path(__file__).parents[3] / "shared" / "data" / "broken" / "blns.json"
    return [*HOSTILE, *(json.loads(path.read_text(encoding="utf-8"))[:60] if path.exists() else [])]


@pytest.fixture(scope="module")
def hostile(tables) -> Store:
    """The same firm; channels, departments and segments have the worst names, one to one."""
    names = [name.replace("\x00", "") for name in dict.fromkeys(naughty())]
    renamed = {}
    for name, column in (("interactions", "department"), ("customers", "segment"), ("orders", "channel")):
        levels = list(tables[name][column].dropna().unique())
        new = {level: names[i] or "nameless" for i, level in enumerate(levels)}
        renamed[name] = tables[name].assign(**{column: tables[name][column].map(new)})
    return Store.of(
        {**tables, **renamed, "promises": tables["promises"], "calendars": tables["calendars"][:0]}
    )


@every
def test_hostile_names_change_no_number(metric: Metric, shop: Store, hostile: Store):
    assert metric.compute(hostile, Window()).value == metric.compute(shop, Window()).value
    for by in ("department", "segment"):
        plain, odd = metric.compute(shop, Window(by=by)), metric.compute(hostile, Window(by=by))
        assert sorted(map(repr, plain.by.values())) == sorted(map(repr, odd.by.values()))
        for label in odd.by:
            alone = metric.compute(hostile, Window(**{by: (label,)}))
            if label not in (UNNAMED, "(all)") and by == "segment":
                assert (alone.value, alone.value.n) == (odd.by[label], odd.by[label].n)


@every
def test_segments_divide_everybody(metric: Metric, shop: Store):
    for by in ("channel", "department", "segment"):
        reading = metric.compute(shop, Window(by=by))
        if all(isinstance(v, Unknown) and v.code == "not_applicable" for v in reading.by.values()):
            continue
        assert sum(value.n for value in reading.by.values()) == reading.value.n + incomplete(reading)


def incomplete(reading: Reading) -> int:
    """Units of segments where nothing can be said yet; the whole does not count them."""
    return sum(
        v.n for v in reading.by.values() if isinstance(v, Unknown) and v.code in {"incomplete", "immature"}
    )


@pytest.fixture(scope="module")
def many_segments(tables) -> Store:
    customers = tables["customers"]
    segments = [f"s{i % 8}" for i in range(len(customers))]
    return Store.of({**tables, "customers": customers.assign(segment=segments)})


@every
def test_more_segments_than_can_be_shown_come_together(metric: Metric, many_segments: Store, monkeypatch):
    monkeypatch.setattr(limits, "SEGMENTS", 3)
    reading = metric.compute(many_segments, Window(by="segment"))
    if all(isinstance(v, Unknown) and v.code == "not_applicable" for v in reading.by.values()):
        return
    assert len(reading.by) == 4
    assert list(reading.by)[-1] == REST
    assert sum(value.n for value in reading.by.values()) == reading.value.n + incomplete(reading)


@every
def test_the_working_can_be_run_again(metric: Metric, shop: Store):
    reading = metric.compute(shop, Window())
    assert reading.working
    for step in reading.working:
        assert step.sql.lstrip().startswith(("with", "select"))
        assert step.sql == step.sql.lower()
        assert len(shop.frame(step.sql, **step.params)) > 0
        assert step.rows > 0


@every
def test_rows_are_listed_and_capped(metric: Metric, shop: Store):
    listed = metric.compute(shop, Window()).rows()
    assert 0 < len(listed) <= 1000
    assert len(metric.rows(shop, Window())) == len(listed)


@every
def test_a_series_is_made_of_the_same_number(metric: Metric, shop: Store, tables):
    line = metric.series(shop, Window())
    assert len(line.points) > 6
    starts = [point.start for point in line]
    assert starts == sorted(set(starts))
    if metric.definition.key == "retention":
        assert [p.value for p in line if p.complete][-1] == metric.compute(shop, Window()).value
        return
    point = line.points[4]
    start = pd.Timestamp(point.start)
    window = Window(start=start.to_pydatetime(), end=(start + pd.DateOffset(months=1)).to_pydatetime())
    alone = metric.compute(shop, window).value
    assert (getattr(alone, "value", alone), alone.n) == (
        getattr(point.value, "value", point.value),
        point.value.n,
    )


@every
def test_a_period_without_data_is_unknown(metric: Metric, shop: Store, tables):
    before = tables["orders"]["ordered_at"].min().to_pydatetime() - timedelta(days=400)
    value = metric.compute(shop, Window(start=before, end=before + timedelta(days=30))).value
    assert isinstance(value, Unknown)
    assert say(value).endswith(".")


@every
def test_details_are_values(metric: Metric, shop: Store, empty: Store):
    if metric.detail is None:
        return
    for found in (metric.detail(shop, Window()), metric.detail(empty, Window())):
        assert found
        assert all(isinstance(value, Estimate | Unknown) for value in found.values())


def test_keys_are_unique_and_near_misses_are_named():
    keys = [metric.definition.key for metric in metrics.ALL]
    assert len(set(keys)) == len(keys)
    with pytest.raises(UnknownName, match="Did you mean 'repurchase'"):
        metrics.by_key("repurchas")
