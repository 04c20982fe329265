"""What may be typed: every command, its options and their help."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from socialroi import __version__
from socialroi.cli import clustered, commands, keeping
from socialroi.errors import nearest

Handler = Callable[[argparse.Namespace], int]

OUTCOMES = ("retention", "repurchase", "orders", "margin", "upsell", "cross_sell", "advocacy")
RUNGS = ("all", "R", "A", "Aprime", "B", "C", "D")


class Parser(argparse.ArgumentParser):
    """argparse that offers the nearest command or option when a name is wrong."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, guess what was meant, exit 2."""
        self.exit(2, f"socialroi: {message}{self._hint(message)}\nTry: {self.prog} --help\n")

    def _hint(self, message: str) -> str:
        known = [option for action in self._actions for option in action.option_strings]
        for word in message.translate(str.maketrans("'=:", "   ")).split():
            near = nearest(word, known) if word.startswith("--") else None
            if near and near != word:
                return f" Did you mean {near}?"
        if "invalid choice: " in message:
            given, _, accepted = message.partition("invalid choice: ")[2].partition(" (choose from ")
            near = nearest(given.strip("'"), [name.strip(" ')") for name in accepted.split(",")])
            return f" Did you mean {near}?" if near else ""
        return ""


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command asked for and its options; exits with 2 and a hint when the call is wrong."""
    top = parser()
    options, unknown = top.parse_known_args(argv)
    if unknown:
        options.parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    return options


def parser() -> Parser:
    """The whole command line."""
    top = Parser(
        prog="socialroi", description="What answering people on social media is worth, measured honestly."
    )
    top.add_argument("--version", action="version", version=f"socialroi {__version__}")
    sub = top.add_subparsers(metavar="COMMAND", required=True, parser_class=Parser)

    demo = _command(sub, "demo", commands.demo, "open the dashboard on sample data")
    demo.add_argument("--db", type=Path, help="where your own data live (default: your data folder)")
    demo.add_argument("--no-serve", action="store_true", help="only build the sample databases")
    _port(demo)
    serve = _command(sub, "serve", clustered.serve, "open the dashboard on a database")
    what = serve.add_mutually_exclusive_group(required=True)
    what.add_argument("--db", type=Path, help="the database (a folder)")
    what.add_argument(
        "--derived", type=Path, metavar="DIR", help="derived tables as Parquet, instead of a database"
    )
    _port(serve)

    _ingest(_command(sub, "ingest", commands.ingest, "load export files"))
    _metrics(_command(sub, "metrics", commands.metrics, "print metrics"))
    _uplift(_command(sub, "uplift", commands.uplift, "is the difference real? print the study"))
    _roi(_command(sub, "roi", commands.roi, "is answering worth it? print what it brings and costs"))
    _report(_command(sub, "report", commands.report, "write a report to send: one HTML page, or slides"))
    _plan(_command(sub, "plan", commands.plan, "plan a fair test: let a coin decide whom to answer first"))
    _simulate(
        _command(
            sub, "simulate", commands.simulate, "write exports of an invented firm whose true effect is known"
        )
    )

    for name, run, sentence in (
        ("doctor", commands.doctor, "check a database and this machine"),
        ("batches", commands.batches, "list what was loaded"),
    ):
        command = _command(sub, name, run, sentence)
        _db(command)
        _json(command)
    _derive(_command(sub, "derive", clustered.derive, "rebuild the derived tables, here or on a cluster"))
    _json(_command(sub, "formats", commands.formats, "list the file formats that are recognised"))
    undo = _command(sub, "undo", commands.undo, "take one batch back")
    _db(undo)
    undo.add_argument("batch", help="the batch to take back, see `socialroi batches`")
    settings = _command(sub, "settings", commands.settings, "show or change the settings")
    _db(settings)
    _json(settings)
    settings.add_argument(
        "change", nargs="?", metavar="KEY=VALUE", help="what to change; without it, show all"
    )

    _keeping(sub)
    return top


def _keeping(sub: Any) -> None:
    """What the owner of other people's data owes them, and himself: erase, show, expire, back up."""
    erase = _command(sub, "erase", keeping.erase, "remove everything that is stored about one customer")
    _whom(erase)
    _rehearsal(erase)
    person = _command(
        sub, "person", keeping.person, "write down everything that is stored about one customer"
    )
    _whom(person)
    person.add_argument("--out", type=Path, required=True, metavar="FILE.json", help="where to write it")
    expire = _command(sub, "expire", keeping.expire, "remove orders, conversations and surveys before a day")
    _db(expire)
    expire.add_argument(
        "--before", type=date.fromisoformat, required=True, metavar="DAY", help="the first day that stays"
    )
    _rehearsal(expire)
    backup = _command(sub, "backup", keeping.backup, "write the database and its key into one file")
    _db(backup)
    backup.add_argument("--out", type=Path, required=True, metavar="FILE", help="where to write it")
    restore = _command(sub, "restore", keeping.restore, "bring a backup back")
    restore.add_argument("file", type=Path, metavar="FILE", help="what `socialroi backup` wrote")
    _db(restore)
    restore.add_argument("--replace", action="store_true", help="give up the database that is there")
    for command in (erase, person, expire, backup, restore):
        _json(command)


