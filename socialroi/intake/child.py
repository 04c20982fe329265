"""Reading in a process of its own, which may die without harm.

The parent writes the request and, if need be, the bytes into a private folder and starts Python with
`_BOOT`, which sets the limits of the profile before anything that parses is imported. The child
leaves one Arrow file a table and one JSON file. A child that dies is a refused file.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from socialroi import limits, schema
from socialroi.errors import FileRefused, UsageError
from socialroi.intake import refusals
from socialroi.intake.headers import columns_of
from socialroi.intake.rows import ARROW
from socialroi.intake.shapes import Parcel, Recognition, Reject, Request

RESULT, REQUEST, UPLOAD = "result.json", "request.json", "upload"
#: Most bytes the child's answer may have, as a multiple of the file's: a short cell can become eight bytes.
GROWTH = 40

_BOOT = """
import sys
folder, memory, cpu, size = sys.argv[1], *map(int, sys.argv[2:])
try:
    import resource
except ImportError:
    resource = None
if resource is not None:
    for name, limit in (("AS", memory), ("CPU", cpu), ("FSIZE", size), ("CORE", -1)):
        if limit:
            soft = max(limit, 0)
            resource.setrlimit(getattr(resource, "RLIMIT_" + name), (soft, soft + (name == "CPU")))
class NoPandas:  # pyarrow would load it to look at a list, which costs a second
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "pandas":
            raise ImportError(name)
sys.meta_path.insert(0, NoPandas)
from socialroi.intake.child import main
main(folder)
"""


def run_in_child(request: Request, data: bytes | str | Path | None = None) -> Parcel:
    """`read` in a child process within the limits of `request.profile`; the rows come as Arrow tables.

    `data` are the bytes of an upload, or the path of a file; without it the child reads
    `request.path`. Errors: FileRefused, also when the child dies or needs too much; UsageError.
    """
    with _asked("read", request, data) as left:
        return _parcel(left)


def recognise_in_child(request: Request, data: bytes | str | Path | None = None) -> Recognition:
    """`recognise` in a child process; arguments and errors as in `run_in_child`."""
    with _asked("recognise", request, data) as left:
        said = left.said["answer"]
        known = {**said, "samples": {header: tuple(cells) for header, cells in said["samples"].items()}}
        lists = ("tables", "headers", "questions", "notes")
        return Recognition(**{**known, **{name: tuple(said[name]) for name in lists}})


def headers_in_child(request: Request, data: bytes | str | Path | None = None) -> tuple[str, ...]:
    """The headers of a delimited file that is not recognised; arguments and errors as in `run_in_child`."""
    with _asked("headers", request, data) as left:
        return tuple(left.said["answer"])


@dataclass(frozen=True, slots=True)
class _Left:
    """What a child left behind: its folder, the size of the file it read, what it said."""

    request: Request
    folder: Path
    size: int
    said: Mapping[str, Any]


@contextmanager
def _asked(task: str, request: Request, data: bytes | str | Path | None) -> Iterator[_Left]:
    with tempfile.TemporaryDirectory(prefix="socialroi-") as name:
        folder = Path(name)
        request, size = _placed(request, data, folder)
        asked = {"task": task, "request": asdict(request)}
        (folder / REQUEST).write_text(json.dumps(asked), "utf-8")
        code = _run(request, folder, size)
        yield _Left(request, folder, size, _said(request, folder, code))


def _placed(request: Request, data: bytes | str | Path | None, folder: Path) -> tuple[Request, int]:
    """The request for a file that the child can open, and the file's size. FileRefused if too large."""
    if isinstance(data, bytes):
        refusals.refuse_size(request, len(data))
        (folder / UPLOAD).write_bytes(data)
        return replace(request, path=str(folder / UPLOAD)), len(data)
    path = Path(request.path if data is None else data).absolute()
    try:
        size = path.stat().st_size
    except OSError as error:
        raise refusals.unreadable(request, error) from None
    refusals.refuse_size(request, size)
    return replace(request, path=str(path)), size


