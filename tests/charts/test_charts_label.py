"""A stranger's text is one short line and never markup."""

import html
import re

import pytest
from hostile_names import HOSTILE
from hypothesis import given
from hypothesis import strategies as st

from socialroi import limits
from socialroi.charts.label import clean, label, lines

BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u200b-\u200f\ufeff]")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_become_text(name):
    shown = label(name)
    assert "<" not in shown
    assert ">" not in shown
    assert re.sub(r"&(lt|gt|amp|quot|#x27);", "", shown).find("&") == -1
    assert not BIDI.search(shown)
    assert "\n" not in shown
    assert 0 < len(html.unescape(shown)) <= limits.LABEL_SHOWN + len("(blank)")


@given(st.text(max_size=300))
def test_cleaning_twice_changes_nothing(text):
    once = clean(text)
    assert clean(once) == once
    assert len(once) <= limits.LABEL_SHOWN


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40))
def test_plain_text_is_shown_as_it_is(text):
    assert html.unescape(label(text)) == text


def test_whitespace_of_every_kind_becomes_one_space():
    assert clean("a\tb\r\nc\u2028d\u00a0 e") == "a b c d e"


def test_stacked_marks_are_cut():
    assert len(clean("Z" + "\u0351" * 30)) == 3


def test_a_long_name_ends_in_an_ellipsis():
    assert label("x" * 41) == "x" * 39 + "\N{HORIZONTAL ELLIPSIS}"


def test_blank_names_say_so():
    assert label("\u200b \t") == "(blank)"


def test_sentences_break_into_lines_but_not_before_a_unit():
    broken = lines("Engaged customers do better on retention: +4.1 pp (1.2 to 7.0), n = 3,940", 46)
    assert all(len(line) <= 46 for line in broken)
    assert not any(re.search(r"\d$|n$|n =$", line) for line in broken[:-1])


def test_lines_escape():
    assert lines("a <b> & c", 40) == ["a &lt;b&gt; &amp; c"]
