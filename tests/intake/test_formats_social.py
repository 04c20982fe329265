"""Exports of networks and social suites: exact values from invented files, and round trips."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from formats_kit import FEW, FIXTURES, csv_text, dialects, fixture
from hypothesis import given
from hypothesis import strategies as st

from socialroi.errors import FileRefused, UnknownName
from socialroi.intake import Request, read, recognise
from socialroi.intake.formats.x_archive import sent_at

BERLIN = "Europe/Berlin"

#: Every file, and what has to be said before it can be loaded.
FILES = {
    "support_tweets.csv": {},
    "x_archive.js": {},
    "x_api.json": {"columns": {"nordlicht": "agent_id"}},
    "message_archive.json": {"columns": {"Nordlicht Café": "agent_id"}},
    "reddit_comments.csv": {},
    "reddit_comments-posts.csv": {},
    "hootsuite_posts.csv": {"format": "hootsuite_posts"},
    "sprout_posts.csv": {"format": "sprout_posts", "timezone": BERLIN},
    "meta_posts.csv": {"format": "meta_posts", "timezone": BERLIN},
    "meta_posts-videos.csv": {"format": "meta_posts", "timezone": BERLIN},
}
REFUSED = {
    "metricool_posts.csv": "holds no posts",
    "discourse_archive.csv": "neither the questions",
    "discord_messages.csv": "neither what a message answers nor who",
}
UNCERTAIN = ("hootsuite_posts.csv", "sprout_posts.csv", "meta_posts.csv", "meta_posts-videos.csv")
TWEETS = [
    "tweet_id",
    "author_id",
    "inbound",
    "created_at",
    "text",
    "response_tweet_id",
    "in_response_to_tweet_id",
]


def request(name, **said):
    return Request(FIXTURES / name, name, **said)


@pytest.fixture
def parcel():
    """The parcel of one of the files, with what it needs said, or something else."""

    def loaded(name, **said):
        return read(request(name, **{**FILES[name], **said}), scan=False)

    return loaded


def column(parcel, name):
    return parcel.tables["interactions"][name].to_pylist()


def rows(parcel, *names):
    return list(zip(*(column(parcel, name) for name in names), strict=True))


def by_message(parcel, *names):
    return {message: found for message, *found in rows(parcel, "message_id", *names)}


@pytest.mark.parametrize("name", FILES)
def test_each_file_is_recognised_as_itself(name):
    found = recognise(request(name))
    assert found.format == name.partition(".")[0].partition("-")[0]
    assert found.tables == ("interactions",)
    assert found.certain == (name not in UNCERTAIN)


@pytest.mark.parametrize("name", FILES)
def test_every_record_is_loaded_or_rejected(name, parcel):
    found = parcel(name)
    assert found.rows_read == found.tables["interactions"].num_rows + found.rejected
    assert found.rows_read > 1


@pytest.mark.parametrize("name", UNCERTAIN)
def test_a_format_known_at_second_hand_has_to_be_confirmed(name, parcel):
    assert recognise(request(name)).questions[0].startswith("Is this what it looks like?")
    with pytest.raises(FileRefused, match="--format"):
        parcel(name, format=None)


@pytest.mark.parametrize(("name", "why"), REFUSED.items())
def test_a_file_that_answers_no_question_is_refused_with_the_reason(name, why):
    with pytest.raises(FileRefused, match=why):
        recognise(request(name))
    with pytest.raises(FileRefused, match=why):
        read(request(name))


@pytest.mark.parametrize("header", [
    "visited_at,posts_read,mobile,time_read",
    "id,post_id,topic_id,post_number,created_at,updated_at,deleted_at,deleted_by",
    "ID,Timestamp,Contents,Attachments",
])  # fmt: skip
def test_the_other_files_of_the_same_downloads_are_refused_too(load, header):
    with pytest.raises(FileRefused, match=r"Disco(urse|rd)"):
        load(f"{header}\n{'1,' * header.count(',')}1\n")


# -- support tweets ----------------------------------------------------------------------------------


def test_threads_are_followed_to_their_root(parcel):
    found = by_message(parcel("support_tweets.csv"), "conversation_id", "reply_to")
    assert found["3"] == ["3", None]
    assert found["1"] == ["3", "3"]
    assert found["2"] == ["3", "1"]


def test_the_customer_of_a_thread_is_who_began_it(parcel):
    found = by_message(parcel("support_tweets.csv"), "customer_id", "author_id")
    assert found["3"] == ["x:201", "x:201"]
    assert found["1"] == ["x:201", "x:NordlichtHelp"]
    assert found["6"] == ["x:201", "x:115722"]


def test_where_a_brand_speaks_first_the_customer_is_who_spoke_to_it_first(parcel):
    found = by_message(parcel("support_tweets.csv"), "customer_id", "conversation_id", "author_kind")
    assert found["10"] == ["x:204", "10", "agent"]
    assert found["11"] == ["x:204", "10", "customer"]
    assert found["12"] == ["x:204", "10", "customer"]


def test_comments_below_one_post_are_separate_conversations(parcel):
    found = by_message(parcel("support_tweets.csv"), "customer_id", "conversation_id", "author_kind")
    assert found["4"] == [None, "4", "campaign"]
    assert found["5"] == ["x:202", "5", "customer"]
    assert found["7"] == ["x:202", "5", "agent"]
    assert found["8"] == ["x:203", "8", "customer"]
    assert found["9"] == ["x:203", "8", "agent"]


def test_an_agent_of_no_known_account_counts_as_a_customer_and_that_is_said(parcel):
    found = parcel("support_tweets.csv", keep_text=True)
    kinds = by_message(found, "author_kind", "direction", "text")
    assert kinds["6"] == ["customer", "in", "[handle] we are on it ^JAY"]
    assert any("staff who answer from accounts of their own" in note for note in found.notes)


def test_only_answered_threads_are_in_it(parcel):
    found = parcel("support_tweets.csv")
    assert found.keeps_unanswered == "no"
    assert any("never how often" in note for note in found.notes)


def test_times_with_their_offset_and_an_answer_six_years_late(parcel):
    found = by_message(parcel("support_tweets.csv"), "sent_at", "conversation_id")
    assert found["3"][0] == datetime(2017, 10, 31, 22, 8, 27)
    assert found["13"] == [datetime(2011, 10, 8, 19, 36, 43), "13"]
    assert found["14"] == [datetime(2017, 11, 1, 11), "13"]


def test_text_without_entities_with_its_line_ends_and_without_bare_returns(parcel):
    found = by_message(parcel("support_tweets.csv", keep_text=True), "text")
    assert found["2"] == ["[handle] 4711 & 4712"]
    assert found["3"] == ["[handle] my lamp is late,\nwhere is it?"]
    assert found["4"] == ["New lamps <today only>"]
    assert found["7"] == ["[handle] we do"]
    assert found["8"] == ['[handle] "today only", really?']


def test_text_is_left_out_and_says_before_whether_it_needs_an_answer(parcel):
    found = parcel("support_tweets.csv")
    assert "text" not in found.tables["interactions"].column_names
    assert by_message(found, "needs_response", "channel", "visibility")["3"] == [True, "twitter", "public"]
    assert by_message(found, "needs_response")["1"] == [None]


def saved_again(text, change):
    """The fixture as another program saves it."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(
        change(number, row) for number, row in enumerate(csv.reader(io.StringIO(text, newline="")))
    )
    return written.getvalue()


