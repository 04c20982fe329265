"""After some answered conversations two questions go out: how easy was it, how satisfied are you."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from socialroi.simulate.care import NEVER
from socialroi.simulate.clock import DAY, HOUR, Floats, Ints, Span
from socialroi.simulate.demand import Contacts
from socialroi.simulate.messages import Talk
from socialroi.simulate.shop import ids

_ASKED_SHARE = 0.4
_ASKED_AFTER = 14 * HOUR  # when thanks have been said
_FORETOLD = 90 * DAY

Item = Literal["ease", "satisfaction"]


@dataclass(frozen=True, slots=True)
class Later:
    """What an answer foretells: orders placed `at` (seconds) by `customer`, one entry each.

    The answer to `item` is one point better for who orders within 90 days of it.
    """

    item: Item
    customer: Ints
    at: Ints

    def returns(self, who: Ints, after: Ints) -> Ints:
        """1 for each of `who` that orders within 90 days after an instant, else 0."""
        base = int(max(self.at.max(initial=0), after.max(initial=0))) + 2 * _FORETOLD
        key = np.sort(self.customer * base + self.at)
        first, last = (
            np.searchsorted(key, who * base + end, side="right") for end in (after, after + _FORETOLD)
        )
        return np.asarray(last > first, dtype=np.int64)


def table(
    rng: np.random.Generator, talk: Talk, contacts: Contacts, span: Span, later: Later | None = None
) -> pd.DataFrame:
    """The canonical `surveys`: two rows an invitation, with empty scores where nobody answered.

    `net_easy` runs from 1, very easy, to 7; `csat` from 1 to 5, very satisfied. Both are better
    after a fast answer, and people with a fast answer respond more often. `later` may make one of
    them tell who comes back.
    """
    asked_at = talk.replied + _ASKED_AFTER
    asked = (rng.random(len(asked_at)) < _ASKED_SHARE) & (talk.replied < NEVER) & talk.linked
    who = np.flatnonzero(asked & (asked_at < span.end))
    who = who[np.argsort(asked_at[who], kind="stable")]
    contact, at = talk.contact[who], asked_at[who]
    waited_h = (talk.replied[who] - contacts.at[contact]) / HOUR
    answered_at = at + 600 + rng.exponential(9 * HOUR, len(who)).astype(np.int64)
    responds = (rng.random(len(who)) < 0.28 + 0.2 * np.exp(-waited_h / 3)) & (answered_at < span.end)
    easy, satisfied = _scores(rng, waited_h, contacts.sentiment[contact])
    if later is not None:
        point = later.returns(contacts.customer[contact], answered_at)
        easy = np.clip(easy - point * (later.item == "ease"), 1, 7)
        satisfied = np.clip(satisfied + point * (later.item == "satisfaction"), 1, 5)
    base = pd.DataFrame(
        {
            "response_id": ids("r", np.arange(1, len(who) + 1)),
            "customer_id": ids("c", contacts.customer[contact]),
            "conversation_id": ids("t", contact),
            "asked_at": span.instants(at),
            "answered_at": np.where(responds, span.instants(answered_at), np.datetime64("NaT", "us")),
        }
    )
    net_easy = base.assign(
        question="net_easy",
        score=np.where(responds, easy, np.nan),
        scale_min=1,
        scale_max=7,
        high_is_good=False,
    )
    csat = net_easy.assign(
        question="csat", score=np.where(responds, satisfied, np.nan), scale_max=5, high_is_good=True
    )
    return pd.concat([net_easy, csat]).sort_values(
        ["asked_at", "response_id"], kind="stable", ignore_index=True
    )


def _scores(rng: np.random.Generator, waited_h: Floats, mood: Floats) -> tuple[Ints, Ints]:
    """Effort and satisfaction out of one experience, each with noise of its own."""
    experience = -0.55 * np.log1p(waited_h) + 0.4 * mood + rng.normal(0, 0.7, len(waited_h))
    easy = 2.6 - experience + rng.normal(0, 0.9, len(waited_h))
    satisfied = 4.3 + 0.6 * experience + rng.normal(0, 0.7, len(waited_h))
    return easy.round().clip(1, 7).astype(np.int64), satisfied.round().clip(1, 5).astype(np.int64)
