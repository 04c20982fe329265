"""What this program is made of: every distribution with version, licence and hashes, from the lock file.

`python -m socialroi.cli.supply requirements/run.lock > sbom.json` writes it as a CycloneDX bill of materials.
Licences are what the installed distributions say about themselves; nothing is asked of the network.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

import socialroi
from socialroi.cli.machine import locked

#: Licences under which others may use and pass on what we do, by their SPDX names.
ACCEPTED = frozenset(
    {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "MIT", "MIT-CMU", "MPL-2.0", "PSF-2.0",
     "Zlib"}
)  # fmt: skip
#: What older metadata calls them.
SPELLED: Mapping[str, str] = {
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: BSD License": "BSD-3-Clause",
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache License 2.0": "Apache-2.0",
}
_HASHES = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Part:
    """One distribution: what is locked, and the licence it states, empty where it states none."""

    name: str
    version: str
    licence: str
    sha256: tuple[str, ...]


def parts(lock: str) -> Sequence[Part]:
    """The distributions of a lock file that this machine installs, in order of their names."""
    hashes = {name: found for name, _, found in _entries(lock)}
    return [Part(name, version, licence(name), hashes[name]) for name, version in sorted(locked(lock))]


def _entries(lock: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for entry in re.split(r"\n(?=[a-z0-9])", lock):
        named = re.match(r"([a-z0-9._-]+)==([^ ;\\]+)", entry)
        if named:
            yield named[1], named[2], tuple(_HASHES.findall(entry))


def licence(name: str) -> str:
    """The licence an installed distribution states, by its SPDX name where we know it."""
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return ""
    return next((SPELLED.get(each, each) for each in _stated(said) if each), "")


def _stated(said: PackageMetadata) -> Iterator[str]:
    """The newest way of saying it first; a licence's whole text comes after the short name beside it."""
    yield from said.get_all("License-Expression") or ()
    yield from (
        each for each in said.get_all("Classifier") or () if each.startswith("License :: OSI Approved")
    )
    yield from said.get_all("License") or ()


def unlisted(found: Iterable[Part]) -> Sequence[str]:
    """Distributions whose licence is not, in all its parts, one of the accepted ones."""
    return [f"{part.name} ({part.licence[:40] or 'none stated'})" for part in found if not _is_accepted(part)]


def _is_accepted(part: Part) -> bool:
    """Of alternatives one is enough; what applies together must all be accepted."""
    choices = part.licence.replace("(", "").replace(")", "").split(" OR ")
    return any(all(each.strip() in ACCEPTED for each in choice.split(" AND ")) for choice in choices)


def bill(found: Iterable[Part]) -> dict[str, Any]:
    """The bill of materials, by name and without a date, so that the same lock gives the same."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "name": "socialroi", "version": socialroi.__version__}
        },
        "components": [_component(part) for part in found],
    }


def _component(part: Part) -> dict[str, Any]:
    named = f"pkg:pypi/{part.name}@{part.version}"
    return {
        "type": "library",
        "bom-ref": named,
        "name": part.name,
        "version": part.version,
        "purl": named,
        "licenses": [{"expression": part.licence}] if part.licence else [],
        # one of them, depending on the machine; CycloneDX has one list for all
        "hashes": [{"alg": "SHA-256", "content": each} for each in part.sha256],
    }


def main(lock: str) -> None:
    """Print the bill of one lock file."""
    print(json.dumps(bill(parts(Path(lock).read_text(encoding="utf-8"))), indent=1))


if __name__ == "__main__":
    main(sys.argv[1])
