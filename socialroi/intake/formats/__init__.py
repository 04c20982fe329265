"""The export formats that are understood, one declarative file each.

To add one: a module here with a `FORMAT`, and a file of that format in tests/intake/fixtures. Nothing
else has to know.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module

from socialroi.errors import UnknownName
from socialroi.intake.formats.base import Format


def _found() -> Iterator[Format]:
    """Every format in this folder, our own tables last."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    for name in sorted(names, key=lambda name: (name == "canonical", name)):
        found = getattr(import_module(f"{__name__}.{name}"), "FORMAT", None)
        if isinstance(found, Format):
            yield found


ALL: tuple[Format, ...] = tuple(_found())
BY_NAME: Mapping[str, Format] = {each.name: each for each in ALL}


def named(name: str) -> Format:
    """The format of that name; UnknownName with the nearest one otherwise."""
    if name not in BY_NAME:
        raise UnknownName("format", name, BY_NAME)
    return BY_NAME[name]
