"""Starting the dashboard as a process of its own: where it lives, which port, which settings."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

from socialroi.errors import UsageError

ADDRESS = "127.0.0.1"
FIRST_PORT = 8501
PORTS_TRIED = 100

#: The promises of the settings file, again as flags, so that they do not hang on one file.
FLAGS = (
    "--server.address", ADDRESS, "--server.headless", "true", "--server.fileWatcherType", "none",
    "--server.enableStaticServing", "false", "--browser.gatherUsageStats", "false",
    "--client.showErrorDetails", "none", "--client.toolbarMode", "viewer",
)  # fmt: skip


def own_database() -> Path:
    """Where a user's own data live unless --db says otherwise."""
    from socialroi.store.samples import data_home

    return data_home() / "mine"


def serve_forever(db: Path, port: int | None, opens: str = "mine") -> int:
    """Run the dashboard until it is stopped; print its address first.

    `opens` names what is shown while `db` is empty: `mine` for an empty start, or an invented shop.
    """
    chosen = free_port() if port is None else port
    if port is not None and not _is_free(port):
        raise UsageError(
            f"Port {port} is in use. Choose another with --port, or leave it out: the next free one is taken."
        )
    app = site() / "app.py"
    command = [sys.executable, "-m", "streamlit", "run", str(app), "--server.port", str(chosen), *FLAGS]
    print(f"socialroi is at http://{ADDRESS}:{chosen}   (stop with Ctrl+C)", flush=True)
    environment = {**os.environ, "SOCIALROI_DB": str(db.resolve()), "SOCIALROI_OPENS": opens}
    try:
        return subprocess.run(command, env=environment, cwd=site(), check=False).returncode  # noqa: S603 (our own command)
    except KeyboardInterrupt:
        return 0


def site() -> Path:
    """The folder with app.py and pages/: the checkout, or the copy inside an installed wheel."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package.parent, package / "_site"):
        if (folder / "app.py").is_file() and (folder / "pages").is_dir():
            return folder
    raise UsageError("The dashboard's files are missing from this installation. Install socialroi again.")


def free_port() -> int:
    """The first free port from 8501 on."""
    for port in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        if _is_free(port):
            return port
    raise UsageError(
        f"No free port between {FIRST_PORT} and {FIRST_PORT + PORTS_TRIED - 1}; name one with --port."
    )


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError:
            return False
    return True
