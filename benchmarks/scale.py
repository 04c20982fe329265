"""What the derived tables cost at three sizes: on one machine, on Spark, and written by hand.

    python benchmarks/scale.py --size s --folder DIR [--engines duckdb,bare,polars,pandas,spark]

Sizes are those of engine.md: s 0.1M messages, m 1M, l 20M (less a tenth: what nobody answers). Makes the
canonical tables as Parquet in DIR, or uses what is there, and runs in turn, each as a process of its own:
  load     the Parquet folders into a database file
  duckdb   every derived table by the models of the product, in that file
  bare     DuckDB: the core of them, plainest SQL
  polars   the same core, lazy on the Parquet files
  pandas   the same core
  spark    every derived table by `socialroi derive --engine spark`, in .venv-spark, at --master
The core is one row a conversation (opened, first answer of staff, messages) and one a customer (orders,
amount, first and last order, conversations, answered ones). Those who write it must agree to the cent. It is
less than the product derives (clocks, promises, queues, peers, identities, surveys, observation), so `duckdb`
beside `bare` says what all that costs, not that one is slower. CPU is user plus system seconds of the process
and all it started, start-up included.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
SIZES = {
    "s": {
        "conversations": 28_498, "messages": 100_016, "customers": 10_000, "orders": 50_000,
        "surveys": 10_000,
    },
    "m": {
        "conversations": 284_981, "messages": 1_004_646, "customers": 100_000, "orders": 500_000,
        "surveys": 100_000,
    },
    "l": {
        "conversations": 5_699_630, "messages": 20_087_333, "customers": 2_000_000, "orders": 10_000_000,
        "surveys": 1_000_000,
    },
}  # fmt: skip
ENGINES = ("load", "duckdb", "bare", "polars", "pandas", "spark")
TICK_S = 0.2

#: The canonical tables, from numbers, with ids as long and as random as pseudonyms: 24 months,
#: 85 % answered, 5 % of conversations with a second question.
MAKE = {
    "customers": """
select 'c_' || format('{:016x}', hash(i)) as customer_id,
    timestamp '2024-01-01' + to_seconds((hash(i) % 31536000)::bigint) as created_at,
    ['vip', 'new', 'usual'][1 + (hash(i, 1) % 3)::int] as segment
from range($customers) as r(i)
""",
    "interactions": """
with placed as (
    select i, (i * $conversations // $messages) as k from range($messages) as r(i)
),
told as (
    select i, k, row_number() over (partition by k order by i) - 1 as place from placed
)
select
    format('{:016x}', hash(i, 20)) as message_id, format('{:016x}', hash(k, 21)) as conversation_id,
    'c_' || format('{:016x}', hash((hash(k) % $customers)::bigint)) as customer_id,
    case when place = 0 or (place = 2 and k % 20 = 0) then 'customer' else 'agent' end as author_kind,
    case when place = 0 or (place = 2 and k % 20 = 0) then 'in' else 'out' end as direction,
    timestamp '2024-01-01' + to_seconds((hash(k, 2) % 63072000)::bigint)
        + to_seconds((place * (600 + hash(i, 3) % 40000))::bigint) as sent_at,
    ['care', 'sales'][1 + (k % 2)::int] as department,
    ['twitter', 'facebook', 'instagram', 'email'][1 + (hash(k, 4) % 4)::int] as channel,
    case when place > 0 then 'a' || (hash(i, 5) % 40) end as agent_id,
    'public' as visibility, true as needs_response, 'one' as batch_id
from told
where not (place > 0 and hash(k, 6) % 100 < 15)
""",
    "orders": """
select
    format('{:016x}', hash(i, 22)) as order_id,
    'c_' || format('{:016x}', hash((hash(i, 7) % $customers)::bigint)) as customer_id,
    timestamp '2024-01-01' + to_seconds((hash(i, 8) % 63072000)::bigint) as ordered_at,
    cast(5 + (hash(i, 9) % 20000) / 100 as decimal(18, 4)) as amount,
    cast(1 + (hash(i, 10) % 2000) / 100 as decimal(18, 4)) as margin,
    'EUR' as currency, 'paid' as status, 'web' as channel, 'one' as batch_id
from range($orders) as r(i)
""",
    "surveys": """
select
    'r' || i as response_id, 'csat' as question,
    format('{:016x}', hash((hash(i, 11) % $conversations)::bigint, 21)) as conversation_id,
    cast(1 + hash(i, 12) % 5 as double) as score, 1.0::double as scale_min, 5.0::double as scale_max,
    true as high_is_good, timestamp '2024-01-02' + to_seconds((hash(i, 13) % 63072000)::bigint) as asked_at
from range($surveys) as r(i)
""",
    "batches": "select 'one' as batch_id, 'interactions' as table_name, 'yes' as keeps_unanswered",
    "batch_coverage": """
select 'one' as batch_id, unnest(['twitter', 'facebook', 'instagram', 'email']) as channel,
    timestamp '2024-01-01' as first_at, timestamp '2026-01-01' as last_at
""",
}

BARE = """
with talks as (
    select conversation_id, max(customer_id) as customer_id,
        min(case when direction = 'in' then sent_at end) as opened_at,
        min(case when author_kind = 'agent' and direction = 'out' then sent_at end) as replied_at,
        count(*) as messages
    from read_parquet($interactions)
    group by conversation_id
),
spoke as (
    select customer_id, count(*) as talks, count(replied_at) as answered, sum(messages) as messages,
        sum(date_diff('second', opened_at, replied_at)) as waited_s
    from talks
    group by customer_id
),
bought as (
    select customer_id, count(*) as orders, sum(amount) as amount, min(ordered_at) as first_at,
        max(ordered_at) as last_at
    from read_parquet($orders)
    group by customer_id
),
joined as (
    select coalesce(b.customer_id, s.customer_id) as customer_id, b.*, s.*
    from bought as b
    full join spoke as s on s.customer_id = b.customer_id
)
select count(*), sum(orders), cast(sum(amount) as double), sum(talks), sum(answered), sum(messages),
    sum(waited_s)
from joined
"""


def main() -> None:
    """Make the tables, run each engine as a process, print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", choices=sorted(SIZES), default="s")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", help=argparse.SUPPRESS)
    options = parser.parse_args()
    source = options.folder / "in"
    if options.only:
        print(json.dumps(globals()[f"run_{options.only}"](options.folder, source)))
        return
    if not source.exists():
        make(source, SIZES[options.size])
    print(
        f"{time.strftime('%Y-%m-%d')}, {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"
    )
    print(f"size {options.size}; input {size_mb(source):.1f} MB of Parquet")
    answers = {}
    for name in options.engines.split(","):
        for _ in range(options.rounds):
            took = measured(name, options)
            answers.setdefault(name, took["answer"])
            print(
                f"{name:8} {took['wall']:8.1f} s {took['cpu']:8.1f} CPU s  peak {took['peak']:7,.0f} MB  "
                f"{str(took['answer'])[:100]}"
            )
    cores = [answers[name] for name in ("bare", "polars", "pandas") if name in answers]
    assert all(same(core, cores[0]) for core in cores), "the engines disagree"
    out = options.folder / "out"
    if out.exists():
        for folder in sorted(path for path in out.iterdir() if path.is_dir()):
            print(f"  {folder.name:20} {size_mb(folder):9.2f} MB")


