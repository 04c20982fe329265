"""Who may see data: people on this machine, or people who signed in. Everybody else sees why not.

Every page passes through `check` in its first statement, so that no route to a page can forget it, and so
does every part of a page that runs again alone (`fragment`). The server's own socket is looked at twice:
here by its configured address, and in `socialroi.ui.headers` by the address a request really came in on.
What those who may look may also do is in `socialroi.ui.access`.
"""

from __future__ import annotations

import ipaddress
import os
import time
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

import streamlit as st

P = ParamSpec("P")

#: Set to "yes" to show data to whoever reaches the server, for instance behind a proxy that signs people in.
OVERRIDE = "SOCIALROI_OPEN_TO_NETWORK"

REFUSED = (
    "This server can be reached from other machines, so it shows no data until sign-in is set up. "
    "Start it on this machine only (`socialroi serve`), or add an `[auth]` section to "
    f"`.streamlit/secrets.toml`, or set `{OVERRIDE}=yes` if something in front of it signs people in."
)
EXPIRED = "Your sign-in has expired. Please sign in again."
UNLISTED = (
    "You are signed in, but your address is not on the list of people who may see this data. "
    "The lists are `allow` and `analysts` in the `[socialroi]` section of `.streamlit/secrets.toml`."
)
BROKEN = (
    "The settings for sign-in cannot be read, so no data is shown. Whoever runs this server: look for a "
    "mistake in `.streamlit/secrets.toml`."
)
WEAK = (
    "The settings for sign-in would let strangers make up a sign-in, so no data is shown. Whoever runs this "
    "server: `cookie_secret` in the `[auth]` section of `.streamlit/secrets.toml` must have 32 random "
    "characters or more, and the option `server.trustedUserHeaders` must stay empty."
)
#: A shorter secret could be found by trying, and a cookie signed with it made up.
SECRET_CHARACTERS = 32


def check() -> None:
    """Stop the page here, with a sentence, unless this visitor may see data."""
    _stop_if(fault())
    if not signs_in():
        _stop_if(None if is_private() else REFUSED)
        return
    if not st.user.is_logged_in:
        st.title("Please sign in")
        st.button("Sign in", on_click=st.login, type="primary")
        st.stop()
    _stop_if(refusal_of(st.user.to_dict(), allowed(), time.time()))


def fragment(draw: Callable[P, None] | None = None, *, run_every: float | None = None) -> Callable[..., Any]:
    """A part of a page that runs again alone: the page's first statement does not run then, so it asks."""
    if draw is None:
        return lambda given: fragment(given, run_every=run_every)

    @wraps(draw)
    def gated(*args: P.args, **named: P.kwargs) -> None:
        check()
        draw(*args, **named)

    return st.fragment(gated, run_every=run_every)


def fault() -> str | None:
    """What is wrong with the settings for sign-in, or None; a file nobody can read opens no door."""
    if not signs_in():
        return BROKEN if _is_there() and not st.secrets.load_if_toml_exists() else None
    if st.get_option("server.trustedUserHeaders"):
        return WEAK
    secret = _secret("auth").get("cookie_secret")
    return None if secret is None or len(str(secret)) >= SECRET_CHARACTERS else WEAK


def _is_there() -> bool:
    return any(Path(str(name)).exists() for name in st.get_option("secrets.files"))


def is_private() -> bool:
    """Whether only this machine reaches the server, or its owner has said that this is meant."""
    return overridden() or is_loopback(st.get_option("server.address"))


def overridden() -> bool:
    """Whether the owner has opened the server on purpose."""
    return os.environ.get(OVERRIDE, "").strip().lower() == "yes"


def is_loopback(address: str | None) -> bool:
    """Whether a socket bound to `address` is reached from this machine only; no address means all of them."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False


def signs_in() -> bool:
    """Whether sign-in is configured."""
    return bool(_secret("auth"))


def allowed() -> frozenset[str]:
    """The e-mail addresses that may see data once signed in: everybody on either list."""
    return _listed("allow") | analysts()


def analysts() -> frozenset[str]:
    """Those of them who may also load, undo, set and download rows."""
    return _listed("analysts")


def _listed(name: str) -> frozenset[str]:
    said = _secret("socialroi").get(name, ())
    # one address without brackets is one address, and not its letters
    people = [said] if isinstance(said, str) else said
    return frozenset(address for each in people if (address := str(each).strip().lower()))


def address_of(user: Mapping[str, Any]) -> str:
    """The e-mail address a provider gives for somebody, as the lists spell it."""
    return str(user.get("email") or "").strip().lower()


def refusal_of(user: Mapping[str, Any], people: frozenset[str], now: float) -> str | None:
    """Why this signed-in user may not see data, or None. Streamlit does not check expiry; this does."""
    if _until(user) <= now:
        return EXPIRED
    verified = user.get("email_verified")
    said_no = verified is False or str(verified).strip().lower() == "false"  # some providers send text
    return None if address_of(user) in people and not said_no else UNLISTED


def _until(user: Mapping[str, Any]) -> float:
    """When the sign-in ends, in seconds since 1970; at once where the provider does not say."""
    try:
        return float(user.get("exp") or 0)
    except (TypeError, ValueError):
        return 0.0


def _secret(section: str) -> Mapping[str, Any]:
    try:
        found = st.secrets.get(section, {})
    except FileNotFoundError:  # no secrets file at all: StreamlitSecretNotFoundError is one of these
        return {}
    return found if isinstance(found, Mapping) else {}


def _stop_if(refusal: str | None) -> None:
    if refusal is None:
        return
    st.title("No data is shown here")
    st.markdown(refusal)
    if signs_in():
        st.button("Sign out", on_click=st.logout)
    st.stop()
