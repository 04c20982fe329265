"""Generations: readers keep answering, writers meet at a lock, a kill leaves old or new."""

from __future__ import annotations

import random
import shutil
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from store_files import ORDERS, contents, load, request, same

from socialroi import store
from socialroi.errors import Busy, StoreDamaged, StoreError
from socialroi.intake import Request
from socialroi.store import Store, workspace

A = "a,ann,2026-01-01 10:00:00,10.00,EUR"
B = "b,bob,2026-01-02 10:00:00,20.00,EUR"
COUNT = "select count(*) from orders"


def test_a_reader_keeps_its_generation_and_the_next_one_sees_the_new(tmp_path: Path) -> None:
    load(tmp_path, "first.csv", ORDERS, A)
    with Store.open(tmp_path / "db") as before:
        load(tmp_path, "second.csv", ORDERS, B)
        assert before.one(COUNT) == (1,)
        with Store.open(tmp_path / "db") as after:
            assert after.one(COUNT) == (2,)
            assert after.generation != before.generation
        assert before.one(COUNT) == (1,)
    assert [file.name for file in (tmp_path / "db").glob("generation-*")] == ["generation-000002.duckdb"]


def test_readers_answer_whole_loads_while_a_writer_publishes(tmp_path: Path) -> None:
    load(tmp_path, "first.csv", ORDERS, A)

    def read(_: int) -> tuple[int, int]:
        with Store.open(tmp_path / "db") as opened:
            return opened.one("select (select count(*) from orders), (select count(*) from purchases)")

    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(read, i) for i in range(24)]
        load(tmp_path, "second.csv", ORDERS, B)
        seen = {answer.result() for answer in answers}
    assert seen <= {(1, 1), (2, 2)}


def test_the_folder_and_its_files_are_the_owners_alone(tmp_path: Path) -> None:
    load(tmp_path, "first.csv", ORDERS, A)
    assert stat.S_IMODE((tmp_path / "db").stat().st_mode) == 0o700
    for file in (tmp_path / "db").iterdir():
        if file.name != "current":
            assert stat.S_IMODE(file.stat().st_mode) in (0o600, 0o700), file.name


def test_two_writers_do_not_meet(tmp_path: Path) -> None:
    load(tmp_path, "first.csv", ORDERS, A)
    with workspace.locked(tmp_path / "db"):
        with pytest.raises(Busy, match="Try again") as refused:
            load(tmp_path, "second.csv", ORDERS, B)
        with Store.open(tmp_path / "db") as opened:
            assert opened.one(COUNT) == (1,)
    assert refused.value.exit_code == 4
    assert load(tmp_path, "second.csv", ORDERS, B).rows_loaded == 1


def test_a_change_that_fails_leaves_everything_as_it_was(tmp_path: Path) -> None:
    load(tmp_path, "first.csv", ORDERS, A)
    before = contents(tmp_path / "db")
    names = sorted(file.name for file in (tmp_path / "db").iterdir())
    with pytest.raises(KeyError):
        fail_half_way(tmp_path / "db")
    same(contents(tmp_path / "db"), before)
    assert sorted(file.name for file in (tmp_path / "db").iterdir()) == names


def fail_half_way(db: Path) -> None:
    with workspace.changing(db) as change:
        change.con.execute("delete from orders").fetchall()
        raise KeyError


def test_what_a_dead_writer_left_is_swept(tmp_path: Path) -> None:
    load(tmp_path, "first.csv", ORDERS, A)
    for name in ("generation-000002.duckdb", "generation-000002.duckdb.wal"):
        (tmp_path / "db" / name).write_bytes(b"half")
    (tmp_path / "db" / "spill-generation-000002-999999999").mkdir()
    load(tmp_path, "second.csv", ORDERS, B)
    names = {file.name for file in (tmp_path / "db").rglob("*")}
    assert names == {"current", "key", "lock", "generation-000002.duckdb"}


def test_what_does_not_fit_into_memory_is_spilled_and_removed(tmp_path: Path) -> None:
    load(tmp_path, "first.csv", ORDERS, A)
    with workspace.changing(tmp_path / "db", memory="256MB") as change:
        change.con.execute(
            "create temp table large as"
            " select hash(i) as h, md5(i::varchar) as m from range(6000000) as t(i) order by h"
        ).fetchall()
        spilled = list((tmp_path / "db").glob("spill-*/*"))
        assert change.con.execute("select count(*) from large").fetchall() == [(6_000_000,)]
    assert spilled
    assert not list((tmp_path / "db").glob("spill-*"))


def test_nothing_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StoreDamaged, match="socialroi ingest --db"):
        Store.open(tmp_path / "none")
    with pytest.raises(StoreDamaged, match="socialroi ingest --db"):
        store.undo(tmp_path / "none", "b0001")
    (check,) = store.doctor(tmp_path / "none")
    assert check.passed is False