def as_pandas(number, row):
    """An unnamed column of row numbers; ids above gaps become decimals."""
    return ["", *row] if number == 0 else [str(number - 1), *row[:6], row[6] and f"{row[6]}.0"]


def as_excel(number, row):
    """TRUE and FALSE; a list of two answers becomes one number."""
    return [*row[:2], row[2].upper(), *row[3:5], row[5].replace(",", ""), row[6]] if number else row


@pytest.mark.parametrize("change", [as_pandas, as_excel])
def test_a_copy_saved_by_another_program_gives_the_same_messages(load, parcel, change):
    # a bare return inside a cell ends the row for the program that saves
    text = saved_again(fixture("support_tweets.csv").decode().replace("\r", " "), change)
    names = ("message_id", "conversation_id", "reply_to", "customer_id", "author_kind", "sent_at")
    assert rows(load(text), *names) == rows(parcel("support_tweets.csv"), *names)


def test_ids_that_a_spreadsheet_has_destroyed_are_rejected(load):
    text = fixture("support_tweets.csv").decode().replace("\n14,", "\n1.1E+05,")
    (reject,) = load(text).rejects
    assert (reject.column, reject.shown) == ("tweet_id", "1.1E+05")


def test_a_selection_of_columns_is_enough(load):
    text = "inbound,in_response_to_tweet_id,tweet_id,created_at,author_id\n"
    found = load(
        f"{text}TRUE,,1,Tue Oct 31 22:10:47 +0000 2017,7\nFALSE,1,2,Tue Oct 31 22:10:48 +0000 2017,N\n"
    )
    assert found.format == "support_tweets"
    assert rows(found, "message_id", "conversation_id", "customer_id") == [
        ("1", "1", "x:7"),
        ("2", "1", "x:7"),
    ]