def _derive(command: Parser) -> None:
    command.add_argument("--db", type=Path, help="the database (a folder)")
    _json(command)
    command.add_argument(
        "--export", type=Path, metavar="DIR", help="only write the tables of --db as Parquet, for a cluster"
    )
    command.add_argument(
        "--engine", choices=("duckdb", "spark"), default="duckdb", help="what makes the tables"
    )
    command.add_argument("--master", help="spark: local[2], or spark://host:port")
    command.add_argument("--input", type=Path, metavar="DIR", help="spark: the tables as folders of Parquet")
    command.add_argument("--out", type=Path, metavar="DIR", help="spark: where the derived tables go")
    command.add_argument("--fresh", action="store_true", help="spark: make finished tables anew too")


def _whom(command: Parser) -> None:
    _db(command)
    command.add_argument(
        "--customer", required=True, metavar="WHO",
        help="an id, e-mail address, phone number or handle as in the files, or a pseudonym; - reads it from "
        "standard input, so that it stays out of the shell's history",
    )  # fmt: skip
    command.add_argument(
        "--kind",
        choices=("external", "email", "phone", "handle"),
        help="what it is, when it could be several",
    )


def _rehearsal(command: Parser) -> None:
    command.add_argument("--dry-run", action="store_true", help="only count what would go")


def _command(sub: Any, name: str, run: Handler, sentence: str) -> Parser:
    command: Parser = sub.add_parser(
        name, help=sentence, description=sentence[0].upper() + sentence[1:] + "."
    )
    command.set_defaults(run=run, parser=command)
    return command


def _db(command: Parser) -> None:
    command.add_argument("--db", type=Path, required=True, help="the database (a folder)")


def _json(command: Parser) -> None:
    command.add_argument("--json", action="store_true", help="one JSON array on standard output")


def _port(command: Parser) -> None:
    command.add_argument(
        "--port", type=int, help="port of the dashboard (default: 8501 or the next free one)"
    )


def _ingest(command: Parser) -> None:
    from socialroi.schema import TABLES

    _db(command)
    _json(command)
    command.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="export files")
    command.add_argument("--table", choices=sorted(TABLES), help="the canonical table the file holds")
    command.add_argument("--format", help="the file format, see `socialroi formats`")
    command.add_argument(
        "--columns",
        default="",
        metavar="FILE=CANONICAL,...",
        help="map header names, or 1-based positions with --no-header; "
        "dates may take a hint, as in When=ordered_at:day-first; "
        "a survey's question takes its scale, as in Q1=csat:1-5",
    )
    command.add_argument(
        "--set",
        default="",
        metavar="CANONICAL=VALUE,...",
        help="columns that the file lacks, with the value of every row, as in kind=external",
    )
    command.add_argument("--no-header", action="store_true", help="the first line is data")
    command.add_argument("--timezone", help="zone of times without an offset, for example Europe/London")
    command.add_argument("--currency", help="ISO 4217 code of amounts without one")
    command.add_argument(
        "--keeps-unanswered",
        choices=("yes", "no", "unknown"),
        help="does the export hold conversations nobody answered?",
    )
    command.add_argument("--keep-text", action="store_true", help="keep message text (left out by default)")
    command.add_argument("--replace", metavar="BATCH", help="take this batch back and load the files instead")
    command.add_argument("--memory-limit", help="the most memory to use, for example 2GB")


