"""Adding a format is one module and one fixture; what is there is recognised whatever its order."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from formats_kit import FIXTURES

from socialroi import intake, schema
from socialroi.errors import FileRefused
from socialroi.intake import FORMATS, Request, formats, objects, recognise, recognition
from socialroi.intake.formats import BY_NAME

ROOT = Path(intake.__file__).parents[2]
NEW = '''"""Orders as an invented till writes them."""

from __future__ import annotations

from socialroi.intake.formats.base import Fixed, Format, Makes, known_by

FORMAT = Format(
    name="village_till",
    sentence="The day's sales of a village shop, as its till writes them.",
    tables=("orders",),
    keeps_unanswered="unknown",
    identity="Nobody is known in it.",
    needs=(known_by("Bon", "Sold At", "Sum In Groats"),),
    zone="Europe/Berlin",
    makes=(
        Makes(
            "orders",
            {"order_id": "Bon", "ordered_at": "Sold At", "amount": "Sum In Groats", "channel": Fixed("till")},
        ),
    ),
)
'''
FIXTURE = (
    "Bon;Sold At;Sum In Groats\n0007;31.03.2024 09:30;12,50\n0008;31.03.2024 09:41;3,00\n0009;noon;1,00\n"
)
CLI = "from socialroi.cli import main; raise SystemExit(main())"
ASK = """
import json, sys
from socialroi.intake import Request, read, recognise
found = recognise(Request(sys.argv[1], "till.csv"))
parcel = read(Request(sys.argv[1], "till.csv"), scan=False)
rows = [{name: str(cell) for name, cell in row.items()} for row in parcel.tables["orders"].to_pylist()]
lines = [reject.line for reject in parcel.rejects]
print(json.dumps([found.format, found.mapping, rows, lines]))
"""


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """A copy of the package with one more module in it, and a file of the new format."""
    folder = tmp_path_factory.mktemp("grown")
    shutil.copytree(ROOT / "socialroi", folder / "socialroi", ignore=shutil.ignore_patterns("__pycache__"))
    before = tree(folder / "socialroi")
    (folder / "socialroi" / "intake" / "formats" / "village_till.py").write_text(NEW, "utf-8")
    (folder / "village_till.csv").write_text(FIXTURE, "utf-8")
    assert len(tree(folder / "socialroi")) == len(before) + 1
    return folder


def tree(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def run(folder, *arguments):
    """What Python says with the package of this folder."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_a_new_module_is_listed_recognised_and_read_and_nothing_else_has_to_know(grown):
    before = tree(grown)
    listed = json.loads(run(grown, "-c", CLI, "formats", "--json"))
    names = [each["format"] for each in listed]
    assert sorted(names) == sorted([*(each.name for each in FORMATS), "village_till"])
    assert names[-1] == "canonical"
    found, mapping, rows, lines = json.loads(run(grown, "-c", ASK, grown / "village_till.csv"))
    assert found == "village_till"
    assert mapping == {"Bon": "order_id", "Sold At": "ordered_at", "Sum In Groats": "amount"}
    assert [(row["order_id"], row["ordered_at"], row["amount"], row["channel"]) for row in rows] == [
        ("0007", "2024-03-31 07:30:00", "12.5000", "till"), ("0008", "2024-03-31 07:41:00", "3.0000", "till"),
    ]  # fmt: skip
    assert lines == [4]
    assert tree(grown) == before


def test_the_old_fixtures_stay_what_they_were_beside_a_new_format(grown):
    ask = (
        "import sys\nfrom socialroi.intake import Request, recognise\n"
        "print([recognise(Request(path, 'f')).format for path in sys.argv[1:]])"
    )
    chosen = [path for path in PATHS if BY_NAME[name_of(path)].refusal is None]
    assert run(grown, "-c", ask, *chosen) == f"{[name_of(path) for path in chosen]}\n"


PATHS = sorted(path for path in FIXTURES.iterdir() if path.is_file())


def name_of(path):
    """The format a fixture is named after."""
    return path.name.partition(".")[0].partition("-")[0]


def recognised(path):
    """The format of a file; of one that we know and cannot use, the one whose refusal it gets."""
    try:
        return recognise(Request(path, path.name)).format
    except FileRefused as refused:
        said = (refused.reason, refused.remedy)
    return next(each.name for each in FORMATS if each.refusal == said)


@pytest.mark.parametrize("path", PATHS, ids=[path.name for path in PATHS])
def test_every_fixture_is_recognised_as_what_its_name_says(path):
    assert recognised(path) == name_of(path)


def test_every_format_of_others_has_a_fixture():
    spared = {"canonical", "stack_exchange"}
    assert {each.name for each in FORMATS} - spared <= {name_of(path) for path in PATHS}
    assert {name_of(path) for path in PATHS} <= {each.name for each in FORMATS}


@pytest.mark.parametrize("order", ["backwards", "canonical first", "every other"])
def test_no_fixture_needs_the_formats_in_any_order(monkeypatch, order):
    turned = {
        "backwards": FORMATS[::-1], "canonical first": (FORMATS[-1], *FORMATS[:-1]),
        "every other": FORMATS[1::2] + FORMATS[::2],
    }[order]  # fmt: skip
    monkeypatch.setattr(formats, "ALL", turned)
    assert {path.name: recognised(path) for path in PATHS} == {path.name: name_of(path) for path in PATHS}


@pytest.mark.parametrize("path", PATHS, ids=[path.name for path in PATHS])
def test_at_most_one_format_fits_a_fixture_best(path):
    """Of tables, no two formats share the most headers with it; of objects, one format calls them its own."""
    data = memoryview(path.read_bytes())
    if recognition.is_json(data):
        found = objects.opened(path.name, data)
        fitting = [each.name for each in FORMATS if each.matches is not None and each.matches(found)]
        assert fitting == [name_of(path)]
        return
    headers = {schema.normalise(name) for name in recognition.page_of(Request(path, "f"), data).headers}
    fits = {each.name: max((len(n) for n in each.needs if n and n <= headers), default=0) for each in FORMATS}
    best = max(fits.values())
    assert [name for name, fit in fits.items() if fit == best] == [name_of(path)]
