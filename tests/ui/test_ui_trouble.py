"""What a visitor is told when something fails."""

import logging

import pytest

from socialroi.errors import UsageError
from socialroi.ui import trouble

SECRETS = ["ann@example.org", "+49 151 2345678", "'Ann Smith'", '"12 High Street"']


def test_our_own_sentence_is_shown():
    assert "margin" in trouble.sentence(UsageError("There is no margin column."))


def test_other_errors_show_a_reference_and_nothing_else(caplog):
    with caplog.at_level(logging.ERROR, "socialroi"):
        told = trouble.sentence(ValueError("cannot cast 'Ann Smith' in /srv/data/x.duckdb"))
    reference = told.split()[-1].rstrip(".")
    assert reference in caplog.text
    for leak in ("Ann", "/srv", "cast", "ValueError"):
        assert leak not in told


@pytest.mark.parametrize("secret", SECRETS)
def test_the_log_holds_nothing_personal(caplog, secret):
    with caplog.at_level(logging.ERROR, "socialroi"):
        trouble.report(ValueError(f"bad value {secret} in row 3"))
    assert secret.strip("'\"") not in caplog.text


def test_two_failures_have_two_references():
    assert trouble.report(ValueError("a")) != trouble.report(ValueError("a"))
