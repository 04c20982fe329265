"""How a test of the intake gets from text to a parcel."""

from __future__ import annotations

from pathlib import Path

import pytest

from socialroi.intake import Parcel, Request, read

DATA = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture
def write(tmp_path):
    """Write text or bytes to a file and return its path."""

    def written(content: str | bytes, name: str = "file.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return written


@pytest.fixture
def load(write):
    """Read text or bytes as a file; keywords are those of Request."""

    def loaded(content: str | bytes, *, scan: bool = False, **said: object) -> Parcel:
        return read(Request(write(content), "file.csv", **said), scan=scan)

    return loaded


@pytest.fixture(scope="session")
def shared():
    """The folder of real data, or a skip that says what is missing."""
    if not DATA.is_dir():
        pytest.skip("the folder ../shared/data with real exports is not here")
    return DATA
