"""Posts.xml of a Stack Exchange dump, real and invented, honest and hostile."""

from __future__ import annotations

from datetime import datetime

import pytest

from socialroi.errors import FileRefused
from socialroi.intake import Request, read, recognise

TIME = 'CreationDate="2015-01-2'
POSTS = (
    '\ufeff<?xml version="1.0" encoding="utf-8"?>\n<posts>\n'
    f'  <row Id="1" PostTypeId="1" {TIME}7T20:09:32.720" OwnerUserId="4" Tags="&lt;milk&gt;&lt;heat&gt;"'
    ' Title="How hot?" Body="&lt;p&gt;Tell me &amp;amp; mine&lt;/p&gt;" />\n'
    f'  <row Id="2" PostTypeId="2" ParentId="1" {TIME}7T21:00:00.000" OwnerUserId="5" Body="65" />\n'
    f'  <row Id="3" PostTypeId="2" ParentId="1" {TIME}8T21:00:00.000" OwnerDisplayName="user7" />\n'
    f'  <row Id="4" PostTypeId="5" {TIME}8T21:00:00.000" />\n'
    "</posts>\n"
)


def messages(parcel):
    return parcel.tables["interactions"].to_pylist()


def test_questions_come_in_and_answers_go_out(load):
    parcel = load(POSTS)
    assert (parcel.format, parcel.keeps_unanswered, parcel.timezone) == ("stack_exchange", "yes", "UTC")
    question, answer, orphan = messages(parcel)
    assert question == {
        "message_id": "1",
        "conversation_id": "1",
        "reply_to": None,
        "customer_id": "4",
        "author_id": "4",
        "author_kind": "peer",
        "direction": "in",
        "sent_at": datetime(2015, 1, 27, 20, 9, 32, 720000),
        "channel": "stackexchange",
        "visibility": "public",
        "needs_response": True,
        "topic": "milk",
        "record": 1,
    }
    assert (answer["conversation_id"], answer["reply_to"], answer["direction"]) == ("1", "1", "out")
    assert (answer["customer_id"], answer["author_id"], answer["needs_response"]) == ("4", "5", None)
    assert orphan["author_id"] == "display:user7"


def test_other_posts_are_rejected_with_the_line_they_stand_on(load):
    (reject,) = load(POSTS).rejects
    assert (reject.line, reject.reason) == (6, "Neither question nor answer but a tag's wiki.")


def test_text_is_kept_without_markup_when_asked_for(load):
    assert messages(load(POSTS, keep_text=True))[0]["text"] == "How hot?\n Tell me & mine"
    assert "text" not in messages(load(POSTS))[0]


def test_the_newer_spelling_of_tags(load):
    assert messages(load(POSTS.replace("&lt;milk&gt;&lt;heat&gt;", "|milk|heat|")))[0]["topic"] == "milk"


def test_utf_16_is_read_too(load):
    text = POSTS.removeprefix("\ufeff").replace("utf-8", "utf-16")
    assert len(messages(load(text.encode("utf-16")))) == 3


BILLION = '<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]>'
OUTSIDE = '<!DOCTYPE posts [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    "declaration", [BILLION, OUTSIDE, "<!DOCTYPE posts>", '<!DOCTYPE posts SYSTEM "posts.dtd">']
)
def test_a_declared_type_or_entity_is_refused(load, declaration):
    with pytest.raises(FileRefused, match="declares a document type or an entity"):
        load(POSTS.replace("<posts>", declaration + "\n<posts>"))


@pytest.mark.parametrize(("text", "word"), [
    (POSTS[:-30], "not well-formed"), ("<users><row Id='1'/></users>", "<users> at its root"),
    ("<!doctype html><html></html>", "well-formed"), ("<html><body></body></html>", "<html> at its root"),
    ("<posts></posts>", "no rows"), (POSTS.replace("<row", "<row Id='9'", 1), "not well-formed"),
])  # fmt: skip
def test_other_xml_is_refused_with_the_reason(load, text, word):
    with pytest.raises(FileRefused, match=word):
        load(text)


def test_an_answer_without_its_question_and_a_post_without_time_are_rejected(load):
    text = POSTS.replace(' ParentId="1"', "", 1).replace(
        ' CreationDate="2015-01-28T21:00:00.000" OwnerDisplay', " OwnerDisplay"
    )
    with pytest.raises(FileRefused, match="3 of 4 rows"):
        load(text)


def test_the_coffee_community(shared):
    path = shared / "coffee_Posts.xml"
    parcel = read(Request(path, path.name))
    found = messages(parcel)
    assert parcel.rows_read == 592 == len(found) + parcel.rejected
    questions = [message for message in found if message["direction"] == "in"]
    assert len(questions) == 225
    askers = {question["message_id"]: question["author_id"] for question in questions}
    answered = {
        m["conversation_id"] for m in found if m["direction"] == "out" and m["conversation_id"] in askers
    }
    assert round(len(answered) / len(questions), 3) == 0.942
    assert all(reject.reason.startswith("Neither") for reject in parcel.rejects)


def test_recognition_of_a_dump_asks_nothing(write):
    found = recognise(Request(write(POSTS), "Posts.xml"))
    assert (found.format, found.tables, found.questions) == ("stack_exchange", ("interactions",), ())
    assert found.mapping["CreationDate"] == "sent_at"


def test_a_format_that_is_not_the_files_is_refused(load):
    with pytest.raises(FileRefused, match="shopify_orders is not"):
        load(POSTS, format="shopify_orders")
    with pytest.raises(FileRefused, match="this is a table, and stack_exchange is not"):
        load("a,b\n1,2\n", format="stack_exchange")
