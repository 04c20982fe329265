"""The promises of the README, each with the tests that hold it and the figures of their last run.

`make promises` runs all of them, with `--short` only those that take minutes. Both write `figures.json` here
and the table between the marks in the README; a promise that was broken or skipped keeps its old
figure and ends the run with an error.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import socialroi

ROOT = Path(__file__).parents[2]
FIGURES, README = Path(__file__).with_name("figures.json"), ROOT / "README.md"
BEGIN, END = "<!-- promises: written by `make promises` -->", "<!-- promises end -->"


@dataclass(frozen=True, slots=True)
class Promise:
    """One row. In `figure`, {cases} is how many test cases passed; other names are what the tests counted."""

    key: str
    says: str
    figure: str
    tests: tuple[str, ...]


STORE, ERASE = "tests/promises/test_promises_store.py", "tests/promises/test_promises_erase.py"
WORKSPACE, WALLS = "tests/store/test_store_workspace.py", "tests/browser/test_browser_walls.py"
SIGN_IN, REDACT = "tests/browser/test_browser_sign_in.py", "tests/intake/test_intake_redact.py"
PROMISES = (
    Promise(
        "whole", "A file is loaded whole or not at all, also when the machine dies or the disk is full.",
        "{cases} tests",
        (f"{WORKSPACE}::test_a_kill_at_any_step_leaves_old_or_new",
         f"{WORKSPACE}::test_two_hundred_kills_at_random_moments",
         f"{WORKSPACE}::test_a_full_disk_is_said_plainly_and_the_next_load_works"),
    ),
    Promise(
        "damage", "A damaged database gives the right numbers or says that it is damaged, and the way out.",
        "{right} right, {refused} refused, 0 wrong",
        ("tests/promises/test_promises_damage.py",),
    ),
    Promise(
        "erase", "An erased customer leaves no byte in the folder and comes back with no load.",
        "{cases} tests",
        (ERASE,),
    ),
    Promise(
        "backup", "A backup gives back every row, or is refused.", "{cases} tests",
        ("tests/store/test_store_backup.py",),
    ),
    Promise(
        "broken", "A broken file costs rows that are named, and alters none.",
        "{cases} tests over more than 2,000 damaged files",
        ("tests/intake/test_intake_polluted.py", "tests/intake/test_intake_broken.py"),
    ),
    Promise(
        "bombs", "A hostile file is refused, and ends no server.", "{cases} files and limits",
        ("tests/promises/test_promises_bombs.py",
         "tests/intake/test_intake_workbook.py::test_a_bomb_is_refused_before_anything_is_unpacked",
         "tests/intake/test_intake_workbook.py::test_a_cell_in_the_last_corner_ends_a_child_and_not_this_process",
         "tests/intake/test_intake_child.py"),
    ),
    Promise(
        "sql", "Nothing in a file becomes SQL; one SELECT is answered or nothing; no query reaches out.",
        "{cases} tests, 0 got through", (STORE,),
    ),
    Promise(
        "names", "A name anybody typed is text on every page: no markup, no link, no picture.",
        "{cases} tests, every call that draws read by syntax",
        ("tests/ui/test_ui_safe.py", f"{WALLS}::test_hostile_names_are_text_everywhere"),
    ),
    Promise(
        "exports", "No name becomes a formula, a link or markup in a file you pass on.",
        "{tried:,} tried, {through} got through", ("tests/promises/test_promises_exports.py",),
    ),
    Promise(
        "outside", "No page asks another host for anything; the browser would refuse it.",
        "{cases} pages and answers",
        (f"{WALLS}::test_every_answer_carries_the_headers", f"{WALLS}::test_a_beacon_in_the_page_is_blocked",
         "tests/browser/test_browser_journeys.py::test_no_page_asks_anybody_else_or_scrolls_sideways_on_a_phone"),
    ),
    Promise(
        "closed", "Reached from other machines, it shows nothing without sign-in, on no page.",
        "{cases} tests, every page",
        (f"{WALLS}::test_a_server_open_to_the_network_shows_no_data_not_even_on_a_first_deep_link",
         f"{SIGN_IN}::test_nobody_sees_anything_before_signing_in_not_even_on_a_first_deep_link",
         "tests/ui/test_ui_headers.py", "tests/ui/test_ui_settings.py"),
    ),
    Promise(
        "people", "Only listed people get in, for as long as their sign-in lasts; viewers take no rows.",
        "{cases} tests against a real OpenID provider",
        (f"{SIGN_IN}::test_an_analyst_gets_in_and_has_every_button",
         f"{SIGN_IN}::test_a_viewer_sees_figures_and_can_neither_load_nor_undo_nor_take_rows",
         f"{SIGN_IN}::test_somebody_on_no_list_is_told_and_sees_nothing",
         f"{SIGN_IN}::test_a_sign_in_ends_and_so_do_the_buttons_of_a_page_still_open",
         f"{SIGN_IN}::test_settings_that_would_let_strangers_in_let_nobody_in",
         "tests/ui/test_ui_gate.py", "tests/ui/test_ui_gate_roles.py"),
    ),
    Promise(
        "apart", "Two databases share nothing: no number, no cache.", "{cases} tests",
        ("tests/promises/test_promises_apart.py",),
    ),
    Promise(
        "personal", "No address or handle is stored, not in kept text either, nor a long number there.",
        "{cases} tests", (f"{STORE}::test_the_files_hold_no_name_address_or_number", REDACT),
    ),
    Promise(
        "supply", "What is installed is locked by hash, listed and licensed.",
        "{distributions} distributions", ("tests/promises/test_promises_supply.py",),
    ),
    Promise(
        "soak", "It does not grow with use.", "{reruns:,} page runs, {loads} loads",
        ("tests/promises/test_promises_soak.py",),
    ),
)  # fmt: skip


def block(figures: Mapping[str, Mapping[str, int]]) -> str:
    """The table as it stands in the README, marks included."""
    rows = [f"| {each.says} | {_held(each)} | {_figure(each, figures)} |" for each in PROMISES]
    return "\n".join([BEGIN, "| promised | held by | last run |", "| --- | --- | --- |", *rows, END])


def _held(promise: Promise) -> str:
    """The files of its tests, without the folder they are all in."""
    return " ".join(
        dict.fromkeys(f"`{test.split('::')[0].removeprefix('tests/')}`" for test in promise.tests)
    )


def _figure(promise: Promise, figures: Mapping[str, Mapping[str, int]]) -> str:
    known = figures.get(promise.key)
    return promise.figure.format_map(known) if known else "not run yet"


def collects(tests: Sequence[str]) -> str:
    """What pytest says against collecting these; empty when each of them is there."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout[-2_000:] + done.stderr[-2_000:]


