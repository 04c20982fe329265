"""The page on what is stored where says what the code does."""

from __future__ import annotations

from pathlib import Path

from socialroi import limits
from socialroi.cli.arguments import parser
from socialroi.store import removing

PAGE = (Path(__file__).parent.parent.parent / "docs" / "data-flow.md").read_text(encoding="utf-8")


def test_every_place_beside_the_database_is_on_the_page() -> None:
    for name in removing.ASIDE:
        assert f"`{name}" in PAGE, name
    assert f"{limits.REJECTS_DAYS} days, or until repaired" in PAGE


def test_its_commands_exist() -> None:
    lines = [
        ("erase", "--db", "F", "--customer", "W", "--dry-run"),
        ("expire", "--db", "F", "--before", "2026-01-01"),
        ("person", "--db", "F", "--customer", "W", "--out", "X"), ("backup", "--db", "F", "--out", "X"),
        ("restore", "X", "--db", "F", "--replace"),
    ]  # fmt: skip
    for words in lines:
        assert f"socialroi {words[0]}" in PAGE
        assert parser().parse_args(words).run