@pytest.mark.parametrize(
    "content", ["", "elsewhere.duckdb", "generation-000001/../../x", "generation-000009.duckdb x"]
)
def test_a_broken_pointer_is_damage(tmp_path: Path, content: str) -> None:
    load(tmp_path, "first.csv", ORDERS, A)
    (tmp_path / "db" / "current").write_text(content)
    with pytest.raises(StoreDamaged):
        Store.open(tmp_path / "db")


def test_a_lost_pointer_never_costs_the_data(tmp_path: Path) -> None:
    load(tmp_path, "first.csv", ORDERS, A)
    load(tmp_path, "second.csv", ORDERS, B)
    (tmp_path / "db" / "current").unlink()
    with pytest.raises(StoreDamaged, match="generation-000002"):
        load(tmp_path, "third.csv", ORDERS, A, B)
    assert (tmp_path / "db" / "generation-000002.duckdb").exists()


def test_a_lost_key_stops_loading_but_not_reading(tmp_path: Path) -> None:
    load(tmp_path, "first.csv", ORDERS, A)
    (tmp_path / "db" / "key").unlink()
    with pytest.raises(StoreDamaged, match="key"):
        load(tmp_path, "second.csv", ORDERS, B)
    with Store.open(tmp_path / "db") as opened:
        assert opened.one(COUNT) == (1,)


def test_a_foreign_file_is_not_taken_for_ours(tmp_path: Path) -> None:
    load(tmp_path, "first.csv", ORDERS, A)
    for content in (b"", b"not a database at all", b"\0" * 20000):
        (tmp_path / "db" / "generation-000001.duckdb").write_bytes(content)
        with pytest.raises(StoreDamaged):
            Store.open(tmp_path / "db")


HOLE = 64 * 1024


def test_a_damaged_file_gives_the_right_numbers_or_none(tmp_path: Path) -> None:
    """25 files with 64 KiB of random bytes in them: each answers as before, or says that it is damaged."""
    load(
        tmp_path, "first.csv", ORDERS, *(f"o{i},p{i % 7},2026-01-01 10:00:00,{i}.00,EUR" for i in range(500))
    )
    question = "select count(*), sum(hash(o)), (select sum(hash(p)) from purchases as p) from orders as o"
    with Store.open(tmp_path / "db") as opened:
        right = opened.one(question)
    sound = (tmp_path / "db" / "generation-000001.duckdb").read_bytes()
    chance = random.Random(7)
    answers = {"right": 0, "damaged": 0}
    for i in range(25):
        copy = tmp_path / f"copy{i}"
        shutil.copytree(tmp_path / "db", copy)
        at = chance.randrange(len(sound) - HOLE)
        broken = sound[:at] + chance.randbytes(HOLE) + sound[at + HOLE :]
        (copy / "generation-000001.duckdb").write_bytes(broken)
        try:
            with Store.open(copy) as opened:
                assert opened.one(question) == right
            answers["right"] += 1
        except StoreError:
            answers["damaged"] += 1
    assert answers["damaged"] >= 3
    assert sum(answers.values()) == 25


KILLED = """
import os, signal, sys
from pathlib import Path
import pandas, pyarrow.compute  # once, not once a child
from socialroi import store
from socialroi.intake import Request
from socialroi.store import derived, loading, workspace

def dies_at(where, name, count):
    honest, calls = getattr(where, name), []
    def dying(*given, **named):
        calls.append(name)
        if len(calls) == count:
            os.kill(os.getpid(), signal.SIGKILL)
        return honest(*given, **named)
    setattr(where, name, dying)

places = {"derived": derived, "loading": loading, "workspace": workspace}
folder = Path(sys.argv[1])
names = sys.argv[2].split(",")
requests = [Request(path=folder / "files" / name, label=name, timezone="UTC") for name in names]
for point in sys.stdin.read().split():
    db, place, name, count = point.split(":")
    child = os.fork()  # nothing of DuckDB has been started here
    if child == 0:
        dies_at(places[place], name, int(count))
        store.ingest(folder / db, requests)
        os._exit(0)
    print(os.waitpid(child, 0)[1], flush=True)
"""
#: Where the process is killed, in the order in which a load comes past; the pointer is renamed between
#: the third and the fourth sync.
POINTS = [
    ("workspace:locked:1", "old"), ("workspace:_copy:1", "old"), ("workspace:_begin:1", "old"),
    ("loading:_booked:1", "old"), ("loading:_entry:1", "old"), ("loading:_booked:2", "old"),
    ("derived:rebuild:1", "old"), ("workspace:_end:1", "old"), ("workspace:publish:1", "old"),
    ("workspace:sync:1", "old"), ("workspace:sync:3", "old"), ("workspace:sync:4", "new"),
    ("workspace:sweep:2", "new"),
]  # fmt: skip


