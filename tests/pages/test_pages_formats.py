"""Every format there is, brought to "Load" on the page by answering what it asks, and nothing else."""

from pathlib import Path

import pytest
from intake_kit import page_of, read_in_process, steps, unescaped
from pages_kit import words

FIXTURES = sorted((Path(__file__).parents[1] / "intake" / "fixtures").glob("*.*"))
MIME = "application/octet-stream"


@pytest.fixture(scope="module")
def every(tmp_path_factory):
    """The data page with a file of every format chosen, and what it asks answered."""
    with pytest.MonkeyPatch.context() as patch:
        read_in_process(patch)
        app = page_of(patch, tmp_path_factory.mktemp("formats") / "db", "data")
        uploader = app.get("file_uploader")[0]
        uploader.set_value([(path.name, path.read_bytes(), MIME) for path in FIXTURES])
        app.run()
        for _ in range(2):  # answers about columns may open further questions
            answered(app)
            app.run()
        yield app


def answered(app):
    """What every format may ask, answered as a visitor would, by the keys of the widgets."""
    for box in app.checkbox:
        if "Yes, this is it" in box.label:
            box.check()
    for box in app.selectbox:
        if "time zone" in box.label:
            box.set_value("Europe/Berlin")
    for field in app.text_input:
        if "currency" in field.label:
            field.set_value("EUR")
        if "sender" in field.label:
            field.set_value("Nordlicht")


def test_no_box_fails_and_none_speaks_of_the_command_line(every):
    assert not every.exception
    said = unescaped(words(every))
    assert "under reference" not in said
    assert "--" not in said


def test_every_file_is_ready_or_says_what_is_missing_or_why_it_cannot_be_read(every):
    outcomes = [
        *(label for label in steps(every) if "rows would load" in label),
        *(info.value for info in every.info if "Choose in step 3" in info.value),
        *(refused.value for refused in (*every.warning, *every.error) if "read as it is" in refused.value),
        *(wrong.value for wrong in every.error if "There is no sender" in wrong.value),
    ]
    assert len(outcomes) == len(FIXTURES)
    assert sum("rows would load" in outcome for outcome in outcomes) > len(FIXTURES) / 2


def test_every_file_can_be_put_away(every):
    assert len([button for button in every.button if button.label == "Put away"]) == len(FIXTURES)
