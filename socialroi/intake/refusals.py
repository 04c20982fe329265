"""Why a whole file is refused: what is open, what is too much, what cannot be read. In full sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from socialroi import limits
from socialroi.errors import FileRefused
from socialroi.intake import amounts, instants
from socialroi.intake.coerce import Setting, shown
from socialroi.intake.headers import Mapped, Source
from socialroi.intake.rows import Outcome, Prepared
from socialroi.intake.shapes import Request


def refuse_open_questions(
    request: Request, tables: Mapping[str, Mapped], settings: Mapping[str, Sequence[Setting]]
) -> None:
    """FileRefused when a column's dates can be read day first or month first."""
    for name, mapped in tables.items():
        for source, setting in zip(mapped.sources, settings[name], strict=True):
            evidence = setting.evidence
            told = setting.hint in instants.ORDERS
            if isinstance(evidence, instants.Evidence) and evidence.undecided and not told:
                raise _order_needed(request, source, evidence)


def _order_needed(request: Request, source: Source, evidence: instants.Evidence) -> FileRefused:
    why = "no date in the column has a day above 12"
    if evidence.day_first and evidence.month_first:
        why = "some dates can only be read day first and others only month first"
    example = shown(evidence.example)
    reason = f"column {source.header!r} holds dates such as {example!r}, which can be read two ways: {why}."
    told = f"{source.header}={source.column.name}"
    remedy = f'Say which: --columns "{told}:day-first" or "{told}:month-first".'
    return FileRefused(request.label, reason, f"{remedy} Accepted forms: {instants.ACCEPTED}.")


def zone_needed(request: Request, source: Source, cell: str) -> FileRefused:
    """The refusal of a file with times, such as `cell`, whose zone nobody declared."""
    reason = f"times in column {source.header!r}, such as {shown(cell)!r}, do not say their time zone."
    return FileRefused(
        request.label, reason, "Declare it: --timezone Europe/Berlin (or UTC, America/New_York)."
    )


def currency(request: Request, prepared: Prepared, settings: Mapping[str, Sequence[Setting]]) -> str | None:
    """The one currency of the file's amounts: declared, written in the cells, or None when open.

    FileRefused when the cells name several and no column says which row has which.
    """
    found: set[str] = set()
    for name, mapped in prepared.tables.items():
        for setting in settings[name] if "currency" not in mapped.names else ():
            if isinstance(setting.evidence, amounts.Evidence):
                found |= setting.evidence.currencies
    named = {code for code in found if len(code) == 3 and code.isalpha()}
    declared = prepared.currency
    if len(found) > 1 or (declared and named - {declared}):
        listed = ", ".join(sorted(found | ({declared} if declared else set())))
        remedy = "Add a column currency with the code of each row, or load one file per currency."
        raise FileRefused(request.label, f"its amounts are in several currencies ({listed}).", remedy)
    return declared or next(iter(named), None)


def too_large(request: Request, why: str) -> FileRefused:
    """The refusal of a file that is too large for the browser, with the line to paste instead."""
    return FileRefused(request.label, f"{why}, more than an upload may have.", command_line(request))


def command_line(request: Request) -> str:
    """What to do about a file that is too much for an upload."""
    return f'Load it on the command line, where there is no cap: socialroi ingest --db DB "{request.label}"'


def unreadable(request: Request, error: OSError) -> FileRefused:
    """The refusal of a path that cannot be opened."""
    reason = f"it cannot be opened ({error.strerror or type(error).__name__})."
    return FileRefused(request.label, reason, "Check the path and whether you may read it.")


def refuse_size(request: Request, size: int) -> None:
    """FileRefused when the file has more bytes than the profile allows."""
    most = request.profile.max_bytes
    if most is not None and size > most:
        raise too_large(request, f"it has {size / limits.MIB:,.0f} MB")


def refuse_too_many(request: Request, outcome: Outcome) -> None:
    """FileRefused when more rows have been read than the profile allows."""
    most = request.profile.max_rows
    if most is not None and outcome.rows_read > most:
        raise too_large(request, f"it has more than {most:,} rows")


def refuse_mostly_rejected(request: Request, outcome: Outcome) -> None:
    """FileRefused when more than `limits.REJECTED_SHARE` of the rows are faulty, or there are none."""
    if outcome.rows_read == 0:
        raise FileRefused(
            request.label, "it has no rows.", "Export it again with the period you want to see."
        )
    if outcome.rejected - outcome.set_aside > limits.REJECTED_SHARE * outcome.rows_read:
        reason = f"{outcome.rejected} of {outcome.rows_read} rows cannot be read. {_commonest(outcome)}"
        raise FileRefused(request.label, reason, "Correct the file, or map its columns with --columns.")


def _commonest(outcome: Outcome) -> str:
    """The reason most rejects have, and the first row that has it."""
    reasons = Counter((reject.column, reject.reason) for reject in outcome.rejects)
    (column, reason), count = reasons.most_common(1)[0]
    first = next(reject for reject in outcome.rejects if (reject.column, reject.reason) == (column, reason))
    where = f" in column {column!r}" if column else ""
    return f"Most often ({count} rows){where}: {reason} First on line {first.line}: {first.shown!r}."
