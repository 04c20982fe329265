"""The files a world leaves behind: canonical tables, none of them made before it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np
import pandas as pd

from socialroi.simulate import desk, messages, shop, surveys
from socialroi.simulate.world import World


class Tables(Mapping[str, pd.DataFrame]):
    """The canonical tables of a world by name, each made when it is first asked for."""

    def __init__(self, world: World, seed: int, foretells: surveys.Item | None = None) -> None:
        self._world = world
        self._foretells = foretells
        self._streams = [np.random.default_rng(s) for s in np.random.SeedSequence((seed, 1)).spawn(3)]
        self._made: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(("customers", "orders", "order_items", "interactions", "surveys", *desk.TABLES))

    def __len__(self) -> int:
        return len(tuple(iter(self)))

    def _make(self, name: str) -> pd.DataFrame:
        world, case = self._world, self._world.case
        match name:
            case "customers":
                return shop.customers(world.people, case.contacts, case.span)
            case "orders":
                return shop.order_table(world.orders, world.basket, world.happens, case.span)
            case "order_items":
                return shop.item_table(world.orders, world.basket, world.happens, case.span)
            case "interactions":
                return self._talk.table
            case "surveys":
                return surveys.table(self._streams[1], self._talk, case.contacts, case.span, self._later)
        return self._desk[name]

    @property
    def _later(self) -> surveys.Later | None:
        """The orders that happen and count, where an answer foretells them."""
        if self._foretells is None:
            return None
        orders = self._world.orders
        placed = self._world.happens & orders.counts
        return surveys.Later(self._foretells, orders.customer[placed], orders.at[placed])

    @cached_property
    def _talk(self) -> messages.Talk:
        return messages.interactions(self._streams[0], self._world.case, self._world.mechanism)

    @cached_property
    def _desk(self) -> Mapping[str, pd.DataFrame]:
        case, fast = self._world.case, self._world.mechanism.speed is not None
        return desk.tables(self._streams[2], self._talk, case.contacts, case.span, fast)
