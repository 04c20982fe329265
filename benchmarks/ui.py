"""What the dashboard costs beside a trivial Streamlit page on default settings, in one run, by turns.

Starts `ui_trivial.py` and the dashboard on the sample data, each as a process of its own, and prints ratios:
text visible with an empty browser cache, a chart drawn with a warm one, a click answered, the 95th percentile
of a rerun with 20 and 50 people who click once a second, CPU seconds of a rerun, memory after 50 sessions;
and the most marks in one chart. Load is bounded in time, and goes to 127.0.0.1 only.

    python benchmarks/ui.py --turns 7 --seconds 8
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import websockets
from playwright.sync_api import Browser, Page, sync_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from socialroi.charts import house

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "tests" / "browser"))

from browser_kit import CHROMIUM, FLAGS, free_port, wait_for  # noqa: E402

#: What is asked of the dashboard: its first page, the page with the most charts, all of its pages.
FIRST, HEAVIEST = "overview", "response"
PAGES = (FIRST, HEAVIEST, "ease", "loyalty", "is-it-real", "worth-it", "who-owns-social", "community")
CLICKS = 15
SESSIONS = (20, 50)
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    address: str
    process: subprocess.Popen[bytes]

    def cpu_s(self) -> float:
        """User and system seconds so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def resident_mb(self) -> float:
        """Memory now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


def main() -> None:
    """Measure both, print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=8.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, both(Path(scratch)) as (trivial, ours):
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
            in_browser(browser, trivial, ours, options.turns)
            browser.close()
        asyncio.run(on_the_wire(trivial, ours, options.seconds))


@contextmanager
def both(scratch: Path) -> Iterator[tuple[Server, Server]]:
    """The trivial page and the dashboard; both end with the block."""
    (scratch / "trivial.py").write_text((ROOT / "benchmarks" / "ui_trivial.py").read_text("utf-8"), "utf-8")
    own = {
        "SOCIALROI_HOME": str(scratch),
        "SOCIALROI_DB": str(scratch / "none"),
        "SOCIALROI_OPENS": "harbour",
    }
    with (
        serving(scratch, "trivial.py", {}) as trivial,
        serving(ROOT, "app.py", own) as ours,
    ):
        yield trivial, ours


@contextmanager
def serving(folder: Path, script: str, own: dict[str, str]) -> Iterator[Server]:
    """A server on this machine only."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)]
    command += [
        "--server.address",
        "127.0.0.1",
        "--server.headless",
        "true",
        "--browser.gatherUsageStats",
        "false",
    ]
    with subprocess.Popen(
        command, cwd=folder, env={**os.environ, **own}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            wait_for(f"http://127.0.0.1:{port}/_stcore/health", process)
            yield Server(f"127.0.0.1:{port}", process)
        finally:
            process.terminate()


def in_browser(browser: Browser, trivial: Server, ours: Server, turns: int) -> None:
    """What one visitor waits for; the servers take turns so that a busy minute hits both."""
    for path in PAGES:  # once, so that what is measured is drawing and not the first study
        _opened(browser, f"http://{ours.address}/{path}", "h1", warm=False)
    text: dict[str, list[float]] = {"trivial": [], "ours": []}
    warm: dict[str, list[float]] = {"trivial": [], "ours": []}
    for _ in range(turns):
        text["trivial"].append(_opened(browser, f"http://{trivial.address}/", "h1", warm=False))
        text["ours"].append(_opened(browser, f"http://{ours.address}/{FIRST}", "h1", warm=False))
        warm["trivial"].append(_opened(browser, f"http://{trivial.address}/", "h1", warm=True))
        chart = f"http://{ours.address}/{HEAVIEST}"
        warm["ours"].append(_opened(browser, chart, ".js-plotly-plot .main-svg", warm=True))
    told("text visible, empty cache", text["trivial"], text["ours"], 1.5)
    told("a chart drawn against text, warm cache", warm["trivial"], warm["ours"], 3.0)
    told("click to change, p50", _clicks(browser, trivial, "More"), _toggles(browser, ours), 1.0)


def _opened(browser: Browser, url: str, wanted: str, *, warm: bool) -> float:
    """Milliseconds until `wanted` can be seen, in a new window or in one that was there before."""
    window = browser.new_context()
    page = window.new_page()
    if warm:
        page.goto(url)
        page.wait_for_selector(wanted, timeout=120_000)
    begun = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.wait_for_selector(wanted, timeout=120_000)
    took = (time.perf_counter() - begun) * 1_000
    window.close()
    return took


_WATCH = """([button, text]) => new Promise(resolve => {
    const begun = performance.now();
    const before = document.querySelector(text)?.innerText ?? '';
    const look = () => (document.querySelector(text)?.innerText ?? '') !== before
        ? resolve(performance.now() - begun) : requestAnimationFrame(look);
    document.querySelector(button).click();
    look();
})"""


def _clicks(browser: Browser, server: Server, label: str) -> list[float]:
    """Milliseconds from a click on the trivial page's button to its new count."""
    page = _page(browser, f"http://{server.address}/", f"button:has-text('{label}')")
    return _timed(page, ".stButton button", ".stMarkdown p")


