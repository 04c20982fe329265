"""The settings file keeps its promises, and the installed Streamlit knows each one."""

import tomllib
from pathlib import Path

import pytest
from streamlit import config

SETTINGS = tomllib.loads(
    (Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text(encoding="utf-8")
)
PROMISED = {
    "server.address": "127.0.0.1",
    "server.allowedHosts": ["localhost", "127.0.0.1"],
    "server.maxUploadSize": 50,
    "server.enableStaticServing": False,
    "server.fileWatcherType": "none",
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "viewer",
    "runner.magicEnabled": False,
    "runner.postScriptGC": False,
}


@pytest.mark.parametrize(("name", "value"), PROMISED.items())
def test_the_file_says_what_was_promised(name, value):
    section, key = name.split(".")
    assert SETTINGS[section][key] == value


@pytest.mark.parametrize("name", PROMISED)
def test_the_installed_version_knows_it(name):
    config.get_option(name)  # raises for a name that is gone; postScriptGC is hidden and could go silently


def test_agents_get_no_way_in():
    assert config.get_option("server.enableAgentApi") is False
