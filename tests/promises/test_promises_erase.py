"""An erased customer leaves no byte, comes back with no load, and is erased whole or not at all.

Number 33 of the table of threats.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from socialroi import store
from socialroi.intake import Request
from socialroi.store import Store, engine, identities, portrait, removing, workspace

#: What files call her, in the clear; none of it may be in the database before or after.
CLEAR = ("annplanted", "annplanted@mail.example", "+49305551234", "annplantedhandle")
#: Numbers of hers that stay readable as long as she is there.
NUMBERS = ("ORDANN1", "ORDANN2", "CONVANN1", "CONVANN2", "MSGANN1", "MSGANN2", "MSGANN5", "RESPANN1")


def write(folder: Path, name: str, *lines: str, **said: object) -> Request:
    path = folder / "files" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Request(**{"path": path, "label": name, "timezone": "UTC", **said})


def exports(folder: Path, others: int = 60) -> list[Request]:
    """A small firm in which annplanted did everything one can do."""
    people = [f"other{i}" for i in range(others)]
    return [
        write(
            folder, "customers.csv", "customer_id,created_at", "annplanted,2025-01-01 10:00:00",
            *(f"{p},2025-01-01 10:00:00" for p in people),
        ),
        write(
            folder, "identities.csv", "kind,value,customer_id", "email,annplanted@mail.example,annplanted",
            "phone,+49305551234,annplanted", "handle,@annplantedhandle,annplanted",
            *(f"email,{p}@mail.example,{p}" for p in people),
        ),
        write(
            folder, "orders.csv", "order_id,customer_id,referred_by,ordered_at,amount,currency",
            "ORDANN1,annplanted,,2026-01-01 10:00:00,10,EUR",
            "ORDANN2,annplanted,other1,2026-02-01 10:00:00,20,EUR",
            *(f"o{p},{p},{'annplanted' if p == 'other3' else ''},2026-01-01 10:00:00,5,EUR" for p in people),
        ),
        write(
            folder, "orders2.csv", "order_id,customer_id,ordered_at,amount,currency",
            "ORDANN1,annplanted,2026-01-01 10:00:00,11,EUR", "oother5,other5,2026-01-01 10:00:00,6,EUR",
        ),
        write(
            folder, "items.csv", "order_id,customer_id,ordered_at,product_id,quantity,unit_price,currency",
            "ORDANN1,,2026-01-01 10:00:00,mug,1,10,EUR",
            *(f"o{p},{p},2026-01-01 10:00:00,mug,1,5,EUR" for p in people),
        ),
        write(
            folder, "messages.csv",
            "message_id,conversation_id,reply_to,customer_id,author_id,author_kind,sent_at,channel",
            "MSGANN1,CONVANN1,,annplanted,annplanted,customer,2026-01-03 10:00:00,twitter",
            "MSGANN2,CONVANN1,MSGANN1,,zoe,agent,2026-01-03 11:00:00,twitter",
            "MSGANN3,CONVANN2,,annplanted,annplanted,customer,2026-02-03 10:00:00,twitter",
            "q7,cother7,,other7,other7,customer,2026-01-03 10:00:00,community",
            "MSGANN5,cother7,q7,other7,annplanted,peer,2026-01-03 10:30:00,community",
            "q8,cother7,MSGANN5,other7,other7,customer,2026-01-03 10:40:00,community",
            *(f"m{p},c{p},,{p},{p},customer,2026-01-04 10:00:00,twitter" for p in people if p != "other7"),
        ),
        write(
            folder, "surveys.csv",
            "response_id,customer_id,conversation_id,question,score,scale_min,scale_max,answered_at",
            "RESPANN1,annplanted,CONVANN1,csat,4,1,5,2026-01-05 10:00:00",
            *(f"r{p},{p},c{p},csat,5,1,5,2026-01-05 10:00:00" for p in people),
        ),
        # a rejected row is kept for repair as it stood in the file
        write(
            folder, "broken.csv", "order_id,customer_id,ordered_at,amount,currency",
            "x1,other1,2026-01-01 10:00:00,5,EUR", "x2,other2,annplanted@mail.example,5,EUR",
            "x3,other3,2026-01-01 10:00:00,5,EUR",
        ),
    ]  # fmt: skip


def loaded(folder: Path, others: int = 60) -> Path:
    store.ingest(folder / "db", exports(folder, others))
    for name in ("incoming", "repair"):  # what the upload page keeps
        (folder / "db" / name).mkdir(mode=0o700, exist_ok=True)
        (folder / "db" / name / "x.csv").write_text("annplanted@mail.example")
    return folder / "db"


def needles(db: Path) -> dict[str, bytes]:
    """What must not be left of her: the digests of all her pseudonyms and her numbers."""
    key = identities.read_key(db / "key")
    kinds = zip(("external", "email", "phone", "handle"), CLEAR, strict=True)
    hashes = {kind: identities.pseudonym(key, kind, text)[2:] for kind, text in kinds}
    return {name: text.encode() for name, text in (*hashes.items(), *((n, n) for n in NUMBERS))}


def found(db: Path, wanted: dict[str, bytes]) -> set[str]:
    """Which of them are in any byte of any file of the folder."""
    kept = [file.read_bytes() for file in db.rglob("*") if file.is_file()]
    return {name for name, text in wanted.items() if any(text in data for data in kept)}


def told(db: Path, wanted: dict[str, bytes]) -> set[str]:
    """Which of them any cell of any table holds: files may compress what their rows say plainly."""
    con = engine.connect_reader(*_file(db))
    cells: list[str] = []
    for (table,) in con.execute("select table_name from duckdb_tables()").fetchall():
        cells += [str(row) for row in con.execute("select * from query_table($t)", {"t": table}).fetchall()]
    con.close()
    return {name for name, text in wanted.items() if any(text.decode() in cell for cell in cells)}


def _file(db: Path) -> tuple[Path, Path]:
    file = db / workspace.file_name(workspace.pointer(db) or "")
    return file, workspace.spill_folder(db, file)


def test_no_byte_of_an_erased_customer_is_left(tmp_path: Path) -> None:
    db = loaded(tmp_path)
    wanted = needles(db)
    clear = {text: text.encode() for text in CLEAR}
    assert found(db, wanted) == set(wanted), "all were there in plain bytes, so the search can find them"
    assert told(db, wanted) == set(wanted)
    assert found(db, clear), "rejected cells hold what files said"
    done = removing.erase(db, "annplanted@mail.example")
    assert done.is_done
    assert done.files >= 3
    assert found(db, wanted) == set()
    assert told(db, wanted) == set()
    assert found(db, clear) == set()
    names = {path.name for path in db.iterdir()}
    assert names == {"current", "key", "lock", "generation-000002.duckdb"}
    assert all(check.passed for check in store.doctor(db)), store.doctor(db)


def test_what_goes_is_what_the_portrait_showed_and_the_rest_stays(tmp_path: Path) -> None:
    db = loaded(tmp_path)
    shown = portrait.portrait(db, "annplanted")
    with Store.open(db) as opened:
        before = opened.tables()
    rehearsed = removing.erase(db, "@AnnPlantedHandle", dry_run=True)
    done = removing.erase(db, "+49 30 5551234")
    # two customers rows of hers: one order twice, as the older version is kept for undo
    assert done.rows == rehearsed.rows == {
        "customers": 1, "identities": 3, "interactions": 3, "order_items": 1, "orders": 3, "surveys": 1
    }  # fmt: skip
    counted: dict[str, int] = {}
    for table in shown["tables"]:
        name = table["table"].removeprefix("superseded_")
        counted[name] = counted.get(name, 0) + len(table["rows"])
    assert {name: counted[name] for name in done.rows} == done.rows
    with Store.open(db) as opened:
        after = opened.tables()
        assert {name: before[name] - n for name, n in after.items() if before[name] != n} == {
            **done.rows, "orders": 2
        }  # fmt: skip
        # a reply to somebody else stays, of nobody known: that person was answered
        asked = (
            "select author_id, reply_to from interactions where conversation_id = 'cother7' order by sent_at"
        )
        assert [row[1] for row in opened.rows(asked)] == [None, "q7", None]
        assert opened.rows(asked)[1][0] == "a_erased"
        waited = "select waited_s, answered from episodes where conversation_id = 'cother7'"
        assert opened.rows(waited)[0] == (1800.0, True) or opened.rows(waited)[0][0] == 1800
        assert opened.one("select count(*) from orders where referred_by is not null") == (0,)


def test_loading_the_same_rows_again_leaves_her_out_and_says_so(tmp_path: Path) -> None:
    db = loaded(tmp_path)
    wanted = needles(db)
    removing.erase(db, "annplanted")
    with Store.open(db) as opened:
        after = opened.tables()
    again = store.ingest(db, exports(tmp_path))  # the very same bytes
    by_file = {done.file: done for done in again}
    assert (by_file["orders.csv"].rows_loaded, by_file["orders.csv"].rows_rejected) == (0, 2)
    assert "2 rows of it were erased or expired" in by_file["orders.csv"].notes[1]
    requests = exports(tmp_path)
    for request in requests:  # a later export: other bytes, the same people
        request.path.write_text(request.path.read_text().rstrip("\n") + "\n\n", encoding="utf-8")
    for done in store.ingest(db, requests):
        # the two files of orders say different things about one order of somebody else
        assert done.rows_loaded == (1 if done.file.startswith("orders") else 0), done
        assert done.rows_read == done.rows_loaded + done.rows_rejected + done.rows_duplicate
        if done.file != "broken.csv":
            assert "rows of erased customers left out" in " ".join(done.notes), done
    assert found(db, wanted) == set()
    with Store.open(db) as opened:
        assert opened.tables() == after
    assert all(check.passed for check in store.doctor(db))


def test_a_new_file_with_another_id_and_her_address_is_left_out_too(tmp_path: Path) -> None:
    db = loaded(tmp_path)
    removing.erase(db, "annplanted")
    new = write(
        tmp_path, "new.csv", "order_id,customer_id,email,ordered_at,amount,currency",
        "n1,newid,annplanted@mail.example,2026-05-01 10:00:00,5,EUR",
        "n2,other1,other1@mail.example,2026-05-01 10:00:00,5,EUR",
    )  # fmt: skip
    (done,) = store.ingest(db, [new])
    assert (done.rows_read, done.rows_loaded, done.rows_rejected) == (2, 1, 1)
    assert "1 rows of erased customers left out" in done.notes[-1]


def test_the_marks_that_stay_are_none_of_her_pseudonyms(tmp_path: Path) -> None:
    db = loaded(tmp_path)
    digests = {text.decode() for text in needles(db).values()}
    removing.erase(db, "annplanted")
    with Store.open(db) as opened:
        marks = opened.rows("select kind, mark from erased")
    assert {kind for kind, _ in marks} == {"person", "order", "conversation", "message"}
    assert len([kind for kind, _ in marks if kind == "person"]) == 4, "her id and three addresses"
    assert not digests & {mark[2:] for _, mark in marks}


# kills ----------------------------------------------------------------------------------------------

ERASER = """
import os, signal, sys
from pathlib import Path
import pandas, pyarrow.compute  # once, not once a child
from socialroi.store import derived, removing, workspace