def test_answers_in_a_circle_end(load):
    parent = {"1": "3", "2": "1", "3": "2", "10": "1"}
    lines = [f"{name},7,True,Tue Oct 31 22:10:47 +0000 2017,hello,,{above}" for name, above in parent.items()]
    found = load("\n".join([",".join(TWEETS), *lines]))
    assert set(column(found, "conversation_id")) == {"1"}
    assert set(column(found, "customer_id")) == {"x:7"}


def test_a_thread_of_many_thousand_answers(load):
    lines = [
        f"{n},{7 if n % 2 else 'Nordlicht'},{n % 2 == 1},Tue Oct 31 22:10:47 +0000 2017,hi,,{n - 1 or ''}"
        for n in range(20_000, 0, -1)
    ]
    found = load("\n".join([",".join(TWEETS), *lines]))
    assert set(column(found, "conversation_id")) == {"1"}


def test_a_row_that_does_not_say_who_wrote_it_is_rejected(load):
    text = fixture("support_tweets.csv").decode().replace("2,201,True", "2,201,perhaps")
    assert [reject.reason for reject in load(text).rejects] == ["inbound is neither True nor False."]


def test_a_table_without_the_columns_of_threads_is_refused_when_forced(load):
    with pytest.raises(FileRefused, match="needs inbound, in_response_to_tweet_id"):
        load("tweet_id,author_id,created_at\n1,2,2024-01-01\n", format="support_tweets")


TWEET = st.fixed_dictionaries(
    {
        "tweet_id": st.integers(1, 30),
        "author_id": st.integers(100, 104),
        "inbound": st.sampled_from(["True", "False"]),
        "created_at": st.datetimes(datetime(2017, 1, 1), datetime(2017, 12, 31)),
        "text": st.sampled_from(["where is it?", "two\nlines", "a, b", 'a "lamp"', "& more"]),
        "in_response_to_tweet_id": st.one_of(st.none(), st.integers(1, 40)),
    }
)


