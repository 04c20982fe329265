"""A backup is whole or refused, restores what it was made of, and never writes outside its folder."""

from __future__ import annotations

import io
import json
import random
import stat
import tarfile
from pathlib import Path

import pytest
from store_files import ORDERS, contents, load, request, same

from socialroi import store
from socialroi.errors import Busy, FileRefused, StoreDamaged, UsageError
from socialroi.store import Store, backup, identities, removing, restoring, workspace

A = "a,ann,2026-01-01 10:00:00,10.00,EUR"
B = "b,bob,2026-01-02 10:00:00,20.00,EUR"


def made(folder: Path) -> Path:
    load(folder, "first.csv", ORDERS, A, B)
    backup.backup(folder / "db", folder / "b.tar")
    return folder / "b.tar"


def test_what_comes_back_is_what_was_there_and_joins_with_later_loads(tmp_path: Path) -> None:
    file = made(tmp_path)
    before = contents(tmp_path / "db")
    load(tmp_path, "second.csv", ORDERS, "c,cyn,2026-01-03 10:00:00,30.00,EUR")
    done = restoring.restore(file, tmp_path / "new" / "db")
    same(contents(tmp_path / "new" / "db"), before)
    assert (done.rows["orders"], done.erased_again) == (2, 0)
    again = store.ingest(
        tmp_path / "new" / "db", [request(tmp_path, "more.csv", ORDERS, A, "d,ann,2026-02-01,5,EUR")]
    )
    assert again[0].rows_duplicate == 1
    with Store.open(tmp_path / "new" / "db") as opened:
        assert opened.one("select count(distinct customer_id) from orders") == (2,)
    assert all(check.passed for check in store.doctor(tmp_path / "new" / "db"))


def test_backup_and_what_is_restored_are_this_users_alone(tmp_path: Path) -> None:
    file = made(tmp_path)
    restoring.restore(file, tmp_path / "new")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()} == {0o600}
    assert not list(tmp_path.glob("*.part"))
    assert not list(tmp_path.glob("*restoring*"))


def test_a_backup_needs_no_lock_and_stops_no_reader(tmp_path: Path) -> None:
    load(tmp_path, "first.csv", ORDERS, A)
    with Store.open(tmp_path / "db") as opened, workspace.locked(tmp_path / "db"):
        backup.backup(tmp_path / "db", tmp_path / "b.tar")
        assert opened.one("select count(*) from orders") == (1,)
    assert restoring.restore(tmp_path / "b.tar", tmp_path / "new").rows["orders"] == 1


def test_nothing_is_overwritten_without_a_word(tmp_path: Path) -> None:
    file = made(tmp_path)
    with pytest.raises(UsageError, match="there already"):
        backup.backup(tmp_path / "db", file)
    with pytest.raises(UsageError, match="--replace"):
        restoring.restore(file, tmp_path / "db")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("x")
    for force in (False, True):
        with pytest.raises(UsageError):
            restoring.restore(file, tmp_path / "other", force=force)
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["thesis.txt"]
    with workspace.locked(tmp_path / "db"), pytest.raises(Busy):
        restoring.restore(file, tmp_path / "db", force=True)


def test_replacing_keeps_readers_going_and_takes_the_key_along(tmp_path: Path) -> None:
    file = made(tmp_path)
    load(tmp_path / "other", "x.csv", ORDERS, "z,zed,2026-01-01 10:00:00,1.00,EUR")
    target = tmp_path / "other" / "db"
    with Store.open(target) as reading:
        restoring.restore(file, target, force=True)
        assert reading.one("select order_id from orders") == ("z",)
        with Store.open(target) as fresh:
            assert fresh.one("select count(*) from orders") == (2,)
    assert identities.read_key(target / "key") == identities.read_key(tmp_path / "db" / "key")
    assert {path.name for path in target.iterdir()} == {"current", "key", "lock", "generation-000002.duckdb"}
    assert all(check.passed for check in store.doctor(target))


def test_a_restored_backup_does_not_bring_back_the_erased(tmp_path: Path) -> None:
    file = made(tmp_path)
    removing.erase(tmp_path / "db", "ann")
    done = restoring.restore(file, tmp_path / "db", force=True)
    assert done.erased_again == 1
    assert "left out again" in done.sentence
    with Store.open(tmp_path / "db") as opened:
        assert opened.one("select order_id from orders") == ("b",)
    assert "erase them anew" in restoring.restore(file, tmp_path / "elsewhere").sentence
    load(tmp_path, "late.csv", ORDERS, A, "e,eve,2026-03-01 10:00:00,1.00,EUR")
    with Store.open(tmp_path / "db") as opened:
        assert opened.rows("select order_id from orders order by all") == [("b",), ("e",)]


def test_a_damaged_database_is_not_backed_up_but_can_be_replaced(tmp_path: Path) -> None:
    file = made(tmp_path)
    database = tmp_path / "db" / "generation-000001.duckdb"
    database.write_bytes(b"\0" * database.stat().st_size)
    with pytest.raises(StoreDamaged, match="nothing was written"):
        backup.backup(tmp_path / "db", tmp_path / "b2.tar")
    assert not (tmp_path / "b2.tar").exists()
    with pytest.raises(StoreDamaged, match="socialroi restore FILE --db"):
        Store.open(tmp_path / "db")
    restoring.restore(file, tmp_path / "db", force=True)
    with Store.open(tmp_path / "db") as opened:
        assert opened.one("select count(*) from orders") == (2,)