def counted(report: Path, promises: Iterable[Promise]) -> dict[str, dict[str, int]]:
    """By promise: how many cases passed, and the sums of what they counted; broken ones are left out."""
    cases = list(ET.parse(report).getroot().iter("testcase"))
    found = {}
    for promise in promises:
        own = [case for case in cases if any(_is_of(case, test) for test in promise.tests)]
        broken = [case for case in own if {child.tag for child in case} & {"failure", "error", "skipped"}]
        if own and not broken:
            found[promise.key] = _sums(own)
    return found


def _is_of(case: ET.Element, test: str) -> bool:
    file, _, name = test.partition("::")
    inside = f"{case.get('classname', '')}.".startswith(file.removesuffix(".py").replace("/", ".") + ".")
    return inside and (not name or case.get("name", "").split("[")[0] == name)


def _sums(cases: Sequence[ET.Element]) -> dict[str, int]:
    sums = Counter({"cases": len(cases)})
    for case in cases:
        for said in case.iter("property"):
            sums[said.get("name", "")] += int(said.get("value", "0"))
    return dict(sums)


def write(found: Mapping[str, Mapping[str, int]], *, short: bool) -> None:
    """Keep the figures, and put the table in its place in the README."""
    kept = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
    day = datetime.now(UTC).date().isoformat()
    said = {"run": "short" if short else "whole", "day": day, "version": socialroi.__version__}
    kept |= {key: {**sums, **said} for key, sums in found.items()}
    known = {promise.key for promise in PROMISES}
    kept = {key: kept[key] for key in sorted(kept) if key in known}
    FIGURES.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    README.write_text(before + block(kept) + rest.partition(END)[2], encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """Run every test of the table and write it; 1 when a promise was broken, skipped or has no test."""
    short = "--short" in arguments
    chosen = [
        each for each in PROMISES if not (keys := [a for a in arguments if a[0] != "-"]) or each.key in keys
    ]
    tests = list(dict.fromkeys(test for promise in chosen for test in promise.tests))
    if said := collects(tests):
        sys.stderr.write(said)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", f"--junitxml={report}", "-o", "junit_family=xunit1"]
        command += ["-m", "not slow"] if short else []
        subprocess.run([*command, "-n", "2", "--dist", "loadfile", *tests], cwd=ROOT, check=False)
        found = counted(report, chosen)
    write(found, short=short)
    broken = [promise.key for promise in chosen if promise.key not in found]
    sys.stdout.write(f"{len(found)} promises kept; not kept: {', '.join(broken) or 'none'}.\n")
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