@FEW
@given(st.lists(TWEET, min_size=1, max_size=12, unique_by=lambda tweet: tweet["tweet_id"]), dialects())
def test_tweets_come_back_as_they_were_written(tmp_path, tweets, dialect):
    written = [
        {
            **{name: str(value) for name, value in tweet.items() if value is not None},
            "created_at": f"{tweet['created_at']:%a %b %d %H:%M:%S} +0000 {tweet['created_at']:%Y}",
        }
        for tweet in tweets
    ]
    path = tmp_path / "tweets.csv"
    path.write_bytes(csv_text(TWEETS, written, **dialect))
    found = read(Request(path, path.name), scan=False)
    got = rows(found, "message_id", "reply_to", "author_id", "direction", "sent_at")
    assert got == [
        (
            str(tweet["tweet_id"]),
            None if tweet["in_response_to_tweet_id"] is None else str(tweet["in_response_to_tweet_id"]),
            f"x:{tweet['author_id']}",
            "in" if tweet["inbound"] == "True" else "out",
            tweet["created_at"].replace(microsecond=0),
        )
        for tweet in tweets
    ]
    known = {str(tweet["tweet_id"]) for tweet in tweets}
    conversations = by_message(found, "conversation_id")
    assert {name for (name,) in conversations.values()} <= known
    for message, (conversation,) in conversations.items():
        assert conversations[conversation] == [conversation], message


# -- X -----------------------------------------------------------------------------------------------

POST, REPLY, CUSTOMER = "1643248394564534272", "1643252077163446272", "1643251825505206279"


def test_an_archive_holds_posts_and_answers_of_one_account(parcel):
    found = by_message(parcel("x_archive.js"), "author_kind", "conversation_id", "reply_to", "sent_at")
    assert found[POST] == ["campaign", POST, None, datetime(2023, 4, 4, 13, 45, 22)]
    assert found[REPLY] == ["agent", CUSTOMER, CUSTOMER, datetime(2023, 4, 4, 14)]
    assert set(column(parcel("x_archive.js"), "direction")) == {"out"}


def test_who_is_answered_is_the_customer(parcel):
    found = by_message(parcel("x_archive.js"), "customer_id", "handle")
    assert found[REPLY] == ["x:441", "ann_beispiel"]
    assert found[POST] == [None, None]
    assert found["1643916454917046272"] == ["x:442", "ben_beispiel"]


def test_a_thread_of_the_account_itself_stays_together(parcel):
    found = by_message(parcel("x_archive.js"), "author_kind", "conversation_id", "customer_id")
    assert found["1643538967557046272"] == ["campaign", POST, None]
    assert found["1643252328821686272"] == ["agent", CUSTOMER, "x:441"]


def test_a_time_that_the_id_contradicts_is_rejected(parcel):
    (reject,) = parcel("x_archive.js").rejects
    assert reject.shown == "1644278842782646272"
    assert reject.reason.startswith("By its id it was sent at 2023-04-07 10:00:00 UTC")


def test_old_ids_hold_no_time(parcel):
    assert sent_at("1264512345") is None
    assert sent_at("not a number") is None
    assert sent_at(POST) == datetime(2023, 4, 4, 13, 45, 22)
    assert by_message(parcel("x_archive.js"), "sent_at")["1264512345"] == [datetime(2009, 3, 1, 12)]