def _window(command: Parser) -> None:
    command.add_argument(
        "--start", type=date.fromisoformat, metavar="DAY", help="first day, in the reporting zone"
    )
    command.add_argument("--end", type=date.fromisoformat, metavar="DAY", help="last day, inclusive")
    for name in ("channel", "department", "segment"):
        command.add_argument(
            f"--{name}", action="append", default=[], help=f"only this {name}; may be repeated"
        )


def _metrics(command: Parser) -> None:
    _db(command)
    _json(command)
    _window(command)
    command.add_argument("keys", nargs="*", metavar="KEY", help="metrics (default: all)")
    command.add_argument("--by", choices=("channel", "department", "segment", "engaged"))
    _follow_up(command)


def _report(command: Parser) -> None:
    _db(command)
    _json(command)
    _window(command)
    _follow_up(command)
    command.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="where to write it: a name in .html or .pptx"
    )
    command.add_argument("--title", help="the title of the report")
    command.add_argument("--commentary", default="", metavar="TEXT", help="your own words at its beginning")


def _follow_up(command: Parser) -> None:
    command.add_argument("--clock", choices=("calendar", "business"), default="calendar")
    command.add_argument(
        "--horizon", type=int, default=90, metavar="DAYS", help="follow-up of retention, repurchase, value"
    )


def _uplift(command: Parser) -> None:
    _db(command)
    _json(command)
    command.add_argument("--outcome", choices=OUTCOMES, default="retention")
    command.add_argument(
        "--horizon", type=int, metavar="DAYS", help="follow-up (default: chosen from the gaps between orders)"
    )
    command.add_argument("--rung", choices=RUNGS, default="all")
    command.add_argument(
        "--boosted", action="store_true", help="also with boosted trees (slow; needs the extra `ml`)"
    )


def _roi(command: Parser) -> None:
    _db(command)
    _json(command)
    command.add_argument(
        "--horizon", type=int, metavar="DAYS", help="follow-up (default: the longest with enough people)"
    )


def _plan(command: Parser) -> None:
    _db(command)
    _json(command)
    command.add_argument("--outcome", choices=OUTCOMES, default="retention")
    command.add_argument(
        "--horizon", type=int, metavar="DAYS", help="follow-up (default: chosen from the gaps between orders)"
    )
    command.add_argument("--share", type=float, default=0.5, help="share that is answered first")
    drawn = command.add_mutually_exclusive_group()
    drawn.add_argument("--list", type=int, metavar="N", help="write a list of N tosses for what is to come")
    drawn.add_argument(
        "--waiting", action="store_true", help="write a toss for everybody who waits for an answer now"
    )
    command.add_argument("--out", type=Path, metavar="FILE", help="where to write the list (CSV)")
    command.add_argument("--seed", type=int, help="draw the same list again (default: from real randomness)")


def _simulate(command: Parser) -> None:
    _json(command)
    command.add_argument("--out", type=Path, required=True, metavar="DIR")
    command.add_argument("--customers", type=int, default=6000)
    command.add_argument("--days", type=int, default=730)
    command.add_argument(
        "--effect", type=float, default=0.0, help="true effect of an answer on retention, 0.08 = 8 points"
    )
    command.add_argument("--answered", type=float, help="share of messages answered (0.85, under fast 0.97)")
    command.add_argument(
        "--conversations", type=float, metavar="N", help="social conversations a year, about"
    )
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--mechanism", default="observed", help="who gets answered, see the documentation")
