"""Two databases share nothing: not a number, not a cached picture, not a pseudonym.

Number 27 of the table of threats.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from socialroi import metrics, store
from socialroi.intake import Request
from socialroi.store import Store, identities
from socialroi.ui import answers
from socialroi.ui.scope import Scope
from socialroi.ui.workspaces import handle

UI = Path(answers.__file__).parent


def shop(folder: Path, name: str, orders: int) -> Path:
    """A database of its own with customers of its own; both are at their first generation."""
    file = folder / f"{name}.csv"
    lines = [f"{name}{n},{name}{n % 30},2026-0{1 + n % 6}-01T10:00:00Z,{n},EUR" for n in range(orders)]
    file.write_text("order_id,customer_id,ordered_at,amount,currency\n" + "\n".join(lines) + "\n")
    store.ingest(folder / name, [Request(file, file.name)])
    return folder / name


@pytest.fixture
def two(tmp_path: Path) -> tuple[Scope, Scope]:
    ones = [shop(tmp_path, name, n) for name, n in (("left", 120), ("right", 240))]
    scopes = [Scope(str(db), store.workspace.pointer(db) or "") for db in ones]
    assert scopes[0].generation != scopes[1].generation, "a generation has a name nobody else has"
    return scopes[0], scopes[1]


def test_the_same_question_to_two_databases_has_two_answers(two: tuple[Scope, Scope]) -> None:
    """Asked in turns, so that each could find the other's answer in a cache."""
    own = [Store.open(Path(scope.folder)) for scope in two]
    for _ in range(2):
        for scope, alone in zip(two, own, strict=True):
            for metric in metrics.ALL:
                key = metric.definition.key
                assert answers.reading(scope, key).value == metric.compute(alone, scope.window).value, key
    assert handle(two[0].folder, two[0].generation) is not handle(two[1].folder, two[1].generation)


def test_nobody_has_the_same_pseudonym_in_two_databases(tmp_path: Path) -> None:
    keys = [identities.read_key(shop(tmp_path, name, 5) / "key") for name in ("one", "two")]
    assert identities.pseudonym(keys[0], "email", "a@b.example") != identities.pseudonym(
        keys[1], "email", "a@b.example"
    )


#: What a cache may be keyed by: a database at a generation, or a file by the hash that is its name.
KEYED = {"scope": "Scope", "folder": "str", "path": "Path", "shop": "str"}


def test_every_cache_is_keyed_by_the_database_or_by_the_file() -> None:
    seen = 0
    for path in UI.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        made = {
            target.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and "st.cache_" in ast.unparse(node.value)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef):
                continue
            marks = [ast.unparse(mark) for mark in node.decorator_list]
            if not any("st.cache_" in mark or mark.split("(")[0] in made for mark in marks):
                continue
            seen += 1
            first = node.args.args[0]
            said = ast.unparse(first.annotation) if first.annotation else ""
            assert KEYED.get(first.arg) == said, f"{path.name}: {node.name}({first.arg}: {said})"
            assert not first.arg.startswith("_"), "Streamlit leaves such a name out of the key"
            reads = {ast.unparse(each) for each in ast.walk(node) if isinstance(each, ast.Attribute)}
            assert not reads & {"st.session_state", "st.user", "st.query_params"}, f"{path.name}: {node.name}"
    assert seen > 10


def test_nothing_of_a_visitor_is_kept_for_others() -> None:
    """`st.cache_data` over what a session holds hands one visitor's answer to the next."""
    for path in UI.rglob("*.py"):
        assert "cache_data(scope=" not in path.read_text(encoding="utf-8")