@given(st.datetimes(datetime(2010, 11, 5), datetime(2060, 1, 1)), st.integers(0, (1 << 22) - 1))
def test_a_time_survives_its_id(at, sequence):
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    since = at.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    number = (since // timedelta(milliseconds=1) - 1288834974657 << 22) + sequence
    assert sent_at(str(number)) == at


def test_an_archive_cannot_say_how_fast_and_says_so(parcel):
    found = parcel("x_archive.js")
    assert found.keeps_unanswered == "no"
    assert any("never how fast or how often" in note for note in found.notes)
    assert by_message(parcel("x_archive.js", keep_text=True), "text")[POST] == ["New lamps & shades"]


def test_the_list_without_texts_is_refused(load):
    text = (
        'window.YTD.tweet_headers.part0 = [{"tweet": {"tweet_id": "1", "user_id": "2", "created_at": "x"}}]'
    )
    with pytest.raises(FileRefused, match=r"Load tweets\.js"):
        load(text)


def test_a_script_is_parsed_and_never_run(load):
    with pytest.raises(FileRefused, match="not well-formed JSON"):
        load('window.YTD.tweets.part0 = [{"tweet": alert("hello")}]')


ASKED, SHOWN, GONE = "1585684134884278272", "1585904197432246272", "1585889097937846272"


def test_tweets_of_the_api_by_who_wrote_them(parcel):
    found = by_message(parcel("x_api.json"), "author_kind", "direction", "conversation_id", "reply_to")
    assert found[ASKED] == ["customer", "in", ASKED, None]
    assert found["1585685519004598272"] == ["agent", "out", ASKED, ASKED]
    assert found[SHOWN] == ["campaign", "out", SHOWN, None]
    assert found["1585904449090486272"] == ["campaign", "out", SHOWN, SHOWN]


def test_customers_of_the_api_have_number_and_handle(parcel):
    found = by_message(parcel("x_api.json"), "customer_id", "handle", "author_id", "sent_at")
    assert found[ASKED] == ["x:501", "cleo_beispiel", "x:501", datetime(2022, 10, 27, 17, 25, 33)]
    assert found["1585685519004598272"][:3] == ["x:501", "cleo_beispiel", "x:900"]
    assert found[SHOWN][:2] == [None, None]


def test_what_a_tweet_refers_to_is_read_too_where_it_says_enough(parcel):
    found = by_message(parcel("x_api.json"), "author_kind", "customer_id")
    assert found[GONE] == ["customer", "x:503"]
    assert len(found) == 7


def test_a_repost_by_a_stranger_is_no_message(parcel):
    (reject,) = parcel("x_api.json").rejects
    assert reject.reason == "A repost of somebody else's words is no message."


@pytest.mark.parametrize("name", ["900", "@Nordlicht"])
def test_the_firm_is_told_by_number_or_handle(parcel, name):
    told = parcel("x_api.json", columns={name: "agent_id"})
    assert rows(told, "author_kind") == rows(parcel("x_api.json"), "author_kind")
    assert recognise(request("x_api.json", columns={name: "agent_id"})).mapping[name] == "agent_id"


def test_nothing_is_loaded_until_the_firm_is_told(parcel):
    question = recognise(request("x_api.json")).questions[0]
    senders = "Nordlicht, Cleo_Beispiel, emil_beispiel, dora_beispiel"
    assert question == f"Which sender is your firm? In the file are: {senders}."
    with pytest.raises(FileRefused, match='--columns "Nordlicht=agent_id"'):
        parcel("x_api.json", columns={})


@pytest.mark.parametrize("name", ["x_api.json", "message_archive.json"])
def test_a_firm_that_wrote_nothing_in_the_file_is_a_slip(parcel, name):
    with pytest.raises(UnknownName, match=r"Nordlich.*Did you mean"):
        parcel(name, columns={"Nordlich Cafe" if name[0] == "m" else "Nordlich": "agent_id"})


def test_answers_and_tweets_one_a_line(load, parcel):
    whole = json.loads(fixture("x_api.json"))
    names = ("message_id", "conversation_id", "author_kind", "customer_id", "handle")
    expected = rows(parcel("x_api.json"), *names)
    pages = [{"data": whole["data"][:2], "includes": whole["includes"]}, {"data": whole["data"][2:]}]
    text = "\n".join(json.dumps(page) for page in pages)
    assert rows(load(text, columns={"nordlicht": "agent_id"}), *names) == expected
    text = "\n".join(json.dumps(tweet) for tweet in whole["data"])
    found = load(text, columns={"900": "agent_id"})
    assert rows(found, *names[:4]) == [row[:4] for row in expected[:-1]]


def test_tweets_without_author_are_refused_with_the_fields_to_ask_for(load):
    text = json.dumps({"data": [{"id": "1", "text": "hello", "edit_history_tweet_ids": ["1"]}], "meta": {}})
    with pytest.raises(FileRefused, match=r"tweet\.fields=author_id,conversation_id,created_at"):
        load(text, columns={"900": "agent_id"})


# -- a message archive -------------------------------------------------------------------------------


def test_messages_are_repaired_and_dated_to_the_millisecond(parcel):
    found = parcel("message_archive.json", keep_text=True)
    assert rows(found, "author_kind", "direction", "sent_at", "text")[-1] == (
        "customer", "in", datetime(2023, 4, 4, 13, 46, 40), "Hallo, wie lange habt ihr geöffnet?",
    )  # fmt: skip
    assert column(found, "sent_at")[0] == datetime(2023, 4, 4, 14, 2, 2, 123_000)
    assert column(found, "text")[1] == "Danke \u2764"
    assert column(found, "author_kind") == ["agent", "customer", "agent", "agent", "customer"]


def test_no_name_is_read_from_an_archive(parcel):
    found = parcel("message_archive.json")
    assert set(column(found, "customer_id")) == {"facebook:987654321"}
    assert set(column(found, "conversation_id")) == {"987654321"}
    assert len(set(column(found, "message_id"))) == 5
    everything = str(found.tables["interactions"].to_pylist()).casefold()
    assert "beispiel" not in everything
    assert "änne" not in everything


def test_the_firm_in_an_archive_is_asked_for(parcel):
    question = recognise(request("message_archive.json")).questions[0]
    assert question == "Which sender is your firm? In the file are: Änne Beispiel, Nordlicht Café."
    with pytest.raises(FileRefused, match="=agent_id"):
        parcel("message_archive.json", columns={})


def test_the_network_of_an_archive_may_be_declared(parcel):
    assert set(column(parcel("message_archive.json"), "channel")) == {"messenger"}
    said = parcel(
        "message_archive.json", fixed={"agent_id": "Nordlicht Café", "channel": "instagram"}, columns={}
    )
    assert set(column(said, "channel")) == {"instagram"}


def test_in_a_group_nobody_knows_whose_conversation_it_is(load):
    whole = json.loads(fixture("message_archive.json"))
    whole["participants"].append({"name": "Ben Beispiel"})
    found = load(json.dumps(whole), columns={"Nordlicht Café": "agent_id"})
    assert set(column(found, "customer_id")) == {None}


def test_a_conversation_with_fewer_messages_than_participants(load):
    whole = json.loads(fixture("message_archive.json"))
    whole["messages"] = whole["messages"][:1]
    found = load(json.dumps(whole), columns={"Nordlicht Café": "agent_id"})
    assert rows(found, "author_kind", "customer_id") == [("agent", "facebook:987654321")]


def test_an_archive_without_its_path_is_refused(load):
    whole = json.loads(fixture("message_archive.json"))
    del whole["thread_path"]
    with pytest.raises(FileRefused, match="no thread_path"):
        load(json.dumps(whole))


# -- Reddit ------------------------------------------------------------------------------------------


def test_comments_answer_what_stands_above_them(parcel):
    found = parcel("reddit_comments.csv")
    assert rows(found, "message_id", "conversation_id", "reply_to", "author_kind", "sent_at") == [
        ("jc1aaaa", "11abcde", "11abcde", "agent", datetime(2023, 1, 15, 12, 34, 56)),
        ("jc1bbbb", "11abcde", "jc1zzzz", "agent", datetime(2023, 1, 15, 13)),
        ("jc1cccc", "12fghij", "jc1yyyy", "agent", datetime(2023, 1, 16, 8)),
    ]
    assert set(column(found, "channel")) == {"reddit"}
    assert (found.keeps_unanswered, found.rejects[0].column) == ("no", "date")


def test_posts_open_a_conversation_of_their_own(parcel):
    found = parcel("reddit_comments-posts.csv", keep_text=True)
    assert rows(found, "conversation_id", "author_kind", "topic", "text") == [
        ("12fghij", "campaign", "homedecor", "Five shades\nWhich one is yours?"),
        ("14pqrst", "campaign", "lamps", "We are Nordlicht\nAsk us anything"),
    ]


@pytest.mark.parametrize("name", ["reddit_comments.csv", "reddit_comments-posts.csv"])
def test_ip_addresses_are_never_read(parcel, name):
    assert recognise(request(name)).mapping["ip"] is None
    assert "192.0.2" not in str(parcel(name, keep_text=True).tables["interactions"].to_pylist())


def test_a_comment_file_without_the_columns_nobody_needs(load):
    found = load(
        "id,permalink,date,subreddit,link,body\n"
        "a,https://www.reddit.com/r/x/comments/9z/t/a/,2023-01-15 12:34:56 UTC,x,https://www.reddit.com/r/x/comments/9z/t/,hi\n"
    )
    assert rows(found, "message_id", "conversation_id") == [("a", "9z")]


# -- posts of social suites --------------------------------------------------------------------------

POSTS = ("message_id", "conversation_id", "author_kind", "direction", "sent_at", "channel")


def test_hootsuite_has_two_lines_above_and_times_in_utc(parcel):
    found = parcel("hootsuite_posts.csv")
    assert rows(found, *POSTS) == [
        ("900_222", "900_222", "campaign", "out", datetime(2024, 3, 1, 14, 30), "facebook"),
        ("17890000000000333",) * 2 + ("campaign", "out", datetime(2024, 3, 2, 9), "instagram"),
        ("1774000000000000000",) * 2 + ("agent", "out", datetime(2024, 3, 31, 1, 30), "twitter"),
    ]
    assert any("2 lines above the header were not read" in note for note in found.notes)


def test_hootsuite_says_its_zone_in_the_header_whatever_is_declared(parcel):
    # 1:30 on that day never was in Berlin
    assert column(parcel("hootsuite_posts.csv", timezone=BERLIN), "sent_at")[2].hour == 1


def test_sprout_writes_the_month_first_with_am_and_pm(parcel):
    assert rows(parcel("sprout_posts.csv"), *POSTS) == [
        ("17890000000000001",) * 2 + ("campaign", "out", datetime(2024, 3, 5, 9, 5), "instagram"),
        ("urn:li:share:7170000000000000001",) * 2
        + ("campaign", "out", datetime(2024, 3, 5, 11, 30), "linkedin"),
        ("1768000000000000001",) * 2 + ("agent", "out", datetime(2024, 3, 14, 23, 5), "twitter"),
    ]


def test_meta_writes_the_month_first_and_no_seconds(parcel):
    assert rows(parcel("meta_posts.csv"), *POSTS) == [
        ("17890000000000001",) * 2 + ("campaign", "out", datetime(2026, 3, 5, 5, 8), "instagram"),
        ("17890000000000002",) * 2 + ("campaign", "out", datetime(2026, 3, 27, 17), "instagram"),
    ]


def test_videos_of_a_page(parcel):
    assert rows(parcel("meta_posts-videos.csv"), *POSTS) == [
        ("700000000000001",) * 2 + ("campaign", "out", datetime(2026, 1, 15, 13, 30), "facebook"),
        ("700000000000002",) * 2 + ("campaign", "out", datetime(2026, 2, 3, 9, 15), "facebook"),
    ]


@pytest.mark.parametrize("name", ["hootsuite_posts.csv", "meta_posts.csv"])
def test_ids_of_posts_that_a_spreadsheet_has_destroyed_are_rejected(parcel, name):
    (reject,) = parcel(name).rejects
    assert reject.column == "Post ID"
    assert "scientific notation" in reject.reason


@pytest.mark.parametrize("name", ["sprout_posts.csv", "meta_posts.csv", "meta_posts-videos.csv"])
def test_posts_without_a_zone_need_one(parcel, name):
    assert "In which time zone are the times of this file?" in recognise(request(name)).questions
    with pytest.raises(FileRefused, match="--timezone"):
        parcel(name, timezone=None)


def test_a_day_that_comes_first_after_all_is_rejected_and_not_swapped(load):
    text = fixture("sprout_posts.csv").decode().replace("03/15/2024", "15/03/2024")
    (reject,) = load(text, format="sprout_posts", timezone=BERLIN).rejects
    assert (reject.column, reject.shown) == ("Date", "2024-15-03 12:05 am")


@pytest.mark.parametrize("name", UNCERTAIN)
def test_posts_have_no_customers_and_that_is_said(parcel, name):
    found = parcel(name)
    assert not {"customer_id", "author_id", "agent_id", "email"} & set(
        found.tables["interactions"].column_names
    )
    assert any(note.startswith("No customers are in this export") for note in found.notes)


@pytest.mark.parametrize(("said", "channel"), [
    ("Facebook Page", "facebook"), ("X (Twitter)", "twitter"), ("X", "twitter"), ("LinkedIn", "linkedin"),
    ("Instagram Business", "instagram"), ("Some Site", "some_site"),
])  # fmt: skip
def test_networks_by_the_names_suites_give_them(load, said, channel):
    text = fixture("sprout_posts.csv").decode().replace(",LinkedIn,", f",{said},")
    assert column(load(text, format="sprout_posts", timezone=BERLIN), "channel")[1] == channel


@FEW
@given(
    st.lists(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), min_size=3, max_size=6),
    dialects((",", ";")),
    st.booleans(),
)
def test_posts_of_hootsuite_come_back_as_they_were_written(tmp_path, times, dialect, preamble):
    headers = ["Date (GMT)", "Post ID", "Post Message", "Post Type", "Social Network"]
    written = [[f"{at:%Y-%m-%d %H:%M}", f"7_{n}", "a, b", "Photo", "Facebook"] for n, at in enumerate(times)]
    above = ("Post performance", '"Mar 1, 2024 - Mar 31, 2024"') if preamble else ()
    path = tmp_path / "posts.csv"
    path.write_bytes(csv_text(headers, written, **dialect, above=above))
    found = read(Request(path, path.name, format="hootsuite_posts"), scan=False)
    assert rows(found, "message_id", "sent_at", "channel") == [
        (f"7_{n}", at.replace(second=0, microsecond=0), "facebook") for n, at in enumerate(times)
    ]