def _toggles(browser: Browser, server: Server) -> list[float]:
    """Milliseconds from the switch of the five steps to their coming or going, on the first page."""
    page = _page(browser, f"http://{server.address}/{FIRST}", ".st-key-steps input")
    page.wait_for_timeout(4_000)
    return _timed(page, ".st-key-steps input", ".st-key-steps-box")


def _page(browser: Browser, url: str, wanted: str) -> Page:
    page = browser.new_context().new_page()
    page.goto(url)
    page.wait_for_selector(wanted, state="attached", timeout=120_000)
    return page


def _timed(page: Page, button: str, text: str) -> list[float]:
    found = []
    for _ in range(CLICKS):
        found.append(float(page.evaluate(_WATCH, [button, text])))
        page.wait_for_timeout(400)
    return found


async def on_the_wire(trivial: Server, ours: Server, seconds: float) -> None:
    """What many visitors wait for, without the weight of many browsers."""
    await marks(ours)
    cpu = [await _cpu_of_rerun(server, path) for server, path in ((trivial, ""), (ours, HEAVIEST))]
    told("CPU of a rerun, heaviest page", [cpu[0]], [cpu[1]], 0.8, unit="ms")
    for people in SESSIONS:
        waits = [
            await _crowd(server, path, people, seconds) for server, path in ((trivial, ""), (ours, HEAVIEST))
        ]
        told(f"p95 with {people} sessions", [_p95(waits[0])], [_p95(waits[1])], 0.5)
    told("memory after 50 sessions", [trivial.resident_mb()], [ours.resident_mb()], 5.0, unit="MB")


async def marks(ours: Server) -> None:
    """The most marks any chart of any page sends."""
    most = 0
    for path in PAGES:
        async with session(ours, path) as found:
            for spec in found.charts:
                most = max(most, house.marks(json.loads(spec)["data"]))
    print(f"{'most marks in one chart':44} {most:>9,}   at most 2,000", flush=True)


@dataclass(slots=True)
class Session:
    """One visitor on the wire: a socket, the page it looks at, and the charts it was sent."""

    socket: Any
    path: str
    charts: list[str]

    async def rerun(self) -> float:
        """Milliseconds until the page has run again."""
        message = BackMsg()
        message.rerun_script.page_name = self.path
        message.rerun_script.query_string = "data=harbour" if self.path else ""
        begun = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(await self.socket.recv())
            if answer.WhichOneof("type") == "script_finished":
                return (time.perf_counter() - begun) * 1_000
            element = answer.delta.new_element
            if element.WhichOneof("type") == "plotly_chart":
                self.charts.append(element.plotly_chart.spec)


class session:  # noqa: N801  reads as what it is: async with session(...)
    """A visitor who has seen the page once."""

    def __init__(self, server: Server, path: str) -> None:
        self.server, self.path = server, path

    async def __aenter__(self) -> Session:
        self.socket = await websockets.connect(
            f"ws://{self.server.address}/_stcore/stream",
            subprotocols=[websockets.Subprotocol("streamlit")],
            origin=websockets.Origin(f"http://{self.server.address}"),
            max_size=None,
        )
        found = Session(self.socket, self.path, [])
        await found.rerun()
        return found

    async def __aexit__(self, *_: object) -> None:
        await self.socket.close()


async def _cpu_of_rerun(server: Server, path: str) -> float:
    """CPU milliseconds of the server for one rerun of a page."""
    async with session(server, path) as one:
        await one.rerun()
        before = server.cpu_s()
        for _ in range(CLICKS):
            await one.rerun()
        return (server.cpu_s() - before) / CLICKS * 1_000


async def _crowd(server: Server, path: str, people: int, seconds: float) -> list[float]:
    """What reruns take when this many people click once a second."""
    waits: list[float] = []

    async def one(number: int) -> None:
        async with session(server, path) as visitor:
            await asyncio.sleep(number / people)
            end = time.perf_counter() + seconds
            while time.perf_counter() < end:
                took = await visitor.rerun()
                waits.append(took)
                await asyncio.sleep(max(0.0, 1 - took / 1_000))

    await asyncio.gather(*(one(number) for number in range(people)))
    return waits


def _p95(waits: list[float]) -> float:
    return statistics.quantiles(waits, n=20)[-1]


def told(what: str, trivial: list[float], ours: list[float], bar: float, unit: str = "ms") -> None:
    """One line: both medians, their ratio, the bar and whether it is met."""
    first, second = statistics.median(trivial), statistics.median(ours)
    ratio = second / first
    met = "met" if ratio <= bar else "MISSED"
    print(f"{what:44} {first:9,.1f} {second:9,.1f} {unit}  {ratio:5.2f}x  at most {bar}x  {met}", flush=True)


if __name__ == "__main__":
    main()
