"""Exports of survey tools: exact values from invented files, what has to be declared, and round trips."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from formats_kit import FEW, FIXTURES, csv_text, dialects, fixture
from hypothesis import given
from hypothesis import strategies as st

from socialroi.errors import FileRefused, UnknownName, UsageError
from socialroi.intake import Request, read, recognise

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"

#: Every file, and what has to be said before it can be loaded.
FILES = {
    "qualtrics.csv": {"columns": {"Q1": "nps:0-10", "Q2": "net_easy:1-7:low-is-good"}},
    "qualtrics-legacy.csv": {"columns": {"Q1": "csat:1-5"}, "timezone": BERLIN},
    "surveymonkey.csv": {"columns": {"10": "csat:1-5", "11": "ces2:1-7"}, "timezone": NEW_YORK},
    "typeform.csv": {"columns": {"2": "csat:1-5"}},
    "typeform-2023.csv": {
        "columns": {"How easy was it?": "ces2:1-7", "member": "customer_id"},
        "format": "typeform",
    },
    "delighted.json": {"columns": {"score": "ces2:1-7"}},
    "medallia.csv": {"columns": {"star_rating": "csat:1-5"}, "format": "medallia"},
}
#: What has to be declared in each file, as its question lists it.
LISTED = {
    "qualtrics.csv": "It has Q1 (How likely are you to recommend Nordlicht?), "
    "Q2 (Overall, how easy was it to get the help you wa...).",
    "qualtrics-legacy.csv": "It has Q1 (How satisfied are you?).",
    "surveymonkey.csv": "It has 10 (Overall, how satisfied are you with our help?), "
    "11 (How easy was it, and would you come back?), "
    "12 (How easy was it, and would you come back? / Return).",
    "typeform.csv": "It has 2 (How satisfied are you, all in all?), What do you own?.",
    "typeform-2023.csv": "It has How easy was it?, member.",
    "medallia.csv": "It has star_rating.",
}
ANSWER = ("response_id", "question", "score", "scale_min", "scale_max", "high_is_good")


def request(name, **said):
    return Request(FIXTURES / name, name, **said)


@pytest.fixture
def parcel():
    """The parcel of one of the files, with what it needs said, or something else."""

    def loaded(name, **said):
        return read(request(name, **{**FILES[name], **said}), scan=False)

    return loaded


def column(parcel, name):
    return parcel.tables["surveys"][name].to_pylist()


def rows(parcel, *names):
    return list(zip(*(column(parcel, name) for name in names), strict=True))


def by_answer(parcel, *names):
    return {(response, question): found for response, question, *found in rows(parcel, *ANSWER[:2], *names)}


def reasons(parcel):
    return {reject.line: reject.reason for reject in parcel.rejects}


@pytest.mark.parametrize("name", FILES)
def test_each_file_is_recognised_as_itself(name):
    found = recognise(request(name))
    assert found.format == name.partition(".")[0].partition("-")[0]
    assert found.tables == ("surveys",)
    assert found.certain == (name != "medallia.csv")


@pytest.mark.parametrize("name", FILES)
def test_declaring_the_questions_keeps_the_format(name):
    questions = {key: told for key, told in FILES[name]["columns"].items() if ":" in told}
    found = recognise(request(name, columns=questions))
    assert found.format == name.partition(".")[0].partition("-")[0]


@pytest.mark.parametrize("name", FILES)
def test_every_record_is_loaded_or_rejected(name, parcel):
    found = parcel(name)
    assert found.rows_read == len(set(column(found, "record"))) + found.rejected
    assert found.rows_read > 2


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_loaded_until_the_scale_is_declared(name, parcel):
    with pytest.raises(FileRefused, match=r"[Oo]n which scale"):
        parcel(name, columns={}, format="medallia" if name == "medallia.csv" else None)


@pytest.mark.parametrize(("name", "listed"), LISTED.items())
def test_the_question_lists_what_may_be_one(name, listed):
    (question,) = (each for each in recognise(request(name)).questions if "on which scale" in each)
    which = "Which columns answer a standard question (net_easy, ces1, ces2, csat, nps), and on which scale?"
    assert question == f"{which} {listed}"


@pytest.mark.parametrize(("name", "example"), [
    ("qualtrics.csv", '"Q1=csat:1-5"'), ("surveymonkey.csv", '"10=csat:1-5"'),
    ("typeform.csv", '"2=csat:1-5"'), ("delighted.json", '"score=ces2:1-7"'),
])  # fmt: skip
def test_the_remedy_can_be_pasted(name, example, parcel):
    with pytest.raises(FileRefused, match=example):
        parcel(name, columns={})


@pytest.mark.parametrize("name", [name for name in FILES if name != "delighted.json"])
def test_one_question_has_one_column(name, parcel):
    first, second = {
        "surveymonkey.csv": ("10", "11"), "medallia.csv": ("star_rating", "tags"), "typeform.csv": ("2", "3"),
        "typeform-2023.csv": ("2", "member"), "qualtrics-legacy.csv": ("Q1", "Status"),
    }.get(name, ("Q1", "Q2"))  # fmt: skip
    with pytest.raises(UsageError, match="Several columns are said to be csat"):
        parcel(name, columns={first: "csat:1-5", second: "csat:1-5"})


# -- Qualtrics ---------------------------------------------------------------------------------------


def test_the_three_header_rows_are_no_answers(parcel):
    found = parcel("qualtrics.csv")
    assert found.rows_read == 13
    assert rows(found, *ANSWER)[:2] == [
        ("R_1aaaaaaaaaaaaaa", "nps", 10.0, 0.0, 10.0, True),
        ("R_1aaaaaaaaaaaaaa", "net_easy", 1.0, 1.0, 7.0, False),
    ]


def test_times_are_in_the_zone_of_the_third_row(parcel):
    found = parcel("qualtrics.csv")
    times = by_answer(found, "answered_at")
    assert found.timezone == "America/Denver"
    # an hour apart from each other: winter and summer
    assert times["R_1aaaaaaaaaaaaaa", "nps"] == [datetime(2024, 1, 15, 17, 2, 12)]
    assert times["R_1bbbbbbbbbbbbbb", "nps"] == [datetime(2024, 7, 15, 16, 2, 12)]
    assert "asked_at" not in found.tables["surveys"].column_names


def test_previews_spam_and_unfinished_responses_are_no_answers(parcel):
    assert reasons(parcel("qualtrics.csv")) == {
        9: "A preview, not an answer.",
        10: "The response was not finished.",
        11: "'Q1' holds a label where a number is needed: export the answers as numeric values.",
        12: "Marked as spam, not an answer.",
        14: "The score lies outside the scale of its row.",
    }


@pytest.mark.parametrize(("status", "word"), [
    ("Survey Preview", "preview"), ("1", "preview"), ("17", "preview"), ("Survey Test", "test"),
    ("2", "test"), ("Spam", "spam"), ("8", "spam"), ("12", "spam"), ("40", "spam"),
])  # fmt: skip
def test_statuses_as_words_and_as_numbers(load, status, word):
    text = fixture("qualtrics.csv").decode().replace("10:02:11,IP Address", f"10:02:11,{status}", 1)
    found = load(text, **FILES["qualtrics.csv"])
    assert word in reasons(found)[5]


@pytest.mark.parametrize("status", ["IP Address", "0", "4", "16", "Imported", "Offline Response", "32", ""])
def test_other_statuses_are_answers(load, status):
    text = fixture("qualtrics.csv").decode().replace("10:02:11,0,", f"10:02:11,{status},")
    found = load(text, **FILES["qualtrics.csv"])
    assert by_answer(found, "score")["R_1hhhhhhhhhhhhhh", "nps"] == [0.0]


def test_a_number_with_an_explanation_is_that_number(parcel):
    assert by_answer(parcel("qualtrics.csv"), "score")["R_1bbbbbbbbbbbbbb", "nps"] == [10.0]


@pytest.mark.parametrize(("label", "score"), [
    ("10 - Extremely likely", 10), ("0 \u2013 Not at all likely", 0), ("9: likely", 9), ("7 (rather)", 7),
    ("8. likely", 8), ("Extremely likely", None), ("Very 10", None), ("2 lamps", None), ("5 or more", None),
])  # fmt: skip
def test_a_label_is_read_only_where_its_number_is_unmistakable(load, label, score):
    text = fixture("qualtrics.csv").decode().replace("10 - Extremely likely", label)
    found = load(text, **FILES["qualtrics.csv"])
    answers = by_answer(found, "score")
    if score is None:
        assert "export the answers as numeric values" in reasons(found)[7]
    else:
        assert answers["R_1bbbbbbbbbbbbbb", "nps"] == [score]


def test_an_answer_left_out_has_no_score(parcel):
    found = by_answer(parcel("qualtrics.csv"), "score")
    assert found["R_1cccccccccccccc", "nps"] == [None]
    assert found["R_1cccccccccccccc", "net_easy"] == [7.0]
    assert any("counts as asked" in note for note in parcel("qualtrics.csv").notes)


def test_people_are_known_by_the_firms_number_and_their_address(parcel):
    found = by_answer(parcel("qualtrics.csv"), "customer_id", "email")
    assert found["R_1aaaaaaaaaaaaaa", "nps"] == ["C-1001", "ann@example.org"]
    assert found["R_1bbbbbbbbbbbbbb", "nps"] == [None, "ben@example.org"]
    assert found["R_1cccccccccccccc", "nps"] == ["C-1003", None]


def test_a_column_of_the_firm_may_be_the_customer(parcel):
    told = {"Q1": "nps:0-10", "segment": "customer_id"}
    found = parcel("qualtrics.csv", columns=told, format="qualtrics")
    assert set(column(found, "customer_id")) == {"gold"}


def test_the_older_export_has_two_header_rows_and_no_zone(parcel):
    found = parcel("qualtrics-legacy.csv")
    assert rows(found, *ANSWER, "answered_at", "customer_id") == [
        ("R_2aaaaaaaaaaaaaa", "csat", 5.0, 1.0, 5.0, True, datetime(2014, 3, 30, 7, 1), "C-1001"),
        ("R_2dddddddddddddd", "csat", 1.0, 1.0, 5.0, True, datetime(2014, 4, 2, 7, 1), "C-1004"),
    ]
    assert reasons(found) == {4: "The response was not finished.", 5: "A preview, not an answer."}
    assert (
        "In which time zone are the times of this file?"
        in recognise(request("qualtrics-legacy.csv")).questions
    )
    with pytest.raises(FileRefused, match="--timezone"):
        parcel("qualtrics-legacy.csv", timezone=None)


@pytest.mark.parametrize(("zone", "at"), [("Z", 10), ("Europe/Berlin", 9), ("Mars/Olympus", None)])
def test_only_a_zone_that_exists_is_believed(load, zone, at):
    text = fixture("qualtrics.csv").decode().replace("America/Denver", zone)
    if at is None:
        with pytest.raises(FileRefused, match="--timezone"):
            load(text, **FILES["qualtrics.csv"])
    else:
        found = by_answer(load(text, **FILES["qualtrics.csv"]), "answered_at")
        assert found["R_1aaaaaaaaaaaaaa", "nps"] == [datetime(2024, 1, 15, at, 2, 12)]


def test_a_file_whose_header_rows_somebody_has_removed(load):
    text = "ResponseId,RecordedDate,Q1\nR_1,2024-01-15 10:00:00,5\nR_2,2024-01-16 10:00:00,\n"
    found = load(text, columns={"Q1": "csat:1-5"}, timezone="UTC")
    assert (found.format, rows(found, "response_id", "score")) == ("qualtrics", [("R_1", 5.0), ("R_2", None)])


NAMES = ["StartDate", "EndDate", "Status", "Finished", "RecordedDate", "ResponseId", "RecipientEmail", "Q1"]
TEXTS = [
    "Start Date",
    "End Date",
    "Response Type",
    "Finished",
    "Recorded Date",
    "Response ID",
    "E",
    'A, "b"?',
]
TIMED = '{"ImportId":"%s","timeZone":"Asia/Tokyo"}'
IMPORT_IDS = [TIMED % "startDate", TIMED % "endDate", '{"ImportId":"status"}', '{"ImportId":"finished"}',
              TIMED % "recordedDate", '{"ImportId":"_recordId"}', "{}", '{"ImportId":"QID1"}']  # fmt: skip
AT = st.datetimes(datetime(2015, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(microsecond=0))
SCORES = st.one_of(st.none(), st.integers(1, 5))


@FEW
@given(st.lists(st.tuples(AT, SCORES), min_size=1, max_size=8), dialects())
def test_qualtrics_comes_back_as_it_was_written(tmp_path, answers, dialect):
    written = [
        [
            str(at),
            str(at),
            "IP Address",
            "True",
            str(at),
            f"R_{n}",
            f"p{n}@example.org",
            "" if s is None else str(s),
        ]
        for n, (at, s) in enumerate(answers)
    ]
    path = tmp_path / "survey.csv"
    path.write_bytes(csv_text(NAMES, [TEXTS, IMPORT_IDS, *written], **dialect))
    found = read(Request(path, path.name, columns={"Q1": "csat:1-5"}), scan=False)
    assert (found.format, found.timezone, found.rejected) == ("qualtrics", "Asia/Tokyo", 0)
    assert rows(found, "response_id", "score", "email", "answered_at") == [
        (f"R_{n}", score, f"p{n}@example.org", at - timedelta(hours=9))
        for n, (at, score) in enumerate(answers)
    ]


# -- SurveyMonkey ------------------------------------------------------------------------------------


def test_two_header_rows_and_months_that_come_first(parcel):
    found = parcel("surveymonkey.csv")
    assert rows(found, "response_id", "question", "score", "answered_at", "email")[:4] == [
        ("114001234561", "csat", 5.0, datetime(2024, 3, 4, 19, 14, 55), "ann@example.org"),
        ("114001234561", "ces2", 7.0, datetime(2024, 3, 4, 19, 14, 55), "ann@example.org"),
        ("114001234562", "csat", 3.0, datetime(2024, 3, 5, 5, 0, 10), "ben@example.org"),
        ("114001234562", "ces2", 2.0, datetime(2024, 3, 5, 5, 0, 10), "ben@example.org"),
    ]
    assert by_answer(found, "answered_at")["114001234563", "ces2"] == [datetime(2025, 1, 1, 4, 59, 59)]


def test_labels_and_destroyed_ids_are_rejected(parcel):
    found = parcel("surveymonkey.csv")
    label, destroyed = found.rejects
    assert "holds a label where a number is needed" in label.reason
    assert (destroyed.column, destroyed.shown) == ("Respondent ID", "1.14001E+11")


def test_a_column_without_a_header_goes_by_its_position(parcel):
    found = parcel("surveymonkey.csv", columns={"12": "csat:0-1"})
    assert by_answer(found, "score")["114001234566", "csat"] == [0.0]


def test_the_firms_own_column_may_be_the_customer(parcel):
    told = {"10": "csat:1-5", "Custom Data 1": "customer_id"}
    found = parcel("surveymonkey.csv", columns=told, format="surveymonkey")
    assert by_answer(found, "customer_id")["114001234562", "csat"] == ["C-1002"]


def test_no_name_and_no_ip_address_is_read(parcel):
    for name in ("qualtrics.csv", "surveymonkey.csv"):
        everything = str(parcel(name).tables["surveys"].to_pylist())
        assert "Beispiel" not in everything
        assert "198.51" not in everything


def test_surveymonkey_needs_its_zone(parcel):
    assert (
        "In which time zone are the times of this file?" in recognise(request("surveymonkey.csv")).questions
    )
    with pytest.raises(FileRefused, match="--timezone"):
        parcel("surveymonkey.csv", timezone=None)


@pytest.mark.parametrize("second", [",,,,\n", ""])
def test_a_second_header_row_without_options_and_none_at_all(load, second):
    text = (
        "Respondent ID,Collector ID,Start Date,End Date,How satisfied are you?\n"
        f"{second}1001,C1,2024-01-01,2024-01-02,4\n1002,C1,2024-01-03,2024-01-04,\n"
    )
    found = load(text, columns={"How satisfied are you?": "csat:1-5"}, timezone="UTC")
    assert found.rows_read == 2
    assert rows(found, "response_id", "score", "answered_at") == [
        ("1001", 4.0, datetime(2024, 1, 2)),
        ("1002", None, datetime(2024, 1, 4)),
    ]


def test_options_that_look_like_a_header_do_not_become_one(load):
    about = "Respondent ID,Collector ID,Start Date,End Date,IP Address,Email Address,First Name,Last Name"
    options = (
        "Response,Name,Company,Address,Address 2,City,State,ZIP,Country,Email Address,Phone Number,Email"
    )
    asked = f"How was it?,Contact information{',' * 10}"
    data = "114000000001,4,03/04/2024 01:00:00 PM,03/04/2024 01:02:00 PM,,,,,4,Ann,,,,,,,DE,,,"
    text = f"{about},{asked}\n,,,,,,,,{options}\n{data}\n{data.replace('0001', '0002')}\n"
    found = load(text, columns={"How was it?": "csat:1-5"}, timezone="UTC")
    assert rows(found, "response_id", "score") == [("114000000001", 4.0), ("114000000002", 4.0)]


def test_a_day_that_comes_first_after_all_is_rejected_and_not_swapped(load):
    text = fixture("surveymonkey.csv").decode().replace("12/31/2024", "31/12/2024")
    found = load(text, **FILES["surveymonkey.csv"])
    assert {reject.shown for reject in found.rejects} >= {"2024-31-12 11:59:59 PM"}


@FEW
@given(st.lists(st.tuples(AT, SCORES), min_size=1, max_size=8), dialects())
def test_surveymonkey_comes_back_as_it_was_written(tmp_path, answers, dialect):
    headers = ["Respondent ID", "Collector ID", "Start Date", "End Date", "Email Address", "How was it?"]
    written = [
        [f"114{n:08}", "4", f"{at:%m/%d/%Y %I:%M:%S %p}", f"{at:%m/%d/%Y %I:%M:%S %p}", f"p{n}@example.org",
         "" if score is None else str(score)]
        for n, (at, score) in enumerate(answers)
    ]  # fmt: skip
    path = tmp_path / "survey.csv"
    path.write_bytes(csv_text(headers, [["", "", "", "", "", "Response"], *written], **dialect))
    said = {"columns": {"How was it?": "csat:1-5"}, "timezone": "Asia/Tokyo"}
    found = read(Request(path, path.name, **said), scan=False)
    assert (found.format, found.rejected) == ("surveymonkey", 0)
    assert rows(found, "response_id", "score", "answered_at") == [
        (f"114{n:08}", score, at - timedelta(hours=9)) for n, (at, score) in enumerate(answers)
    ]


# -- Typeform ----------------------------------------------------------------------------------------


def test_typeform_has_a_token_and_times_in_utc(parcel):
    found = parcel("typeform.csv", timezone=BERLIN)
    assert rows(found, "response_id", "score", "answered_at", "customer_id") == [
        ("068127e3d5e9ca5f5fac8e04fa692a9e", 5.0, datetime(2018, 4, 3, 9, 5, 40), "C-1001"),
        ("168127e3d5e9ca5f5fac8e04fa692a9f", 2.0, datetime(2018, 4, 4, 9, 6), "C-1002"),
        ("268127e3d5e9ca5f5fac8e04fa692aa0", None, datetime(2018, 4, 5, 9, 5, 40), None),
        ("468127e3d5e9ca5f5fac8e04fa692aa2", 1.0, datetime(2018, 4, 8, 0, 0, 10), "C-1005"),
    ]


def test_typeform_saved_in_another_encoding_says_so(parcel):
    found = parcel("typeform.csv")
    assert recognise(request("typeform.csv")).encoding == "cp1252"
    assert any("Windows-1252" in note for note in found.notes)
    assert "holds a label" in reasons(found)[5]


def test_a_hidden_field_may_be_the_customer(parcel):
    found = parcel("typeform-2023.csv")
    assert rows(found, "response_id", "customer_id", "score") == [
        ("hefupfub1", "C-1001", 6.0),
        ("hefupfub3", "C-1003", 3.0),
    ]


def test_a_form_that_was_left_is_no_answer(parcel):
    assert reasons(parcel("typeform-2023.csv")) == {3: "The form was opened and not submitted."}


@FEW
@given(st.lists(st.tuples(AT, SCORES), min_size=1, max_size=8), dialects())
def test_typeform_comes_back_as_it_was_written(tmp_path, answers, dialect):
    headers = ["#", "How was it?", "Start Date (UTC)", "Submit Date (UTC)", "Network ID"]
    written = [
        [f"a{n}", "" if score is None else f"{score}", str(at), str(at), "n"]
        for n, (at, score) in enumerate(answers)
    ]
    path = tmp_path / "form.csv"
    path.write_bytes(csv_text(headers, written, **dialect))
    said = {"columns": {"How was it?": "ces1:1-5:low-is-good"}, "timezone": BERLIN}
    found = read(Request(path, path.name, **said), scan=False)
    assert (found.format, found.rejected) == ("typeform", 0)
    assert rows(found, *ANSWER, "answered_at") == [
        (f"a{n}", "ces1", score, 1.0, 5.0, False, at) for n, (at, score) in enumerate(answers)
    ]


# -- Delighted ---------------------------------------------------------------------------------------


def test_only_nps_has_a_scale_of_its_own(parcel):
    found = parcel("delighted.json")
    assert rows(found, *ANSWER) == [
        ("101", "nps", 9.0, 0.0, 10.0, True),
        ("102", "nps", 0.0, 0.0, 10.0, True),
        ("103", "ces2", 6.0, 1.0, 7.0, True),
        ("107", "ces2", 2.0, 1.0, 7.0, True),
        ("108", "nps", None, 0.0, 10.0, True),
    ]


def test_what_is_no_standard_question_or_has_no_scale_is_rejected(parcel):
    assert sorted(reasons(parcel("delighted.json")).values()) == [
        "Answers of type enps are to none of the standard questions.",
        "The scale of this file's csat answers was not declared.",
        "The score lies outside the scale of its row.",
    ]


def test_a_file_of_nps_alone_asks_nothing(load):
    found = [each for each in json.loads(fixture("delighted.json")) if each["survey_type"] == "nps"]
    parcel = load(json.dumps(found))
    assert column(parcel, "score") == [9.0, 0.0, None]


def test_seconds_since_1970_and_people_with_and_without_details(parcel):
    found = by_answer(parcel("delighted.json"), "customer_id", "email", "phone", "answered_at")
    assert found["101", "nps"] == ["C-1001", None, None, datetime(2024, 5, 2, 10, 31, 12)]
    assert found["102", "nps"][:3] == ["delighted:9002", "ben@example.org", "+49305550101"]
    assert found["107", "ces2"][0] == "C-1001"


def test_a_question_can_only_be_declared_for_the_score(parcel):
    with pytest.raises(UnknownName, match="comment"):
        parcel("delighted.json", columns={"comment": "csat:1-5"})


# -- Medallia ----------------------------------------------------------------------------------------


def test_requests_without_an_answer_are_rows_without_a_score(parcel):
    found = parcel("medallia.csv", timezone=BERLIN)
    assert rows(found, "response_id", "score", "asked_at", "answered_at", "conversation_id", "email") == [
        ("8001", 5.0, datetime(2024, 5, 2, 10), datetime(2024, 5, 2, 10, 30), "T-501", "ann@example.org"),
        ("8002", None, datetime(2024, 5, 2, 11), None, "T-502", "ben@example.org"),
        ("8004", 2.0, datetime(2024, 5, 3, 9), datetime(2024, 5, 5, 23, 59, 59), "T-504", "dora@example.org"),
        ("8005", None, datetime(2024, 5, 3, 10), None, "T-505", "emil@example.org"),
    ]


def test_a_request_that_never_left_asked_nobody(parcel):
    assert reasons(parcel("medallia.csv")) == {4: "The request was not sent, so nobody was asked."}


def test_medallia_has_to_be_confirmed(parcel):
    assert recognise(request("medallia.csv")).questions[0].startswith("Is this what it looks like?")
    with pytest.raises(FileRefused, match="--format medallia"):
        parcel("medallia.csv", format=None)


def test_headers_that_say_utc(load, parcel):
    text = fixture("medallia.csv").decode()
    text = text.replace("request_sent_at", "request_sent_at (UTC)").replace(
        "received_at", "received_at (UTC)"
    )
    assert recognise(request("medallia.csv")).format == "medallia"
    assert rows(load(text, **FILES["medallia.csv"]), "asked_at", "answered_at") == rows(
        parcel("medallia.csv"), "asked_at", "answered_at"
    )


@FEW
@given(st.lists(st.tuples(AT, SCORES), min_size=1, max_size=8), dialects())
def test_medallia_comes_back_as_it_was_written(tmp_path, answers, dialect):
    headers = ["request_id", "request_sent_at", "response_received_at", "star_rating"]
    written = [
        [f"{n}", f"{at:%Y-%m-%dT%H:%M:%SZ}", *(("", "") if score is None else (str(at), str(score)))]
        for n, (at, score) in enumerate(answers)
    ]
    path = tmp_path / "requests.csv"
    path.write_bytes(csv_text(headers, written, **dialect))
    said = {"columns": {"star_rating": "csat:1-5"}, "format": "medallia"}
    found = read(Request(path, path.name, **said), scan=False)
    assert found.rejected == 0
    assert rows(found, "response_id", "score", "asked_at", "answered_at") == [
        (f"{n}", score, at, None if score is None else at) for n, (at, score) in enumerate(answers)
    ]
