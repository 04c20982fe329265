import pytest

from socialroi.simulate import Firm, firm


@pytest.fixture(scope="session")
def null_firm() -> Firm:
    """The default firm: an answer changes nothing."""
    return firm(seed=1)


@pytest.fixture(scope="session")
def helped_firm() -> Firm:
    """The same people, but an answer keeps customers: +8 points."""
    return firm(effect=0.08, seed=1)


@pytest.fixture(scope="session")
def small_firm() -> Firm:
    return firm(customers=400, days=400, effect=0.05, seed=5)
