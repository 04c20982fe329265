"""Streamlit renders Markdown almost everywhere. What reaches those places is ours, or went through safe.

Read from the syntax: every text argument of a rendering call is a literal, a constant of the module, a
call of a function that makes text safe, or an f-string of these and of numbers with a format.
"""

import ast
from pathlib import Path

import pytest

UI = Path(__file__).parents[2] / "socialroi" / "ui"
FILES = sorted(UI.rglob("*.py"))

#: Calls whose first argument is rendered as Markdown.
SINKS = {
    "markdown", "write", "title", "header", "subheader", "caption", "info", "warning", "error", "success",
    "toast", "metric", "badge", "button", "checkbox", "toggle", "radio", "selectbox", "multiselect",
    "expander", "popover", "tabs", "status", "page_link", "link_button", "download_button",
    "segmented_control", "pills", "file_uploader", "text_input", "date_input", "progress", "spinner",
    "latex", "exception", "help",
}  # fmt: skip
#: Never called at all.
BANNED = {"html", "iframe", "write_stream", "video", "audio", "pyplot", "components", "exec", "eval"}
#: Functions whose result may be rendered: they escape, or they write numbers, or they choose our own words.
SAFE_CALLS = {
    "text", "sentence", "n_text", "number", "count", "difference_number", "interval_text", "level_text",
    "return_number", "return_interval", "_waiting", "_adds",
    "verdict_word", "truth", "_title", "_line", "_kept", "_interval", "_share", "month", "day", "join",
}  # fmt: skip
#: Names that hold our own words, by file: the reason stands beside each.
OURS = {
    # given by this module; numbers are written by charts.format and report.cards, drawings by charts.trend
    "cards.py": {"title", "shown", "drawn", "detail", "card.detail"},
    "blocks.py": {"name", "names"},  # from the constant DETAIL; tab names given by pages, literals
    "chips.py": {"words"},  # from filters.chips, which escapes
    "explain.py": {"name"},  # made by `definition` from text()
    "filters.py": {"label"},  # given by this module
    "frame.py": {"entry.title"},  # from the constant MENU
    "gate.py": {"refusal"},  # one of three constants
    "glossary.py": {"meaning", "table.name", "table.sentence", "metric.definition.unit"},  # schema
    "health/badge.py": {"page_of('data')"},  # a page of MENU
    "health/page.py": {"name", "reporting", "business"},  # given by this module; text()
    "intake/columns.py": {"cells", "column.name", "name"},  # text(); from the schema; given by this module
    "intake/one.py": {"known_as", "remedy"},  # one of two literals; text() or a constant
    "intake/rejects.py": {"label"},  # given by this module
    "intake/steps.py": {"said"},  # made by `step` from text()
    "menu.py": {"label", "page_of(url)"},  # given by callers in this room; a page of MENU
    "reality_plan.py": {"label"},  # given by this module
    "reality_unknown.py": {"name"},  # a rung of the ladder and its days
    "reporting.py": {"label"},  # given by this module
    "start.py": {"name", "said", "shop.name"},  # from constants
    "way.py": {"page_of(page)"},  # a page of MENU
    "worth.py": {"name"},  # given by this module
}  # fmt: skip


def calls(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr, node


def is_safe(node, ours):
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
        shown = ast.unparse(node)
        return shown in ours or shown.split("[")[0].rpartition(".")[2].isupper()
    if ast.unparse(node) in ours:
        return True
    if isinstance(node, ast.Call):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return called in SAFE_CALLS
    if isinstance(node, ast.IfExp):
        return is_safe(node.body, ours) and is_safe(node.orelse, ours)
    if isinstance(node, ast.BoolOp):
        return all(is_safe(value, ours) for value in node.values)
    if isinstance(node, ast.JoinedStr):
        return all(
            is_safe(part.value, ours) or part.format_spec is not None
            for part in node.values
            if isinstance(part, ast.FormattedValue)
        )
    return False


def is_streamlit(node):
    """Whether the call is on streamlit itself or on one of its containers."""
    base = ast.unparse(node.func.value)
    return base in {"st", "st.sidebar", "column", "status", "left", "right", "box"}


def named(path):
    """A file by its place in the room."""
    return path.relative_to(UI).as_posix()


def test_what_is_let_through_is_there():
    assert set(OURS) <= set(map(named, FILES))


@pytest.mark.parametrize("path", FILES, ids=named)
def test_only_safe_text_is_rendered(path):
    ours = OURS.get(named(path), set())
    tree = ast.parse(path.read_text(encoding="utf-8"))
    unsafe = [
        f"line {node.lineno}: {name}({ast.unparse(node.args[0])})"
        for name, node in calls(tree)
        if name in SINKS and is_streamlit(node) and node.args and not is_safe(node.args[0], ours)
    ]
    assert not unsafe


@pytest.mark.parametrize("path", FILES, ids=named)
def test_raw_sinks_are_never_called(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not [name for name, node in calls(tree) if name in BANNED and is_streamlit(node)]
    keywords = {
        keyword.arg for node in ast.walk(tree) if isinstance(node, ast.Call) for keyword in node.keywords
    }
    assert not keywords & {"unsafe_allow_html", "unsafe_allow_javascript"}


def test_the_only_pictures_are_drawn_by_us():
    drawn = [
        (named(path), ast.unparse(node.args[0]))
        for path in FILES
        for name, node in calls(ast.parse(path.read_text(encoding="utf-8")))
        if name == "image" and is_streamlit(node)
    ]
    # made by charts.trend, which writes numbers and no name, and by ui.preview, which writes neither
    assert sorted(drawn) == [("cards.py", "drawn"), ("start.py", "drawn")]


@pytest.mark.parametrize("path", FILES, ids=named)
def test_tables_hold_no_links_and_no_pictures(path):
    text = path.read_text(encoding="utf-8")
    for column in ("LinkColumn", "ImageColumn", "MarkdownColumn", "ButtonColumn"):
        assert column not in text


def test_the_rule_can_fail():
    """The reader of syntax sees an unescaped value in each form it could take."""
    for code in (
        "st.markdown(x)",
        "st.error(f'{x}')",
        "st.write(a + b)",
        "st.info(x.name)",
        "st.button(str(x))",
    ):
        ((_, node),) = calls(ast.parse(code))
        assert not is_safe(node.args[0], set())
    for code in ("st.markdown('a')", "st.markdown(NOTE)", "st.error(f'{text(x)} {n:,}')"):
        ((_, node),) = calls(ast.parse(code))
        assert is_safe(node.args[0], set())