def test_a_key_of_another_database_is_noticed_before_anything_is_written(tmp_path: Path) -> None:
    """One changed letter of the key, and new rows would join nobody: a wrong number without a word."""
    made(tmp_path)
    key = (tmp_path / "db" / "key").read_text()
    (tmp_path / "db" / "key").write_text(("0" if key[0] != "0" else "1") + key[1:])
    with pytest.raises(StoreDamaged, match="Restore a backup, which has the key"):
        load(tmp_path, "more.csv", ORDERS, "c,ann,2026-01-05 10:00:00,1.00,EUR")
    assert [check.passed for check in store.doctor(tmp_path / "db") if check.name == "key"] == [False]


# archives that are not what they say ----------------------------------------------------------------


def members(file: Path) -> dict[str, bytes]:
    with tarfile.open(file) as tar:
        return {m.name: tar.extractfile(m).read() for m in tar.getmembers()}  # type: ignore[union-attr]


def packed(file: Path, parts: dict[str, bytes], **kinds: bytes) -> Path:
    with tarfile.open(file, "w") as tar:
        for name, data in parts.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            info.type = kinds.get(name.partition(".")[0], tarfile.REGTYPE)
            info.linkname = "/etc/passwd" if info.type in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
            tar.addfile(info, io.BytesIO(data))
    return file


def refused(file: Path, folder: Path) -> str:
    (folder / "target").mkdir(exist_ok=True)
    before = sorted(folder.rglob("*"))
    with pytest.raises(FileRefused, match="Nothing was changed") as error:
        restoring.restore(file, folder / "target" / "db")
    assert sorted(folder.rglob("*")) == before, "nothing is left of what was refused"
    return str(error.value)


def test_no_member_is_written_where_it_says(tmp_path: Path) -> None:
    parts = members(made(tmp_path))
    for name in ("../evil", "/tmp/socialroi-evil", "a/../../evil", "key/../../evil", "C:\\evil", "extra"):
        refused(packed(tmp_path / "evil.tar", {**parts, name: b"x"}), tmp_path)
        renamed = {(name if old == "key" else old): data for old, data in parts.items()}
        refused(packed(tmp_path / "evil.tar", renamed), tmp_path)
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE):
        refused(packed(tmp_path / "evil.tar", parts, key=kind), tmp_path)
        refused(packed(tmp_path / "evil.tar", parts, database=kind), tmp_path)
    assert not (tmp_path / "evil").exists()


def test_what_is_no_backup_is_refused_in_words(tmp_path: Path) -> None:
    parts = members(made(tmp_path))
    for name, data in (
        ("empty.tar", b""), ("text.tar", b"order_id,amount\n1,2\n"), ("zeros.tar", b"\0" * 20_000),
        ("zip.tar", b"PK\x03\x04" + b"x" * 5000),
    ):  # fmt: skip
        (tmp_path / name).write_bytes(data)
        refused(tmp_path / name, tmp_path)
    half = made_manifest(parts, layout=1)
    with pytest.raises(FileRefused, match="layout 1"):
        restoring.restore(packed(tmp_path / "old.tar", half), tmp_path / "old")
    for changed in ({"format": "other"}, {"files": {}}, {"files": None}, {"layout": "x"}):
        refused(packed(tmp_path / "odd.tar", made_manifest(parts, **changed)), tmp_path)
    empty = {**parts, "database.duckdb": b"not a database"}
    refused(packed(tmp_path / "odd.tar", made_manifest(empty)), tmp_path)


def made_manifest(parts: dict[str, bytes], **changed: object) -> dict[str, bytes]:
    """The parts with a manifest that agrees with them, but for what is changed."""
    from hashlib import sha256

    files = {
        n: {"bytes": len(parts[n]), "sha256": sha256(parts[n]).hexdigest()}
        for n in ("database.duckdb", "key")
    }
    said = {**json.loads(parts["manifest.json"]), "files": files, **changed}
    text = json.dumps(said).encode()
    return {**parts, "manifest.json": text, "manifest.sha256": sha256(text).hexdigest().encode()}


@pytest.mark.parametrize("tries", [40, pytest.param(500, marks=pytest.mark.slow)])
def test_a_damaged_backup_is_refused_or_restores_every_row(
    tmp_path: Path, tries: int, record_property
) -> None:
    """Bytes flipped and ends cut off at random: refused in words, or not a single row differs."""
    file = made(tmp_path)
    right = contents(tmp_path / "db")
    sound, chance = file.read_bytes(), random.Random(11)
    count, said = {"refused": 0, "right": 0}, []
    for i in range(tries):
        broken = bytearray(sound)
        if i % 4 == 0:
            del broken[chance.randrange(len(broken)) :]
        else:
            for _ in range(chance.choice((1, 1, 8, 512))):
                broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
        (tmp_path / "broken.tar").write_bytes(broken)
        target = tmp_path / f"t{i}"
        try:
            restoring.restore(tmp_path / "broken.tar", target)
            same(contents(target), right)
            count["right"] += 1
        except FileRefused as error:
            said.append(str(error))
            assert not target.exists()
            count["refused"] += 1
    for name, n in count.items():
        record_property(name, n)
    assert [text for text in said if "Try an older backup" not in text] == []
    assert count["refused"] >= tries * 0.8
