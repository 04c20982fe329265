"""What `doctor` says about this machine: the versions installed, and how the dashboard would be served."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from socialroi.cli.server import FLAGS, site
from socialroi.errors import UsageError
from socialroi.result import Check

#: What serving promises, by the name Streamlit gives it.
PROMISED: Mapping[str, object] = {
    "server.address": "127.0.0.1",
    "server.allowedHosts": ["localhost", "127.0.0.1"],
    "server.enableStaticServing": False,
    "server.maxUploadSize": 50,
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "runner.magicEnabled": False,
}
_LOCKED = re.compile(r"^([a-z0-9._-]+)==([^ ;\\]+)(?: *; *([^\\]+))?", re.MULTILINE)


def checks() -> Iterator[Check]:
    """Versions against the lock file, and Streamlit's settings as `socialroi serve` would have them."""
    lock = _site() / "requirements" / "run.lock"
    yield _versions(lock)
    yield _licences(lock)
    yield _settings(_site() / ".streamlit" / "config.toml", os.environ)


def _site() -> Path:
    try:
        return site()
    except UsageError:
        return Path()


def _versions(lock: Path) -> Check:
    """Other versions than the locked ones are no fault, but nobody has tested them."""
    if not lock.is_file():
        sentence = "The list of tested versions is not part of this installation, so they were not compared."
        return Check("versions", None, None, None, sentence)
    wanted = dict(locked(lock.read_text(encoding="utf-8")))
    off = [
        f"{name} {_installed(name)} (tested: {asked})"
        for name, asked in wanted.items()
        if _installed(name) != asked
    ]
    if not off:
        sentence = f"All {len(wanted)} distributions are the ones that were tested."
        return Check("versions", 0, 0, True, sentence)
    sentence = f"{len(off)} of {len(wanted)} distributions are others than were tested: {', '.join(off[:8])}."
    return Check("versions", len(off), 0, None, sentence)


def locked(text: str) -> Iterator[tuple[str, str]]:
    """Names and versions of a lock file that concern this machine."""
    from packaging.markers import Marker

    for name, asked, marker in _LOCKED.findall(text):
        if not marker.strip() or Marker(marker.strip()).evaluate():
            yield name, asked


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def _licences(lock: Path) -> Check:
    """Whether every distribution may be used and passed on as we do."""
    from socialroi.cli import supply

    if not lock.is_file():
        sentence = "Without the list of tested versions the licences were not compared."
        return Check("licences", None, None, None, sentence)
    off = supply.unlisted(supply.parts(lock.read_text(encoding="utf-8")))
    if off:
        sentence = f"Licences nobody has looked at: {', '.join(off[:8])}."
        return Check("licences", len(off), 0, None, sentence)
    return Check("licences", 0, 0, True, "Every distribution has a licence on the list of accepted ones.")


def _settings(file: Path, environment: Mapping[str, str]) -> Check:
    """The flags of `serve` hold over the environment, and that over the settings file."""
    said = _flat(tomllib.loads(file.read_text(encoding="utf-8"))) if file.is_file() else {}
    off = sorted(name for name, wanted in PROMISED.items() if not _kept(name, wanted, said, environment))
    if off:
        sentence = f"The dashboard would not be served as promised: {', '.join(off)}. See {file.name}."
        return Check("serving", len(off), 0, False, sentence)
    sentence = "The dashboard is served on loopback only, with telemetry off and errors kept to itself."
    return Check("serving", 0, 0, True, sentence)


def _kept(name: str, wanted: object, said: Mapping[str, Any], environment: Mapping[str, str]) -> bool:
    flags = dict(zip(FLAGS[::2], FLAGS[1::2], strict=True))
    if (flag := flags.get(f"--{name}")) is not None:
        return flag == _word(wanted)
    spelled = re.sub("([A-Z])", r"_\1", name).replace(".", "_").upper()
    if (given := environment.get(f"STREAMLIT_{spelled}")) is not None:
        return given == _word(wanted)
    return bool(said.get(name) == wanted)


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _flat(settings: Mapping[str, Any]) -> dict[str, Any]:
    sections = {name: part for name, part in settings.items() if isinstance(part, dict)}
    return {f"{section}.{name}": value for section, part in sections.items() for name, value in part.items()}
