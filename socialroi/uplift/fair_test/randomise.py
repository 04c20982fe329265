"""The coin of a fair test: lists whose next line nobody can guess, and which keep the planned share.

Permuted blocks of random sizes: within each block exactly the planned share is answered first, so the arms
never drift apart with the hours or the seasons, and because the sizes vary, the end of a block cannot be
counted off. Source: Schulz & Grimes 2002, Lancet 359:515-519.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import numpy as np
import pandas as pd

from socialroi.errors import UsageError
from socialroi.schema import ARMS
from socialroi.store import Store

ANSWER, HOLD = ARMS
#: A block is this many times as long as the shortest that can keep the share: 2, 4 or 6 for one half.
TIMES = (1, 2, 3)
#: The shortest block that can keep a share has at most so many lines; longer ones could be counted off.
LONGEST = 20
#: How far a share may lie from the one that is kept in its place: 0.667 is two thirds.
NEAR = 0.005
#: The most lines one list may have.
MOST = 100_000
#: How long a held message waits, in hours, unless said otherwise.
HOLD_H = 24.0

#: Social conversations without an answer that came in so late that they may still be held, and that no coin
#: was tossed for: the end of the export is the end of what any social channel was watched.
_WAITING = """
with edge as (
    select max(observed_until) as ends_at from episodes where social
)
select e.conversation_id
from episodes as e
cross join edge as d
left join assignments as a on a.conversation_id = e.conversation_id
where e.social
    and e.needs_response
    and e.first_reply_at is null
    and a.conversation_id is null
    and e.opened_at > d.ends_at - to_seconds(cast($hold_s as bigint))
order by e.opened_at, e.episode_id
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One toss; `conversation_id` and `assigned_at` are blank until somebody uses the line."""

    sequence: int
    conversation_id: str
    assigned_arm: str
    assigned_at: str
    planned_share: float


@dataclass(frozen=True, slots=True)
class Draw:
    """A list of tosses, and the `seed` it came from.

    The seed is not part of the list: whoever has it can tell every line to come. Keep it away from those who
    answer; with it, the list can be proved afterwards.
    """

    seed: int
    lines: tuple[Line, ...]

    def frame(self) -> pd.DataFrame:
        """The list as the table that is downloaded, filled in and loaded back."""
        return pd.DataFrame([asdict(line) for line in self.lines], columns=list(Line.__slots__))


def sealed_list(n: int, share: float, seed: int | None = None) -> Draw:
    """`n` tosses for conversations that are still to come; `share` of them are answered first.

    Without a `seed` one is drawn from the machine's own randomness. Raises UsageError for a share that
    `kept` refuses, a seed below 0 and a number of lines that is not from 1 to 100,000.
    """
    if not 1 <= n <= MOST:
        raise UsageError(f"A list has from 1 to {MOST:,} lines, not {n:,}.")
    return _drawn([""] * n, share, seed, "")


def for_waiting(
    store: Store,
    share: float,
    seed: int | None = None,
    *,
    hold_h: float = HOLD_H,
    drawn_at: datetime | None = None,
) -> Draw:
    """A toss for every conversation that waits for an answer at the end of the export, oldest first.

    Those that have waited longer than `hold_h` hours are due an answer, and those drawn before stay as they
    were drawn: neither is in the list. `drawn_at` is the instant (UTC) written beside each. Errors as in
    `sealed_list`; a list without lines where nobody waits.
    """
    rows = store.rows(_WAITING, hold_s=round(hold_h * 3600))
    return _drawn([str(name) for (name,) in rows], share, seed, _written(drawn_at))


def kept(share: float) -> Fraction:
    """The share as blocks can keep it: 0.667 becomes two thirds.

    Raises UsageError, naming the nearest one, when no block of at most 20 lines keeps it, and for a share
    that leaves an arm empty.
    """
    if not 0 < share < 1:
        raise UsageError(
            f"The share that is answered first lies between 0 and 1, such as 0.5; not {share:g}."
        )
    near = Fraction(share).limit_denominator(LONGEST)
    near = min(max(near, Fraction(1, LONGEST)), Fraction(LONGEST - 1, LONGEST))
    if abs(near - share) > NEAR:
        raise UsageError(
            f"A share of {share:g} cannot be kept in blocks of at most {LONGEST} lines. "
            f"The nearest that can is {float(near):.4g}."
        )
    return near


def blocks(share: Fraction, rng: np.random.Generator) -> Iterator[tuple[str, ...]]:
    """Blocks without end: of a random length each, the share of it answered first, in random order."""
    while True:
        length = share.denominator * int(rng.choice(TIMES))
        first = length * share.numerator // share.denominator
        arms = np.array([ANSWER] * first + [HOLD] * (length - first))
        yield tuple(rng.permutation(arms).tolist())


def _drawn(conversations: list[str], share: float, seed: int | None, at: str) -> Draw:
    part = kept(share)
    if seed is not None and seed < 0:
        raise UsageError(f"A seed is a whole number from 0 on, not {seed}.")
    chosen = secrets.randbits(53) if seed is None else seed
    tosses = (arm for block in blocks(part, np.random.default_rng(chosen)) for arm in block)
    planned = round(float(part), 6)
    lines = (
        Line(number, name, arm, at, planned)
        for number, (name, arm) in enumerate(zip(conversations, tosses, strict=False), 1)
    )
    return Draw(chosen, tuple(lines))


def _written(instant: datetime | None) -> str:
    """An instant with its offset, so that the file needs no time zone to be loaded."""
    if instant is None:
        return ""
    utc = instant if instant.tzinfo is None else instant.astimezone(UTC).replace(tzinfo=None)
    return f"{utc - timedelta(microseconds=utc.microsecond):%Y-%m-%dT%H:%M:%S}Z"
