"""Servers of our own and windows on them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE_MS = 60_000
START_S = 120
TRIES = 10


@dataclass
class Site:
    """A running server and the page that looks at it."""

    address: str
    outside: list[str] = field(default_factory=list)
    page: Page | None = None

    def open(self, path: str) -> Page:
        """The page at `path`, once its script has ended."""
        assert self.page is not None
        self.page.goto(f"{self.address}/{path}")
        settled(self.page)
        return self.page


def settled(page: Page) -> Page:
    """Wait until the script of the page has run to its end."""
    page.wait_for_selector("h1", timeout=PATIENCE_MS)
    page.wait_for_function(
        """() => new Promise(resolve => {
            const done = () => document.querySelector('[data-testid=stApp]')
                ?.getAttribute('data-test-script-state') === 'notRunning';
            let calm = 0;
            const look = () => {
                calm = done() ? calm + 1 : 0;
                calm > 5 ? resolve(true) : setTimeout(look, 60);
            };
            look();
        })""",
        timeout=PATIENCE_MS,
    )
    return page


def pick(page: Page, label: str, option: str) -> None:
    """Choose an option of a select box by typing its beginning and pressing Enter."""
    box = page.get_by_role("combobox", name=label).first
    box.click()
    box.fill(option)
    expect(page.get_by_role("option", name=option).first).to_be_visible()
    box.press("Enter")
    settled(page)


def typed(page: Page, canvas: Locator, *, row: int, column: int, value: str, height: int = 35) -> None:
    """Type into a cell of a data grid, which is a picture with a table for screen readers behind it.

    `height` is that of a row in pixels.
    """
    cell = canvas.locator(f"#glide-cell-{column}-{row}")
    cell.dispatch_event("focus")
    canvas.scroll_into_view_if_needed()
    editor = page.locator("#portal textarea, #portal input")
    settled(page)
    for _ in range(TRIES):  # a grid that is being drawn anew does not hear every key
        page.wait_for_timeout(500)
        box = canvas.bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + 20, box["y"] + 36 + height * row + height // 2)
        for _ in range(column):
            page.keyboard.press("ArrowRight")
            page.wait_for_timeout(60)
        page.keyboard.press("Enter")
        page.wait_for_timeout(500)
        if editor.count():
            break
    editor.fill(value)
    editor.press("Enter")
    settled(page)


@contextmanager
def serving(home: Path, db: Path, *flags: str, port: int | None = None, **environment: str) -> Iterator[str]:
    """A server of our own on a free port, or on the one named; ends with the block."""
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port), *flags]
    own = {"SOCIALROI_HOME": str(home), "SOCIALROI_DB": str(db), **environment}
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **own}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def looking(browser: Browser, address: str, **context: object) -> Iterator[Site]:
    """A new window on a server; collects every request that leaves it."""
    window = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **context})
    window.set_default_timeout(PATIENCE_MS)
    site = Site(address)
    site.page = window.new_page()
    site.page.on("request", lambda request: _note(site, request.url))
    try:
        yield site
    finally:
        window.close()


def _note(site: Site, url: str) -> None:
    if not url.startswith((site.address, site.address.replace("http", "ws"), "data:", "blob:")):
        site.outside.append(url)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        assert process.poll() is None, "the server ended before it answered"
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not answer in time")
