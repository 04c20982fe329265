"""The export formats that are understood, one declarative file each.

To add one: a module with a `FORMAT`, and one line in `ALL`.
"""

from __future__ import annotations

from collections.abc import Mapping

from socialroi.errors import UnknownName
from socialroi.intake.formats import canonical, shopify_orders, stack_exchange
from socialroi.intake.formats.base import Format

ALL: tuple[Format, ...] = (shopify_orders.FORMAT, stack_exchange.FORMAT, canonical.FORMAT)
BY_NAME: Mapping[str, Format] = {each.name: each for each in ALL}


def named(name: str) -> Format:
    """The format of that name; UnknownName with the nearest one otherwise."""
    if name not in BY_NAME:
        raise UnknownName("format", name, BY_NAME)
    return BY_NAME[name]
