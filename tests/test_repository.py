"""What the repository promises about itself: locked, portable, private, one direction."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (".py", ".md", ".toml", ".lock", ".in", ".sql", ".csv", ".json", ".yml", "")


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name]


def test_no_file_names_a_machine_path_or_a_package_index():
    bad = re.compile(
        r"(?:^|[\s\"'=(])/(?:root|home/\w+|work|Users/\w+)/|(?<!emit-)index-url|/simple/|extra-index|find-links"
    )
    found = []
    for path in tracked():
        if path.suffix in TEXT and path.name != Path(__file__).name and path.is_file():
            found += [
                f"{path.name}: {line}"
                for line in path.read_text("utf-8", errors="replace").splitlines()
                if bad.search(line)
            ]
    assert not found


@pytest.mark.parametrize("name", ["run", "test"])
def test_every_locked_package_has_a_version_and_a_hash(name):
    lock = (ROOT / "requirements" / f"{name}.lock").read_text()
    entries = re.split(
        r"\n(?=[a-z0-9])", "\n".join(line for line in lock.splitlines() if not line.strip().startswith("#"))
    )
    entries = [entry for entry in entries if entry.strip()]
    assert len(entries) > 20
    assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)
    assert "://" not in lock


def test_the_project_asks_for_what_is_locked():
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    listed = (ROOT / "requirements" / "run.in").read_text().splitlines()
    assert set(wanted) <= set(listed)


def test_the_settings_file_keeps_its_promises():
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert settings["server"]["address"] == "127.0.0.1"
    assert settings["server"]["allowedHosts"] == ["localhost", "127.0.0.1"]
    assert settings["server"]["maxUploadSize"] == 50
    assert settings["server"]["enableStaticServing"] is False
    assert settings["browser"]["gatherUsageStats"] is False
    assert settings["client"]["showErrorDetails"] == "none"
    assert settings["client"]["showErrorLinks"] is False
    assert settings["runner"]["postScriptGC"] is False


def test_the_installed_streamlit_knows_the_settings_that_are_hidden():
    from streamlit import config

    assert "runner.postScriptGC" in config._config_options_template


def test_everything_below_the_screen_works_without_streamlit():
    blocked = (
        "import sys; sys.modules['streamlit'] = None\n"
        "import socialroi.cli.commands, socialroi.metrics, socialroi.uplift, socialroi.charts\n"
        "import socialroi.store, socialroi.intake, socialroi.simulate, socialroi.stats\n"
    )
    subprocess.run([sys.executable, "-c", blocked], check=True, cwd=ROOT)


def test_the_top_level_holds_only_what_the_owner_asked_for_and_tooling():
    top = {path.relative_to(ROOT).parts[0] for path in tracked()}
    asked = {"pyproject.toml", "app.py", "pages", "socialroi", "sample_data", "tests", "README.md"}
    tooling = {
        "Makefile",
        "CHANGELOG.md",
        ".ci",
        ".streamlit",
        ".gitignore",
        "benchmarks",
        "requirements",
        "docs",
    }
    assert asked <= top
    assert top <= asked | tooling
