"""What Spark is told where the two engines mean different things; asked of the sqlglot beside pyspark."""

from __future__ import annotations

import json
import subprocess

import pytest
from loopback import ENVIRONMENT, PYTHON

ASK = """
import json, sys
from socialroi.errors import StoreError
from socialroi.store import derived, sql
from socialroi.store.cluster import layout, portable

def told(text):
    try:
        return [
            [step.table, step.text, sorted(step.parameters), step.adds, step.is_view]
            for step in portable.steps(text)
        ]
    except StoreError as error:
        return str(error)

models = {name: told(sql.model(name)) for name in derived.MODELS}
models |= {name: told(sql.model(name, folder=layout.MODELS)) for name in ("traces", "kept")}
print(json.dumps([models, [told(text) for text in json.loads(sys.argv[1])]]))
"""
TEXTS = [
    "create or replace table t as select date_diff('second', a, b + to_seconds(n)) as s from x where c > $p",
    "create or replace temp view t as select cast(date_diff('hour', a, b) as integer) as h from x",
    "insert into t with y as (select a / nullif(b, 0) as q from x) select q from y order by q",
    "create table t as select date_diff('month', a, b) as m from x",
    "create table t as select median(a) as m from x",
    "create table t as select avg(a) as m from x",
    "create table t as select date_trunc('week', a) as m from x",
    "drop table t",
]


@pytest.fixture(scope="module")
def told():
    run = subprocess.run(
        [PYTHON, "-c", ASK, json.dumps(TEXTS)], env=ENVIRONMENT, capture_output=True, text=True, check=True
    )
    return json.loads(run.stdout.splitlines()[-1])


@pytest.mark.slow
def test_every_model_is_in_the_portable_subset(told):
    models, _ = told
    assert {name: steps for name, steps in models.items() if isinstance(steps, str)} == {}
    assert models["plain_waits"][0][0] == "waits"
    assert models["plain_waits"][0][3]  # rows are added to what is there
    assert [name for name, steps in models.items() if steps[0][4]] == ["messages"]  # the only view on the way


@pytest.mark.slow
def test_borders_of_seconds_and_hours_are_counted_as_duckdb_counts_them(told):
    (seconds,), (hours,), *_ = told[1]
    assert seconds == [
        "t",
        "SELECT (UNIX_SECONDS(CAST(b + MAKE_DT_INTERVAL(0, 0, 0, n) AS TIMESTAMP_LTZ)) - "
        "UNIX_SECONDS(CAST(a AS TIMESTAMP_LTZ))) AS s FROM x WHERE c > :p",
        ["p"], False, False,
    ]  # fmt: skip
    assert hours[1] == (
        "SELECT CAST((FLOOR(CAST(UNIX_SECONDS(CAST(b AS TIMESTAMP_LTZ)) AS DOUBLE) / 3600) - "
        "FLOOR(CAST(UNIX_SECONDS(CAST(a AS TIMESTAMP_LTZ)) AS DOUBLE) / 3600)) AS INT) AS h FROM x"
    )
    assert hours[4]


@pytest.mark.slow
def test_division_is_of_doubles_and_what_is_missing_comes_last(told):
    (quotient,) = told[1][2]
    assert "CAST(a AS DOUBLE) / CAST(NULLIF(b, 0) AS DOUBLE)" in quotient[1]
    assert quotient[1].endswith("ORDER BY q NULLS LAST")


@pytest.mark.slow
def test_what_is_not_known_to_mean_the_same_is_refused(told):
    assert all(isinstance(said, str) and "cluster" in said for said in told[1][3:])
