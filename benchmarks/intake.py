"""How much dearer is a checked, hashed, traceable load than letting a reader swallow the file?

Makes files of --messages messages of about 220 bytes (a text of 122 characters: 3 % with a line break,
4 % with quotes, 10 % beyond ASCII) and runs in turn, each as a process of its own:
  table    DuckDB: `create table as from read_csv` with the types declared, into a database file
  pandas   `read_csv` with the pyarrow-free reader and `to_datetime`      (1M only)
  polars   `scan_csv` with declared types, collected                     (1M only)
  clean    `socialroi ingest` of the same file: proof, types, rules, hashed people, ledger, derived tables
  derive   `socialroi derive` of that database: the derived tables alone
  faulty   `socialroi ingest` of a file in which 1 % of the rows fail a type or a rule
  broken   reading a file whose structure is broken in places: what no reader of tables takes
and prints medians of wall and CPU seconds, the most memory, and ratios to `table`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

COLUMNS = {
    "message_id": "varchar", "conversation_id": "varchar", "customer_id": "varchar",
    "author_kind": "varchar", "direction": "varchar", "sent_at": "timestamptz", "channel": "varchar",
    "department": "varchar", "text": "varchar",
}  # fmt: skip

#: Without the switch that makes Python compile every library anew at each start.
KEPT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

MAKE = """
copy (
    with numbered as (
        select i, (hash(i) >> 2)::bigint as h, (hash(i + 1) >> 2)::bigint as g, i // 4 as c
        from range($n) t(i)
    )
    select
        'm' || i as message_id,
        'k' || c as conversation_id,
        'c' || (hash(c) >> 2)::bigint % 100000 as customer_id,
        case when i % 4 in (0, 2) then 'customer' else 'agent' end as author_kind,
        case when i % 4 in (0, 2) then 'in' else 'out' end as direction,
        case
            when $faulty and h % 100 = 7 then ['soon', '2024-13-01T00:00:00Z', ''][1 + g % 3]
            else strftime(timestamp '2024-01-01' + to_seconds(c * 240 + i % 4 * 300), '%Y-%m-%dT%H:%M:%SZ')
        end as sent_at,
        ['twitter', 'facebook', 'instagram', 'whatsapp'][1 + (hash(c) >> 2)::bigint % 4] as channel,
        ['care', 'sales'][1 + (hash(c) >> 2)::bigint % 2] as department,
        left(
            case when h % 100 < 3 then 'Hello there' || chr(10) when h % 100 < 7 then 'They said "soon" but '
                when h % 100 < 17 then 'Schöne Grüße, ' else '' end
            || 'where is order ' || g % 100000 || ' and why does it take ' || h % 30 || ' days, please say '
            || 'because ' || ['nobody', 'everybody', 'somebody', 'the shop'][1 + g % 4] || ' told me about '
            || ['parcels', 'returns', 'sizes', 'colours', 'payments'][1 + h % 5] || ' and I keep waiting', 122
        ) as text
    from numbered
) to '{path}' (header, delimiter ',')
"""
BREAK = """
import sys
out = open(sys.argv[2], "wb")
with open(sys.argv[1], "rb") as source:
    for number, line in enumerate(source):
        if number % 1000 == 500: line = line.replace(b",", b',"', 1)
        elif number % 1000 == 700: line = line.replace(b",", b"", 2)
        elif number % 1000 == 900: line = line.replace(b" ", b"\\r", 1)
        out.write(line)
