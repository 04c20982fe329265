"""Who may see data."""

import pytest

from socialroi.ui import gate

PEOPLE = frozenset({"ann@example.org"})
ANN = {"email": "Ann@Example.org", "exp": 2000}


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "127.0.0.9"])
def test_loopback_is_this_machine(address):
    assert gate.is_loopback(address)


@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "::", "10.0.0.5", "example.org"])
def test_everything_else_is_not(address):
    assert not gate.is_loopback(address)


def test_a_listed_person_is_let_in():
    assert gate.refusal_of(ANN, PEOPLE, now=1000) is None


def test_an_expired_sign_in_is_refused():
    assert gate.refusal_of(ANN, PEOPLE, now=2000) == gate.EXPIRED


def test_a_sign_in_without_expiry_is_refused():
    assert gate.refusal_of({"email": "ann@example.org"}, PEOPLE, now=1000) == gate.EXPIRED


@pytest.mark.parametrize("email", ["bob@example.org", "", None])
def test_an_unlisted_person_is_refused(email):
    assert gate.refusal_of({"email": email, "exp": 2000}, PEOPLE, now=1000) == gate.UNLISTED


def test_an_unverified_address_is_refused():
    assert gate.refusal_of(ANN | {"email_verified": False}, PEOPLE, now=1000) == gate.UNLISTED


def test_an_empty_list_lets_nobody_in():
    assert gate.refusal_of(ANN, frozenset(), now=1000) == gate.UNLISTED


@pytest.mark.parametrize(("value", "opened"), [("yes", True), ("YES ", True), ("1", False), ("", False)])
def test_only_yes_opens_the_server(monkeypatch, value, opened):
    monkeypatch.setenv(gate.OVERRIDE, value)
    assert gate.overridden() is opened
