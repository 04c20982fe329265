"""The commands for other people's data: erase, person, expire, backup, restore."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from typing import TYPE_CHECKING

from socialroi.cli import answers

if TYPE_CHECKING:
    from socialroi.store.removing import Removal

Options = argparse.Namespace


def erase(options: Options) -> int:
    """Remove everything that is stored about one customer."""
    from socialroi.store import removing

    done = removing.erase(options.db, _whom(options), kind=options.kind, dry_run=options.dry_run)
    return _removed(options, done)


def expire(options: Options) -> int:
    """Remove what is older than a day."""
    from socialroi.store import removing

    return _removed(options, removing.expire(options.db, options.before, dry_run=options.dry_run))


def _removed(options: Options, done: Removal) -> int:
    if options.json:
        answers.print_json([dataclasses.asdict(done)])
        return 0
    if done.rows:
        print(answers.table(("table", "rows"), done.rows.items()))
    if done.files:
        print(f"Files with rejected rows and uploads beside the database: {done.files}.")
    print(done.sentence)
    return 0


def person(options: Options) -> int:
    """Write down everything that is stored about one customer."""
    from socialroi.store import portrait

    answer = portrait.portrait(options.db, _whom(options), kind=options.kind)
    portrait.write(answer, options.out)
    rows = {table["table"]: len(table["rows"]) for table in answer["tables"]}
    if options.json:
        answers.print_json([{"file": str(options.out), "rows": rows, "not_stored": answer["not_stored"]}])
        return 0
    print(answers.table(("table", "rows"), rows.items()))
    print(f"Wrote {options.out}, for this user's eyes only.")
    return 0


def _whom(options: Options) -> str:
    return sys.stdin.readline().strip() if options.customer == "-" else options.customer


def backup(options: Options) -> int:
    """Write the database and its key into one file."""
    from socialroi.store import backup as room

    made = room.backup(options.db, options.out)
    if options.json:
        answers.print_json([{"file": str(options.out), **dataclasses.asdict(made)}])
        return 0
    print(f"Wrote {options.out}: {made.files[room.DATABASE].bytes:,} bytes of database, and the key.")
    print("It is as sensitive as the database: keep it where only you can read it.", file=sys.stderr)
    return 0


def restore(options: Options) -> int:
    """Bring a backup back."""
    from socialroi.store import restoring

    done = restoring.restore(options.file, options.db, force=options.replace)
    if options.json:
        answers.print_json([{"file": str(options.file), **dataclasses.asdict(done)}])
        return 0
    print(answers.table(("table", "rows"), [(name, n) for name, n in done.rows.items() if n]))
    print(done.sentence)
    return 0
