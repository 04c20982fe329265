"""A large file as memory, of which no more stays in use than is being looked at."""

from __future__ import annotations

import hashlib
import mmap
from pathlib import Path

from socialroi.limits import MIB

#: Smaller files are simply read.
MAPPED = 64 * MIB
STEP = 16 * MIB


def opened(path: Path, size: int) -> memoryview:
    """The bytes of the file, mapped when it is large. OSError is the caller's."""
    if size < MAPPED:
        return memoryview(path.read_bytes())
    with path.open("rb") as file:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def let_go(data: memoryview, start: int, end: int) -> None:
    """Nobody looks at these bytes for now: the system need not keep them, and reads them again if asked."""
    if isinstance(data.obj, mmap.mmap) and hasattr(data.obj, "madvise"):
        first = start - start % mmap.PAGESIZE
        data.obj.madvise(mmap.MADV_DONTNEED, first, end - first)


def sha256(data: memoryview) -> str:
    """The hash of all bytes, in hexadecimal."""
    digest = hashlib.sha256()
    for start in range(0, len(data), STEP):
        part = data[start : start + STEP]
        digest.update(part)
        let_go(data, start, start + len(part))
    return digest.hexdigest()