def _run(request: Request, folder: Path, size: int) -> int:
    """The exit code of the child; negative when a signal ended it, 124 when time was up."""
    profile = request.profile
    numbers = (profile.memory_bytes or 0, profile.cpu_s or 0, _most_written(size))
    command = [sys.executable, "-c", _BOOT, str(folder), *map(str, numbers)]
    try:
        done = subprocess.run(  # noqa: S603  our own interpreter and constant code
            command, cwd=folder, env=_environment(), timeout=profile.wall_s, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return 124
    return done.returncode


def _most_written(size: int) -> int:
    return size * GROWTH + 16 * limits.MIB


def _environment() -> dict[str, str]:
    """Only what Python needs: no credentials, one thread for BLAS, a pool that reserves nothing."""
    root = str(Path(schema.__file__).parent.parent)
    names = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    return {
        **kept, "PYTHONPATH": root, "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
    }  # fmt: skip


def _said(request: Request, folder: Path, code: int) -> Mapping[str, Any]:
    """The child's answer. FileRefused or UsageError when it left a refusal or nothing."""
    result = folder / RESULT
    if code != 0 or not result.exists():
        raise _died(request, code)
    said: dict[str, Any] = json.loads(result.read_text("utf-8"))
    if "refused" in said:
        raise FileRefused(request.label, said["refused"]["reason"], said["refused"]["remedy"])
    if "usage" in said:
        raise UsageError(said["usage"])
    if "died" in said:
        raise _died(request, -signal.SIGKILL if said["died"] == "MemoryError" else 1)
    return said


def _parcel(left: _Left) -> Parcel:
    """The tables the child wrote, checked, with what it said about them."""
    said = left.said
    tables = {
        name: _table(left.request, left.folder / f"{name}.arrow", name, left.size) for name in said["tables"]
    }
    return Parcel(**{
        **said["parcel"], "tables": tables, "notes": tuple(said["parcel"]["notes"]),
        "rejects": tuple(Reject(**reject) for reject in said["parcel"]["rejects"]),
    })  # fmt: skip


def _table(request: Request, path: Path, name: str, size: int) -> pa.Table:
    """An Arrow table of the child, if it has only columns of the schema with their types."""
    types = {column.name: ARROW[column.kind] for column in columns_of(schema.TABLES[name])} | {
        "record": pa.int64()
    }
    if path.stat().st_size > _most_written(size):
        raise _died(request, 1)
    with pa.OSFile(str(path)) as source:
        table = pa.ipc.open_file(source).read_all()
    table.validate(full=True)
    if any(types.get(field.name) != field.type for field in table.schema):
        raise _died(request, 1)
    return table


def _died(request: Request, code: int) -> FileRefused:
    profile = request.profile
    if code in {124, -getattr(signal, "SIGXCPU", 24)}:
        why = f"reading it took longer than {profile.cpu_s if code != 124 else profile.wall_s} seconds."
    elif code == -signal.SIGKILL and profile.memory_bytes:
        why = f"reading it took more memory than {profile.memory_bytes / limits.GIB:g} GiB."
    else:
        why = "the process that read it stopped."
    return FileRefused(request.label, why, refusals.command_line(request))


#: Whether this process is such a child.
inside = False


def main(folder: str) -> None:
    """In the child: do what is asked in `folder` and leave tables and result there."""
    global inside  # noqa: PLW0603  one process, one task
    inside = True
    place = Path(folder)
    asked = json.loads((place / REQUEST).read_text("utf-8"))
    said = asked["request"]
    request = Request(**{**said, "profile": limits.Profile(**said["profile"])})
    try:
        answer = _answer(asked["task"], request, place)
    except FileRefused as refused:
        answer = {"refused": {"reason": refused.reason, "remedy": refused.remedy}}
    except UsageError as wrong:
        answer = {"usage": str(wrong)}
    except BaseException as death:
        answer = {"died": "MemoryError" if _is_memory(death) else type(death).__name__}
    (place / RESULT).write_text(json.dumps(answer), "utf-8")


def _answer(task: str, request: Request, place: Path) -> Mapping[str, object]:
    from socialroi.intake import reading

    if task == "recognise":
        return {"answer": asdict(reading.recognise(request))}
    if task == "headers":
        return {"answer": list(reading.headers_of(request))}
    return _written(place, reading.read(request, scan=False))


def _is_memory(death: BaseException) -> bool:
    """Whether memory ran out, in Python or Arrow."""
    return isinstance(death, MemoryError) or type(death).__name__ in {"ArrowMemoryError"}


def _written(place: Path, parcel: Parcel) -> Mapping[str, object]:
    for name, table in parcel.tables.items():
        assert isinstance(table, pa.Table)
        with (
            pa.OSFile(str(place / f"{name}.arrow"), "wb") as sink,
            pa.ipc.new_file(sink, table.schema) as writer,
        ):
            writer.write_table(table)
    said = {
        field: getattr(parcel, field)
        for field in Parcel.__dataclass_fields__
        if field not in {"tables", "rejects"}
    }
    return {
        "tables": list(parcel.tables),
        "parcel": {**said, "rejects": [asdict(reject) for reject in parcel.rejects]},
    }
