"""The derived tables made on Spark: the models of one machine, step by step, each kept as Parquet.

A step that is finished is not made again, so a run that was stopped goes on where it was. The input, the
settings and the SQL are remembered beside the tables: what was made from others is refused, never mixed.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from socialroi.errors import SocialRoiError, UsageError
from socialroi.store import derived, sql, workspace
from socialroi.store.cluster import helping, layout
from socialroi.store.facts.linked import LINKED

#: Steps on the way; they may be deleted once the result is whole.
STEPS = "_steps"
_SPARK = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.ui.showConsoleProgress": "false",
}
#: Types of DuckDB that have another name in Spark; instants have no zone in either.
_KINDS = {"varchar": "string", "timestamp": "timestamp_ntz"}

Tell = Callable[[str], None]


class SparkFailed(SocialRoiError):
    """Spark could not be reached, or gave up."""


def derive(
    source: Path, out: Path, master: str, *, fresh: bool = False, tell: Tell | None = None
) -> dict[str, int]:
    """Make every derived table of the Parquet folders in `source` on Spark, into `out`: {table: rows}.

    `master` is local[N] or spark://host:port; the driver and every worker must see both folders under the
    same name. Raises UsageError for folders that do not fit, SparkFailed when Spark gives up.
    """
    needs = [name for name in ("interactions", "orders") if layout.parts(source / name)]
    if not needs:
        raise UsageError(
            f"{str(source)!r} holds no folder of Parquet files named interactions or orders. "
            "Write them with: socialroi derive --db FOLDER --export DIR"
        )
    _begin(source, out, fresh)
    with _session(master) as spark, _explained():
        run = Run(spark, source, out, tell or _say)
        run.everything()
    _end(out, run.rows)
    return {name: run.rows[name] for name in layout.OUTPUTS}


@dataclass(slots=True)
class Run:
    """One run: the session, where it reads and writes, and what is done."""

    spark: Any
    source: Path
    out: Path
    tell: Tell
    rows: dict[str, int]
    known: Mapping[str, Any]

    def __init__(self, spark: Any, source: Path, out: Path, tell: Tell) -> None:
        self.spark, self.source, self.out, self.tell = spark, source, out, tell
        self.rows, self.known = {}, {}

    def everything(self) -> None:
        """All tables in dependency order."""
        for name in layout.INPUTS:
            self._input(name).createOrReplaceTempView(name)
        self._helped()
        for name in derived.MODELS:
            self._model(sql.model(name))
        self._model(sql.model("kept", folder=layout.MODELS))
        self._keep("linked_counts", self._linked)
        for name in layout.WHOLE:
            self._keep(name, partial(self.spark.table, name))

    def _input(self, name: str) -> Any:
        """One canonical table with the columns and types of this version; what is missing is null."""
        types = layout.input_types()[name]
        files = [str(path.resolve()) for path in layout.parts(self.source / name)]
        if not files:
            return self.spark.createDataFrame([], ", ".join(map(_column, types.items())))
        return self._typed(self.spark.read.parquet(str((self.source / name).resolve())), types, name)

    def _typed(self, frame: Any, types: Mapping[str, str], name: str) -> Any:
        from pyspark.sql import functions as f

        strange = sorted(set(frame.columns) - set(types))
        if strange:
            raise UsageError(f"The table {name!r} has a column {strange[0]!r} that socialroi does not know.")
        return frame.select(
            [
                (f.col(column) if column in frame.columns else f.lit(None)).cast(_kind(kind)).alias(column)
                for column, kind in types.items()
            ]
        )

    def _helped(self) -> None:
        """The tables that the driver makes, and the parameters of the models."""
        self._model(sql.model("traces", folder=layout.MODELS))
        names = (*helping.NEEDS, "traces_on_file", "traces_bought")
        given = {name: self.spark.table(name).toArrow() for name in names}
        (span,) = self.spark.sql(helping.EXTENT).collect()
        con = helping.prepared(given, (span[0], span[1]))
        try:
            self.known = helping.known(con)
            for name in helping.TABLES:
                self._keep(name, partial(self._made, con, name))
        finally:
            con.close()
        self._keep("social_channels", partial(self._sent, helping.social_channels(), "social_channels"))

    def _made(self, con: Any, name: str) -> Any:
        return self._sent(helping.made(con, name), name)

    def _sent(self, rows: Any, name: str) -> Any:
        """Rows of the driver as a table of the cluster; instants there have no zone."""
        from pyspark.sql import functions as f

        types = layout.output_types().get(name, _HELPED.get(name, {}))
        if not rows.num_rows:
            return self.spark.createDataFrame([], ", ".join(map(_column, types.items())))
        frame = self.spark.createDataFrame(rows)
        return frame.select([f.col(column).cast(_kind(kind)).alias(column) for column, kind in types.items()])

    def _model(self, script: str) -> None:
        """The statements of one model, in order."""
        from socialroi.store.cluster import portable

        for step in portable.steps(script):
            if step.is_view:
                self._asked(step).createOrReplaceTempView(step.table)
            elif step.adds:
                before = self.spark.table(step.table)
                added = f"{step.table}_added"
                self._keep(added, partial(self._asked, step))
                before.union(self.spark.table(added)).createOrReplaceTempView(step.table)
            else:
                self._keep(step.table, partial(self._asked, step))

    def _linked(self) -> Any:
        from socialroi.store.cluster import portable

        return self._asked(portable.answer("linked_counts", LINKED))

    def _asked(self, step: Any) -> Any:
        return self.spark.sql(step.text, args={name: self.known[name] for name in step.parameters})

    def _keep(self, name: str, make: Callable[[], Any]) -> None:
        """Write one table unless it is there, and read it back under its name."""
        is_output = name in layout.OUTPUTS
        place = self.out / name if is_output else self.out / STEPS / name
        path, started = str(place.resolve()), time.monotonic()
        is_done = (place / "_SUCCESS").exists()
        if not is_done:
            frame = make()
            if is_output:
                frame = self._typed(frame, layout.output_types()[name], name)
            frame.write.mode("overwrite").parquet(path)
        table = self.spark.read.parquet(path)
        table.createOrReplaceTempView(name)
        self.rows[name] = table.count()
        took = "was there" if is_done else f"{time.monotonic() - started:.1f} s"
        self.tell(f"{name}: {self.rows[name]:,} rows, {took}")


#: Columns of what the driver makes for the steps alone.
_HELPED: Mapping[str, Mapping[str, str]] = {
    "people": {"customer_id": "varchar", "person": "varchar", "linked_at": "timestamp"},
    "social_channels": {"channel": "varchar"},
}


def _kind(duckdb_type: str) -> str:
    kind = duckdb_type.lower()
    return _KINDS.get(kind, kind)


def _column(about: tuple[str, str]) -> str:
    return f"`{about[0]}` {_kind(about[1])}"


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201 (progress of a command)


def _begin(source: Path, out: Path, fresh: bool) -> None:
    """Remember what the tables are made of; refuse to go on with those of something else."""
    made_of = _made_of(source)
    manifest = out / layout.MANIFEST
    before = json.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else None
    if before and not fresh and before["made_of"] != made_of:
        raise UsageError(
            f"The tables in {str(out)!r} were made of other data or by another version. "
            "Make them anew with --fresh, or name another folder."
        )
    if before is None and out.exists() and any(out.iterdir()):
        raise UsageError(f"{str(out)!r} holds something else. Name an empty folder.")
    if fresh:
        _forget(out)
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    _note(out, {"made_of": made_of, "layout": workspace.LAYOUT, "finished": False})


def _made_of(source: Path) -> str:
    """What tells the input and the SQL of a run from any other's."""
    texts = [sql.model(name) for name in derived.MODELS]
    texts += [sql.model(name, folder=layout.MODELS) for name in ("traces", "kept")]
    texts.append(LINKED)
    texts.append(layout.fingerprint(source, layout.INPUTS))
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


