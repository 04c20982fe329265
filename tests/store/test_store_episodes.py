"""Episodes: when one starts, who answers it, how long it is watched. Worked by hand."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import pytest
from store_tables import episodes, talk

from socialroi.store import Store


def test_the_first_human_reply_ends_the_wait_and_a_bot_does_not() -> None:
    (episode,) = episodes(
        "c1 customer:ann 2026-01-05T10:00 channel=twitter",
        "c1 bot 2026-01-05T10:01",
        "c1 campaign 2026-01-05T10:02",
        "c1 system 2026-01-05T10:03",
        "c1 agent:bob 2026-01-05T11:00",
        "c1 agent:cid 2026-01-05T12:00",
    )
    assert episode["first_reply_at"] == datetime(2026, 1, 5, 11)
    assert episode["first_touch_at"] == datetime(2026, 1, 5, 10, 1)
    assert (episode["reply_kind"], episode["replied_by"]) == ("agent", "bob")
    assert (episode["answered"], episode["waited_s"]) == (True, 3600)
    assert (episode["messages_in"], episode["messages_out"]) == (1, 2)
    assert episode["social"]


def test_a_private_note_is_not_there() -> None:
    (episode,) = episodes(
        "c1 customer:ann 2026-01-05T10:00",
        "c1 agent:bob 2026-01-05T10:05 visibility=private",
        "c1 agent:bob 2026-01-05T13:00 visibility=public",
    )
    assert episode["waited_s"] == 3 * 3600
    assert episode["messages_out"] == 1


def test_a_private_message_opens_nothing() -> None:
    assert episodes("c1 customer:ann 2026-01-05T10:00 visibility=private") == []


def test_who_answers_their_own_question_has_no_answer() -> None:
    (episode,) = episodes(
        "q1 peer:ann 2026-01-05T10:00 direction=in",
        "q1 peer:ann 2026-01-05T10:30 direction=out",
        "q1 peer:bob 2026-01-05T12:00 direction=out",
    )
    assert (episode["opener_kind"], episode["reply_kind"], episode["replied_by"]) == ("peer", "peer", "bob")
    assert episode["waited_s"] == 2 * 3600
    assert episode["first_touch_at"] == datetime(2026, 1, 5, 12)


def test_only_the_own_answer_leaves_a_question_open() -> None:
    (episode,) = episodes(
        "q1 peer:ann 2026-01-05T10:00 direction=in",
        "q1 peer:ann 2026-01-05T10:30 direction=out",
        "q2 peer:bob 2026-01-07T10:30 direction=out",
    )
    assert not episode["answered"]
    assert pd.isna(episode["first_reply_at"])
    assert episode["waited_s"] == 2 * 86400 + 1800


def test_silence_after_an_answer_makes_a_new_episode() -> None:
    first, second = episodes(
        "c1 customer:ann 2026-01-05T10:00",
        "c1 agent:bob 2026-01-05T11:00",
        "c1 customer:ann 2026-01-06T11:00:01",
        "c1 agent:bob 2026-01-06T12:00:01",
    )
    assert (first["waited_s"], second["waited_s"]) == (3600, 3600)
    assert second["episode_id"] == "m3"


def test_exactly_the_silence_is_still_the_same_episode() -> None:
    (episode,) = episodes(
        "c1 customer:ann 2026-01-05T10:00",
        "c1 agent:bob 2026-01-05T11:00",
        "c1 customer:ann 2026-01-06T11:00",
    )
    assert episode["messages_in"] == 2


def test_the_silence_is_a_setting() -> None:
    lines = (
        "c1 customer:ann 2026-01-05T10:00",
        "c1 agent:bob 2026-01-05T11:00",
        "c1 customer:ann 2026-01-05T14:00",
    )
    assert len(episodes(*lines)) == 1
    assert len(episodes(*lines, settings={"episode_silence_h": "2"})) == 2


def test_asking_again_while_waiting_is_the_same_wait() -> None:
    (episode,) = episodes(
        "c1 customer:ann 2026-01-05T10:00",
        "c1 customer:ann 2026-01-08T10:00",
        "c1 bot 2026-01-08T10:01",
        "c1 customer:ann 2026-01-11T10:00",
        "c1 agent:bob 2026-01-11T11:00",
    )
    assert episode["waited_s"] == 6 * 86400 + 3600
    assert episode["messages_in"] == 3


def test_after_thanks_and_silence_a_new_question_is_a_new_episode() -> None:
    first, second = episodes(
        "c1 customer:ann 2026-01-05T10:00",
        "c1 agent:bob 2026-01-05T11:00",
        "c1 customer:ann 2026-01-05T11:05",
        "c1 customer:ann 2026-01-20T09:00",
        "c1 customer:ann 2026-01-25T09:00",
    )
    assert first["messages_in"] == 2
    assert (second["opened_at"], second["answered"]) == (datetime(2026, 1, 20, 9), False)
    assert second["messages_in"] == 2, "asking again does not open a third"


def test_a_message_of_the_firm_before_any_question_is_no_answer() -> None:
    (episode,) = episodes(
        "c1 agent:bob 2026-01-05T10:00",
        "c1 customer:ann 2026-01-09T10:00",
        "c1 customer:ann 2026-01-12T10:00",
        "c1 agent:bob 2026-01-12T10:10",
    )
    assert episode["opened_at"] == datetime(2026, 1, 9, 10)
    assert episode["waited_s"] == 3 * 86400 + 600


def test_a_conversation_of_the_firm_alone_is_no_episode() -> None:
    assert episodes("c1 agent:bob 2026-01-05T10:00", "c1 campaign 2026-01-05T11:00") == []


def test_without_direction_customers_ask_and_others_answer() -> None:
    (episode,) = episodes("c1 customer:ann 2026-01-05T10:00", "c1 peer:bob 2026-01-05T10:30")
    assert (episode["opener_kind"], episode["waited_s"]) == ("customer", 1800)


def test_a_question_and_its_answer_in_the_same_second_wait_zero() -> None:
    (episode,) = episodes("c1 agent:bob 2026-01-05T10:00", "c1 customer:ann 2026-01-05T10:00")
    assert (episode["answered"], episode["waited_s"]) == (True, 0)


def test_unanswered_is_watched_until_the_export_ends() -> None:
    waiting, _ = episodes("c1 customer:ann 2026-01-05T10:00", "c2 customer:eve 2026-01-07T10:00")
    assert waiting["observed_until"] == datetime(2026, 1, 7, 10)
    assert waiting["waited_s"] == 2 * 86400


def test_closing_changes_nothing() -> None:
    lines = ("c1 customer:ann 2026-01-05T10:00", "c2 customer:eve 2026-01-07T10:00")
    closed = (lines[0], "c1 system 2026-01-06T10:00 direction=out", lines[1])
    kept = ("opened_at", "answered", "waited_s", "observed_until")
    open_ones = [[row[name] for name in kept] for row in episodes(*lines)]
    assert [[row[name] for name in kept] for row in episodes(*closed)] == open_ones


def test_the_cutoff_is_that_of_the_own_export() -> None:
    frame = talk(
        "c1 customer:ann 2026-01-05T10:00 batch_id=mail channel=email",
        "c2 customer:eve 2026-01-06T10:00 batch_id=mail channel=email",
        "c3 customer:fay 2026-03-01T10:00 batch_id=social channel=twitter",
        "c4 customer:gus 2026-03-09T10:00 batch_id=social channel=twitter",
    )
    frame = Store.of({"interactions": frame}).frame("select * from episodes order by opened_at")
    assert frame["observed_until"].dt.strftime("%m-%d").tolist() == ["01-06", "01-06", "03-09", "03-09"]


def test_exports_of_one_channel_that_touch_are_one_observation() -> None:
    frame = talk(
        "c1 customer:ann 2026-01-05T10:00 batch_id=monday channel=twitter",
        "c2 customer:eve 2026-01-05T20:00 batch_id=monday channel=twitter",
        "c3 customer:fay 2026-01-06T08:00 batch_id=tuesday channel=twitter",
        "c4 customer:gus 2026-02-01T08:00 batch_id=february channel=twitter",
    )
    frame = Store.of({"interactions": frame}).frame("select * from episodes order by opened_at")
    assert frame["observed_until"].dt.strftime("%m-%dT%H").tolist() == ["01-06T08"] * 3 + ["02-01T08"]


def test_what_the_opening_message_says_is_kept() -> None:
    (episode,) = episodes(
        "c1 customer:ann 2026-01-05T10:00 department=care topic=delivery channel=X",
        "c1 agent:bob 2026-01-05T11:00 department=sales topic=other channel=email",
    )
    assert (episode["department"], episode["topic"], episode["channel"]) == ("care", "delivery", "X")
    assert episode["social"]
    assert episode["needs_response"], "what is not said to need no answer needs one"


@pytest.mark.parametrize(
    ("channel", "social"), [("Twitter", True), ("Google Reviews", True), ("email", False)]
)
def test_which_channels_are_social(channel: str, social: bool) -> None:
    frame = talk("c1 customer:ann 2026-01-05T10:00", channel=channel)
    assert Store.of({"interactions": frame}).one("select social from episodes") == (social,)


def test_the_customer_is_the_one_the_question_names() -> None:
    """A link made by the answer must not be used, or answered people would be found more often."""
    frame = talk("c1 customer 2026-01-05T10:00", "c1 agent:bob 2026-01-05T11:00 customer_id=ann")
    assert Store.of({"interactions": frame}).one("select customer_id from episodes") == (None,)


def test_keeps_unanswered_comes_from_the_batch() -> None:
    frame = talk("c1 customer:ann 2026-01-05T10:00")
    store = Store.of({"interactions": frame}, keeps_unanswered="no")
    assert store.one("select keeps_unanswered from episodes") == ("no",)


def test_the_queue_at_arrival() -> None:
    """Care at 12:00: c1 (opened 10:00) waits, c2 was answered at 11:30, c3 belongs to sales, c0 is older
    than a day. Two that open in the same second do not see each other."""
    found = episodes(
        "c0 customer:a 2026-01-04T11:59 department=care",
        "c1 customer:b 2026-01-05T10:00 department=care",
        "c2 customer:c 2026-01-05T11:00 department=care",
        "c2 agent:x 2026-01-05T11:30 department=care",
        "c3 customer:d 2026-01-05T11:45 department=sales",
        "c4 customer:e 2026-01-05T12:00 department=care",
        "c5 customer:f 2026-01-05T12:00 department=care",
        "c6 customer:g 2026-01-05T12:00:01 department=care",
    )
    queue = {row["conversation_id"]: row["queue_at_arrival"] for row in found}
    assert queue == {"c0": 0, "c1": 1, "c2": 2, "c3": 0, "c4": 1, "c5": 1, "c6": 3}


def test_answered_in_the_same_second_never_queues() -> None:
    found = episodes(
        "c1 customer:a 2026-01-05T10:00", "c1 agent:x 2026-01-05T10:00", "c2 customer:b 2026-01-05T10:00",
        "c3 customer:c 2026-01-05T10:01",
    )  # fmt: skip
    assert [row["queue_at_arrival"] for row in found] == [0, 0, 1]


def test_the_queue_counted_the_plain_way() -> None:
    """Against a second implementation: compare every pair."""
    lines = []
    for i in range(60):
        at = datetime(2026, 1, 5 + i % 3, i * 7 % 24, i * 13 % 60)
        lines.append(f"c{i} customer:p{i} {at.isoformat()} department={'care' if i % 2 else 'sales'}")
        if i % 3:
            lines.append(f"c{i} agent:x {at.replace(day=at.day + 1, minute=0).isoformat()}")
    found = episodes(*lines)
    day = pd.Timedelta(days=1)
    for row in found:
        ahead = [
            other
            for other in found
            if other["department"] == row["department"]
            and row["opened_at"] - day < other["opened_at"] < row["opened_at"]
            and not other["first_reply_at"] <= row["opened_at"]
        ]
        assert row["queue_at_arrival"] == len(ahead), row["conversation_id"]
