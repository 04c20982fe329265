"""What `app.py` is made of: the router, the headers, and what happens before the first visitor.

Streamlit collects garbage over everything imported after every page run. Importing and drawing once
before the first visitor, then freezing what is alive, takes that away.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.middleware import Middleware
from streamlit.starlette import App

from socialroi.ui import warm
from socialroi.ui.headers import SecurityHeaders
from socialroi.ui.trouble import on_script_error

__all__ = ["MIDDLEWARE", "ROUTER", "lifespan", "on_script_error"]

#: The main script, alone in its folder: its folder goes first on the path of every page.
ROUTER = Path(__file__).resolve().parent / "router" / "main.py"
MIDDLEWARE = [Middleware(SecurityHeaders)]


@asynccontextmanager
async def lifespan(_: App) -> AsyncIterator[dict[str, object]]:
    """Before the first visitor: sample shops built, libraries imported, one figure drawn, heap frozen."""
    await asyncio.to_thread(warm.up)
    gc.collect()
    gc.freeze()
    yield {}
