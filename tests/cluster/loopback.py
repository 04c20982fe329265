"""A real standalone cluster on this machine's loopback: a master and two workers from the pip package."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-spark" / "bin" / "python"
HOST = "127.0.0.1"
PATIENCE_S = 120
ENVIRONMENT = {**os.environ, "SPARK_LOCAL_IP": HOST, "PYTHONPATH": str(ROOT), "PYSPARK_PYTHON": str(PYTHON)}


@dataclass
class Cluster:
    """Where the master listens, and its workers: each with its executors in a process group of its own."""

    url: str
    logs: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def kill_worker(self) -> None:
        """End one worker and its executor without a word."""
        worker = self.processes.pop()
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A master and two workers of one core each, ended afterwards."""
    assert PYTHON.exists(), "make .venv-spark first: the cluster is started from its pyspark"
    port = _free_port()
    made = Cluster(f"spark://{HOST}:{port}", folder)
    try:
        made.processes.append(
            _start(folder, "master", "--host", HOST, "--port", str(port), "--webui-port", "0")
        )
        _wait_for(folder / "master.log", "I have been elected leader")
        for name in ("worker1", "worker2"):
            given = ("--host", HOST, "--cores", "1", "--memory", "1g", "--webui-port", "0")
            made.processes.append(_start(folder, name, *given, "--work-dir", str(folder / name), made.url))
        for name in ("worker1", "worker2"):
            _wait_for(folder / f"{name}.log", "Successfully registered with master")
        yield made
    finally:
        for process in made.processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def derive(*options: object) -> subprocess.Popen[str]:
    """`socialroi derive --engine spark`, under way; its progress is on standard error."""
    call = [
        PYTHON,
        "-c",
        "import sys; from socialroi.cli import main; sys.exit(main(sys.argv[1:]))",
        "derive",
    ]
    return subprocess.Popen(
        [*map(str, call), "--engine", "spark", *map(str, options)],
        env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def progress(run: subprocess.Popen[str], until: str) -> list[str]:
    """Read lines of progress up to the first that begins with `until`."""
    seen = []
    assert run.stderr is not None
    for line in run.stderr:
        seen.append(line)
        if line.startswith(until):
            return seen
    raise AssertionError(f"{until} was never reached:\n{''.join(seen)[-3000:]}")


def _start(folder: Path, name: str, *given: str) -> subprocess.Popen[bytes]:
    """One process of the cluster, by the launcher of the pip package: it has no start-master.sh."""
    home = next((ROOT / ".venv-spark").glob("lib/python3*/site-packages/pyspark"))
    main = "master.Master" if name == "master" else "worker.Worker"
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            [home / "bin" / "spark-class", f"org.apache.spark.deploy.{main}", *given],
            env={**ENVIRONMENT, "SPARK_HOME": str(home)}, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip


def _wait_for(log: Path, words: str) -> None:
    patience = time.monotonic() + PATIENCE_S
    while words not in log.read_text(errors="replace"):
        assert time.monotonic() < patience, f"{log.name}:\n{log.read_text(errors='replace')[-2000:]}"
        time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