def make(source: Path, size: dict[str, int]) -> None:
    """The canonical tables as Parquet."""
    import duckdb

    source.mkdir(parents=True)
    con = duckdb.connect()
    con.execute("set preserve_insertion_order = false")
    for name, text in MAKE.items():
        (source / name).mkdir()
        given = {key: value for key, value in size.items() if f"${key}" in text}
        con.sql(text, params=given).write_parquet(
            str(source / name / "part-0.parquet"), compression="zstd", row_group_size=500_000
        )


def measured(name: str, options: argparse.Namespace) -> dict:
    """Run one engine as a process of its own; CPU of all it starts, looked at several times a second."""
    started = time.monotonic()
    run = subprocess.Popen(
        command(name, options), stdout=subprocess.PIPE, text=True, start_new_session=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SPARK_LOCAL_IP": "127.0.0.1"},
    )  # fmt: skip
    cpu: dict[int, float] = {}
    peak = 0.0
    while run.poll() is None:
        now = list(session(run.pid))
        cpu.update({pid: max(spent, cpu.get(pid, 0.0)) for pid, spent, _ in now})
        peak = max(peak, sum(memory for *_, memory in now))
        time.sleep(TICK_S)
    answer = run.stdout.read()
    assert run.returncode == 0, f"{name} failed"
    return {
        "wall": time.monotonic() - started,
        "cpu": sum(cpu.values()),
        "peak": peak,
        "answer": json.loads(answer),
    }


def session(leader: int):
    """(process, CPU seconds, resident MB) of everything in one session."""
    tick, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            words = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(words[3]) == leader:
            yield int(folder.name), (int(words[11]) + int(words[12])) / tick, int(words[21]) * page / 1e6


def command(name: str, options: argparse.Namespace) -> list[str]:
    """How one engine is started; Spark by the product's own command, fresh."""
    if name != "spark":
        return [
            sys.executable,
            __file__,
            "--size",
            options.size,
            "--folder",
            str(options.folder),
            "--only",
            name,
        ]
    python = ROOT / ".venv-spark" / "bin" / "python"
    call = "import sys; from socialroi.cli import main; sys.exit(main(sys.argv[1:]))"
    return [
        str(python), "-c", call,
        "derive", "--engine", "spark", "--master", options.master, "--fresh", "--json",
        "--input", str(options.folder / "in"), "--out", str(options.folder / "out"),
    ]  # fmt: skip


def run_load(folder: Path, source: Path) -> int:
    """The Parquet folders into a database file; its size in MB."""
    import duckdb

    from socialroi.store import engine, sql

    file = folder / "facts.duckdb"
    file.unlink(missing_ok=True)
    con = duckdb.connect(str(file))
    engine.change(con, sql.model("tables"))
    for name in MAKE:
        con.execute(LOADS[name], {"files": str(source / name / "*.parquet")})
    con.close()
    return file.stat().st_size // 1_000_000


