"""Thousands of damaged files: refused with a reason, or read without one altered value and one lost row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import pytest
from polluters import ROWS, Variant, variants

from socialroi.errors import FileRefused
from socialroi.intake import Request, read, reading

#: Which part of the files is read in an ordinary run.
EVERY = 5
#: The least share of sound rows that has to be kept of files that are read in part.
KEPT = 0.98


@dataclass
class Tally:
    """What came of the files, and everything that should not have."""

    outcomes: Counter[str] = field(default_factory=Counter)
    sound: int = 0
    kept: int = 0
    blind: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        return self.kept / self.sound if self.sound else 1.0

    def __str__(self) -> str:
        came = ", ".join(f"{count} {outcome}" for outcome, count in sorted(self.outcomes.items()))
        kept = f"{self.kept} of {self.sound} sound rows kept where read in part ({self.share:.2%})"
        blind = f"{self.blind} altered rows that nobody could tell"
        listed = "\n".join(self.wrong[:20])
        return f"{came}; {kept}; {blind}; {len(self.wrong)} wrong\n{listed}"


def judge(chosen, path):
    """Read every file and compare what came with what is known about it."""
    tally = Tally()
    for variant in chosen:
        path.write_bytes(variant.data)
        try:
            parcel = read(Request(path, "file.csv", **variant.clean.said, **variant.said), scan=False)
        except FileRefused as refused:
            tally.outcomes["refused"] += 1
            said = refused.reason.endswith(".") and refused.remedy.endswith(".")
            tally.wrong += [] if said else [f"{variant.name}: refused without a word"]
            continue
        except Exception as error:
            tally.outcomes["crashed"] += 1
            tally.wrong.append(f"{variant.name}: {error!r}")
            continue
        tally.outcomes["read in part" if parcel.rejected else "read whole"] += 1
        compare(variant, parcel, tally)
    return tally


def compare(variant: Variant, parcel, tally: Tally) -> None:
    ((name, table),) = parcel.tables.items()
    rows = table.to_pylist()
    found = list(faults(variant, parcel, rows, name))
    if name == variant.clean.table:
        by = variant.by or variant.clean.key
        keys = {tuple(row[column] for column in by) for row in rows}
        altered = [row for row in rows if differs(row, variant.expected.get(tuple(row[c] for c in by)))]
        if altered and variant.blind:
            tally.blind += len(altered)
        elif altered and not (variant.noted and any(variant.noted in note for note in parcel.notes)):
            found.append(f"{len(altered)} rows altered, such as {altered[0]}")
        if parcel.rejected:
            tally.sound += len(variant.sound)
            tally.kept += len(variant.sound & keys)
        elif len(keys) < len(variant.expected):
            found.append("rows missing and none rejected")
    tally.wrong += [f"{variant.name}: {fault}" for fault in found]


def faults(variant, parcel, rows, name):
    """What is wrong with a file that was read, apart from its values."""
    if variant.never:
        yield "was read and should have been refused"
    if len(rows) + parcel.rejected != parcel.rows_read:
        yield f"{len(rows)} rows and {parcel.rejected} rejects of {parcel.rows_read} records"
    if variant.records not in {None, parcel.rows_read}:
        yield f"{parcel.rows_read} records where there are {variant.records}"
    if any(not (reject.reason.endswith(".") and reject.line > 0) for reject in parcel.rejects[:3]):
        yield f"a reject without a word: {parcel.rejects[0]}"
    if name != variant.clean.table:
        if not variant.elsewhere:
            yield f"read as {name}"
        if any(differs(row, variant.clean.values[row["record"] - 1], shared=True) for row in rows):
            yield f"read as {name} with other values"


def differs(row, value, *, shared=False):
    """Whether a row says anything else than what it is worth; `shared` looks at columns both have."""
    if value is None:
        return True
    names = [name for name in value if name in row or not shared]
    return any(plain(row.get(name, "no such column")) != plain(value[name]) for name in names)


def plain(value):
    """Line ends in a cell are those of its file, and blanks around it mean nothing."""
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


@pytest.fixture(scope="module")
def polluted():
    return variants()


def test_there_are_more_than_two_thousand_damaged_files_and_no_two_alike(polluted):
    assert len(polluted) > 2_000
    assert len({variant.name for variant in polluted}) == len(polluted)
    assert len({(variant.data, variant.clean.table) for variant in polluted}) > 0.95 * len(polluted)
    assert {len(variant.clean.rows) for variant in polluted} == {ROWS, 6}
    assert [variant.data for variant in variants()] == [variant.data for variant in polluted]


def test_no_damage_alters_a_row_or_loses_one_silently(polluted, tmp_path):
    tally = judge(polluted[::EVERY], tmp_path / "file.csv")
    assert (tally.wrong, tally.share >= KEPT) == ([], True), str(tally)
    assert tally.outcomes["read whole"] > 100 < tally.outcomes["read in part"], str(tally)


def test_the_fast_lane_alters_and_loses_none_either(polluted, tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "SMALLEST", 0)
    tally = judge(polluted[3 :: 20 * EVERY], tmp_path / "file.csv")
    assert (tally.wrong, tally.share >= KEPT) == ([], True), str(tally)


@pytest.mark.slow
def test_all_of_them(polluted, tmp_path):
    tally = judge(polluted, tmp_path / "file.csv")
    assert (tally.wrong, tally.share >= KEPT) == ([], True), str(tally)
    assert (tally.outcomes["crashed"], tally.blind) == (0, 2), str(tally)
    assert tally.outcomes["refused"] < sum(tally.outcomes.values()) / 8, str(tally)
