"""The recipe for a container keeps what the page on serving says. No container is built here."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

from socialroi.cli.machine import PROMISED
from socialroi.cli.server import FLAGS

ROOT = Path(__file__).parents[2]
RECIPE = ROOT / "docs" / "container"
DOCKERFILE = (RECIPE / "Dockerfile").read_text(encoding="utf-8")
START = (RECIPE / "start.sh").read_text(encoding="utf-8")


def test_it_runs_without_rights_and_asks_for_hashes() -> None:
    users = re.findall(r"^USER (.+)$", DOCKERFILE, re.M)
    assert users == ["10001"]
    assert DOCKERFILE.index("USER 10001") < DOCKERFILE.index("ENTRYPOINT")
    assert "--require-hashes -r requirements/sign-in.lock" in DOCKERFILE
    assert "/_stcore/health" in DOCKERFILE[DOCKERFILE.index("HEALTHCHECK") :]
    assert not re.search(r"^(?:ADD|ARG|ENV.*(?:SECRET|TOKEN|PASSWORD))", DOCKERFILE, re.M)


def test_everything_it_copies_is_there_and_everything_the_wheel_needs_is_copied() -> None:
    copied = [
        word for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.M) for word in line.split()[:-1]
    ]
    assert [name for name in copied if not (ROOT / name).exists()] == []
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    assert set(wheel["targets"]["wheel"]["force-include"]) <= set(copied)


def test_the_lock_of_the_container_adds_to_the_tested_one_and_changes_nothing() -> None:
    def pins(name: str) -> set[str]:
        text = (ROOT / "requirements" / f"{name}.lock").read_text(encoding="utf-8")
        return set(re.findall(r"^[a-z0-9._-]+==[^ ;\\]+", text, re.M))

    assert pins("run") <= pins("sign-in")
    added = {pin.split("==")[0] for pin in pins("sign-in") - pins("run")}
    assert {"authlib", "cryptography", "httpx", "joserfc"} <= added
    assert len(added) < 10


def test_it_starts_with_the_flags_of_serve_but_for_the_address() -> None:
    subprocess.run(["sh", "-n", str(RECIPE / "start.sh")], check=True)
    flags = dict(zip(FLAGS[::2], FLAGS[1::2], strict=True))
    assert flags.pop("--server.address") == PROMISED["server.address"]
    for name, value in flags.items():
        assert f"{name} {value}" in START, name
    assert "--server.address 0.0.0.0" in START
    assert START.count("--server.allowedHosts") == 3
    assert "exec " in START, "it gets the signal to stop"


def test_only_the_proxy_is_reached_and_it_compresses() -> None:
    compose = (RECIPE / "compose.yaml").read_text(encoding="utf-8")
    dashboard, proxy = compose.split("  proxy:\n")
    assert "ports:" not in dashboard
    for said in ("read_only: true", "cap_drop: [ALL]", "no-new-privileges:true", 'user: "10001"'):
        assert said in dashboard
    assert "ports:" in proxy
    assert "encode zstd gzip" in (RECIPE / "Caddyfile").read_text(encoding="utf-8")
