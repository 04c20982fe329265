"""Text of strangers: nothing becomes markup, nothing hides, nothing runs on."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from socialroi.limits import TEXT_SHOWN
from socialroi.ui.safe import plain, text

HOSTILE = [
    "<script>alert(1)</script>",
    "![x](http://evil.example/x.png)",
    "[click](http://evil.example)",
    "http://evil.example",
    "www.evil.example",
    "someone@evil.example",
    "# heading",
    "- item",
    "1. item",
    "| a | b |\n|---|---|",
    ":material/warning: :red[x] :smile:",
    "$\\frac{1}{2}$",
    "`code` **bold** _it_ ~~s~~",
    "<style>body{display:none}</style>",
    "a\u202eb\u2066c",
    "--- -> <- >=",
    "    indented",
    "\u2028line",
    "ftp://evil.example mailto:x@evil.example",
]


def rendered(markdown: str) -> list[str]:
    """The kinds of token that CommonMark with tables, strikethrough and auto-links makes of it."""
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    tokens = parser.parse(markdown)
    inner = [child.type for token in tokens for child in token.children or []]
    return [token.type for token in tokens] + inner


PARAGRAPH = {"paragraph_open", "inline", "paragraph_close", "text", "text_special"}


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_one_paragraph_of_text(hostile):
    assert set(rendered(text(hostile))) <= PARAGRAPH


@given(st.text(max_size=200))
def test_any_text_is_one_paragraph_of_text(anything):
    assert set(rendered(text(anything))) <= PARAGRAPH


@given(st.text(max_size=400))
def test_nothing_invisible_survives_and_length_is_capped(anything):
    shown = plain(anything)
    assert len(shown) <= TEXT_SHOWN
    assert not any(unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp"} for character in shown)


def test_ordinary_names_are_left_alone_where_nothing_renders():
    assert plain("Käse & Brot, Größe 2") == "Käse & Brot, Größe 2"


def test_long_text_says_that_it_was_cut():
    assert plain("x" * 500, 10) == "x" * 9 + "…"


def test_addresses_cannot_be_linked():
    shown = text("see http://evil.example or www.evil.example or a@b.example")
    for linkish in ("://", "www.", "a@b"):
        assert linkish not in shown.replace("\\", "")