def dies_at(where, name, count):
    honest, calls = getattr(where, name), []
    def dying(*given, **named):
        calls.append(name)
        if len(calls) == count:
            os.kill(os.getpid(), signal.SIGKILL)
        return honest(*given, **named)
    setattr(where, name, dying)

places = {"derived": derived, "removing": removing, "workspace": workspace}
for point in sys.stdin.read().split():
    db, place, name, count = point.split(":")
    child = os.fork()  # nothing of DuckDB has been started here
    if child == 0:
        dies_at(places[place], name, int(count))
        removing.erase(Path(sys.argv[1]) / db, "annplanted")
        os._exit(0)
    print(os.waitpid(child, 0)[1], flush=True)
"""
#: In the order in which an erasure comes past; the pointer is renamed between the third and fourth sync.
POINTS = [
    ("workspace:attach_old:1", "old"), ("workspace:_begin:1", "old"), ("removing:find:1", "old"),
    ("removing:_copy:1", "old"), ("derived:rebuild:1", "old"), ("removing:clear_aside:1", "old"),
    ("workspace:_end:1", "old"), ("workspace:publish:1", "old"), ("workspace:sync:3", "old"),
    ("workspace:sync:4", "new"), ("workspace:sweep:2", "new"),
]  # fmt: skip


def test_a_kill_at_any_step_of_erasing_leaves_her_whole_or_gone(tmp_path: Path) -> None:
    """Kill -9 at eleven steps: before the pointer is renamed all her rows are there, after it none; the same
    command then leaves no byte."""
    db = loaded(tmp_path, others=10)
    wanted = needles(db)
    for i in range(len(POINTS)):
        shutil.copytree(db, tmp_path / f"db{i}")
    points = " ".join(f"db{i}:{point}" for i, (point, _) in enumerate(POINTS))
    command = [sys.executable, "-c", ERASER, str(tmp_path)]
    done = subprocess.run(command, input=points, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["9"] * len(POINTS), "each died where it should"
    for i, (point, expected) in enumerate(POINTS):
        there = told(tmp_path / f"db{i}", wanted)
        assert there == (set(wanted) if expected == "old" else set()), point
    for i in (4, 7, 9, 10):
        removing.erase(tmp_path / f"db{i}", "annplanted")
        assert found(tmp_path / f"db{i}", wanted) == set(), POINTS[i]


BUSY_ERASER = """
import sys
from pathlib import Path
import pandas, pyarrow.compute
from socialroi.store import removing
print("ready", flush=True)
removing.erase(Path(sys.argv[1]), "annplanted")
print("done", flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("kills", [500])
def test_many_kills_while_erasing(tmp_path: Path, kills: int, record_property) -> None:
    """At random moments: she is there whole or not at all, every sum agrees, and once she is gone no byte."""
    db = loaded(tmp_path, others=10)
    wanted, chance = needles(db), random.Random(3)
    seen = {"whole": 0, "gone": 0}
    undisturbed, _ = erased_in(tmp_path / "db", tmp_path / "timed", None)
    for i in range(kills):
        copy = tmp_path / f"copy{i}"
        _, said = erased_in(db, copy, chance.uniform(0.0, 1.2 * undisturbed))
        there = told(copy, wanted)
        assert there in (set(wanted), set())
        assert not (there and "done" in said), "an erasure that was acknowledged is not lost"
        assert all(check.passed for check in store.inspect(copy))
        seen["whole" if there else "gone"] += 1
        removing.erase(copy, "annplanted")
        assert found(copy, wanted) == set()
        shutil.rmtree(copy)
    for name, n in seen.items():
        record_property(name, n)
    assert min(seen.values()) >= kills / 50, "kills fell on both sides"


def erased_in(db: Path, copy: Path, killed_after: float | None) -> tuple[float, str]:
    """Erase her from a copy in a process of its own, killed after so long; how long, and what it said."""
    shutil.copytree(db, copy)
    command = [sys.executable, "-c", BUSY_ERASER, str(copy)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        began = time.monotonic()
        if killed_after is not None:
            time.sleep(killed_after)
            process.kill()
        said = process.stdout.read()
        return time.monotonic() - began, said
