"""The README's table of promises is what the tests say: each row has tests that exist and their figure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from promise_table import BEGIN, END, FIGURES, PROMISES, README, Promise, block, collects, counted

KEPT = json.loads(FIGURES.read_text(encoding="utf-8"))


def test_the_table_in_the_readme_is_the_one_that_was_written() -> None:
    text = README.read_text(encoding="utf-8")
    assert text.count(BEGIN) == text.count(END) == 1
    assert text[text.index(BEGIN) : text.index(END) + len(END)] == block(KEPT), "run `make promises`"


def test_every_test_of_a_row_is_there() -> None:
    assert collects([test for promise in PROMISES for test in promise.tests]) == ""


def test_a_row_whose_test_was_renamed_is_noticed() -> None:
    assert "not found" in collects(["tests/promises/test_promises_table.py::test_that_is_no_more"])


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.key)
def test_every_row_has_a_figure_and_nothing_got_through(promise: Promise) -> None:
    assert KEPT[promise.key]["cases"] > 0
    assert KEPT[promise.key].get("through", 0) == 0
    assert "{" not in promise.figure.format_map(KEPT[promise.key])


@pytest.mark.parametrize("tag", ["failure", "error", "skipped"])
def test_a_broken_or_skipped_test_gives_no_figure(tmp_path: Path, tag: str) -> None:
    promise = Promise("x", "X.", "{cases}, {tried}", ("tests/a/test_b.py::test_c", "tests/a/test_d.py"))
    cases = '<testcase classname="tests.a.test_b" name="test_c[1]">{}</testcase>'
    cases += '<testcase classname="tests.a.test_d.TestE" name="test_f"><properties>'
    cases += '<property name="tried" value="7"/></properties></testcase>'
    cases += '<testcase classname="tests.a.test_b" name="test_c_other"/>'
    report = tmp_path / "report.xml"
    report.write_text(f"<testsuite>{cases.format('')}</testsuite>", encoding="utf-8")
    assert counted(report, [promise]) == {"x": {"cases": 2, "tried": 7}}
    report.write_text(f"<testsuite>{cases.format(f'<{tag}/>')}</testsuite>", encoding="utf-8")
    assert counted(report, [promise]) == {}
