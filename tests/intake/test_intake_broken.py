"""Other people's broken files: no crash, no hang, and every record accounted for."""

from __future__ import annotations

import pytest

from socialroi.errors import FileRefused, UsageError
from socialroi.intake import Request, read, reading
from socialroi.intake.tokenise import records

GUESSES = [
    {}, {"table": "customers", "columns": {"1": "customer_id"}, "header": False, "timezone": "UTC"},
]  # fmt: skip


@pytest.mark.parametrize("said", GUESSES, ids=["by its header", "first column as ids"])
@pytest.mark.parametrize("smallest", [0, reading.SMALLEST], ids=["fast", "careful"])
def test_every_broken_file_of_duckdb_is_read_or_refused(shared, monkeypatch, said, smallest):
    monkeypatch.setattr(reading, "SMALLEST", smallest)
    paths = [path for path in sorted((shared / "broken" / "csv").rglob("*")) if path.is_file()]
    assert len(paths) > 100
    outcomes = [accounted(Request(path, path.name, **said)) for path in paths]
    assert outcomes.count("read") > 80 or not said
    assert set(outcomes) <= {"read", "refused", "wrong call"}


def accounted(request):
    """What came of a file; every record of one that was read is loaded or rejected."""
    try:
        parcel = read(request, scan=False)
    except FileRefused as refused:
        return "refused" if str(refused).startswith(request.label) and refused.remedy else "without a word"
    except UsageError:
        return "wrong call"
    loaded = sum(table.num_rows for table in parcel.tables.values())
    return "read" if loaded + parcel.rejected == parcel.rows_read else "rows missing"


@pytest.mark.parametrize(
    "text",
    [
        '"' * 99_999,
        '"x""\n' * 20_000,
        ",".join('"' * 5_000),
        '"a\n' * 5_000,
        "\r" * 50_000,
        ('"""' + "x" * 50 + "\n") * 2_000,
        "a" * 500_000,
        "," * 400,
        "\n" * 100_000,
        '"' + "x\n" * 50_000,
    ],
    ids=range(10),
)
def test_hostile_texts_are_read_in_a_straight_line(text):
    assert sum(1 for _ in records(text, ",", 3)) <= text.count("\n") + text.count("\r") + 1
