"""How much dearer is a validated, hashed, derived load than letting DuckDB read the file?

Makes a file of about --messages simulated messages, then runs in turn, each as a process of its own:
  scan     a bare typed `read_csv` of every column, aggregated, nothing stored
  table    `create table as from read_csv` with the same types into a database file
  ingest   `socialroi ingest` of the same file: hash, proof, types, identities, ledger, derived tables
and prints medians of wall and CPU seconds and the ratios.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from socialroi.schema import INTERACTIONS, SQL_TYPES

BARE = """
import sys, duckdb
con = duckdb.connect(sys.argv[1])
con.execute("set timezone = 'UTC'")
con.execute("set enable_progress_bar = false")
con.execute(sys.argv[2]).fetchall()
con.close()
"""
READ = """
from read_csv('{path}', header=true, delim=',', quote='"', escape='"', auto_detect=false, columns={columns})
"""
SCAN = "select count(columns(*)) " + READ
TABLE = "create table t as select * " + READ


def main() -> None:
    options = arguments()
    with tempfile.TemporaryDirectory() as folder:
        path = simulated(Path(folder), options.messages)
        commands = {
            "scan": lambda out: bare(SCAN, path, ":memory:"),
            "table": lambda out: bare(TABLE, path, str(out / "bare.duckdb")),
            "ingest": lambda out: [
                str(Path(sys.executable).parent / "socialroi"),
                "ingest",
                "--db",
                str(out / "db"),
                str(path),
                "--json",
            ],
        }
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for _ in range(options.rounds):
            for name, command in commands.items():
                out = Path(tempfile.mkdtemp(dir=folder))
                taken[name].append(run(command(out)))
                shutil.rmtree(out)
        report(taken, path)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def simulated(folder: Path, messages: int) -> Path:
    from socialroi.simulate import firm

    customers = 6000
    probe = firm(customers=customers, seed=1)
    customers = round(customers * messages / len(probe.tables["interactions"]))
    made = firm(customers=customers, seed=1)
    made.write(folder / "exports")
    path = folder / "exports" / "interactions.csv"
    print(f"{len(made.tables['interactions']):,} messages, {path.stat().st_size / 1e6:.0f} MB")
    return path


def bare(how: str, path: Path, target: str) -> list[str]:
    header = path.open(encoding="utf-8").readline().strip().split(",")
    types = {name: kind(name) for name in header}
    return [sys.executable, "-c", BARE, target, how.format(path=path, columns=types)]


def kind(name: str) -> str:
    column = INTERACTIONS.by_name.get(name)
    if column is None:
        return "varchar"
    return "timestamptz" if column.kind == "instant" else SQL_TYPES[column.kind]


def run(command: list[str]) -> tuple[float, float]:
    """Wall and CPU seconds of one process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def report(taken: dict[str, list[tuple[float, float]]], path: Path) -> None:
    median = {
        name: tuple(statistics.median(x) for x in zip(*runs, strict=True)) for name, runs in taken.items()
    }
    print(f"{'':8}{'wall s':>8}{'CPU s':>8}{'x scan':>8}{'x table':>8}   (wall ratios)")
    for name, (wall, cpu) in median.items():
        print(f"{name:8}{wall:8.2f}{cpu:8.2f}{wall / median['scan'][0]:8.2f}{wall / median['table'][0]:8.2f}")


if __name__ == "__main__":
    main()
