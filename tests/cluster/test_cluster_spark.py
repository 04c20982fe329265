"""The derived tables of a real cluster beside those of DuckDB; a driver and a worker die on the way."""

from __future__ import annotations

import json
import os
import signal

import pytest
from cluster_cases import differences, export, firm, said
from loopback import cluster, derive, progress

from socialroi.store import Store
from socialroi.store.facts import linked


@pytest.mark.slow
def test_two_workers_make_the_same_rows_and_readings_though_a_driver_and_a_worker_die(tmp_path, monkeypatch):
    monkeypatch.setenv("SOCIALROI_HOME", str(tmp_path / "home"))
    here, source, out = firm(), tmp_path / "in", tmp_path / "out"
    export(here, source)
    logs = tmp_path / "logs"
    logs.mkdir()
    with cluster(logs) as master:
        given = ("--master", master.url, "--input", source, "--out", out, "--json")
        first = derive(*given)
        progress(first, "coverage:")
        os.killpg(first.pid, signal.SIGKILL)
        first.communicate()
        second = derive(*given)
        seen = progress(second, "threads:")
        master.kill_worker()
        answer, rest = second.communicate()
    assert second.returncode == 0, rest[-3000:]
    assert any(line.startswith("coverage: 3 rows, was there") for line in seen)  # it went on where it was
    rows = {row["table"]: row["rows"] for row in json.loads(answer)}
    assert rows["episodes"] == here.one("select count(*) from episodes")[0] > 400
    there = Store.open(out)
    assert differences(here, there) == {}
    assert said(here) == said(there)
    assert linked(here) == linked(there)
