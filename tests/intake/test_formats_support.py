"""Exports of helpdesks: exact values from invented files, every trap shown, and round trips."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import datetime, timedelta

import pytest
from formats_kit import FEW, FIXTURES, csv_text, dialects, fixture
from hypothesis import given
from hypothesis import strategies as st

from socialroi.errors import FileRefused
from socialroi.intake import Request, read, recognise
from socialroi.intake.features import Features
from socialroi.intake.formats import helpdesk
from socialroi.intake.formats.salesforce_social_posts import long_id

BERLIN = "Europe/Berlin"
DESTROYED = "A spreadsheet has turned this id into scientific notation and lost its digits; export it again."

#: Every file, what has to be said before it can be loaded, its records and how many are rejected.
FILES = {
    "zendesk_tickets.csv": ({"timezone": BERLIN}, 12, 3),
    "zendesk_tickets-excel.csv": ({"timezone": BERLIN}, 6, 1),
    "zendesk_comments.ndjson": ({}, 7, 1),
    "freshdesk_tickets.csv": ({"timezone": BERLIN}, 8, 2),
    "freshdesk_tickets-freshservice.csv": ({"timezone": BERLIN}, 3, 0),
    "chatwoot_csat.csv": ({}, 6, 1),
    "chatwoot_csat-reviews.csv": ({}, 3, 0),
    "chatwoot_messages.json": ({}, 6, 2),
    "chatwoot_messages-webhook.ndjson": ({}, 2, 0),
    "chatwoot_contacts.csv": ({"format": "chatwoot_contacts"}, 6, 1),
    "zammad_tickets.csv": ({"format": "zammad_tickets"}, 7, 2),
    "front_messages.csv": ({"format": "front_messages", "timezone": BERLIN}, 6, 1),
    "intercom_messages.csv": ({"format": "intercom_messages"}, 8, 1),
    "intercom_messages-entries.csv": ({"format": "intercom_messages"}, 2, 0),
    "salesforce_social_posts.csv": ({"format": "salesforce_social_posts"}, 8, 1),
    "salesforce_social_posts-report.csv": (
        {"format": "salesforce_social_posts", "timezone": BERLIN}, 3, 0,
    ),
    "hubspot_tickets.csv": ({"format": "hubspot_tickets", "timezone": BERLIN}, 4, 1),
}  # fmt: skip
UNCERTAIN = (
    "chatwoot_contacts", "zammad_tickets", "front_messages", "intercom_messages",
    "salesforce_social_posts", "hubspot_tickets",
)  # fmt: skip
KEPT = ("zendesk_tickets", "zendesk_comments", "freshdesk_tickets")


def request(name, **said):
    return Request(FIXTURES / name, name, **said)


@pytest.fixture
def parcel():
    """The parcel of one of the files, with what it needs said and anything else."""

    def loaded(name, **said):
        return read(request(name, **{**FILES[name][0], **said}), scan=False)

    return loaded


def rows(parcel, *names, table="interactions"):
    """The cells of these columns, instants as text."""
    found = parcel.tables[table]
    columns = [found[name].to_pylist() for name in names]
    return [tuple(_text(cell) for cell in row) for row in zip(*columns, strict=True)]


def _text(cell):
    return f"{cell:%Y-%m-%d %H:%M:%S}" if isinstance(cell, datetime) else cell


def row(parcel, key, table="interactions"):
    """All that is said in the row of this id, without what is derived from its text."""
    name = {"interactions": "message_id", "surveys": "response_id", "customers": "customer_id"}[table]
    found = next(each for each in parcel.tables[table].to_pylist() if each[name] == key)
    aside = {"record", *Features._fields}
    return {name: _text(cell) for name, cell in found.items() if cell is not None and name not in aside}


def reasons(parcel):
    return [(reject.line, reject.column, reject.reason) for reject in parcel.rejects]


def form(name):
    return name.partition(".")[0].partition("-")[0]


# What holds for every one of them


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_recognised_as_itself(name):
    found = recognise(request(name))
    assert (found.format, found.certain) == (form(name), form(name) not in UNCERTAIN)
    assert (found.keeps_unanswered == "yes") == (form(name) in KEPT)


@pytest.mark.parametrize(("name", "expected"), [(n, each[1:]) for n, each in FILES.items()])
def test_every_record_is_loaded_or_rejected(name, expected, parcel):
    got = parcel(name)
    loaded = {record for table in got.tables.values() for record in table["record"].to_pylist()}
    assert (got.rows_read, got.rejected) == expected
    assert len(loaded) + got.rejected == got.rows_read
    assert got.format == form(name)


@pytest.mark.parametrize("name", FILES)
def test_no_name_of_a_person_and_no_text_is_read(name, parcel):
    got = parcel(name)
    said = " ".join(
        str(cell) for table in got.tables.values() for each in table.to_pylist() for cell in each.values()
    )
    for of_somebody in ("Example", "Customer ", "Somebody", "shop.example.com", "help@"):
        assert of_somebody not in said
    assert all("text" not in table.column_names for table in got.tables.values())


@pytest.mark.parametrize("name", [name for name in FILES if form(name) in UNCERTAIN])
def test_a_format_known_at_second_hand_has_to_be_confirmed(name, parcel):
    with pytest.raises(FileRefused, match=f"--format {form(name)}"):
        parcel(name, format=None)


@pytest.mark.parametrize("name", [name for name, said in FILES.items() if "timezone" in said[0]])
def test_times_without_a_zone_need_one(name, parcel):
    found = recognise(request(name))
    assert "In which time zone are the times of this file?" in found.questions
    with pytest.raises(FileRefused, match="do not say their time zone"):
        parcel(name, timezone=None)


@pytest.mark.parametrize("name", [name for name, said in FILES.items() if "timezone" not in said[0]])
def test_times_that_say_their_zone_are_not_moved_by_another(name, parcel):
    if form(name) != "zammad_tickets":
        assert parcel(name).tables == parcel(name, timezone="America/New_York").tables


# Words and ids that helpdesks share


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Twitter", "twitter"), ("X Direct Message", "twitter"), ("twitter_dm", "twitter"),
        ("Facebook Post", "facebook"), ("instagram_dm", "instagram"), ("Any Channel", "social"),
        ("Channel::TwitterProfile", "twitter"), ("Channel::FacebookPage", "facebook"),
        ("Channel::Whatsapp", "whatsapp"), ("telegram personal-message", "telegram"),
        ("Facebook Messenger", "messenger"), ("LINE", "line"), ("Chat offline message", "chat"),
        ("Mail", "email"), ("Outbound Email", "email"), ("Phone Call (incoming)", "phone"),
        ("Web Service (API)", "api"), ("Web form", "web"), ("Portal", "web"),
        ("Closed ticket", "closed_ticket"), ("", ""),
    ],
)  # fmt: skip
def test_words_for_channels(said, expected):
    assert helpdesk.channel(said) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("12", "tool:12"),
        ("'12", "tool:12"),
        ("12.0", "tool:12"),
        ("null", ""),
        ("", ""),
        ("1.2E+12", "1.2E+12"),
    ],
)
def test_the_prefix_of_a_tool_hides_no_destroyed_id(said, expected):
    assert helpdesk.person("tool", said) == expected


# Zendesk, tickets

MINUTES = "First reply time in minutes"
TRIMMED = ["Id", "Created at", "Requester id", "Via", "Group", "Satisfaction Score", MINUTES]


def ticket(number="1", created="2024-03-04 09:00:00", minutes="", **more):
    return {
        "Id": number, "Created at": created, "Requester id": "900", "Via": "Twitter", "Group": "Care",
        MINUTES: minutes, **more,
    }  # fmt: skip


def zendesk(load, *tickets, **said):
    headers = list(dict.fromkeys([*TRIMMED, *(name for each in tickets for name in each)]))
    return load(csv_text(headers, tickets), **{"timezone": BERLIN, **said})


def test_a_ticket_is_a_message_and_its_first_answer(parcel):
    got = parcel("zendesk_tickets.csv")
    about = {
        "conversation_id": "35201", "customer_id": "C-1001", "department": "Care", "channel": "email",
        "topic": "Question", "email": "ana@example.org",
    }  # fmt: skip
    assert row(got, "35201") == {
        "message_id": "35201", "author_kind": "customer", "direction": "in",
        "sent_at": "2024-03-04 08:12:30", **about,
    }  # fmt: skip
    assert row(got, "35201-reply") == {
        "message_id": "35201-reply", "reply_to": "35201", "author_kind": "agent", "direction": "out",
        "sent_at": "2024-03-04 08:54:30", **about,
    }  # fmt: skip


def test_tickets_of_every_channel_answered_or_not(parcel):
    got = rows(parcel("zendesk_tickets.csv"), "message_id", "sent_at", "customer_id", "channel", "department")
    assert got == [
        ("35201", "2024-03-04 08:12:30", "C-1001", "email", "Care"),
        ("35201-reply", "2024-03-04 08:54:30", "C-1001", "email", "Care"),
        ("35202", "2024-03-04 09:00:00", "zendesk:900000000102", "twitter", "Care"),
        ("35202-reply", "2024-03-04 09:07:00", "zendesk:900000000102", "twitter", "Care"),
        ("35203", "2024-03-04 10:30:00", "zendesk:900000000102", "twitter", "Care"),
        ("35204", "2024-03-05 07:00:00", "C-1004", "facebook", "Social"),
        ("35204-reply", "2024-03-05 07:00:00", "C-1004", "facebook", "Social"),
        ("35205", "2024-03-05 07:30:00", "zendesk:900000000105", "social", "Social"),
        ("35205-reply", "2024-03-05 09:05:00", "zendesk:900000000105", "social", "Social"),
        ("35206", "2024-03-05 08:00:00", "zendesk:900000000106", "instagram", "Care"),
        ("35206-reply", "2024-03-05 08:15:00", "zendesk:900000000106", "instagram", "Care"),
        ("35208", "2024-03-06 11:00:00", "zendesk:900000000108", "chat", None),
        ("35208-reply", "2024-03-06 11:01:00", "zendesk:900000000108", "chat", None),
        ("35209", "2024-10-26 23:30:00", "C-1001", "web", "Care"),
        ("35209-reply", "2024-10-27 01:30:00", "C-1001", "web", "Care"),
        ("35212", "2024-03-08 09:00:00", None, "api", "Care"),
    ]


def test_minutes_are_counted_over_the_night_the_clocks_change(parcel):
    """Opened at 01:30 in summer time, answered two hours later: 02:30 in winter time."""
    got = dict(rows(parcel("zendesk_tickets.csv"), "message_id", "sent_at"))
    assert got["35209"] == "2024-10-26 23:30:00"
    assert got["35209-reply"] == "2024-10-27 01:30:00"


def test_rejected_tickets_say_why(parcel):
    assert reasons(parcel("zendesk_tickets.csv")) == [
        (8, "Requester id", DESTROYED),
        (11, "", "This ticket was merged into another one, which has its messages."),
        (12, "", "The row has 44 cells where 43 are expected."),
    ]


def test_a_firms_own_number_is_tied_to_zendesks_where_there_is_one(parcel):
    got = parcel("zendesk_tickets.csv")
    assert rows(got, "kind", "value", "customer_id", "source", table="identities") == [
        ("external", "zendesk:900000000101", "C-1001", "zendesk"),
        ("external", "zendesk:900000000104", "C-1004", "zendesk"),
        ("external", "zendesk:900000000101", "C-1001", "zendesk"),
    ]
    assert tuple(parcel("zendesk_tickets-excel.csv").tables) == ("interactions", "surveys")


def test_good_and_bad_are_two_points_and_offered_is_no_answer(parcel):
    got = parcel("zendesk_tickets.csv")
    names = ("response_id", "question", "score", "scale_min", "scale_max", "high_is_good", "asked_at")
    assert rows(got, *names, table="surveys") == [
        ("35201-survey", "csat", 1.0, 0.0, 1.0, True, "2024-03-05 09:00:00"),
        ("35202-survey", "csat", None, 0.0, 1.0, True, "2024-03-04 11:00:00"),
        ("35205-survey", "csat", 0.0, 0.0, 1.0, True, "2024-03-06 08:00:00"),
    ]
    assert row(got, "35201-survey", "surveys")["conversation_id"] == "35201"
    assert row(got, "35201-survey", "surveys")["email"] == "ana@example.org"


def test_numbers_without_a_scale_are_left_out_and_counted(parcel):
    got = parcel("zendesk_tickets-excel.csv")
    assert rows(got, "conversation_id", "score", table="surveys") == [("104", None), ("105", 1.0)]
    assert any(note.startswith("2 cells of Satisfaction Score") for note in got.notes)
    assert {"101", "102"} < {each for (each,) in rows(got, "message_id")}


def test_a_declared_scale_reads_the_numbers_and_whom_nobody_answered(parcel):
    got = parcel("zendesk_tickets-excel.csv", columns={"Satisfaction Score": "csat:1-5"})
    names = ("conversation_id", "question", "score", "scale_min", "scale_max")
    assert sorted(rows(got, *names, table="surveys")) == [
        ("101", "csat", 5.0, 1.0, 5.0),
        ("102", "csat", 1.0, 1.0, 5.0),
        ("104", "csat", None, 1.0, 5.0),
        ("105", "csat", 1.0, 0.0, 1.0),
    ]
    assert not any("Satisfaction Score" in note for note in got.notes)


def test_a_number_outside_the_declared_scale_is_rejected(load):
    said = {"columns": {"Satisfaction Score": "csat:1-5"}}
    scores = {"1": "7", "2": "5", "3": "Not Offered", "4": ""}
    got = zendesk(load, *(ticket(n, **{"Satisfaction Score": s}) for n, s in scores.items()), **said)
    assert reasons(got) == [(2, "Satisfaction Score", "The score lies outside the scale of its row.")]
    assert rows(got, "conversation_id", "score", table="surveys") == [("2", 5.0)]


def test_another_column_may_be_a_question(load):
    said = {"columns": {"Effort [list]": "net_easy:1-7:low-is-good"}}
    got = zendesk(load, ticket("1", **{"Effort [list]": "2"}), ticket("2"), **said)
    names = ("conversation_id", "question", "score", "scale_min", "scale_max", "high_is_good")
    assert rows(got, *names, table="surveys") == [("1", "net_easy", 2.0, 1.0, 7.0, False)]


def test_days_before_months_are_decided_by_all_dates_of_the_file(parcel):
    """Only `Created at` has a day above 12; alone, `Solved at` could be read both ways."""
    got = parcel("zendesk_tickets-excel.csv")
    assert rows(got, "message_id", "sent_at")[:4] == [
        ("101", "2023-04-08 18:52:00"),
        ("101-reply", "2023-04-08 19:02:00"),
        ("102", "2023-04-09 21:55:00"),
        ("102-reply", "2023-04-09 22:05:00"),
    ]
    assert rows(got, "asked_at", table="surveys") == [("2023-04-11 05:00:00",), ("2023-04-12 05:00:00",)]


@pytest.mark.parametrize(
    ("hint", "expected"),
    [
        ("sent_at:day-first", ["2023-04-08 21:50:00", "2023-04-08 22:10:00"]),
        ("interactions.sent_at:month-first", ["2023-08-04 21:50:00", "2023-08-04 22:10:00"]),
        ("sent_at:utc", None),
    ],
)
def test_dates_that_can_be_read_both_ways_are_asked_about(load, hint, expected):
    both = ticket("1", "08-04-2023 23:50", "20")
    with pytest.raises(FileRefused, match='--columns "Created at=sent_at:day-first"'):
        zendesk(load, both)
    if expected is None:
        said = {"columns": {"Created at": hint}, "format": "zendesk_tickets"}
        got = zendesk(load, ticket("1", "2023-04-08 23:50", "20"), **said)
        assert rows(got, "sent_at") == [("2023-04-08 23:50:00",), ("2023-04-09 00:10:00",)]
    else:
        got = zendesk(load, both, columns={"Created at": hint}, format="zendesk_tickets")
        assert [at for (at,) in rows(got, "sent_at")] == expected


@pytest.mark.parametrize(
    "headers",
    [
        ["Id", "Created at", "Requester id", MINUTES],
        ["Id", "Created at", MINUTES],
        [MINUTES, "Via", "Id", "Group", "Created at", "Satisfaction Score"],
        ["Id", "Requester email", "Via", "Created at", MINUTES, "Tags", "Team [list]"],
    ],
)
def test_columns_may_have_been_taken_out(load, headers):
    got = load(
        csv_text(headers, [{**ticket("7", minutes="3"), "Requester email": "a@b.example"}]), timezone="UTC"
    )
    assert got.format == "zendesk_tickets"
    assert rows(got, "message_id", "sent_at") == [
        ("7", "2024-03-04 09:00:00"),
        ("7-reply", "2024-03-04 09:03:00"),
    ]


@pytest.mark.parametrize("said", [None, "yes"])
def test_without_the_minutes_nobody_may_count_as_unanswered(load, said):
    text = csv_text(["Id", "Created at", "Requester id"], [["1", "2024-03-04 09:00:00", "900"]])
    with pytest.raises(FileRefused, match=r"does not say who was answered .*--keeps-unanswered unknown"):
        load(text, timezone="UTC", keeps_unanswered=said)
    got = load(text, timezone="UTC", keeps_unanswered="unknown")
    assert (got.keeps_unanswered, rows(got, "message_id")) == ("unknown", [("1",)])


def test_a_firms_own_number_that_is_destroyed_is_refused_too(load):
    external = "Requester external id"
    got = zendesk(load, ticket("1", **{external: "5.5E+10"}), ticket("2", **{external: "C-1"}))
    assert [(reject.reason, reject.shown) for reject in got.rejects] == [(DESTROYED, "5.5E+10")]
    assert rows(got, "customer_id") == [("C-1",)]


def test_minutes_that_are_no_number_reject_their_ticket(load):
    got = zendesk(load, ticket("1", minutes="soon"), ticket("2", minutes="-"), ticket("3", minutes="1.5"))
    assert reasons(got) == [(2, "", f"{MINUTES} is no number of minutes: 'soon'.")]
    assert rows(got, "message_id", "sent_at") == [
        ("2", "2024-03-04 08:00:00"),
        ("3", "2024-03-04 08:00:00"),
        ("3-reply", "2024-03-04 08:01:30"),
    ]


def test_the_topic_is_the_type_or_else_the_first_tag(load):
    typed = ticket("1", **{"Ticket type": "Incident", "Tags": "a b"})
    assert rows(zendesk(load, typed, ticket("2", **{"Ticket type": "-"})), "topic") == [
        ("Incident",),
        (None,),
    ]
    tagged = [ticket("1", Tags="late parcel"), ticket("2", Tags="late, parcel"), ticket("3", Tags="-")]
    assert rows(zendesk(load, *tagged), "topic") == [("late",), ("late",), (None,)]
    said = {"columns": {"Product [list]": "topic"}, "format": "zendesk_tickets"}
    told = zendesk(load, {**typed, "Product [list]": "Mug"}, **said)
    assert rows(told, "topic") == [("Mug",)]


def test_a_merged_ticket_that_was_answered_before_stays(load):
    got = zendesk(load, ticket("1", minutes="4", Tags="closed_by_merge"), ticket("2", Tags="merge"))
    assert [each for (each,) in rows(got, "message_id")] == ["1", "1-reply", "2"]


def test_times_with_an_offset_need_no_zone(load):
    got = zendesk(load, ticket("1", "2024-03-04T09:00:00+01:00", "5"), timezone=None)
    assert rows(got, "sent_at") == [("2024-03-04 08:00:00",), ("2024-03-04 08:05:00",)]


def test_nothing_that_decides_something_is_said_to_be_left_out(parcel):
    (note,) = [note for note in parcel("zendesk_tickets.csv").notes if note.startswith("Columns left out")]
    assert "Assignee" in note
    for name in ("Requester external id", "Tags", "Updated at", "Satisfaction Score"):
        assert name not in note


# Zendesk, comments


def test_comments_are_messages_with_who_wrote_them(parcel):
    got = parcel("zendesk_comments.ndjson", keep_text=True)
    names = ("message_id", "author_kind", "direction", "visibility", "sent_at", "needs_response", "text")
    assert rows(got, *names)[:4] == [
        ("35201", "customer", "in", "public", "2024-03-04 08:12:30", True, "Where is my parcel?"),
        ("1002", "agent", "out", "private", "2024-03-04 08:20:00", None, "Ask the depot"),
        ("35201-reply", "agent", "out", "public", "2024-03-04 08:54:30", None, "On its way."),
        ("1004", "customer", "in", "public", "2024-03-04 09:30:00", False, "Thanks!"),
    ]
    assert row(got, "35201-reply") == {
        "message_id": "35201-reply", "conversation_id": "35201", "customer_id": "zendesk:900000000101",
        "author_id": "zendesk:900000000901", "agent_id": "zendesk:900000000901", "author_kind": "agent",
        "direction": "out", "sent_at": "2024-03-04 08:54:30", "department": "360001", "channel": "email",
        "visibility": "public", "topic": "question", "text": "On its way.", "email": "ana@example.org",
    }  # fmt: skip


def test_neither_rules_nor_people_copied_in_answer_for_the_firm(parcel):
    got = rows(parcel("zendesk_comments.ndjson"), "message_id", "author_kind", "direction", "conversation_id")
    assert ("1012", "bot", "out", "35202") in got
    assert ("1052", "customer", "in", "35208") in got
    assert ("35208-reply", "agent", "out", "35208") in got  # copied in as well, but a follower


def test_a_ticket_that_staff_began_has_its_question_where_the_customer_wrote(parcel):
    got = rows(parcel("zendesk_comments.ndjson"), "conversation_id", "author_kind", "sent_at")
    assert [each[1:] for each in got if each[0] == "35206"] == [
        ("agent", "2024-03-05 10:00:00"),
        ("customer", "2024-03-05 10:30:00"),
    ]


def test_channels_that_others_built_are_known_by_their_builder(parcel):
    got = dict(rows(parcel("zendesk_comments.ndjson"), "conversation_id", "channel"))
    assert got == {"35201": "email", "35202": "twitter", "35203": "twitter", "35205": "social",
                   "35206": "instagram", "35208": "email"}  # fmt: skip


def test_ratings_in_the_json_are_those_of_the_csv(parcel):
    got = parcel("zendesk_comments.ndjson")
    names = ("response_id", "customer_id", "score", "scale_min", "scale_max", "asked_at")
    assert rows(got, *names, table="surveys") == [
        ("35201-survey", "zendesk:900000000101", 1.0, 0.0, 1.0, "2024-03-06 09:00:00"),
        ("35202-survey", "zendesk:900000000102", None, 0.0, 1.0, "2024-03-06 09:00:00"),
        ("35205-survey", "zendesk:900000000105", 0.0, 0.0, 1.0, "2024-03-06 09:00:00"),
    ]


def test_a_ticket_too_large_for_its_comments_is_rejected_and_counted(parcel):
    got = parcel("zendesk_comments.ndjson")
    assert reasons(got) == [(7, "", "This ticket came without its comments, as tickets of over 1 MB do.")]
    assert "1 tickets came without comments, as those of over 1 MB do." in got.notes


def test_the_rating_of_a_ticket_without_comments_is_kept(load):
    whole = json.loads(fixture("zendesk_comments.ndjson").splitlines()[0])
    large = {**whole["ticket"], "id": 9}
    large.pop("comments")
    got = load("\n".join(json.dumps(each) for each in (whole, {"ticket": large})))
    assert (got.rows_read, got.rejected) == (2, 0)
    assert rows(got, "conversation_id", "score", table="surveys") == [("35201", 1.0), ("9", 1.0)]


def test_the_csv_and_the_json_name_the_same_messages_alike(parcel):
    by_csv = dict(rows(parcel("zendesk_tickets.csv"), "message_id", "sent_at"))
    by_json = dict(rows(parcel("zendesk_comments.ndjson"), "message_id", "sent_at"))
    for name in ("35201", "35201-reply", "35202", "35202-reply", "35203", "35205", "35205-reply"):
        assert by_csv[name] == by_json[name]


@pytest.mark.parametrize("indent", [None, 2])
def test_a_file_of_one_ticket_is_one_record(load, indent):
    one = json.loads(fixture("zendesk_comments.ndjson").splitlines()[0])
    ids = ["35201", "1002", "35201-reply", "1004"]
    got = load(json.dumps(one, indent=indent))
    assert (got.rows_read, [each for (each,) in rows(got, "message_id")]) == (1, ids)
    one["ticket"]["custom_fields"] = [{"id": n, "value": None} for n in range(9)]
    got = load(json.dumps(one, indent=indent))
    assert (got.rows_read, [each for (each,) in rows(got, "message_id")]) == (1, ids)
    assert rows(load(json.dumps(one["ticket"])), "message_id") == rows(got, "message_id")


def test_a_line_that_is_cut_off_is_one_reject(load):
    lines = fixture("zendesk_comments.ndjson").decode().splitlines()[:3]
    got = load("\n".join([lines[0], lines[1][:80], lines[2]]))
    assert [(reject.line, reject.shown[:10]) for reject in got.rejects] == [(2, '{"ticket":')]
    assert {each for (each,) in rows(got, "conversation_id")} == {"35201", "35203"}


# Freshdesk


def test_a_freshdesk_ticket_is_a_message_and_its_first_answer(parcel):
    got = parcel("freshdesk_tickets.csv")
    names = ("message_id", "author_kind", "sent_at", "customer_id", "channel", "topic", "department")
    assert rows(got, *names) == [
        ("501", "customer", "2024-03-04 08:00:00", "C-1001", "email", "Delivery", "Care"),
        ("501-reply", "agent", "2024-03-04 08:30:00", "C-1001", "email", "Delivery", "Care"),
        ("502", "customer", "2024-03-04 09:00:00", "freshdesk:43000000502", "twitter", "Delivery", "Care"),
        ("502-reply", "agent", "2024-03-04 17:45:00", "freshdesk:43000000502", "twitter", "Delivery", "Care"),
        ("503", "customer", "2024-03-04 10:00:00", "freshdesk:43000000503", "facebook", None, "Care"),
        ("504", "customer", "2024-03-05 11:00:00", "freshdesk:43000000504", "phone", "Delivery", None),
        ("504-reply", "agent", "2024-03-05 11:01:00", "freshdesk:43000000504", "phone", "Delivery", None),
        ("505", "agent", "2024-03-05 12:00:00", "freshdesk:43000000505", "email", "Delivery", "Care"),
        ("508", "customer", "2024-03-31 00:30:00", "freshdesk:43000000508", "whatsapp", "Delivery", "Care"),
        (
            "508-reply",
            "agent",
            "2024-03-31 01:30:00",
            "freshdesk:43000000508",
            "whatsapp",
            "Delivery",
            "Care",
        ),
    ]
    assert row(got, "501")["email"] == "ana@example.org"
    assert row(got, "501")["phone"] == "+49305550101"


def test_columns_in_hours_are_never_read_and_may_stand_twice(parcel):
    """Ticket 501 says minus half an hour in business hours and was answered after half an hour."""
    text = fixture("freshdesk_tickets.csv").decode()
    assert text.splitlines()[0].count("Resolution time (in hrs)") == 2
    assert "-00:30:00" in text
    got = dict(rows(parcel("freshdesk_tickets.csv"), "message_id", "sent_at"))
    assert got["501-reply"] == "2024-03-04 08:30:00"


def test_rejected_freshdesk_tickets_say_why(parcel):
    assert reasons(parcel("freshdesk_tickets.csv")) == [
        (7, "Contact ID", DESTROYED),
        (8, "Created time", "The clocks of Europe/Berlin were put forward over this time: it never was."),
    ]


def test_survey_results_are_words_and_are_not_read(parcel):
    got = parcel("freshdesk_tickets.csv")
    assert tuple(got.tables) == ("interactions",)
    assert any(note.startswith("Survey results are words") for note in got.notes)


def test_freshservice_writes_other_capitals_and_the_month_first(parcel):
    got = parcel("freshdesk_tickets-freshservice.csv", columns={"Ease [score]": "net_easy:1-7"})
    assert rows(got, "message_id", "sent_at", "email") == [
        ("INC-11", "2024-03-04 08:00:00", "ana@example.org"),
        ("INC-11-reply", "2024-03-04 08:20:00", "ana@example.org"),
        ("INC-12", "2024-03-13 12:05:00", "bo@example.org"),
        ("INC-13", "2024-03-05 23:00:00", "cy@example.org"),
        ("INC-13-reply", "2024-03-06 11:00:00", "cy@example.org"),
    ]
    assert rows(got, "response_id", "question", "score", "asked_at", table="surveys") == [
        ("INC-11-survey", "net_easy", 6.0, "2024-03-05 09:00:00"),
        ("INC-13-survey", "net_easy", 2.0, "2024-03-05 23:00:00"),
    ]


def test_freshdesk_without_its_first_answers(load):
    headers = ["Ticket ID", "Created time", "Resolved time", "Source"]
    text = csv_text(headers, [["1", "2024-03-04 09:00:00", "", "Twitter"]])
    with pytest.raises(FileRefused, match="'Initial response time'"):
        load(text, timezone="UTC")
    assert rows(load(text, timezone="UTC", keeps_unanswered="no"), "message_id") == [("1",)]


# Chatwoot


def test_csat_ratings_on_the_products_own_scale(parcel):
    got = parcel("chatwoot_csat.csv")
    names = ("conversation_id", "question", "score", "email", "phone", "answered_at")
    assert rows(got, *names, table="surveys") == [
        ("41", "csat", 5.0, "ana@example.org", "+49305550101", "2024-05-02 10:11:12"),
        ("42", "csat", 1.0, None, "+49305550102", "2024-05-02 11:00:00"),
        ("43", "csat", 3.0, "bo@example.org", None, "2024-05-03 08:30:00"),
        ("44", "csat", 4.0, None, None, "2024-05-04 09:00:00"),
        ("44", "csat", 2.0, None, None, "2024-05-09 09:00:00"),
    ]
    assert rows(got, "response_id", table="surveys")[0] == ("41-csat-2024-05-02 10:11:12 UTC",)
    assert set(rows(got, "scale_min", "scale_max", "high_is_good", table="surveys")) == {(1.0, 5.0, True)}
    assert reasons(got) == [(13, "Rating", "The score lies outside the scale of its row.")]


def test_blank_lines_and_the_period_are_no_records(parcel):
    text = fixture("chatwoot_csat.csv").decode()
    assert "\n\n" in text
    assert text.rstrip().splitlines()[-1].startswith("Reporting period")
    first = fixture("chatwoot_csat-reviews.csv").decode()
    assert first.startswith("Reporting period")
    assert "Review Notes" in first
    got = parcel("chatwoot_csat-reviews.csv")
    assert rows(got, "conversation_id", "score", table="surveys") == [("41", 5.0), ("42", 1.0), ("43", 3.0)]


def test_a_link_that_leads_nowhere_leaves_the_answer_without_a_conversation(load):
    headers = ["Rating", "Link to the conversation", "Recorded date"]
    links = [
        "https://chat.example.com/app/accounts/1/conversations/7?x=1",
        "https://chat.example.com/app",
        "",
    ]
    got = load(csv_text(headers, [["4", link, "2024-05-02 10:11:12 UTC"] for link in links]))
    assert rows(got, "conversation_id", "score", table="surveys") == [("7", 4.0), (None, 4.0), (None, 4.0)]
    assert len({each for (each,) in rows(got, "response_id", table="surveys")}) == 3


@pytest.mark.parametrize(
    "headers",
    [
        ["Agent name", "Assigned conversations", "Avg first response time", "Avg resolution time"],
        [
            "Inbox name",
            "Inbox type",
            "No. of conversations",
            "Avg first response time",
            "Avg resolution time",
        ],
        ["Label", "No. of conversations", "Avg first response time", "Avg reply time", "Resolution Count"],
        ["Team name", "Conversations count", "Avg first response time", "Avg resolution time"],
        ["Conversation ID", "SLA Policy", "Assignee", "Team", "Inbox", "Labels", "Breached Events"],
    ],
)
def test_reports_of_averages_are_refused(write, headers):
    path = write(
        csv_text(headers, [["1"] * len(headers)], above=["Reporting period 2024-05-01 to 2024-05-31", ""])
    )
    for look in (recognise, read):
        with pytest.raises(FileRefused, match=r"report of Chatwoot's.*Export the messages"):
            look(Request(path, "report.csv"))
    with pytest.raises(FileRefused, match="report of Chatwoot's"):
        recognise(request("chatwoot_report.csv"))


def test_contacts_are_customers(parcel):
    got = parcel("chatwoot_contacts.csv")
    assert rows(got, "customer_id", "email", "phone", table="customers") == [
        ("chatwoot:7", "ana@example.org", "+49305550101"),
        ("chatwoot:8", None, "+49305550102"),
        ("chatwoot:9", "cy@example.org", None),
        ("chatwoot:10", None, None),
        ("chatwoot:12", None, None),
    ]
    assert reasons(got) == [(6, "id", DESTROYED)]


def test_more_attributes_of_contacts_may_have_been_picked(load):
    headers = ["id", "name", "email", "phone_number", "identifier", "created_at", "country_code"]
    text = csv_text(headers, [["7", "Ana", "a@b.example", "", "C-1", "2024-05-02 10:11:12 UTC", "DE"],
                              ["8", "Bo", "", "", "", "2024-05-03 10:11:12 UTC", ""]])  # fmt: skip
    got = load(text, format="chatwoot_contacts")
    assert rows(got, "customer_id", "created_at", "region", table="customers") == [
        ("C-1", "2024-05-02 10:11:12", "DE"),
        ("chatwoot:8", "2024-05-03 10:11:12", None),
    ]
    with pytest.raises(FileRefused, match="--format chatwoot_contacts"):
        load(text)


@pytest.mark.parametrize(
    ("headers", "cells", "table"),
    [
        (["customer_id", "segment"], ["S-1", "gold"], "customers"),
        (["user_id", "created_at"], ["S-1", "2024-05-02"], "customers"),
        (["order_id", "ordered_at", "amount"], ["9", "2024-05-02", "12.50"], "orders"),
        (["ticket_id", "author_kind", "sent_at"], ["9", "customer", "2024-05-02"], "interactions"),
    ],
)
def test_plain_columns_beside_our_own_are_not_taken_for_contacts(load, headers, cells, table):
    text = csv_text(
        ["id", "name", "email", "phone_number", *headers], [["7", "Ana", "a@b.example", "", *cells]]
    )
    got = load(text, timezone="UTC", currency="EUR")
    assert (tuple(got.tables), got.rows_read, got.rejected) == ((table,), 1, 0)


def test_messages_of_every_kind(parcel):
    got = parcel("chatwoot_messages.json", keep_text=True)
    names = ("message_id", "author_kind", "direction", "visibility", "sent_at", "channel")
    assert rows(got, *names) == [
        ("1", "customer", "in", "public", "2024-03-04 08:00:00", "twitter"),
        ("2", "bot", "out", "public", "2024-03-04 08:00:05", "twitter"),
        ("3", "system", "out", "private", "2024-03-04 08:01:00", "twitter"),
        ("4", "agent", "out", "private", "2024-03-04 08:02:00", "twitter"),
        ("5", "agent", "out", "public", "2024-03-04 08:10:00", "twitter"),
        ("6", "bot", "out", "public", "2024-03-04 08:15:00", "twitter"),
        ("11", "customer", "in", "public", "2024-03-04 08:16:40", "facebook"),
        ("12", "bot", "out", "public", "2024-03-04 08:16:50", "facebook"),
        ("13", "bot", "out", "public", "2024-03-04 08:33:20", "facebook"),
        ("21", "customer", "in", "public", "2024-03-04 08:50:00", "whatsapp"),
        ("22", "agent", "out", "public", "2024-03-04 08:55:00", "whatsapp"),
        ("31", "campaign", "out", "public", "2024-03-04 09:06:40", "chat"),
        ("32", "customer", "in", "public", "2024-03-04 09:08:20", "chat"),
    ]
    assert row(got, "5") == {
        "message_id": "5", "conversation_id": "41", "customer_id": "chatwoot:8",
        "author_id": "chatwoot-agent:1", "agent_id": "chatwoot-agent:1", "author_kind": "agent",
        "direction": "out", "sent_at": "2024-03-04 08:10:00", "department": "Social", "channel": "twitter",
        "visibility": "public", "topic": "parcel", "text": "Hello!", "handle": "bo_writes",
    }  # fmt: skip
    assert row(got, "21")["customer_id"] == "C-1001"
    assert (row(got, "21")["email"], row(got, "21")["phone"]) == ("ana@example.org", "+49305550101")


def test_a_question_about_satisfaction_is_a_survey_answered_or_not(parcel):
    got = parcel("chatwoot_messages.json")
    names = ("response_id", "customer_id", "conversation_id", "score", "scale_min", "scale_max", "asked_at")
    assert rows(got, *names, table="surveys") == [
        ("6-csat", "chatwoot:8", "41", 5.0, 1.0, 5.0, "2024-03-04 08:15:00"),
        ("13-csat", "C-1001", "42", None, 1.0, 5.0, "2024-03-04 08:33:20"),
    ]


def test_a_list_of_conversations_has_only_their_last_messages(parcel):
    assert reasons(parcel("chatwoot_messages.json")) == [
        (429, "", "Only the last message of this conversation is here, as in a list of conversations. "
                  "Export the messages of each conversation."),
        (491, "", "This conversation has no messages."),
    ]  # fmt: skip


def test_webhooks_write_words_and_iso_times(parcel):
    got = parcel("chatwoot_messages-webhook.ndjson")
    names = (
        "message_id",
        "conversation_id",
        "author_kind",
        "sent_at",
        "channel",
        "department",
        "customer_id",
    )
    assert rows(got, *names) == [
        ("61", "51", "customer", "2024-03-04 08:00:00", "telegram", "Shop on Telegram", "C-1001"),
        ("62", "51", "agent", "2024-03-04 08:04:00", "telegram", "Shop on Telegram", "C-1001"),
    ]


def test_messages_alone_take_their_customer_from_what_came_in(load):
    conversation = json.loads(fixture("chatwoot_messages.json"))["data"]["payload"][0]
    messages = conversation["messages"]
    answer = {"meta": {"labels": ["parcel"], "contact": {"id": 8}}, "payload": messages}
    names = ("message_id", "customer_id", "handle", "department", "channel", "topic")
    for whole, topic in ((messages, None), (answer, "parcel")):
        got = load(json.dumps(whole))
        assert got.rows_read == 6
        assert rows(got, *names)[0] == ("1", "chatwoot:8", "bo_writes", "inbox 2", None, topic)
        assert rows(got, *names)[4][1] == "chatwoot:8"
    assert load(json.dumps(conversation)).rows_read == 1


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({}, "agent"),
        ({"sender": {"id": 1, "type": "user"}}, "agent"),
        ({"sender": {"id": 1}}, "agent"),
        ({"sender": None}, "bot"),
        ({"sender_type": "AgentBot"}, "bot"),
        ({"sender_type": "Captain::Assistant", "sender": None}, "bot"),
        ({"sender": {"id": 1, "type": "user"}, "content_attributes": {"automation_rule_id": 4}}, "bot"),
        ({"sender": None, "content_attributes": {"external_echo": True}}, "agent"),
        ({"sender": None, "additional_attributes": {"campaign_id": 4}}, "campaign"),
    ],
)
def test_who_sent_what_went_out(load, more, kind):
    first = {"id": 1, "conversation_id": 5, "message_type": 0, "created_at": 1709539200, "sender": {"id": 3}}
    sent = {"id": 2, "conversation_id": 5, "message_type": 1, "created_at": 1709539300, **more}
    assert rows(load(json.dumps([first, sent])), "author_kind") == [("customer",), (kind,)]


def test_what_is_no_message_is_rejected(load):
    message = {"id": 1, "conversation_id": 5, "message_type": 0, "created_at": 1709539200}
    got = load(json.dumps([message, {**message, "id": 2, "message_type": 9}, 3, {**message, "id": 4}]))
    assert [reject.reason for reject in got.rejects] == [
        "This object is no message.",
        "This item is no object.",
    ]


# Zammad


ZAMMAD = [
    ("10001", "customer", "in", "2024-03-04 08:00:00", "email", "parcel", "ana@example.org"),
    ("10001-reply", "agent", "out", "2024-03-04 08:25:00", "email", "parcel", "ana@example.org"),
    ("10002", "customer", "in", "2024-03-04 09:00:00", "twitter", "parcel", None),
    ("10002-reply", "agent", "out", "2024-03-05 07:00:00", "twitter", "parcel", None),
    ("10003", "customer", "in", "2024-03-04 10:00:00", "facebook", None, None),
    ("10004", "agent", "out", "2024-03-05 11:00:00", "phone", "parcel", None),
    ("10005", "system", "in", "2024-03-05 12:00:00", "email", "parcel", None),
]
ZAMMAD_NAMES = ("message_id", "author_kind", "direction", "sent_at", "channel", "topic", "email")


def test_zammad_tickets_by_who_began_them_in_the_zone_of_the_last_line(parcel):
    got = parcel("zammad_tickets.csv")
    assert rows(got, *ZAMMAD_NAMES) == ZAMMAD
    assert got.timezone == BERLIN
    assert reasons(got) == [
        (9, "", "This ticket was merged into another one, which has its messages."),
        (10, "", "The row is empty."),
    ]


def test_a_zone_that_was_told_beats_that_of_the_last_line(parcel):
    assert rows(parcel("zammad_tickets.csv", timezone="UTC"), "sent_at")[0] == ("2024-03-04 09:00:00",)


def test_zammad_without_a_last_line_asks_for_the_zone(load):
    text = "".join(line + "\n" for line in fixture("zammad_tickets.csv").decode().splitlines()[:-2])
    with pytest.raises(FileRefused, match="do not say their time zone"):
        load(text, format="zammad_tickets")
    assert rows(load(text, format="zammad_tickets", timezone=BERLIN), *ZAMMAD_NAMES) == ZAMMAD


def test_zammad_without_first_responses_says_nothing_about_answers(load):
    headers = ["#", "Title", "State", "Create Channel", "Created At"]
    text = csv_text(headers, [["1", "Late", "open", "email", "2024-03-04 09:00:00"]])
    said = {"format": "zammad_tickets", "timezone": "UTC"}
    assert rows(load(text, **said), "message_id") == [("1",)]
    with pytest.raises(FileRefused, match="'First Response At'"):
        load(text, **said, keeps_unanswered="yes")


def test_the_workbook_that_zammad_writes(write):
    """Title and an empty row above the header, dates as numbers, an empty row and the zone below."""
    lines = list(csv.reader(fixture("zammad_tickets.csv").decode().splitlines()))
    path = write(workbook(lines), "report.xlsx")
    got = read(Request(path, "report.xlsx", format="zammad_tickets"))
    assert rows(got, *ZAMMAD_NAMES) == ZAMMAD
    assert (got.rows_read, got.rejected, got.timezone) == (6, 1, BERLIN)


def workbook(lines):
    """The bytes of an .xlsx with these cells; whatever looks like a time becomes a number with a format."""
    sheet = "".join(
        f"<row r='{at}'>{''.join(_cell(cell, at, place) for place, cell in enumerate(line))}</row>"
        for at, line in enumerate(lines, 1)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f"<Types xmlns='{package}/content-types'><Default Extension='rels' "
        "ContentType='application/vnd.openxmlformats-package.relationships+xml'/><Default Extension='xml' "
        "ContentType='application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml'/></Types>",
        "_rels/.rels": f"<Relationships xmlns='{package}/relationships'><Relationship Id='r1' Type="
        f"'{kinds}/officeDocument' Target='xl/workbook.xml'/></Relationships>",
        "xl/workbook.xml": f"<workbook xmlns='{main}' xmlns:r='{kinds}'><sheets><sheet name='Report' "
        "sheetId='1' r:id='r1'/></sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"<Relationships xmlns='{package}/relationships'><Relationship Id='r1' "
        f"Type='{kinds}/worksheet' Target='worksheets/sheet1.xml'/><Relationship Id='r2' "
        f"Type='{kinds}/styles' Target='styles.xml'/></Relationships>",
        "xl/styles.xml": f"<styleSheet xmlns='{main}'><numFmts count='1'><numFmt numFmtId='164' formatCode="
        "'yyyy-mm-dd hh:mm:ss'/></numFmts><cellXfs count='2'><xf numFmtId='0'/><xf numFmtId='164'/></cellXfs>"
        "</styleSheet>",
        "xl/worksheets/sheet1.xml": f"<worksheet xmlns='{main}'><sheetData>{sheet}</sheetData></worksheet>",
    }
    with zipfile.ZipFile(held := io.BytesIO(), "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return held.getvalue()


def _cell(text, at, place):
    letters = chr(65 + place) if place < 26 else "A" + chr(65 + place - 26)
    if not text:
        return ""
    try:
        days = (datetime.strptime(text, "%Y-%m-%d %H:%M:%S") - datetime(1899, 12, 30)) / timedelta(days=1)
    except ValueError:
        return f"<c r='{letters}{at}' t='inlineStr'><is><t>{text}</t></is></c>"
    return f"<c r='{letters}{at}' s='1'><v>{days!r}</v></c>"


# Front


def test_front_messages_with_their_one_address(parcel):
    got = parcel("front_messages.csv")
    names = (
        "message_id",
        "conversation_id",
        "author_kind",
        "direction",
        "sent_at",
        "email",
        "phone",
        "handle",
    )
    assert rows(got, *names) == [
        ("msg_a1", "cnv_c1", "customer", "in", "2024-03-04 08:00:00", "ana@example.org", None, None),
        ("msg_a2", "cnv_c1", "bot", "out", "2024-03-04 08:00:10", "ana@example.org", None, None),
        ("msg_a3", "cnv_c1", "agent", "out", "2024-03-04 08:09:00", "ana@example.org", None, None),
        ("msg_b1", "cnv_c2", "customer", "in", "2024-03-05 09:00:00", None, "+49305550102", None),
        ("msg_c1", "cnv_c3", "customer", "in", "2024-03-06 10:00:00", None, None, "bo_writes"),
    ]
    assert row(got, "msg_a3")["department"] == "Help"
    assert row(got, "msg_a3")["topic"] == "parcel"
    assert [reject.column for reject in got.rejects] == ["Direction"]


def test_front_may_give_its_api_ids_alone(load):
    headers = ["Message API ID", "Conversation API ID", "Direction", "Message date"]
    got = load(csv_text(headers, [["msg_1", "cnv_1", "Inbound", "1709539200"]]), format="front_messages")
    assert rows(got, "message_id", "conversation_id", "sent_at") == [
        ("msg_1", "cnv_1", "2024-03-04 08:00:00")
    ]


# Intercom


def test_intercom_messages_by_kind_of_author(parcel):
    got = parcel("intercom_messages.csv", keep_text=True)
    names = ("message_id", "author_kind", "direction", "visibility", "sent_at", "customer_id", "text")
    assert rows(got, *names) == [
        ("1", "customer", "in", "public", "2017-11-14 21:45:08", "C-1001", "Where is it?"),
        ("2", "bot", "out", "public", "2017-11-14 21:45:10", None, "A person will answer soon."),
        ("3", "system", "out", "private", "2017-11-14 21:46:00", None, None),
        ("4", "agent", "out", "private", "2017-11-14 21:47:00", None, "Ask the depot"),
        ("5", "agent", "out", "public", "2017-11-14 21:50:08", None, "On its\nway."),
        ("6", "agent", "out", "public", "2017-11-14 21:59:00", None, "Closing this now."),
        ("7", "customer", "in", "public", "2017-11-15 08:00:00", "intercom:5a02", "Do you ship to Oslo?"),
    ]
    assert row(got, "1")["email"] == "ana@example.org"
    assert [(reject.column, reject.shown) for reject in got.rejects] == [("message_author_type", "company")]


def test_conversations_alone_bring_their_first_answers(parcel):
    got = rows(parcel("intercom_messages-entries.csv"), "message_id", "author_kind", "sent_at", "reply_to")
    assert got == [
        ("1", "customer", "2017-11-14 21:45:08", None),
        ("71-reply", "agent", "2017-11-14 21:50:08", "1"),
        ("7", "customer", "2017-11-15 08:00:00", None),
    ]


def test_our_own_messages_under_names_of_intercoms_stay_ours(load):
    headers = ["message_id", "conversation_id", "message_author_type", "message_created_at", "message_body"]
    got = load(csv_text(headers, [["1", "7", "lead", "2017-11-14 21:45:08", "?"]]), timezone="UTC")
    assert got.format == "canonical"
    assert rows(got, "author_kind") == [("customer",)]


# Salesforce


def test_a_long_id_says_which_letters_are_capitals():
    assert long_id("001A0000006Vm9r") == "001A0000006Vm9rIAC"
    assert long_id("001A0000006Vm9rIAC") == "001A0000006Vm9rIAC"
    assert [long_id(said) for said in ("", "parcel", "nineteen letters no")] == [
        "",
        "parcel",
        "nineteen letters no",
    ]


POSTS = {
    "asked": "0ST5e000000AbCdGAK", "answered": "0ST5e000000aBcDGAU", "comment": "0ST5e000000AbceGAC",
    "reply": "0ST5e000000AbcfGAC", "campaign": "0ST5e000000AbcgGAC", "below": "0ST5e000000AbchGAC",
    "retweet": "0ST5e000000AbciGAC",
}  # fmt: skip
CASE, BO, CY = "5005e00000AbCdEAAV", "salesforce:0SP5e000000AAAAGA4", "salesforce:0SP5e000000aaaaGAA"


def test_posts_in_conversations(parcel):
    got = parcel("salesforce_social_posts.csv")
    names = ("message_id", "conversation_id", "author_kind", "direction", "customer_id", "handle", "channel")
    assert rows(got, *names) == [
        (POSTS["asked"], CASE, "customer", "in", BO, "bo_writes", "twitter"),
        (POSTS["answered"], CASE, "agent", "out", BO, "bo_writes", "twitter"),
        (POSTS["comment"], POSTS["comment"], "customer", "in", CY, "cy", "facebook"),
        (POSTS["reply"], POSTS["comment"], "agent", "out", CY, "cy", "facebook"),
        (POSTS["campaign"], POSTS["campaign"], "campaign", "out", None, None, "instagram"),
        (POSTS["below"], POSTS["below"], "customer", "in", CY, "cy", "instagram"),
        (POSTS["retweet"], POSTS["retweet"], "customer", "in", BO, "bo_writes", "twitter"),
    ]
    assert dict(rows(got, "message_id", "reply_to"))[POSTS["below"]] == POSTS["campaign"]
    assert reasons(got) == [(9, "Posted", "The cell is empty, and this column is needed.")]


def test_only_passing_a_post_on_asks_for_nothing(parcel):
    got = dict(rows(parcel("salesforce_social_posts.csv"), "message_id", "needs_response"))
    assert (got[POSTS["retweet"]], got[POSTS["comment"]], got[POSTS["reply"]]) == (False, True, None)


def test_ids_that_differ_in_capitals_only_are_different_posts(parcel):
    got = [each for (each,) in rows(parcel("salesforce_social_posts.csv"), "message_id")]
    assert POSTS["asked"][:15].lower() == POSTS["answered"][:15].lower()
    assert {POSTS["asked"], POSTS["answered"]} <= set(got)


def test_a_report_names_the_same_posts_and_ends_with_its_foot(parcel):
    text = fixture("salesforce_social_posts-report.csv").decode()
    for foot in (
        "Grand Totals (3 records)",
        "Confidential Information - Do Not Distribute",
        "Copyright (c) 2000",
    ):
        assert foot in text
    got = parcel("salesforce_social_posts-report.csv")
    assert rows(got, "message_id", "conversation_id", "sent_at", "customer_id", "channel") == [
        (POSTS["asked"], CASE, "2024-03-04 08:00:00", BO, "twitter"),
        (POSTS["answered"], CASE, "2024-03-04 08:20:00", BO, "twitter"),
        (POSTS["comment"], POSTS["comment"], "2024-03-05 09:00:00", CY, "social"),
    ]


def test_replies_in_a_circle_end(load):
    headers = ["Id", "IsOutbound", "ReplyToId", "Posted"]
    text = csv_text(
        headers, [["a", "false", "b", "2024-03-04T08:00:00Z"], ["b", "false", "a", "2024-03-04T09:00:00Z"]]
    )
    got = load(text, format="salesforce_social_posts")
    assert rows(got, "message_id", "conversation_id") == [("a", "a"), ("b", "a")]


# HubSpot


def test_hubspot_says_who_asked_and_never_who_was_answered(parcel):
    got = parcel("hubspot_tickets.csv")
    names = ("message_id", "author_kind", "sent_at", "customer_id", "channel", "department", "topic")
    assert rows(got, *names) == [
        ("9001", "customer", "2024-03-15 13:30:00", "hubspot:501", "email", "Care", "Delivery"),
        ("9002", "customer", "2024-03-04 08:05:00", "hubspot:502", "chat", "Care", None),
        ("9003", "customer", "2024-03-05 22:59:00", None, "messenger", "Care", None),
    ]
    assert any("neither response times nor response rates" in note for note in got.notes)
    assert (got.keeps_unanswered, reasons(got)) == ("unknown", [(5, "Ticket ID", DESTROYED)])
    with pytest.raises(FileRefused, match="does not say who was answered"):
        parcel("hubspot_tickets.csv", keeps_unanswered="yes")


# Whatever is written is what is read

WORDS = st.sampled_from(["Care", "Care, late", 'So "called"', "ä漢", "two\nlines"])
TIMES = st.datetimes(datetime(2015, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(microsecond=0))
NUMBERS = st.integers(1, 10**9).map(str)
MAYBE = st.none() | st.integers(0, 100_000)


def drawn(**more):
    """Up to six tickets: an id, when it was opened, after how many minutes it was answered, and more."""
    one = st.fixed_dictionaries({"id": NUMBERS, "at": TIMES, "minutes": MAYBE, "word": WORDS, **more})
    return st.lists(one, min_size=1, max_size=6, unique_by=lambda each: each["id"])


def stamp(at, form="%Y-%m-%d %H:%M:%S"):
    return at.strftime(form)


def answered(tickets):
    """What has to be read of tickets with at most one answer."""
    for each in tickets:
        yield each["id"], "customer", stamp(each["at"])
        if each["minutes"] is not None:
            yield f"{each['id']}-reply", "agent", stamp(each["at"] + timedelta(minutes=each["minutes"]))


MESSAGES = ("message_id", "author_kind", "sent_at")


@FEW
@given(tickets=drawn(), dialect=dialects())
def test_zendesk_round_trip(load, tickets, dialect):
    cells = [ticket(each["id"], stamp(each["at"]), "" if each["minutes"] is None else str(each["minutes"]),
                    Group=each["word"]) for each in tickets]  # fmt: skip
    got = load(csv_text(TRIMMED, cells, **dialect), timezone="UTC")
    assert rows(got, *MESSAGES) == list(answered(tickets))
    assert {word for (word,) in rows(got, "department")} == {each["word"] for each in tickets}


@FEW
@given(tickets=drawn(), dialect=dialects())
def test_freshdesk_round_trip(load, tickets, dialect):
    headers = ["Ticket ID", "Created time", "Initial response time", "Type", "Source"]
    cells = [[each["id"], stamp(each["at"]), _later(each), each["word"], "Email"] for each in tickets]
    got = load(csv_text(headers, cells, **dialect), timezone="UTC")
    assert rows(got, *MESSAGES) == list(answered(tickets))


def _later(each):
    return "" if each["minutes"] is None else stamp(each["at"] + timedelta(minutes=each["minutes"]))


@FEW
@given(tickets=drawn(), dialect=dialects())
def test_zammad_round_trip(load, tickets, dialect):
    headers = ["#", "Title", "State", "Group", "Create Channel", "Created At", "First Response At"]
    cells = [
        [each["id"], each["word"], "open", "Care", "email", stamp(each["at"]), _later(each)]
        for each in tickets
    ]
    got = load(csv_text(headers, cells, **dialect), timezone="UTC", format="zammad_tickets")
    assert rows(got, *MESSAGES) == list(answered(tickets))


@FEW
@given(tickets=drawn(), dialect=dialects())
def test_hubspot_round_trip(load, tickets, dialect):
    headers = ["Ticket ID", "Ticket name", "Ticket status", "Create date"]
    cells = [[each["id"], each["word"], "New", stamp(each["at"])] for each in tickets]
    got = load(csv_text(headers, cells, **dialect), timezone="UTC", format="hubspot_tickets")
    assert rows(got, "message_id", "sent_at") == [(each["id"], stamp(each["at"])) for each in tickets]


@FEW
@given(tickets=drawn(score=st.integers(1, 5)), dialect=dialects())
def test_csat_round_trip(load, tickets, dialect):
    headers = ["Rating", "Feedback Comment", "Link to the conversation", "Recorded date"]
    link = "https://chat.example.com/app/accounts/1/conversations/{}"
    cells = [[str(each["score"]), each["word"], link.format(each["id"]), f"{stamp(each['at'])} UTC"]
             for each in tickets]  # fmt: skip
    got = load(csv_text(headers, cells, **dialect))
    assert rows(got, "conversation_id", "score", "answered_at", table="surveys") == [
        (each["id"], each["score"], stamp(each["at"])) for each in tickets
    ]


@FEW
@given(tickets=drawn(), dialect=dialects())
def test_contacts_round_trip(load, tickets, dialect):
    headers = ["id", "name", "email", "phone_number"]
    cells = [[each["id"], each["word"], f"{each['id']}@example.org", ""] for each in tickets]
    got = load(csv_text(headers, cells, **dialect), format="chatwoot_contacts")
    assert rows(got, "customer_id", "email", table="customers") == [
        (f"chatwoot:{each['id']}", f"{each['id']}@example.org") for each in tickets
    ]


@FEW
@given(tickets=drawn(came_in=st.booleans()), dialect=dialects())
def test_front_round_trip(load, tickets, dialect):
    headers = ["Message ID", "Conversation ID", "Direction", "Message date", "Extract"]
    way = {True: "Inbound", False: "Outbound"}
    cells = [[e["id"], "cnv_1", way[e["came_in"]], stamp(e["at"]), e["word"]] for e in tickets]
    got = load(csv_text(headers, cells, **dialect), timezone="UTC", format="front_messages")
    assert rows(got, *MESSAGES) == [
        (each["id"], "customer" if each["came_in"] else "agent", stamp(each["at"])) for each in tickets
    ]


@FEW
@given(tickets=drawn(came_in=st.booleans()), dialect=dialects())
def test_intercom_round_trip(load, tickets, dialect):
    headers = [
        "message_id", "message_body", "message_type", "message_created_at", "message_author_type",
        "conversation_id", "conversation_first_response_at",
    ]  # fmt: skip
    who = {True: "lead", False: "admin"}
    cells = [[e["id"], e["word"], "comment", stamp(e["at"]), who[e["came_in"]], "7", ""] for e in tickets]
    got = load(csv_text(headers, cells, **dialect), format="intercom_messages", keep_text=True)
    assert rows(got, *MESSAGES, "text") == [
        (each["id"], "customer" if each["came_in"] else "agent", stamp(each["at"]), each["word"])
        for each in tickets
    ]


@FEW
@given(tickets=drawn(came_in=st.booleans()), dialect=dialects())
def test_salesforce_round_trip(load, tickets, dialect):
    headers = ["Id", "IsOutbound", "ReplyToId", "ParentId", "Posted", "Content"]
    ours, form = {True: "false", False: "true"}, "%Y-%m-%dT%H:%M:%S.000Z"
    cells = [[e["id"], ours[e["came_in"]], "", "case", stamp(e["at"], form), e["word"]] for e in tickets]
    got = load(csv_text(headers, cells, **dialect), format="salesforce_social_posts", keep_text=True)
    assert rows(got, *MESSAGES, "text") == [
        (each["id"], "customer" if each["came_in"] else "agent", stamp(each["at"]), each["word"])
        for each in tickets
    ]


def written(things, how):
    """Objects as one array, as one array over many lines, or one a line."""
    if how == "lines":
        return "".join(json.dumps(each) + "\n" for each in things)
    return json.dumps(things, indent=2 if how == "indented" else None)


HOW = st.sampled_from(["array", "indented", "lines"])


@FEW
@given(tickets=drawn(), how=HOW)
def test_zendesk_comments_round_trip(load, tickets, how):
    things = [{"ticket": _zendesk_ticket(each)} for each in tickets]
    got = load(written(things, how), keep_text=True)
    assert rows(got, *MESSAGES) == list(answered(tickets))
    assert {word for (word,) in rows(got, "text")} == {each["word"] for each in tickets}


def _zendesk_ticket(each):
    def comment(author, at):
        return {
            "id": 1,
            "author_id": author,
            "created_at": f"{at:%Y-%m-%dT%H:%M:%SZ}",
            "body": each["word"],
            "public": True,
        }

    comments = [comment(7, each["at"])]
    if each["minutes"] is not None:
        comments.append(comment(8, each["at"] + timedelta(minutes=each["minutes"])))
    return {"id": int(each["id"]), "requester_id": 7, "via": {"channel": "web"}, "comments": comments}


@FEW
@given(
    tickets=drawn(kind=st.sampled_from([(0, "customer"), (1, "agent"), (2, "system"), (3, "bot")])), how=HOW
)
def test_chatwoot_messages_round_trip(load, tickets, how):
    began = datetime(1970, 1, 1)
    things = [
        {
            "id": int(each["id"]), "conversation_id": 5, "message_type": each["kind"][0],
            "content": each["word"], "created_at": int((each["at"] - began).total_seconds()),
            "private": False, "sender": {"id": 1},
        }
        for each in tickets
    ]  # fmt: skip
    got = load(written(things, how), keep_text=True)
    assert rows(got, *MESSAGES, "text") == [
        (each["id"], each["kind"][1], stamp(each["at"]), each["word"]) for each in tickets
    ]
