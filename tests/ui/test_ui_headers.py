"""Every answer carries the headers; a socket that others reach gives no answer."""

import asyncio
from dataclasses import dataclass

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from socialroi.ui import gate
from socialroi.ui.headers import FIXED, SecurityHeaders, policy


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str


INNER = SecurityHeaders(
    Starlette(
        routes=[
            Route("/", lambda request: PlainTextResponse("numbers")),
            Route("/_stcore/health", lambda request: PlainTextResponse("ok")),
        ]
    )
)


def ask(path, socket, host="localhost:8501", extra=()):
    """The answer to one GET whose connection came in on the address `socket`."""
    sent = []

    more = [tuple(part.lower().encode() for part in extra)] if extra else []

    async def receive():
        return {"type": "http.request"}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": [(b"host", host.encode()), *more],
        "server": (socket, 8501), "scheme": "http",
    }  # fmt: skip
    asyncio.run(INNER(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], headers, b"".join(m.get("body", b"") for m in sent[1:]).decode())


def test_every_header_is_there():
    answer = ask("/", "127.0.0.1")
    assert answer.text == "numbers"
    for name, value in FIXED.items():
        assert answer.headers[name.lower()] == value
    assert (
        "connect-src 'self' ws://localhost:8501 wss://localhost:8501;"
        in answer.headers["content-security-policy"]
    )


@pytest.mark.parametrize("socket", ["10.1.2.3", "192.168.0.7", "::ffff:10.0.0.1"])
def test_a_request_from_the_network_gets_no_data(socket):
    answer = ask("/", socket)
    assert answer.status == 403
    assert "numbers" not in answer.text
    assert answer.headers["x-frame-options"] == "DENY"


def test_health_answers_everywhere():
    assert ask("/_stcore/health", "10.1.2.3").text == "ok"


def test_the_owner_can_open_it(monkeypatch):
    monkeypatch.setenv(gate.OVERRIDE, "yes")
    assert ask("/", "10.1.2.3").text == "numbers"


@pytest.mark.parametrize("host", ["evil.example; script-src *", "a b", "", "x\r\ny"])
def test_a_strange_host_cannot_write_into_the_policy(host):
    assert "connect-src 'self';" in policy(host)


def test_the_policy_lets_nothing_out():
    assert "*" not in policy("localhost:8501")
    assert "img-src 'self' data: blob:" in policy("localhost:8501")


def test_a_websocket_from_the_network_is_closed():
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    scope = {"type": "websocket", "path": "/_stcore/stream", "headers": [], "server": ("10.1.2.3", 8501)}
    asyncio.run(INNER(scope, receive, send))
    assert sent == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Host"])
def test_what_a_proxy_passed_on_did_not_begin_on_this_machine(name, monkeypatch):
    assert ask("/", "127.0.0.1", extra=(name, "10.0.0.9")).status == 403
    assert ask("/_stcore/health", "127.0.0.1", extra=(name, "10.0.0.9")).status == 200
    monkeypatch.setattr(gate, "signs_in", lambda: True)
    assert ask("/", "127.0.0.1", extra=(name, "10.0.0.9")).status == 200, "then the page asks who it is"
