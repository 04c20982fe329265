"""The README says what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest

from socialroi.metrics import ALL

README = Path(__file__).parent.parent / "README.md"


def line(metric) -> str:
    about = metric.definition
    return f"| {about.name} (`{about.key}`) | {about.question} | {about.source} |"


@pytest.mark.parametrize("metric", ALL, ids=lambda metric: metric.definition.key)
def test_every_metric_stands_in_the_table(metric):
    assert line(metric) in README.read_text("utf-8").splitlines(), "paste this line: " + line(metric)


def test_the_two_commands_and_the_picture_come_first():
    first = README.read_text("utf-8").splitlines()[:8]
    assert any("make run" in row for row in first)
    assert any("make test" in row for row in first)
    assert any(row.startswith("![") for row in first)
    assert (README.parent / "docs" / "tour" / "overview.png").is_file()


def test_the_page_of_formats_lists_every_format_as_it_is():
    from socialroi.intake import FORMATS

    lines = [
        f"| `{each.name}` | {each.sentence} | {', '.join(each.tables)} | {each.keeps_unanswered} | "
        f"{'yes' if each.certain else 'to be confirmed'} | {' '.join(each.notes)} |"
        for each in sorted(FORMATS, key=lambda each: each.name)
    ]
    page = (Path(__file__).parents[1] / "docs" / "formats.md").read_text(encoding="utf-8")
    assert page.split("| --- | --- | --- | --- | --- | --- |\n")[1] == "\n".join(lines) + "\n"
