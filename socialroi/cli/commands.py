"""One function per command: ask the rooms below, print their answer, return the exit code."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from socialroi.cli import answers
from socialroi.errors import FileRefused, UnknownName, UsageError
from socialroi.result import Unknown

Options = argparse.Namespace


def ingest(options: Options) -> int:
    """Load every file that can be loaded; exit 3 if one was refused."""
    from socialroi import store

    refused: list[str] = []

    def tell(_: Any, error: FileRefused) -> None:
        refused.append(error.file)
        print(f"socialroi: refused {error}", file=sys.stderr)

    requests = list(map(_request(options), options.paths))
    results = store.ingest(
        options.db, requests, memory_limit=options.memory_limit, on_refused=tell, replace=options.replace
    )
    loaded = [dataclasses.asdict(result) for result in results]
    if options.json:
        answers.print_json(loaded)
    else:
        print(_loaded_text(loaded))
    return FileRefused.exit_code if refused else 0


def _request(options: Options) -> Callable[[Path], Any]:
    from socialroi.intake import Request

    columns = dict(_pairs("--columns", options.columns, "Buyer=customer_id,When=ordered_at"))
    fixed = dict(_pairs("--set", options.set, "question=csat,scale_min=1,scale_max=5"))

    def request(path: Path) -> Request:
        if not path.is_file():
            raise UsageError(
                f"There is no file {path.name!r} in {str(path.parent)!r}. Check the spelling of the path."
            )
        return Request(
            path=path, label=path.name, table=options.table, format=options.format, columns=columns,
            fixed=fixed,
            header=not options.no_header, timezone=options.timezone, currency=options.currency,
            keeps_unanswered=options.keeps_unanswered, keep_text=options.keep_text,
        )  # fmt: skip

    return request


def _pairs(option: str, text: str, example: str) -> Iterable[tuple[str, str]]:
    for part in filter(None, text.split(",")):
        name, equals, canonical = part.rpartition("=")
        if not equals or not name.strip() or not canonical.strip():
            raise UsageError(
                f"{option} takes NAME=VALUE pairs separated by commas; {part!r} is none. "
                f"Example: {option} '{example}'."
            )
        yield name.strip(), canonical.strip()


def _loaded_text(loaded: list[dict[str, Any]]) -> str:
    head = ("file", "table", "format", "batch", "read", "loaded", "rejected", "duplicate", "unlinked")
    names = (
        "file",
        "table",
        "format",
        "batch",
        "rows_read",
        "rows_loaded",
        "rows_rejected",
        "rows_duplicate",
        "rows_unlinked",
    )
    lines = [answers.table(head, [[row[name] for name in names] for row in loaded])]
    for row in loaded:
        lines += [f"{row['file']}: {note}" for note in row["notes"]]
        lines += [f"{row['file']} {_where(r)}: {r['reason']} Found: {r['shown']!r}" for r in row["rejects"]]
    return "\n".join(lines)


def _where(reject: Mapping[str, Any]) -> str:
    column = f", {reject['column']}" if reject["column"] else ""
    return f"line {reject['line']}{column}"


def metrics(options: Options) -> int:
    """Print the metrics asked for, or all of them."""
    from socialroi import metrics as room
    from socialroi.store import Store

    chosen = [room.by_key(key) for key in options.keys] or list(room.ALL)
    with Store.open(options.db) as store:
        window = _window(options, store)
        readings = [metric.compute(store, window) for metric in chosen]
        currency = store.currency
    if options.json:
        answers.print_json(map(answers.reading, readings))
        return 0
    from socialroi.charts import format as show

    rows = []
    for reading in readings:
        about = reading.definition
        for segment, part in {"all": reading.value, **reading.by}.items():
            rows.append((about.name, segment, show.value_text(part, about.unit, currency), part.n))
    print(answers.table(("metric", "segment", "value and 95% interval", "n"), rows))
    for reading in readings:
        why = (reading.value.sentence,) if isinstance(reading.value, Unknown) else ()
        for sentence in (*why, *reading.notes):
            print(f"{reading.definition.name}: {sentence}", file=sys.stderr)
    return 0


def _window(options: Options, store: Any) -> Any:
    from socialroi.result import Window

    for what, known in (
        ("channel", store.channels()),
        ("department", store.departments()),
        ("segment", store.segments()),
    ):
        for given in getattr(options, what):
            if given not in known:
                raise UnknownName(what, given, known)
    return Window.of_days(
        options.start, options.end, store.settings.reporting_zone,
        channel=tuple(options.channel), department=tuple(options.department), segment=tuple(options.segment),
        clock=options.clock, by=getattr(options, "by", None), horizon_days=options.horizon,
    )  # fmt: skip


#: What a report can be written as, by the end of its file's name.
_REPORTS = (".html", ".pptx")


def report(options: Options) -> int:
    """Write a report for these filters, and say which data it is of."""
    from socialroi.report import TITLE, as_html, as_slides
    from socialroi.report import report as built
    from socialroi.store import Store

    kind = options.out.suffix.lower()
    if kind not in _REPORTS:
        raise UsageError(
            f"{options.out.name!r} names no kind of report: end it with {' or '.join(_REPORTS)}."
        )
    with Store.open(options.db) as store:
        found = built(
            store, _window(options, store), title=options.title or TITLE, commentary=options.commentary
        )
    written = as_html(found) if kind == ".html" else as_slides(found)
    try:
        options.out.write_bytes(written)
    except OSError as error:
        raise UsageError(f"{str(options.out)!r} cannot be written ({error.strerror}).") from None
    told = {"file": str(options.out), "bytes": len(written), "fingerprint": found.fingerprint}
    if options.json:
        answers.print_json([told])
    else:
        print(f"Wrote {options.out}: {len(written):,} bytes, data fingerprint {found.fingerprint}.")
    return 0


def uplift(options: Options) -> int:
    """Print the study: one row a rung, then the verdict."""
    from socialroi.store import Store
    from socialroi.uplift import RUNGS, study

    rungs = RUNGS if options.rung == "all" else (options.rung,)
    with Store.open(options.db) as store:
        try:
            answer = study(store, options.outcome, options.horizon, rungs, boosted=options.boosted)
        except ImportError as error:
            raise UsageError(f"{str(error)[:1].upper()}{str(error)[1:]}") from error
        currency = store.currency
    if options.json:
        answers.print_json(map(answers.rung, answer.rungs))
        return 0
    from socialroi.charts import format as show
    from socialroi.charts.words import outcome_unit

    unit = outcome_unit(options.outcome)
    head = ("rung", "estimand", "estimate and 95% interval", "treated", "control", "verdict")
    rows = [
        (
            row.rung,
            row.estimand,
            show.difference_text(row.estimate, unit, currency),
            row.n_treated,
            row.n_control,
            row.verdict,
        )
        for row in answer.rungs
    ]
    print(answers.table(head, rows))
    print(f"\n{answer.sentence}")
    for row in answer.rungs:
        for check in row.checks:
            word = {True: "passed", False: "failed", None: "not decided"}[check.passed]
            print(f"  {row.rung} {check.name}: {word}. {check.sentence}")
    return 0


def roi(options: Options) -> int:
    """Print what answering is worth: the numbers, the parts, then the verdict."""
    from socialroi.store import Store
    from socialroi.uplift.worth import worth

    with Store.open(options.db) as store:
        answer = worth(store, options.horizon)
    if options.json:
        answers.print_json([answers.worth(answer)])
        return 0
    rows = list(_worth_rows(answer))
    head = ("per answered conversation", "value and 95% interval", "n")
    print(answers.table(head, [(name, text, value.n) for name, value, text in rows]))
    print(f"\n{answers.printable(answer.sentence)}")
    reasons = {
        value.sentence: name.strip() for name, value, _ in reversed(rows) if isinstance(value, Unknown)
    }
    for sentence, name in reversed(reasons.items()):
        print(f"  {name}: {answers.printable(sentence)}")
    for sentence in answer.notes:
        print(f"  {answers.printable(sentence)}")
    for check in answer.checks:
        word = {True: "passed", False: "failed", None: "not decided"}[check.passed]
        print(f"  {check.name}: {word}. {answers.printable(check.sentence)}")
    return 0


def _worth_rows(answer: Any) -> Iterable[tuple[str, Any, str]]:
    """Every number with its name, the number itself and its text."""
    from socialroi.charts import format as show
    from socialroi.uplift.worth.words import percents

    currency, what = answer.currency, answer.estimand.partition(" ")[0]

    def change(name: str, value: Any) -> tuple[str, Any, str]:
        return name, value, show.difference_text(value, "money", currency)

    def level(name: str, value: Any) -> tuple[str, Any, str]:
        return name, value, show.value_text(value, "money", currency)

    def effect(name: str, value: Any) -> tuple[str, Any, str]:
        return name, value, show.difference_text(value, "share")

    yield change(f"{what} over {answer.horizon_days} days", answer.margin)
    for part in answer.bars:
        yield change(f"  {part.name} ({part.status})", part.value)
    yield level("cost", answer.cost)
    yield "return", answer.roi, percents(answer.roi)
    yield effect("pays from an effect on retention of", answer.breakeven_effect)
    yield effect("effect on retention", answer.effect)
    yield "months until it pays", answer.payback_months, show.value_text(answer.payback_months, "count")
    yield change(f"{what} of answering the unanswered", answer.unanswered)
    yield level("cost of handling one more", answer.marginal_cost)
    for part in (answer.residual, *answer.beside):
        yield change(f"not added: {part.name} ({part.status})", part.value)


def plan(options: Options) -> int:
    """Print what a fair test could show and how it is done; write its list when asked."""
    from socialroi.store import Store
    from socialroi.uplift.fair_test.plan import plan as planned

    wants_list = options.list is not None or options.waiting
    if wants_list != (options.out is not None):
        raise UsageError("A list needs --out FILE, and --out needs --list N or --waiting.")
    with Store.open(options.db) as store:
        answer = planned(store, options.outcome, options.horizon, options.share)
        draw = _tosses(options, store, answer.hold_h) if wants_list else None
        currency = store.currency
    if draw is not None:
        _keep_list(options.out, answers.csv(draw.frame()))
    if options.json:
        answers.print_json([answers.plan(answer, draw, options.out)])
        return 0
    if answer.reach:
        head = ("weeks", "answered", "held", "smallest effect seen")
        print(answers.table(head, _reach(answer, currency)), end="\n\n")
    print(f"{answer.sentence}\n")
    for number, step in enumerate(answer.recipe, 1):
        print(f"{number:2}. {step}")
    if draw is not None:
        print(f"\nWrote {len(draw.lines):,} tosses to {options.out}.")
        print(
            f"They were drawn with seed {draw.seed}: keep it from those who answer messages.", file=sys.stderr
        )
    return 0


def _tosses(options: Options, store: Any, hold_h: float) -> Any:
    from datetime import UTC, datetime

    from socialroi.uplift.fair_test import randomise

    if options.waiting:
        now = datetime.now(UTC)
        return randomise.for_waiting(store, options.share, options.seed, hold_h=hold_h, drawn_at=now)
    return randomise.sealed_list(options.list, options.share, options.seed)


def _keep_list(path: Path, data: bytes) -> None:
    """Write a list beside no other: one in use must not be lost."""
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError:
        raise UsageError(f"{str(path)!r} is there already, and a list may be in use: name another.") from None
    except OSError as error:
        raise UsageError(f"{str(path)!r} cannot be written ({error.strerror}).") from None


def _reach(answer: Any, currency: str | None) -> Iterable[tuple[object, ...]]:
    from socialroi.uplift import words
    from socialroi.uplift.outcomes import outcome_named

    about = outcome_named(answer.outcome)
    for reach in answer.reach:
        yield reach.weeks, reach.answered, reach.held, words.size(reach.smallest, about, currency)


def simulate(options: Options) -> int:
    """Write an invented firm's exports and its truth.json."""
    from socialroi.simulate import firm

    made = firm(
        customers=options.customers, days=options.days, effect=options.effect, answered=options.answered,
        seed=options.seed, mechanism=options.mechanism, conversations_a_year=options.conversations,
    )  # fmt: skip
    made.write(options.out)
    if options.json:
        answers.print_json([dict(made.truth)])
    else:
        print(f"Wrote {len(made.tables)} exports and truth.json. Load them with:")
        print(f"  socialroi ingest --db FOLDER {options.out}/*.csv")
    return 0


