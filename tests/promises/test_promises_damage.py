"""A damaged database gives the right numbers or says that it is damaged, and how to get out of it.

Number 24 of the table of threats.
"""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from socialroi import store
from socialroi.errors import StoreDamaged, StoreError
from socialroi.intake import Request
from socialroi.store import Store, workspace

#: Every fact and some of what is derived from it, each by a sum over all its cells.
QUESTIONS = (
    "select count(*), sum(hash(o)) from orders as o",
    "select count(*), sum(hash(i)) from interactions as i",
    "select count(*), sum(hash(p)) from purchases as p",
    "select count(*), sum(hash(e)) from episodes as e",
    "select count(*), sum(hash(c)) from customer_summary as c",
    "select sum(amount), min(ordered_at) from orders where currency = 'EUR'",
)


def loaded(folder: Path) -> Path:
    orders = ["order_id,customer_id,ordered_at,amount,currency"]
    orders += [f"o{i},p{i % 97},2026-01-{1 + i % 28:02d} 10:00:00,{i}.00,EUR" for i in range(3_000)]
    messages = ["message_id,conversation_id,customer_id,author_kind,sent_at"]
    messages += [f"m{i},c{i // 2},p{i % 97},customer,2026-01-05 10:00:00" for i in range(3_000)]
    requests = []
    for name, lines in (("orders.csv", orders), ("messages.csv", messages)):
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        requests.append(Request(path=folder / name, label=name, timezone="UTC"))
    store.ingest(folder / "db", requests)
    return folder / "db"


def answers(db: Path) -> list[object]:
    with Store.open(db) as opened:
        return [opened.rows(question) for question in QUESTIONS]


def damage(data: bytes, chance: random.Random) -> bytes:
    """A few bytes flipped, a hole, or the end cut off."""
    kind = chance.choice(("flip", "flip", "flips", "hole", "zeros", "cut"))
    if kind == "cut":
        return data[: chance.randrange(len(data))]
    broken = bytearray(data)
    if kind in ("hole", "zeros"):
        at, size = chance.randrange(len(data)), chance.choice((512, 4096, 65_536))
        broken[at : at + size] = chance.randbytes(size) if kind == "hole" else bytes(size)
        return bytes(broken[: len(data)])
    for _ in range(1 if kind == "flip" else 64):
        # headers matter most: a third of all flips go there
        end = 12_288 if chance.random() < 1 / 3 else len(data)
        broken[chance.randrange(end)] ^= 1 << chance.randrange(8)
    return bytes(broken)


@pytest.mark.parametrize("tries", [25, pytest.param(500, marks=pytest.mark.slow)])
def test_a_damaged_database_never_gives_a_wrong_number(tmp_path: Path, tries: int, record_property) -> None:
    """The database file, its pointer or its key damaged at random: right, or refused with the way out."""
    db = loaded(tmp_path)
    right, chance = answers(db), random.Random(24)
    sound = {name: (db / name).read_bytes() for name in ("current", "key", "generation-000001.duckdb")}
    copy = tmp_path / "copy"
    count, said = {"right": 0, "refused": 0}, []
    for i in range(tries):
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(db, copy)
        name = "current" if i % 10 == 0 else "key" if i % 10 == 1 else "generation-000001.duckdb"
        flipped = damage(sound[name], chance) if name.startswith("gen") else _one_flip(sound[name], chance)
        (copy / name).write_bytes(flipped)
        try:
            assert answers(copy) == right, (i, name)
            count["right"] += 1
        except StoreError as error:
            said.append(str(error))
            count["refused"] += 1
        if name == "key":
            with pytest.raises(StoreDamaged, match="socialroi restore FILE --db"), workspace.changing(copy):
                pass
        checks = store.doctor(copy)
        assert checks, "doctor answers whatever the file is"
    for name, n in count.items():
        record_property(name, n)
    assert count["refused"] >= tries / 5
    assert [text for text in said if "socialroi restore FILE --db" not in text] == []


def _one_flip(data: bytes, chance: random.Random) -> bytes:
    broken = bytearray(data)
    broken[chance.randrange(len(data) - 1)] ^= 1 << chance.randrange(7)
    return bytes(broken)
