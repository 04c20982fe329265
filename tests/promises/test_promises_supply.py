"""What is installed is what is listed here, locked, licensed, and written down.

Number 37 of the table of threats.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from socialroi.cli import machine, supply

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements" / "run.lock").read_text(encoding="utf-8")

#: Everything that runs on a user's machine, on Linux. Whoever adds one says why in the README.
_LISTED = """
altair anyio attrs certifi charset-normalizer click duckdb editables fastexcel h11 hatchling idna itsdangerous
jinja2 jsonschema jsonschema-specifications lxml markupsafe narwhals numpy packaging pandas pathspec
phonenumbers pillow plotly pluggy protobuf pyarrow pydeck python-dateutil python-multipart python-pptx
referencing requests rpds-py scipy starlette streamlit threadpoolctl tomlkit trove-classifiers
typing-extensions tzdata
urllib3 uvicorn watchdog websockets xlsxwriter
"""
DISTRIBUTIONS = _LISTED.split()


@pytest.fixture(scope="module")
def parts():
    return supply.parts(LOCK)


def test_the_lock_holds_these_distributions_and_no_other(record_property) -> None:
    names = {name for name, _, _ in supply._entries(LOCK)}
    elsewhere = {"colorama"}  # asked for on Windows only
    assert names - elsewhere == set(DISTRIBUTIONS)
    record_property("distributions", len(DISTRIBUTIONS))


def test_each_is_installed_as_locked_with_a_hash_and_an_accepted_licence(parts, record_property) -> None:
    assert [part.name for part in parts if not part.sha256] == []
    assert [p.name for p in parts if machine._installed(p.name) != p.version] == []
    assert supply.unlisted(parts) == []
    record_property("licences", len(parts))


@pytest.mark.parametrize("said", ["", "GPL-3.0-only", "MIT AND GPL-3.0-only", "Proprietary", "MIT ORACLE"])
def test_another_licence_is_seen(said: str) -> None:
    assert supply.unlisted([supply.Part("x", "1", said, ())])


def test_of_two_licences_one_is_enough() -> None:
    assert supply.unlisted([supply.Part("x", "1", "GPL-3.0-only OR MIT", ())]) == []


def test_the_bill_of_materials_names_them_all_and_is_the_same_each_time(parts) -> None:
    command = [sys.executable, "-m", "socialroi.cli.supply", "requirements/run.lock"]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    made = json.loads(said)
    assert made == json.loads(json.dumps(supply.bill(parts)))
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    assert {each["name"] for each in made["components"]} == {part.name for part in parts}
    for each in made["components"]:
        assert re.fullmatch(r"pkg:pypi/[a-z0-9._-]+@[^@]+", each["purl"])
        assert each["licenses"]
        assert all(re.fullmatch("[0-9a-f]{64}", digest["content"]) for digest in each["hashes"])


def test_nothing_is_fetched_while_it_is_made() -> None:
    names = {"socket", "urllib", "requests", "http", "httpx"}
    text = (ROOT / "socialroi" / "cli" / "supply.py").read_text(encoding="utf-8")
    assert not names & set(re.findall(r"^(?:import|from) (\w+)", text, re.M))


def test_an_installed_wheel_knows_what_was_tested() -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    assert wheel["targets"]["wheel"]["force-include"]["requirements/run.lock"].endswith(
        "_site/requirements/run.lock"
    )


def test_doctor_says_it() -> None:
    found = {check.name: check for check in machine.checks()}
    assert found["licences"].passed, found["licences"].sentence
    assert found["versions"].passed, found["versions"].sentence