LOADS = {
    "customers": "insert into customers by name select * from read_parquet($files)",
    "interactions": "insert into interactions by name select * from read_parquet($files)",
    "orders": "insert into orders by name select * from read_parquet($files)",
    "surveys": "insert into surveys by name select * from read_parquet($files)",
    "batches": "insert into batches by name select * from read_parquet($files)",
    "batch_coverage": "insert into batch_coverage by name select * from read_parquet($files)",
}


def run_duckdb(folder: Path, source: Path) -> dict[str, int]:
    """Every derived table by the product's models, also those that one machine keeps as views."""
    import duckdb

    from socialroi.store import derived

    con = duckdb.connect(str(folder / "facts.duckdb"))
    con.execute("set enable_progress_bar = false")
    derived.rebuild(con)
    counted = "select count(*) from episodes", "select count(*) from purchases"
    return [con.execute(text).fetchone()[0] for text in counted]


def run_bare(folder: Path, source: Path) -> list[float]:
    """The core, in one statement."""
    import duckdb

    given = {name: str(source / name / "*.parquet") for name in ("interactions", "orders")}
    return [float(value) for value in duckdb.connect().execute(BARE, given).fetchone()]


def run_polars(folder: Path, source: Path) -> list[float]:
    """The core, lazy on the files."""
    import polars as pl

    inward = pl.col("direction") == "in"
    by_staff = (pl.col("author_kind") == "agent") & (pl.col("direction") == "out")
    talks = (
        pl.scan_parquet(source / "interactions" / "*.parquet")
        .group_by("conversation_id")
        .agg(
            pl.col("customer_id").max(),
            pl.col("sent_at").filter(inward).min().alias("opened_at"),
            pl.col("sent_at").filter(by_staff).min().alias("replied_at"),
            pl.len().alias("messages"),
        )
    )
    waited = (pl.col("replied_at") - pl.col("opened_at")).dt.total_seconds()
    spoke = talks.group_by("customer_id").agg(
        pl.len().alias("talks"), pl.col("replied_at").count().alias("answered"), pl.col("messages").sum(),
        waited.sum().alias("waited_s"),
    )  # fmt: skip
    bought = (
        pl.scan_parquet(source / "orders" / "*.parquet")
        .group_by("customer_id")
        .agg(
            pl.len().alias("orders"), pl.col("amount").sum(), pl.col("ordered_at").min().alias("first_at"),
            pl.col("ordered_at").max().alias("last_at"),
        )
    )  # fmt: skip
    joined = bought.join(spoke, on="customer_id", how="full", coalesce=True)
    names = ("orders", "amount", "talks", "answered", "messages", "waited_s")
    row = joined.select(pl.len(), *(pl.col(name).sum() for name in names)).collect().row(0)
    return [float(value) for value in row]


def run_pandas(folder: Path, source: Path) -> list[float]:
    """The core, in memory."""
    import pandas as pd

    messages = pd.read_parquet(
        source / "interactions",
        columns=["conversation_id", "customer_id", "author_kind", "direction", "sent_at"],
    )
    messages["opened_at"] = messages["sent_at"].where(messages["direction"] == "in")
    by_staff = (messages["author_kind"] == "agent") & (messages["direction"] == "out")
    messages["replied_at"] = messages["sent_at"].where(by_staff)
    talks = messages.groupby("conversation_id").agg(
        customer_id=("customer_id", "max"), opened_at=("opened_at", "min"), replied_at=("replied_at", "min"),
        messages=("sent_at", "size"),
    )  # fmt: skip
    talks["waited_s"] = (talks["replied_at"] - talks["opened_at"]).dt.total_seconds()
    spoke = talks.groupby("customer_id").agg(
        talks=("messages", "size"), answered=("replied_at", "count"), messages=("messages", "sum"),
        waited_s=("waited_s", "sum"),
    )  # fmt: skip
    orders = pd.read_parquet(source / "orders", columns=["order_id", "customer_id", "amount", "ordered_at"])
    orders["amount"] = orders["amount"].astype(float)
    bought = orders.groupby("customer_id").agg(
        orders=("order_id", "size"), amount=("amount", "sum"), first_at=("ordered_at", "min"),
        last_at=("ordered_at", "max"),
    )  # fmt: skip
    joined = bought.join(spoke, how="outer")
    names = ["orders", "amount", "talks", "answered", "messages", "waited_s"]
    return [float(len(joined)), *(float(value) for value in joined[names].sum())]


def same(one: list[float], other: list[float]) -> bool:
    """Equal to the cent over all."""
    return all(abs(a - b) < 0.01 for a, b in zip(one, other, strict=True))


def size_mb(folder: Path) -> float:
    """Bytes of all files below, in millions."""
    return sum(path.stat().st_size for path in folder.rglob("*.parquet")) / 1e6


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