"""
TABLE = """
import sys, duckdb
con = duckdb.connect(sys.argv[1])
con.execute("set timezone = 'UTC'"); con.execute("set enable_progress_bar = false")
con.execute(sys.argv[2]).fetchall(); con.close()
"""
PANDAS = """
import sys, pandas
frame = pandas.read_csv(sys.argv[1], dtype=str)
frame["sent_at"] = pandas.to_datetime(frame["sent_at"], utc=True)
"""
POLARS = """
import sys, polars
read = polars.scan_csv(sys.argv[1], infer_schema=False)
frame = read.with_columns(polars.col("sent_at").str.to_datetime(time_zone="UTC")).collect()
"""
READ = """
import sys
from socialroi.intake import Request, read
parcel = read(Request(sys.argv[1], "messages.csv", keeps_unanswered="yes"))
print(parcel.rows_read, parcel.rejected)
"""


def main() -> None:
    options = arguments()
    if options.folder:
        Path(options.folder).mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=options.folder))
    try:
        files = made(folder, options.messages)
        compare(files, folder, options)
    finally:
        shutil.rmtree(folder)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", help="where the files are made")
    parser.add_argument("--only", nargs="*", help="run only these")
    return parser.parse_args()


def made(folder: Path, messages: int) -> dict[str, Path]:
    import duckdb

    files = {name: folder / f"{name}.csv" for name in ("clean", "faulty", "broken")}
    for name in ("clean", "faulty"):
        duckdb.execute(MAKE.format(path=files[name]), {"n": messages, "faulty": name == "faulty"}).fetchall()
    subprocess.run([sys.executable, "-c", BREAK, str(files["clean"]), str(files["broken"])], check=True)
    size = files["clean"].stat().st_size
    print(f"{messages:,} messages, {size / 1e6:,.0f} MB, {size / messages:.0f} bytes each", flush=True)
    return files


def compare(files: dict[str, Path], folder: Path, options: argparse.Namespace) -> None:
    ours = str(Path(sys.executable).parent / "socialroi")
    python = [sys.executable, "-c"]
    query = (
        f"create table t as select * from read_csv('{files['clean']}', header=true, delim=',', quote='\"', "
        f"escape='\"', auto_detect=false, columns={COLUMNS})"
    )

    def ingest(name: str) -> Callable[[Path], list[str]]:
        return lambda out: [
            ours,
            "ingest",
            "--db",
            str(out / "db"),
            str(files[name]),
            "--keeps-unanswered",
            "yes",
            "--json",
        ]

    derived = folder / "derived"
    if not options.only or "derive" in options.only:
        run(ingest("clean")(derived))
    commands: dict[str, Callable[[Path], list[str]]] = {
        "table": lambda out: [*python, TABLE, str(out / "bare.duckdb"), query],
        "pandas": lambda out: [*python, PANDAS, str(files["clean"])],
        "polars": lambda out: [*python, POLARS, str(files["clean"])],
        "clean": ingest("clean"),
        "derive": lambda out: [ours, "derive", "--db", str(derived / "db"), "--json"],
        "faulty": ingest("faulty"),
        "broken": lambda out: [*python, READ, str(files["broken"])],
    }
    if options.messages > 2_000_000:
        del commands["pandas"], commands["polars"]
    chosen = {name: made for name, made in commands.items() if not options.only or name in options.only}
    taken: dict[str, list[tuple[float, float, float]]] = {name: [] for name in chosen}
    for _ in range(options.rounds):
        for name, command in chosen.items():
            out = Path(tempfile.mkdtemp(dir=folder))
            taken[name].append(run(command(out)))
            shutil.rmtree(out)
    report(taken, files["clean"].stat().st_size)


def run(command: list[str]) -> tuple[float, float, float]:
    """Wall and CPU seconds of one process, and the most memory it held, in MiB."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**KEPT, "OPENBLAS_NUM_THREADS": "1"})
    _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    if status:
        raise SystemExit(f"failed: {command}")
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def report(taken: dict[str, list[tuple[float, float, float]]], size: int) -> None:
    median = {name: [statistics.median(x) for x in zip(*runs, strict=True)] for name, runs in taken.items()}
    base = median.get("table", [float("nan")] * 3)
    print(f"{'':8}{'wall s':>8}{'CPU s':>8}{'MiB':>8}{'x wall':>8}{'x CPU':>8}{'MB/s':>8}")
    for name, (wall, cpu, memory) in median.items():
        ratios = f"{wall / base[0]:8.2f}{cpu / base[1]:8.2f}{size / 1e6 / wall:8.0f}"
        print(f"{name:8}{wall:8.2f}{cpu:8.2f}{memory:8.0f}{ratios}")


if __name__ == "__main__":
    main()