def test_a_kill_at_any_step_leaves_old_or_new(tmp_path: Path) -> None:
    """Kill -9 at thirteen steps of loading two files: before the pointer is renamed nothing has happened,
    after it everything has; and the same load then goes through."""
    request(tmp_path, "orders.csv", ORDERS, *(f"o{i},p{i},2026-01-01 10:00:00,1.00,EUR" for i in range(300)))
    request(
        tmp_path, "messages.csv", "message_id,conversation_id,customer_id,author_kind,sent_at",
        *(f"m{i},c{i},p{i},customer,2026-01-05 10:00:00" for i in range(300)),
    )  # fmt: skip
    names = ("orders.csv", "messages.csv")
    load(tmp_path, "first.csv", ORDERS, A)
    for i in range(len(POINTS)):
        shutil.copytree(tmp_path / "db", tmp_path / f"db{i}")
    points = " ".join(f"db{i}:{point}" for i, (point, _) in enumerate(POINTS))
    command = [sys.executable, "-c", KILLED, str(tmp_path), ",".join(names)]
    done = subprocess.run(command, input=points, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["9"] * len(POINTS), "each died where it should"
    requests = [Request(path=tmp_path / "files" / name, label=name, timezone="UTC") for name in names]
    for i, (point, expected) in enumerate(POINTS):
        assert state_of(tmp_path / f"db{i}") == ((1, 0) if expected == "old" else (301, 300)), point
    for i in (6, 10, 12):  # killed between facts and derived tables, between two syncs, after the pointer
        store.ingest(tmp_path / f"db{i}", requests)
        assert state_of(tmp_path / f"db{i}") == (301, 300), POINTS[i]


def state_of(db: Path) -> tuple[int, int]:
    """Purchases and episodes of a database whose books agree."""
    checks = store.inspect(db)
    assert all(check.passed for check in checks), checks
    with Store.open(db) as opened:
        return opened.one("select (select count(*) from purchases), (select count(*) from episodes)")


LOADER = """
import sys
from pathlib import Path
from socialroi import store
from socialroi.intake import Request
folder = Path(sys.argv[1])
file = Request(path=folder / "files" / "orders.csv", label="orders.csv", timezone="UTC")
with store.Store.open(folder / "db") as opened:
    there = [batch.batch for batch in store.batches(opened) if batch.file == "orders.csv"]
print("there" if there else "gone", flush=True)
while True:
    if there:
        store.undo(folder / "db", there.pop())
        print("gone", flush=True)
    there = [done.batch for done in store.ingest(folder / "db", [file])]
    print("there", flush=True)
"""


@pytest.mark.slow
def test_two_hundred_kills_at_random_moments(tmp_path: Path) -> None:
    """While a file is loaded and taken back: it is there whole or not at all, and the books agree."""
    load(tmp_path, "first.csv", ORDERS, A)
    request(tmp_path, "orders.csv", ORDERS, *(f"o{i},p{i},2026-01-01 10:00:00,1.00,EUR" for i in range(300)))
    chance = random.Random(1)
    for _ in range(200):
        kill_after(tmp_path, chance.uniform(0.0, 1.5))
        assert state_of(tmp_path / "db") in {(1, 0), (301, 0)}


def kill_after(folder: Path, seconds: float) -> list[str]:
    """Run the loader, kill it with -9 that long after it is ready, and give what it had said."""
    command = [sys.executable, "-c", LOADER, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline().strip()]
        time.sleep(seconds)
        process.kill()
        return said + process.stdout.read().splitlines()


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from socialroi import store
from socialroi.errors import StoreError
from socialroi.intake import Request
folder = Path(sys.argv[1])
names = ("big.csv", "small.csv")
big, small = (Request(path=folder / "files" / name, label=name, timezone="UTC") for name in names)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    store.ingest(folder / "db", [big])
    print("loaded")
except StoreError as error:
    print(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    store.ingest(folder / "db", [small])
    print("recovered")
"""


def test_a_full_disk_is_said_plainly_and_the_next_load_works(tmp_path: Path) -> None:
    load(tmp_path, "first.csv", ORDERS, A)
    request(tmp_path, "small.csv", ORDERS, B)
    many = (f"o{i},p{i},2026-01-01 10:00:00,{i % 977}.00,EUR" for i in range(3_000))
    request(tmp_path, "big.csv", ORDERS, *many)
    size = (tmp_path / "db" / "generation-000001.duckdb").stat().st_size
    command = [sys.executable, "-c", FULL_DISK, str(tmp_path), str(size)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "The disk is full. Nothing was changed" in done.stdout, done
    assert "recovered" in done.stdout, done.stderr
    assert contents(tmp_path / "db")["orders"]["order_id"].tolist() == ["a", "b"]


def test_a_lock_of_a_dead_process_is_free(tmp_path: Path) -> None:
    load(tmp_path, "first.csv", ORDERS, A)
    holder = (
        "import fcntl, os, sys; fcntl.flock(os.open(sys.argv[1], os.O_RDWR), fcntl.LOCK_EX); "
        "print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", holder, str(tmp_path / "db" / "lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(Busy):
            load(tmp_path, "second.csv", ORDERS, B)
        process.kill()
        process.wait()
    assert load(tmp_path, "second.csv", ORDERS, B).rows_loaded == 1
