"""Other people's broken files: no crash, no hang, and every record accounted for."""

from __future__ import annotations

import pytest

from socialroi.errors import FileRefused, SocialRoiError
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
    read_whole = 0
    for path in paths:
        try:
            parcel = read(Request(path, path.name, **said), scan=False)
        except FileRefused as refused:
            assert str(refused).startswith(path.name)
            assert refused.remedy.rstrip().endswith((".", '"'))
        except SocialRoiError as error:
            assert said, error
        else:
            read_whole += 1
            loaded = sum(table.num_rows for table in parcel.tables.values())
            assert loaded + parcel.rejected == parcel.rows_read
    assert read_whole > 50 or not said


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