def _forget(out: Path) -> None:
    """Take the marks of finished steps away; every step is then written over."""
    for mark in [*out.glob("*/_SUCCESS"), *out.glob(f"{STEPS}/*/_SUCCESS")]:
        mark.unlink()


def _end(out: Path, rows: Mapping[str, int]) -> None:
    about = json.loads((out / layout.MANIFEST).read_text(encoding="utf-8"))
    _note(out, {**about, "finished": True, "rows": dict(rows)})


def _note(out: Path, about: Mapping[str, Any]) -> None:
    fresh = out / f".{layout.MANIFEST}.new"
    fresh.write_text(json.dumps(about, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    fresh.rename(out / layout.MANIFEST)


@contextmanager
def _session(master: str) -> Iterator[Any]:
    """A Spark session of our own; UsageError when the extra is not installed."""
    try:
        import sqlglot  # noqa: F401 (said here rather than in the middle of a run)
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise UsageError(
            "The engine spark needs the extra `spark` and Java 17: pip install 'socialroi[spark]'."
        ) from error
    builder = SparkSession.builder.master(master).appName("socialroi derive")
    for name, value in _SPARK.items():
        builder = builder.config(name, value)
    with _explained():
        spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    try:
        yield spark
    finally:
        spark.stop()


@contextmanager
def _explained() -> Iterator[None]:
    """What Spark says when it gives up, in one line."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        first = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
        raise SparkFailed(
            f"Spark gave up: {first} What is finished stays; run the same command again to go on."
        ) from error
