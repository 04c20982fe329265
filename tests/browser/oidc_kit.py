"""A real OpenID provider as a process on loopback, and a server that asks it who somebody is."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from browser_kit import free_port, serving, settled, wait_for
from playwright.sync_api import Page

SECRET = "0123456789abcdef0123456789abcdef"
PEOPLE = (
    {"sub": "ann", "email": "Ann@shop.example", "email_verified": True},  # an analyst
    {"sub": "vic", "email": "vic@shop.example", "email_verified": True},  # a viewer
    {"sub": "eve", "email": "eve@elsewhere.example", "email_verified": True},  # on no list
    {"sub": "una", "email": "ann@shop.example", "email_verified": False},  # says she is Ann
)
SETTINGS = """
[auth]
redirect_uri = "{here}/oauth2callback"
cookie_secret = "{secret}"
client_id = "socialroi"
client_secret = "known to both"
server_metadata_url = "{provider}/.well-known/openid-configuration"

[socialroi]
allow = ["vic@shop.example"]
analysts = ["ann@shop.example"]
"""


@contextmanager
def provider(token_s: int = 3600) -> Iterator[str]:
    """A provider that knows four people; a sign-in lasts so many seconds."""
    port = free_port()
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    command += ["--token-max-age", str(token_s), "--require-nonce", "True"]
    for person in PEOPLE:
        command += ["--user-claims", json.dumps(person)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://localhost:{port}/.well-known/openid-configuration", process)
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def signing_in(home: Path, db: Path, folder: Path, whom: str, secret: str = SECRET) -> Iterator[str]:
    """A server bound to all addresses that signs people in with the provider at `whom`."""
    port = free_port()
    address = f"http://localhost:{port}"
    file = folder / f"secrets-{port}.toml"
    file.write_text(SETTINGS.format(here=address, provider=whom, secret=secret), encoding="utf-8")
    flags = ("--server.address", "0.0.0.0", "--secrets.files", str(file))
    with serving(home, db, *flags, port=port):
        yield address


def sign_in(page: Page, who: str) -> Page:
    """Press the button, say who one is on the provider's own page, and come back."""
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.locator(f"button[value={who}]").click()
    page.wait_for_selector("[data-testid=stApp]")
    return settled(page)
