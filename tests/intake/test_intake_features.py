"""What is kept of a text: worked examples, and the same answer from DuckDB for any text."""

from __future__ import annotations

import re

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socialroi.intake import features as module
from socialroi.intake.features import Features, features
from socialroi.intake.needs import CLOSER, QUESTION, needs_response

SQL = """
select
    length($text), regexp_matches($text, $question), regexp_matches(lower($text), $apology),
    regexp_matches($text, $sign_off), regexp_matches($text, $greeting)
"""


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Where is it?", (12, True, False, False, False)),
        ("Hi Anna, we are sorry for the delay. ^JK", (40, False, True, True, True)),
        ("Hello there, it is on its way", (29, False, False, False, False)),
        ("@ann Dear Frau Müller, das tut uns leid - Tom", (45, False, True, True, True)),
        ("Nous sommes désolés", (19, False, True, False, False)),
        ("no apologetics", (14, False, False, False, False)),
    ],
)
def test_what_is_kept_of_a_text(text, kept):
    assert features(text, "customer") == Features(*kept, None)


def test_copies_of_a_template_share_a_fingerprint_and_other_answers_do_not():
    one = features("Hi Anna, your order 4711 is on its way: https://x.org/a ^JK", "agent").template
    two = features("Hello Bert, your order 12 is on its way: https://x.org/bcd - Tom", "agent").template
    other = features("Hi Anna, your order 4711 is lost", "agent").template
    assert one == two != other
    assert one is not None
    assert len(one) == 12
    assert features("@ann http://x.org ^JK", "agent").template is None
    assert features("Hi Anna, your order", "customer").template is None


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=40),
        st.lists(
            st.sampled_from(["Hi", "Anna", "sorry", "DÉSOLÉ", "^JK", "-", "Tom", "\n", "?", "@x", "é", "4"]),
            min_size=1, max_size=8,
        ).map(" ".join),
    )
)  # fmt: skip
def test_duckdb_keeps_the_same(text):
    text = text.strip()  # as every cell is
    if not text:
        return
    asked = {
        "text": text, "question": QUESTION, "apology": module.APOLOGY, "sign_off": module.SIGN_OFF,
        "greeting": module.GREETING,
    }  # fmt: skip
    (found,) = duckdb.execute(SQL, asked).fetchall()
    assert found == features(text, "customer")[:5]


@pytest.mark.parametrize(
    "text", ["thanks", "Ok!", "@shop thx", "", "http://x.org", "k", "🙏", "top_", "a lot"]
)
def test_only_texts_with_a_closing_word_or_nothing_in_them_need_no_answer(text):

    if needs_response(text) is False:
        plain = "@" not in text and "http" not in text and re.search("[a-z0-9]", text.lower())
        assert not plain or re.search(CLOSER, text.lower())
