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


@pytest.mark.parametrize("said", ["false", "False", " FALSE "])
def test_an_address_unverified_in_words_is_refused(said):
    assert gate.refusal_of(ANN | {"email_verified": said}, PEOPLE, now=1000) == gate.UNLISTED


@pytest.mark.parametrize("exp", ["soon", [], {}, None, -1])
def test_an_expiry_that_is_no_time_has_passed(exp):
    assert gate.refusal_of(ANN | {"exp": exp}, PEOPLE, now=1000) == gate.EXPIRED


@pytest.fixture
def settings(monkeypatch):
    """Say what the secrets file holds."""

    def say(**sections):
        monkeypatch.setattr(gate, "_secret", lambda section: sections.get(section, {}))

    return say


def test_an_analyst_need_not_be_on_both_lists(settings):
    settings(socialroi={"allow": ["Vic@shop.example "], "analysts": "Ann@shop.example"})
    assert gate.allowed() == {"vic@shop.example", "ann@shop.example"}
    assert gate.analysts() == {"ann@shop.example"}, "one address is not a list of letters"


@pytest.mark.parametrize("secret", ["", "x", "a" * 31])
def test_a_cookie_secret_that_could_be_guessed_opens_nothing(settings, secret):
    settings(auth={"cookie_secret": secret})
    assert gate.fault() == gate.WEAK


def test_names_from_headers_open_nothing(settings, monkeypatch):
    settings(auth={"cookie_secret": "a" * 32})
    assert gate.fault() is None
    given = {"server.trustedUserHeaders": '{"X-User": "email"}', "secrets.files": []}
    monkeypatch.setattr(gate.st, "get_option", given.get)
    assert gate.fault() == gate.WEAK


def test_a_settings_file_that_cannot_be_read_is_not_no_settings(monkeypatch, tmp_path):
    file = tmp_path / "secrets.toml"
    monkeypatch.setattr(gate.st, "get_option", {"secrets.files": [str(file)]}.get)
    monkeypatch.setattr(gate, "_secret", lambda section: {})
    monkeypatch.setattr(gate.st.secrets, "load_if_toml_exists", lambda: False)
    assert gate.fault() is None
    file.write_text("[auth", encoding="utf-8")
    assert gate.fault() == gate.BROKEN
