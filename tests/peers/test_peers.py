"""Own statistics agree with the libraries that do the same; see peer_checks.py for what is compared."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from peer_checks import CHECKS

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-peers" / "bin" / "python"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found() -> dict[str, dict]:
    """All pairs, from one run of the peers' interpreter."""
    if not PYTHON.exists():
        pytest.fail(
            "The peer libraries are not installed. `make test-all` installs them; so does `make .venv-peers`."
        )
    env = os.environ | {
        "PYTHONPATH": str(ROOT),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
    script = Path(__file__).with_name("peer_checks.py")
    run = subprocess.run([PYTHON, script], env=env, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    return json.loads(run.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", [check.__name__ for check in CHECKS])
def test_own_figures_are_those_of_the_peer(found, name):
    pair = found[name]
    assert len(pair["own"]) > 0
    assert pair["own"] == pytest.approx(pair["peer"], rel=pair["within"], abs=1e-12)