def formats(options: Options) -> int:
    """List the formats the intake recognises."""
    from socialroi.intake import FORMATS

    rows = [(item.name, ", ".join(item.tables), item.keeps_unanswered, item.sentence) for item in FORMATS]
    head = ("format", "tables", "keeps_unanswered", "about")
    show(options, head, rows)
    return 0


def batches(options: Options) -> int:
    """List what was loaded, newest first."""
    from socialroi import store as room

    with room.Store.open(options.db) as store:
        rows = room.batches(store)
    names = [field.name for field in dataclasses.fields(rows[0])] if rows else ["batch"]
    show(options, names, [[getattr(row, name) for name in names] for row in rows])
    return 0


def show(options: Options, head: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Print rows under their names, as JSON where asked for."""
    names, lines = list(head), [list(row) for row in rows]
    if options.json:
        answers.print_json(dict(zip(names, line, strict=True)) for line in lines)
    else:
        print(answers.table(names, lines))


def undo(options: Options) -> int:
    """Take one batch back."""
    from socialroi import store

    store.undo(options.db, options.batch)
    print(f"Batch {options.batch} is taken back.")
    return 0


def settings(options: Options) -> int:
    """Show the settings, or change one and rebuild what depends on it."""
    from socialroi import store as room

    if options.change:
        key, equals, value = options.change.partition("=")
        if not equals:
            raise UsageError(f"{options.change!r} is not KEY=VALUE. Example: reporting_zone=Europe/London")
        room.set_setting(options.db, key.strip(), value.strip())
    with room.Store.open(options.db) as store:
        show(options, ("key", "value"), list(dataclasses.asdict(store.settings).items()))
    return 0


def doctor(options: Options) -> int:
    """Check that the database opens, counts agree, what surrounds it is in order, and say what is off."""
    from socialroi import store
    from socialroi.cli import machine

    findings = [*store.doctor(options.db), *machine.checks()]
    words = {True: "yes", False: "no", None: "-"}
    rows = [(f.name, f.passed if options.json else words[f.passed], f.sentence) for f in findings]
    show(options, ("check", "passed", "sentence"), rows)
    return 0 if all(finding.passed is not False for finding in findings) else 1


def demo(options: Options) -> int:
    """Build the sample databases, then open the dashboard on them."""
    from socialroi.cli.server import own_database, serve_forever
    from socialroi.store.samples import SHOPS, ensure_all

    made = ensure_all()
    print(f"Sample data: {', '.join(sorted(made))}. Invented shops, true effect known.", file=sys.stderr)
    if options.no_serve:
        return 0
    return serve_forever(options.db or own_database(), options.port, opens=SHOPS[0])
