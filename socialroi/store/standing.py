"""What surrounds the rows: who may read the folder, what lies about in it, is the way out shut."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from socialroi import limits
from socialroi.errors import SocialRoiError
from socialroi.result import Check
from socialroi.store import engine, workspace

#: A change writes a second copy before the first one goes.
_COPIES = 2
#: Each must be refused, or a query could read files, write them or undo the lock. None of them would do harm
#: or leave this machine if it got through.
_ESCAPES = (
    "select * from read_text('/etc/hostname')",
    "select * from glob('/*')",
    "copy (select 1) to '/dev/null' (format csv)",
    "set enable_external_access = true",
    "set lock_configuration = false",
    "set autoinstall_known_extensions = true",
    "set allow_community_extensions = true",
    "set memory_limit = '100GB'",
)
#: What the settings must say for the rest: extensions and the network cannot be tried without using them.
_SETTINGS = """
select name
from duckdb_settings()
where (name = 'lock_configuration' and value <> 'true')
    or (name in ('enable_external_access', 'autoinstall_known_extensions', 'autoload_known_extensions',
        'allow_community_extensions', 'allow_persistent_secrets', 'python_enable_replacements')
        and value <> 'false')
order by name
"""


def standing(folder: Path) -> Iterator[Check]:
    """Checks on the folder of a database that opens."""
    yield _private(folder)
    yield _key(folder)
    yield _tidy(folder)
    yield _room(folder)
    yield _shut(folder)


def _private(folder: Path) -> Check:
    """The folder and all in it are for this user alone."""
    found = (path for path in folder.rglob("*") if not path.name.startswith("spill-"))
    open_ones = [path for path in (folder, *found) if _is_open(path)]
    names = ", ".join(sorted(path.name for path in open_ones)[:5])
    bad = f"Others on this machine may read {names}. Close it: chmod -R go-rwx {folder}"
    good = "Only this user may read the folder and what is in it."
    return Check("private", len(open_ones), 0, not open_ones, bad if open_ones else good)


def _is_open(path: Path) -> bool:
    try:
        return bool(stat.S_IMODE(path.lstat().st_mode) & 0o077) and not path.is_symlink()
    except FileNotFoundError:  # a spill that went meanwhile
        return False


def _key(folder: Path) -> Check:
    """The key is the one that the pseudonyms were made with."""
    try:
        with workspace.beside(folder):
            return Check("key", None, None, True, "The key is the one this database was made with.")
    except SocialRoiError as error:
        return Check("key", None, None, False, str(error))


def _tidy(folder: Path) -> Check:
    """Nothing of former generations is left; a load under way has one more, which is no fault."""
    current = workspace.file_name(workspace.pointer(folder) or "")
    left = sorted(
        path.name
        for pattern in ("generation-*", "restoring-*", "spill-*")
        for path in folder.glob(pattern)
        if path.name != current and not path.name.startswith(f"spill-{Path(current).stem}-")
    )
    if not left:
        return Check("tidy", 0, 0, True, "No former generation is left.")
    sentence = (
        f"Left over, or of a load under way: {', '.join(left[:5])}. The next change removes them, for "
        f"example: socialroi derive --db {folder}"
    )
    return Check("tidy", len(left), 0, None if workspace.is_changing(folder) else False, sentence)


def _room(folder: Path) -> Check:
    """Room on the disk for the copy that a change makes."""
    size = (folder / workspace.file_name(workspace.pointer(folder) or "")).stat().st_size
    free = shutil.disk_usage(folder).free
    needed = _COPIES * size
    megabytes, wanted = free // limits.MIB, -(-needed // limits.MIB)
    sentence = f"{megabytes:,} MB are free; a change may need {wanted:,} MB."
    return Check("disk", free, needed, free >= needed, sentence)


def _shut(folder: Path) -> Check:
    """DuckDB refuses every way out, tried on the very kind of connection that answers questions."""
    con, _ = workspace.read_current(folder)
    try:
        through = [text for text in _ESCAPES if _succeeds(con, text)]
        through += [name for (name,) in con.cursor().execute(_SETTINGS).fetchall()]
    finally:
        con.close()
    good = f"The database refuses files, network, extensions and settings: {len(_ESCAPES)} ways out tried."
    bad = (
        f"The database let this through: {'; '.join(through)}. Do not serve it; install the locked versions."
    )
    return Check("locked down", len(through), 0, not through, bad if through else good)


def _succeeds(con: engine.Connection, text: str) -> bool:
    try:
        con.cursor().execute(text).fetchall()
    except engine.Error:
        return False
    return True
