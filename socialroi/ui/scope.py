"""What a question is about: one database at one generation, and the part of it that was selected."""

from __future__ import annotations

from dataclasses import dataclass, replace

import socialroi
from socialroi.result import Window
from socialroi.store import Store
from socialroi.ui.workspaces import handle

#: No filter at all.
WHOLE = Window()


@dataclass(frozen=True, slots=True)
class Scope:
    """The key of every cache. An empty `generation` is a database in which nothing was ever loaded."""

    folder: str
    generation: str
    window: Window = WHOLE
    version: str = socialroi.__version__

    @property
    def store(self) -> Store:
        """The open database; every query takes its own cursor."""
        return handle(self.folder if self.generation else "", self.generation)

    @property
    def whole(self) -> Scope:
        """The same database without any filter."""
        return replace(self, window=WHOLE)
