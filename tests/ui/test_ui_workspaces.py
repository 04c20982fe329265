"""What a visitor sees first."""

from __future__ import annotations

import pytest

from socialroi.store import create
from socialroi.ui.workspaces import opens_with


@pytest.mark.parametrize(
    ("named", "first"), [("harbour", "harbour"), ("mine", "mine"), ("elsewhere", "mine")]
)
def test_the_demonstration_opens_on_sample_data_until_there_are_own_files(
    tmp_path, monkeypatch, named, first
):
    monkeypatch.setenv("SOCIALROI_DB", str(tmp_path / "db"))
    monkeypatch.setenv("SOCIALROI_OPENS", named)
    assert opens_with() == first
    create(tmp_path / "db")
    assert opens_with() == "mine"


def test_without_a_word_it_opens_on_own_files(tmp_path, monkeypatch):
    monkeypatch.setenv("SOCIALROI_DB", str(tmp_path / "db"))
    monkeypatch.delenv("SOCIALROI_OPENS", raising=False)
    assert opens_with() == "mine"
