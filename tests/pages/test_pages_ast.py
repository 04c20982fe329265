"""What app.py and pages/ may contain, read from their syntax."""

import ast
from pathlib import Path

import pytest
from streamlit.web.server.app_discovery import discover_asgi_app

from socialroi.ui.menu import MENU

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "pages").glob("*.py"))
LINES = 40


def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def modules(tree):
    """Every module a file imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def test_every_page_is_in_the_menu_and_the_other_way_round():
    assert {path.name for path in PAGES} == {entry.file for entry in MENU}


def test_addresses_are_the_ones_people_bookmark():
    addresses = [entry.url for entry in MENU]
    assert addresses == [
        "overview", "response", "ease", "loyalty", "is-it-real", "worth-it", "who-owns-social", "community",
        "principles", "data", "glossary",
    ]  # fmt: skip


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
class TestPage:
    def test_imports_only_the_ui(self, path):
        assert all(
            name == "socialroi.ui" or name.startswith("socialroi.ui.") for name in modules(tree_of(path))
        )

    def test_opens_the_gated_frame_of_its_own_address_first(self, path):
        body = [n for n in tree_of(path).body if not isinstance(n, ast.ImportFrom)][1:]  # after the docstring
        call = body[0].value
        assert isinstance(call, ast.Call)
        assert call.func.id == "open_page"
        assert call.args[0].value == next(entry.url for entry in MENU if entry.file == path.name)

    def test_takes_the_frame_from_where_it_is_made(self, path):
        origins = [n.module for n in ast.walk(tree_of(path)) if isinstance(n, ast.ImportFrom)
                   for alias in n.names if alias.name == "open_page"]  # fmt: skip
        assert origins == ["socialroi.ui.frame"]

    def test_only_arranges(self, path):
        banned = (
            ast.FunctionDef,
            ast.AsyncFunctionDef,
            ast.ClassDef,
            ast.Lambda,
            ast.For,
            ast.While,
            ast.Try,
        )
        assert not [node for node in ast.walk(tree_of(path)) if isinstance(node, banned)]

    def test_names_no_library(self, path):
        names = {node.id for node in ast.walk(tree_of(path)) if isinstance(node, ast.Name)}
        assert not names & {"st", "pd", "np", "duckdb", "plotly", "go", "px", "exec", "eval", "open"}

    def test_starts_with_its_question_and_is_short(self, path):
        text = path.read_text(encoding="utf-8")
        assert ast.get_docstring(ast.parse(text)).endswith("?")
        assert len(text.splitlines()) <= LINES


def test_app_is_found_by_streamlit():
    """Streamlit looks for a literal call; an imported app would run as a script without headers."""
    found = discover_asgi_app(ROOT / "app.py")
    assert found.is_asgi_app
    assert found.import_string == "app:app"


def test_app_only_assembles():
    tree = tree_of(ROOT / "app.py")
    assert set(modules(tree)) == {"streamlit.starlette", "socialroi.ui"}
    body = [node for node in tree.body if not isinstance(node, ast.ImportFrom)][1:]
    assert [type(node) for node in body] == [ast.Assign]
    given = {keyword.arg: ast.unparse(keyword.value) for keyword in body[0].value.keywords}
    assert given == {
        "lifespan": "server.lifespan",
        "middleware": "server.MIDDLEWARE",
        "on_script_error": "server.on_script_error",
    }


def test_router_is_alone_in_its_folder():
    folder = ROOT / "socialroi" / "ui" / "router"
    assert [path.name for path in folder.iterdir() if path.name != "__pycache__"] == ["main.py"]
