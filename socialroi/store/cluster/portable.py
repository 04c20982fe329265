"""The models of one machine as steps for Spark: translated by sqlglot, with rules for what it gets wrong.

The text comes from the .sql files of this package and nothing is ever put into it: parameters stay
parameters. A function that is not listed here is refused, because a translation that merely runs may be
wrong; whoever needs it adds it with a test on a real cluster.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

from socialroi.errors import StoreError

#: Functions that mean the same in both engines, by the name sqlglot gives them.
SAME = frozenset((
    "AND", "OR", "CASE", "IF", "COALESCE", "NULLIF", "CAST", "COUNT", "SUM", "MIN", "MAX", "LAG",
    "ROW_NUMBER", "LEAST", "GREATEST", "LOWER", "TRIM", "REPLACE",
))  # fmt: skip
_TRUNCATED = frozenset(("DAY", "MONTH"))
_HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class Step:
    """One statement: the table it makes, or adds rows to, from a SELECT in Spark's dialect."""

    table: str
    text: str
    parameters: frozenset[str]
    adds: bool
    is_view: bool


def steps(script: str) -> Iterator[Step]:
    """The statements of one of our own scripts, in order.

    Raises StoreError for a statement or function that is not known to mean the same on Spark.
    """
    for parsed in sqlglot.parse(script, read="duckdb"):
        if isinstance(parsed, exp.Insert):
            yield _step(parsed, adds=True, is_view=False)
        elif isinstance(parsed, exp.Create):
            kept = not parsed.find(exp.TemporaryProperty)
            yield _step(parsed, adds=False, is_view=parsed.kind == "VIEW" and not kept)
        else:
            raise StoreError(f"A cluster makes tables from SELECTs only, not {type(parsed).__name__}.")


def answer(table: str, question: str) -> Step:
    """The step that keeps the answer to one question, errors as `steps`."""
    return _from_select(table, sqlglot.parse_one(question, read="duckdb"), adds=False, is_view=False)


def _step(parsed: exp.Insert | exp.Create, *, adds: bool, is_view: bool) -> Step:
    return _from_select(parsed.this.name, parsed.expression, adds=adds, is_view=is_view)


def _from_select(table: str, select: exp.Expression, *, adds: bool, is_view: bool) -> Step:
    named = frozenset(mark.name for mark in select.find_all(exp.Placeholder))
    nodes = list(select.walk())
    for node in nodes:
        _check(node)
    for node in reversed(nodes):  # what is inside first: a rule keeps what it is given
        fresh = _ported(node)
        if fresh is not node:
            node.replace(fresh)
    return Step(table, select.sql("spark", comments=False), named, adds, is_view)


def _check(node: exp.Expression) -> None:
    known = (
        not isinstance(node, exp.Func)
        or (isinstance(node, exp.Anonymous) and node.name.lower() == "to_seconds")
        or (isinstance(node, exp.TimestampTrunc | exp.DateTrunc) and node.unit.name in _TRUNCATED)
        or (isinstance(node, exp.DateDiff) and node.unit.name in _UNITS)
        or (not isinstance(node, exp.Anonymous) and node.sql_name() in SAME)
    )
    if not known:
        raise StoreError(f"{node.sql('duckdb')} is not known to mean the same on a cluster.")


def _ported(node: exp.Expression) -> exp.Expression:
    """One part of a statement as Spark has to be told."""
    if isinstance(node, exp.DateDiff):
        return _UNITS[node.unit.name](node.this.copy(), node.expression.copy())
    if isinstance(node, exp.Div):  # of decimals too, DuckDB divides as double
        return exp.Div(this=_double(node.this), expression=_double(node.expression), typed=False, safe=False)
    if isinstance(node, exp.Anonymous) and node.name.lower() == "to_seconds":
        zeros = [exp.Literal.number(0) for _ in range(3)]
        return _call("make_dt_interval", *zeros, *(part.copy() for part in node.expressions))
    return node


def _days(end: exp.Expression, start: exp.Expression) -> exp.Expression:
    return _call("datediff", end, start)


def _seconds(end: exp.Expression, start: exp.Expression) -> exp.Expression:
    return exp.paren(exp.Sub(this=_second_of(end), expression=_second_of(start)))


def _hours(end: exp.Expression, start: exp.Expression) -> exp.Expression:
    return exp.paren(exp.Sub(this=_hour_of(end), expression=_hour_of(start)))


#: DuckDB counts the borders of seconds, hours or days that are passed, where Spark counts whole units.
_UNITS = {"DAY": _days, "HOUR": _hours, "SECOND": _seconds}


def _second_of(moment: exp.Expression) -> exp.Expression:
    """Seconds since 1970, downwards; the session's zone is UTC."""
    return _call("unix_seconds", exp.cast(moment, exp.DataType.Type.TIMESTAMPLTZ))


def _hour_of(moment: exp.Expression) -> exp.Expression:
    return _call("floor", exp.Div(this=_double(_second_of(moment)), expression=exp.Literal.number(_HOUR_S)))


def _double(value: exp.Expression) -> exp.Expression:
    return exp.cast(value.copy(), exp.DataType.Type.DOUBLE)


def _call(name: str, *given: exp.Expression) -> exp.Expression:
    return exp.Anonymous(this=name, expressions=list(given))
