"""What every HTTP answer carries, and which sockets get an answer at all.

The policy is a wall against beacons, framing and foreign hosts. It is not a wall against script:
Streamlit and Vega need inline script and eval. That wall is `socialroi.ui.safe`.
"""

from __future__ import annotations

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from socialroi.ui import gate

_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d{1,5})?|\[[0-9a-fA-F:]+\](:\d{1,5})?")

FIXED = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def policy(host: str) -> str:
    """The content security policy of a page served to `host` (name and port as the browser sent them)."""
    own = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self'{own}",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class SecurityHeaders:
    """Adds the headers, and refuses a socket that other machines can reach unless that is meant.

    The page's gate reads the configured address; an ASGI server started by hand ignores it, so the
    address the request came in on decides here.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with headers added to its answer, or refuse it."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
        elif not _welcome(scope):
            await _refuse(scope, receive, send)
        else:
            await self.app(scope, receive, _adding(send, Headers(scope=scope).get("host", "")))


#: What a proxy adds to a request it passes on; a browser on this machine sends none of them.
PASSED_ON = frozenset({"forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip"})


def _welcome(scope: Scope) -> bool:
    return (
        scope["path"].endswith("/_stcore/health") or _is_local(scope) or gate.overridden() or gate.signs_in()
    )


def _is_local(scope: Scope) -> bool:
    """Whether the request began on this machine: one that a proxy passed on only ends here."""
    socket = (scope.get("server") or ("", 0))[0]
    own = gate.is_loopback(socket) or "/" in socket  # a path is a unix socket
    return own and PASSED_ON.isdisjoint(Headers(scope=scope))


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    answer = PlainTextResponse(gate.REFUSED.replace("`", ""), status_code=403)
    await answer(scope, receive, _adding(send, ""))


def _adding(send: Send, host: str) -> Send:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Content-Security-Policy"] = policy(host)
            for name, value in FIXED.items():
                headers[name] = value
        await send(message)

    return with_headers
