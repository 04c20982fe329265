"""Who is in the comparison must not depend on the answer: a link often exists because somebody answered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from socialroi.result import Check, Unknown, Value
from socialroi.stats.intervals import wilson
from socialroi.uplift.messages import Messages
from socialroi.uplift.outcomes import Bools, Floats
from socialroi.uplift.past import Ints
from socialroi.uplift.sides import Sides

#: The largest difference in the share of messages linked to a customer, within channels.
LIMIT = 0.05
NOBODY = Unknown("empty_arm", "There is no such message.")

_NOT_RUN = (
    "Whether both groups of messages are tied to customers alike could not be checked: no channel has both; "
    "it would pass with messages of both kinds on one channel."
)


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """Messages that needed an answer and of which it is known what became of them, by arm.

    `linked` is whether they were tied, beforehand or regardless of the answer, to somebody already
    known as a customer; `channel` is a code.
    """

    channel: Ints
    treated: Bools
    linked: Bools

    @classmethod
    def of(cls, design: Messages) -> Links:
        """The links of a design, whoever wrote and whatever they bought."""
        rows = design.asks_and_is_observed
        channel, _ = pd.factorize(design.units["channel"][rows], use_na_sentinel=False)
        treated = design.units["treated"].to_numpy(bool)[rows]
        return cls(channel.astype(np.int64), treated, design.is_linked[rows])

    def share(self, treated: bool) -> Value:
        """The linked share of one arm."""
        arm = self.linked[self.treated == treated]
        return wilson(int(arm.sum()), len(arm)) if len(arm) else NOBODY

    def gap(self) -> float | None:
        """Linked share of the treated minus that of the control, within channels, weighted by size.

        None when no channel has messages of both kinds.
        """
        n1, k1 = self._counts(self.treated)
        n0, k0 = self._counts(~self.treated)
        both = (n1 > 0) & (n0 > 0)
        if not both.any():
            return None
        gaps = k1[both] / n1[both] - k0[both] / n0[both]
        return float(np.average(gaps, weights=(n1 + n0)[both]))

    def _counts(self, arm: Bools) -> tuple[Floats, Floats]:
        """Messages of an arm, and how many of them are linked, by channel."""
        size = int(self.channel.max(initial=-1)) + 1
        n = np.bincount(self.channel[arm], minlength=size).astype(np.float64)
        return n, np.bincount(self.channel[arm], self.linked[arm], size).astype(np.float64)


def check(links: Links, sides: Sides) -> Check:
    """Messages of both arms are tied to a known customer equally often."""
    gap = links.gap()
    if gap is None:
        return Check("linkage", None, LIMIT, None, _NOT_RUN)
    share = [float(links.linked[links.treated == arm].mean()) for arm in (True, False)]
    shares = (
        f"{share[0]:.0%} of the messages {sides.treated} and {share[1]:.0%} of those {sides.control} were "
        f"tied to a known customer beforehand, a gap of {abs(gap) * 100:.1f} points within channels"
    )
    passed = abs(gap) <= LIMIT + 1e-12  # five points exactly are accepted, however they round
    sentence = (
        f"{shares}; up to {LIMIT * 100:.0f} is accepted."
        if passed
        else f"{shares}: who is in the comparison depends on the answer; it would pass at "
        f"{LIMIT * 100:.0f} or less, with customers' handles linked whether they are answered or not."
    )
    return Check("linkage", abs(gap), LIMIT, passed, sentence)


def shares(links: Links) -> dict[str, Value]:
    """The linked share of each arm, for the detail."""
    return {"linked_answered": links.share(True), "linked_unanswered": links.share(False)}
