"""The commands of the way past one machine: derive, here or on a cluster, and serve what comes of it."""

from __future__ import annotations

import argparse

from socialroi.cli import commands
from socialroi.errors import UsageError

Options = argparse.Namespace

_CLUSTER = "--master local[2] --input DIR --out DIR"


def derive(options: Options) -> int:
    """Rebuild the derived tables from the facts, write the facts for a cluster, or derive on one."""
    if options.engine == "spark":
        return _on_spark(options)
    for name in ("master", "input", "out", "fresh"):
        if getattr(options, name):
            raise UsageError(f"--{name} goes with --engine spark.")
    if options.db is None:
        raise UsageError(f"derive needs --db FOLDER, or --engine spark {_CLUSTER}.")
    if options.export is not None:
        return _export(options)
    from socialroi import store

    store.derive(options.db)
    with store.Store.open(options.db) as opened:
        commands.show(options, ("table", "rows"), list(opened.tables().items()))
    return 0


def _export(options: Options) -> int:
    from socialroi.store import cluster

    rows = cluster.export(options.db, options.export)
    commands.show(options, ("table", "rows"), list(rows.items()))
    return 0


def _on_spark(options: Options) -> int:
    """Progress goes to standard error, a line a table."""
    missing = [f"--{name}" for name in ("master", "input", "out") if not getattr(options, name)]
    if missing or options.db or options.export:
        raise UsageError(f"--engine spark takes {_CLUSTER} and no database.")
    from socialroi.store.cluster import spark

    rows = spark.derive(options.input, options.out, options.master, fresh=options.fresh)
    commands.show(options, ("table", "rows"), list(rows.items()))
    return 0


def serve(options: Options) -> int:
    """Open the dashboard on a database, which keeps showing new loads, or on derived tables."""
    from socialroi.cli.server import serve_forever

    if options.derived is None:
        return serve_forever(options.db, options.port)
    from socialroi.store import cluster

    if not cluster.is_derived(options.derived):
        raise UsageError(
            f"{str(options.derived)!r} holds no derived tables. Make them with: "
            f"socialroi derive --engine spark {_CLUSTER}"
        )
    return serve_forever(cluster.opened(options.derived), options.port)