@FEW
@given(
    st.lists(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), min_size=1, max_size=6),
    dialects(),
    st.sampled_from(["sprout_posts", "meta_posts"]),
)
def test_months_come_first_in_every_row(tmp_path, times, dialect, form):
    if form == "sprout_posts":
        headers = ["Date", "Post ID", "Network", "Profile", "Post"]
        written = [
            [f"{at:%m/%d/%Y %I:%M %p}".lower(), f"p{n}", "TikTok", "N", "x"] for n, at in enumerate(times)
        ]
    else:
        headers = ["Publish time", "Post ID", "Permalink"]
        written = [
            [f"{at:%m/%d/%Y %H:%M}", f"p{n}", "https://www.facebook.com/1"] for n, at in enumerate(times)
        ]
    path = tmp_path / "posts.csv"
    path.write_bytes(csv_text(headers, written, **dialect))
    found = read(Request(path, path.name, format=form, timezone="UTC"), scan=False)
    assert found.format == recognise(Request(path, path.name)).format
    assert column(found, "sent_at") == [at.replace(second=0, microsecond=0) for at in times]


def test_the_posts_of_a_suite_that_writes_the_day_first_can_be_mapped(load):
    text = (
        "Fecha;Post;Red;Impresiones\n01/04/2024 10:00;p1;Instagram;2.345\n13/04/2024 11:30;p2;Facebook;800\n"
    )
    found = load(
        text,
        columns={"Fecha": "interactions.sent_at:day-first", "Post": "conversation_id", "Red": "channel",
                 "Impresiones": ""},
        fixed={"author_kind": "campaign", "direction": "out"},
        timezone=BERLIN,
    )  # fmt: skip
    assert column(found, "sent_at") == [datetime(2024, 4, 1, 8), datetime(2024, 4, 13, 9, 30)]
