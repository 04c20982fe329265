"""What the database promises: one SELECT or nothing, no way out, no cross-talk, no names inside.

Numbers refer to the table of threats: 2 to 4, 26, 31, 32.
"""

from __future__ import annotations

import ast
import random
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

import socialroi
from socialroi import store
from socialroi.errors import NotASelect, StoreError, UnknownName
from socialroi.intake import Request
from socialroi.store import Store, engine, identities, workspace

ROOT = Path(socialroi.__file__).parent.parent


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A database on disk beside files that a statement might like to read."""
    folder = tmp_path_factory.mktemp("promise")
    (folder / "secret.csv").write_text("a,b\n1,2\n")
    (folder / "secret.json").write_text('[{"a": 1}]')
    file = folder / "orders.csv"
    file.write_text("order_id,customer_id,ordered_at,amount\no1,ann,2026-01-01 10:00:00,5.00\n")
    store.ingest(folder / "db", [Request(path=file, label="orders.csv", timezone="UTC")])
    return Store.open(folder / "db")


# 4: one SELECT or nothing ---------------------------------------------------------------------------

NOT_A_SELECT = """
select 1; drop table orders
select 1; select 2
drop table orders
delete from orders
update orders set amount = 0
insert into orders (order_id) values ('x')
create table x (a int)
create temp table x as select 1
create or replace view v as select 1
alter table orders add column x int
truncate orders
with a as (select 1) insert into orders (order_id) select 'x' from a
merge into orders using orders as o on true when matched then delete
copy orders to 'x.csv'
copy (select 1) to 'x.parquet'
export database 'x'
import database 'x'
attach ':memory:' as m
attach 'x.duckdb'
detach m
use memory
install httpfs
load httpfs
force install icu
create secret s (type s3)
set memory_limit = '64GB'
set enable_external_access = true
set lock_configuration = false
set variable pepper = 'x'
reset memory_limit
pragma database_list
pragma enable_external_access
call pragma_version()
checkpoint
vacuum
begin
commit
rollback
prepare p as select 1
execute p
deallocate p
explain select 1
explain analyze select 1
analyze
create macro m(a) as a
create sequence s
create schema s
create type t as enum ('a')
comment on table orders is 'x'
comment on table orders is 'x'; select 1
;
-- nothing
""".strip().splitlines()


@pytest.mark.parametrize("sql", NOT_A_SELECT)
def test_only_a_select_is_answered(opened: Store, sql: str) -> None:
    for ask in (opened.frame, opened.rows, opened.one):
        with pytest.raises(NotASelect):
            ask(sql)
    assert opened.one("select count(*) from orders") == (1,)


@pytest.mark.parametrize("sql", ["", "   ", "selct 1", "select (", "\0", "select from where"])
def test_what_cannot_be_read_is_refused_in_one_line(opened: Store, sql: str) -> None:
    with pytest.raises(NotASelect) as refused:
        opened.rows(sql)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "sql", ["select 1", "with a as (select 1 as n) select n from a", "from range(1) select 1"]
)
def test_every_form_of_one_select_is_answered(opened: Store, sql: str) -> None:
    assert opened.one(sql) == (1,)


def test_a_missing_parameter_is_named_and_a_spare_one_left_out(opened: Store) -> None:
    with pytest.raises(StoreError, match="start"):
        opened.rows("select $start")
    assert opened.one("select $a", a=1, spare=2) == (1,)


def test_an_empty_tuple_means_all(opened: Store) -> None:
    question = "select count(*) from orders where $channels is null or channel = any($channels)"
    assert opened.one(question, channels=()) == (1,)
    assert opened.one(question, channels=("x",)) == (0,)


def test_one_row_means_one_row(opened: Store) -> None:
    for rows in ("0", "2"):
        with pytest.raises(StoreError, match=f"{rows} rows"):
            opened.one("select * from range($n)", n=int(rows))


def test_errors_never_show_the_statement_or_a_path(opened: Store) -> None:
    for sql in (
        "select nothing_there from orders",
        "select cast('secret' as date)",
        "select * from read_csv('/x')",
    ):
        with pytest.raises(StoreError) as refused:
            opened.rows(sql)
        assert "\n" not in str(refused.value)
        assert str(ROOT) not in str(refused.value)


def test_a_question_past_its_deadline_is_cut(
    opened: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(engine.limits, "QUERY_S", 0.2)
    shutil.copytree(_file_of(opened).parent, tmp_path / "db")
    with Store.open(tmp_path / "db") as limited:
        with pytest.raises(StoreError, match="took longer"):
            limited.one(
                "select count(*) from range(10000000) as a, range(100000) as b where a.range + b.range = 7"
            )
        assert limited.one("select 1") == (1,), "the store goes on answering"


def _file_of(opened: Store) -> Path:
    ((file,),) = opened.rows("select path from duckdb_databases() where not internal and path is not null")
    return Path(file)


# 31: no file, no network, no extension --------------------------------------------------------------

ATTEMPTS = """
select * from read_csv('{here}/secret.csv')
select * from read_csv_auto('{here}/secret.csv')
select * from read_csv(['{here}/secret.csv'])
select * from read_text('{here}/secret.csv')
select * from read_blob('{here}/secret.csv')
select * from read_json('{here}/secret.json')
select * from read_json_auto('{here}/secret.json')
select * from read_ndjson('{here}/secret.json')
select * from read_json_objects('{here}/secret.json')
select * from read_parquet('{here}/secret.csv')
select * from parquet_metadata('{here}/secret.csv')
select * from parquet_schema('{here}/secret.csv')
select * from sniff_csv('{here}/secret.csv')
select * from glob('{here}/*')
select * from glob('/etc/*')
select * from read_text('/etc/passwd')
select * from read_csv('/etc/passwd')
select * from read_text('{here}/db/key')
select * from read_text('{here}/db/current')
select * from read_text('{here}/db/../secret.csv')
select * from read_text('{here}/link.csv')
select * from read_text('{here}/db/lock')
select * from '{here}/secret.csv'
select * from '{here}/secret.json'
select * from '../secret.csv'
select * from 'secret.parquet'
select * from read_csv('https://example.invalid/x.csv')
select * from read_text('http://127.0.0.1:1/x')
select * from read_parquet('s3://bucket/x.parquet')
select * from 'https://example.invalid/x.parquet'
select * from read_xlsx('{here}/secret.xlsx')
select * from sqlite_scan('{here}/secret.db', 't')
select * from postgres_scan('host=127.0.0.1', 'public', 't')
install httpfs
install excel from community
install '{here}/x.duckdb_extension'
load httpfs
load '{here}/x.duckdb_extension'
force install icu
update extensions
copy orders to '{here}/out.csv'
copy (select 1) to '{here}/out.parquet'
copy orders to '{here}/out.json' (format json)
copy orders from '{here}/secret.csv'
export database '{here}/out'
import database '{here}/out'
attach '{here}/secret.csv' as a
attach '{here}/other.duckdb' as a
attach '{here}/other.duckdb' as a (read_only)
attach 'https://example.invalid/x.duckdb' as a
set enable_external_access = true
set allowed_directories = ['/']
set allowed_paths = ['{here}/secret.csv']
set lock_configuration = false
reset lock_configuration
set autoinstall_known_extensions = true
set allow_community_extensions = true
set python_enable_replacements = true
set memory_limit = '100GB'
reset memory_limit
pragma memory_limit = '100GB'
set temp_directory = '{here}'
set extension_directory = '{here}'
set home_directory = '/'
set secret_directory = '{here}'
set TimeZone = 'Asia/Tokyo'
pragma enable_profiling
set profiling_output = '{here}/profile.json'
set log_query_path = '{here}/log'
create persistent secret s (type s3)
select * from a_python_variable
""".strip().splitlines()


@pytest.mark.parametrize("kind", ["memory", "reader", "writer"])
def test_no_statement_reaches_out(opened: Store, kind: str, tmp_path: Path) -> None:
    """Even somebody who could run any SQL gets no file, no network, no extension, no setting."""
    here = _file_of(opened).parent.parent
    link = here / "link.csv"
    link.unlink(missing_ok=True)
    link.symlink_to(here / "secret.csv")
    con = {
        "memory": engine.connect_memory,
        "reader": lambda: engine.connect_reader(
            _file_of(opened), workspace.spill_folder(here / "db", _file_of(opened))
        ),
        "writer": lambda: engine.connect_writer(tmp_path / "w.duckdb", tmp_path / "spill"),
    }[kind]()
    a_python_variable = pd.DataFrame({"a": [1]})
    before = sorted(here.rglob("*"))
    got = [text for text in ATTEMPTS if _succeeds(con, text.replace("{here}", str(here)))]
    assert got == []
    assert sorted(here.rglob("*")) == before
    assert len(a_python_variable) == 1


def _succeeds(con: engine.Connection, text: str) -> bool:
    try:
        con.cursor().execute(text).fetchall()
    except engine.Error:
        return False
    return True


def test_the_writer_reads_the_named_file_and_no_other(tmp_path: Path) -> None:
    for name in ("named.csv", "other.csv"):
        (tmp_path / name).write_text("a\n1\n")
    con = engine.connect_writer(tmp_path / "w.duckdb", tmp_path / "spill", [tmp_path / "named.csv"])
    read = "select * from read_csv($path)"
    assert con.execute(read, {"path": str(tmp_path / "named.csv")}).fetchall() == [(1,)]
    for path in ("other.csv", "named.csv.gz", "../other.csv"):
        with pytest.raises(engine.Error):
            con.execute(read, {"path": str(tmp_path / path)})
    with pytest.raises(engine.Error):
        con.execute("copy (select 1) to 'named.csv'")


def test_a_reader_cannot_write(opened: Store) -> None:
    for text in ("insert into orders (order_id) values ('x')", "drop table orders", "create table x (a int)"):
        assert not _succeeds(opened._con, text)


# 2, 3: values and headers never become SQL ----------------------------------------------------------

HOSTILE = [
    "'; drop table orders; --", '"; drop table orders; --', "' or '1'='1", "$$", "$a", "?", "%s", "{0}",
    "\\", "\x00", "'' union select key from settings --", "]; drop table orders; --", "/*", "*/", "--", "`",
    "\n", "\r\n", "\ufeff", "\u202e", "\u2066x\u2069", "e\u0301", "null", "NaN", "true", "select", "=1+1",
    "<script>", "🤝", "a" * 10_000,
]  # fmt: skip


def test_hostile_values_come_back_as_they_went_in() -> None:
    chance = random.Random(5)
    alphabet = "'\"`;-/*$?%{}[]()\\\n\t\x01\u202eaé=,"
    values = HOSTILE + ["".join(chance.choices(alphabet, k=chance.randrange(1, 12))) for _ in range(400)]
    orders = pd.DataFrame(
        {
            "order_id": [str(i) for i in range(len(values))],
            "customer_id": values,
            "ordered_at": pd.Timestamp("2026-01-01"),
            "channel": values,
        }
    )
    with Store.of({"orders": orders}) as store_:
        for i, value in enumerate(values):
            asked = "select channel, $value from orders where order_id = $order and channel = $value"
            assert store_.one(asked, value=value, order=str(i)) == (value, value)
        assert store_.tables()["orders"] == len(values)
        assert len(store_.rows("select distinct customer_id from customer_summary")) == len(set(values))


@pytest.mark.parametrize("header", HOSTILE)
def test_hostile_headers_are_refused(header: str) -> None:
    with pytest.raises(UnknownName):
        Store.of({"orders": pd.DataFrame({header: ["x"]})})


# 26: no cross-talk ----------------------------------------------------------------------------------


def test_sixteen_threads_get_their_own_rows(opened: Store) -> None:
    """16 threads ask 50 questions each of one store: 800 right answers."""

    def ask(thread: int) -> int:
        right = 0
        for i in range(50):
            n, mark = 1 + (thread * 50 + i) % 97, f"{thread}-{i}"
            frame = opened.frame("select $mark as mark, range as n from range($n) order by n", mark=mark, n=n)
            right += (
                len(frame) == n and set(frame["mark"]) == {mark} and frame["n"].tolist() == list(range(n))
            )
        return right

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(ask, range(16))) == [50] * 16


# 32: no names inside --------------------------------------------------------------------------------


def test_the_files_hold_no_name_address_or_number(tmp_path: Path) -> None:
    """300 customers with id, e-mail, phone and handle, and 300 agents: none is in any byte we keep."""
    people = [f"planted{i:04d}" for i in range(300)]
    agents = [f"agentname{i:04d}" for i in range(300)]
    lines = ["message_id,conversation_id,customer_id,author_id,agent_id,author_kind,sent_at,text"]
    lines += [
        f"m{i},c{i},{person},{person},{agent},customer,2026-01-05 10:00:00,Hello from {person}@mail.example"
        for i, (person, agent) in enumerate(zip(people, agents, strict=True))
    ]
    links = ["kind,value,customer_id"]
    for i, person in enumerate(people):
        links += [
            f"email,{person}@mail.example,{person}",
            f"phone,+4930555{i:05d},{person}",
            f"handle,@{person}x,{person}",
        ]
    orders = ["order_id,customer_id,referred_by,ordered_at,amount"]
    orders += [f"o{i},{person},{people[i - 1]},2026-01-01 10:00:00,5" for i, person in enumerate(people)]
    requests = []
    for name, content in (("messages.csv", lines), ("identities.csv", links), ("orders.csv", orders)):
        (tmp_path / name).write_text("\n".join(content) + "\n")
        requests.append(Request(path=tmp_path / name, label=name, timezone="UTC"))
    store.ingest(tmp_path / "db", requests)
    kept = {file.name: file.read_bytes() for file in (tmp_path / "db").rglob("*") if file.is_file()}
    assert "generation-000001.duckdb" in kept
    for name, data in kept.items():
        for planted in (b"planted", b"agentname", b"mail.example", b"+4930555", b"4930555"):
            assert planted not in data, (name, planted)
    with Store.open(tmp_path / "db") as opened:
        assert opened.one("select count(*) from interactions where text is not null") == (0,)
        for kind, typed in (
            ("id", "planted0007"),
            ("mail", " Planted0007@mail.example"),
            ("handle", "@planted0007X"),
        ):
            found = identities.find(opened, _key(tmp_path / "db"), typed)
            expected = identities.pseudonym(_key(tmp_path / "db"), "external", "planted0007")
            assert found == [expected], kind


def _key(db: Path) -> str:
    return identities.read_key(db / "key")


def test_the_hash_is_the_same_in_sql_and_python() -> None:
    con = engine.connect_memory()
    identities.prepare(con, "k" * 64)
    for kind in identities.KINDS:
        for value in ("ann", "Ann", " ann", "ünï", "a|b", ""):
            asked = {"kind": kind, "value": value}
            ((hashed,),) = con.execute("select pseudonym('c_', $kind, $value)", asked).fetchall()
            assert hashed == identities.pseudonym("k" * 64, kind, value)
            assert len(hashed) == 18
    assert con.execute("select pseudonym('c_', 'email', null)").fetchall() == [(None,)]
    assert identities.pseudonym("k", "email", "x") != identities.pseudonym("j", "email", "x")


# 4 again: nothing else talks to the database --------------------------------------------------------


def _sources() -> list[Path]:
    return [*(ROOT / "socialroi").rglob("*.py"), *(ROOT / "pages").glob("*.py"), ROOT / "app.py"]


def _may_use_duckdb(path: Path) -> bool:
    return (ROOT / "socialroi" / "store") in path.parents or path == ROOT / "socialroi" / "intake" / "fast.py"


def test_duckdb_is_used_in_two_places_only() -> None:
    for path in filter(lambda path: not _may_use_duckdb(path), _sources()):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert "duckdb" not in {alias.name.partition(".")[0] for alias in node.names}, path
            if isinstance(node, ast.ImportFrom):
                assert (node.module or "").partition(".")[0] != "duckdb", path
                assert node.module != "socialroi.store.engine", path
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert node.func.attr not in {"execute", "executemany", "executescript"}, (
                    f"{path}:{node.lineno}"
                )


ASKING = {"execute", "frame", "rows", "one", "change", "run", "sql"}


def test_no_sql_is_put_together_from_parts() -> None:
    """What is asked is a name or a constant, never an f-string, a sum, a join or a format."""
    for path in _sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
                continue
            if node.func.attr in ASKING:
                for given in node.args[:2]:
                    assert not isinstance(given, ast.JoinedStr | ast.BinOp), f"{path}:{node.lineno}"
                    if isinstance(given, ast.Call) and isinstance(given.func, ast.Attribute):
                        assert given.func.attr not in {"format", "join", "replace"}, f"{path}:{node.lineno}"
