"""Who may see data: people on this machine, or people who signed in. Everybody else sees why not.

Every page passes through `check` in its first statement, so that no route to a page can forget it.
The server's own socket is looked at twice: here by its configured address, and in
`socialroi.ui.headers` by the address a request really came in on.
"""

from __future__ import annotations

import ipaddress
import os
import time
from collections.abc import Mapping
from typing import Any

import streamlit as st

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
    "The list is `allow` in the `[socialroi]` section of `.streamlit/secrets.toml`."
)


def check() -> None:
    """Stop the page here, with a sentence, unless this visitor may see data."""
    if not signs_in():
        _stop_if(None if is_private() else REFUSED)
        return
    if not st.user.is_logged_in:
        st.title("Please sign in")
        st.button("Sign in", on_click=st.login, type="primary")
        st.stop()
    _stop_if(refusal_of(st.user.to_dict(), allowed(), time.time()))


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
    """The e-mail addresses that may see data once signed in."""
    return frozenset(str(address).strip().lower() for address in _secret("socialroi").get("allow", ()))


def refusal_of(user: Mapping[str, Any], people: frozenset[str], now: float) -> str | None:
    """Why this signed-in user may not see data, or None. Streamlit does not check expiry; this does."""
    if float(user.get("exp") or 0) <= now:
        return EXPIRED
    listed = str(user.get("email") or "").strip().lower() in people
    return None if listed and user.get("email_verified") is not False else UNLISTED


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
