"""How long until anything at all comes back, from a bot or a person?

From the customer's first message of an episode to the first public message of any kind that comes
back: a person's, a bot's, or an automatic notice. It stands beside first response time, which waits
for a person; the gap between the two is what the machine covers. A message nothing came back to is a
wait that lasts at least until the export ends, and it stays in the figure.

It does not say that anybody was helped: "we have received your message" is a touch, and so is the
automatic notice that a conversation was closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd

from socialroi import limits
from socialroi.metrics import clusters, medians
from socialroi.metrics.answer import (
    MIN_N,
    WHOLE,
    Answer,
    Cut,
    Grain,
    enough,
    filters,
    is_over,
    reading,
)
from socialroi.metrics.answer import series as series_of
from socialroi.metrics.waits import (
    Facts,
    WaitClock,
    answered_only,
    facts,
    nobody,
    note_idle,
    note_placed,
    sees_answered_only,
    wait_curves,
)
from socialroi.result import Definition, Estimate, Reading, Series, Unknown, Value, Window
from socialroi.store import Store

DEFINITION = Definition(
    key="first_touch_time",
    name="First touch time",
    unit="seconds",
    better="down",
    question="How long until a customer who needs an answer hears anything back, from a bot or a person?",
    formula=(
        "Median time from the first customer message of an episode that needs an answer to the first public"
        " message that comes back, by a person, a bot or an automatic notice, by Kaplan-Meier; a message"
        " nothing came back to counts as still waiting when the export ends."
    ),
    source="Our rule. Facebook counts a bot's replies (not instant ones); Zendesk and Intercom do not.",
    caveat="A touch is not an answer: read it beside first response time, which waits for a person.",
    min_n=MIN_N,
)  # fmt: skip

NOUN = "conversations"

# Of those that need an answer, by person: how many were touched by a machine before, or without, a person.
MACHINES = """
with asked as (
    select
        coalesce(customer_id, author_id, episode_id) as person,
        first_touch_at is not null as touched,
        first_touch_at is not null and first_touch_at < coalesce(first_reply_at, 'infinity'::timestamp)
            as machine_first,
        first_touch_at is not null and first_reply_at is null as machine_only
    from episodes
    where opened_at >= coalesce($start_at, opened_at)
      and opened_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, channel))
      and ($departments is null or list_contains($departments, department))
      and ($segments is null or list_contains($segments, segment))
      and needs_response
),
persons as (
    select
        person,
        count(*) as size,
        count(*) filter (where touched) as touched,
        count(*) filter (where machine_first) as machine_first,
        count(*) filter (where machine_only) as machine_only
    from asked
    group by person
)
select size, touched, machine_first, machine_only, count(*) as people
from persons
group by size, touched, machine_first, machine_only
order by size, touched, machine_first, machine_only
"""

ROWS = """
select
    episode_id,
    conversation_id,
    opened_at,
    first_touch_at,
    first_reply_at,
    observed_until,
    first_touch_at is not null as touched,
    greatest(0, date_diff('second', opened_at, coalesce(first_touch_at, observed_until))) as touch_waited_s,
    waited_s,
    channel,
    department,
    segment,
    engaged
from episodes
where opened_at >= coalesce($start_at, opened_at)
  and opened_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, channel))
  and ($departments is null or list_contains($departments, department))
  and ($segments is null or list_contains($segments, segment))
  and needs_response
order by touch_waited_s desc, episode_id
limit $most
"""


def compute(store: Store, window: Window) -> Reading:
    """Median time to the first touch, in calendar seconds.

    Unknown `not_reached` when nothing came back to half of them by the end of the export,
    `calendar_only` on the business clock, because bots keep no opening hours.
    """
    return reading(_ask, store, window, partial(rows, store, window))


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The median per period of opening; a period is complete when the export goes beyond its end."""
    return series_of(_ask, store, window, grain, is_over(store, "interactions", grain, days=1))


def compute_detail(store: Store, window: Window) -> Mapping[str, Value]:
    """The two clocks side by side, and how much of the touching machines do.

    Keys: median_touch, median_person (first response time, calendar clock), p90_touch,
    machine_first_share (touched by a machine before any person), machine_only_share (never by a person),
    touched, untouched.
    """
    found = facts(store, window)
    table = store.frame(MACHINES, **filters(window))
    touched, every = (int((table[name] * table["people"]).sum()) for name in ("touched", "size"))
    return {
        "median_touch": _quantile(store, window, found, "touch", 0.5),
        "median_person": _quantile(store, window, found, "calendar", 0.5),
        "p90_touch": _quantile(store, window, found, "touch", 0.9),
        "machine_first_share": _share(table, "machine_first", found),
        "machine_only_share": _share(table, "machine_only", found),
        "touched": Estimate.count(touched),
        "untouched": Estimate.count(every - touched),
    }


def machines_first(store: Store, window: Window) -> int:
    """How many that need an answer heard from a bot or an automatic notice before, or without, a person."""
    table = store.frame(MACHINES, **filters(window))
    return int((table["machine_first"] * table["people"]).sum())


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The episodes behind the figure, longest wait for a touch first, with both stops."""
    return store.frame(ROWS, **filters(window), most=most)


def _ask(store: Store, window: Window, cut: Cut) -> Answer:
    """Medians by segment and period."""
    found = facts(store, window)
    absent = _absent(found, window)
    if window.clock == "business" or not found.needing:
        return Answer(DEFINITION, absent)
    curves, working = wait_curves(store, window, cut, found, clock="touch")
    how = _how(found, cut)
    values = {key: medians.quantile(curve, 0.5, DEFINITION, NOUN, how) for key, curve in curves.items()}
    return Answer(DEFINITION, absent, values, _notes(found, cut), working)


def _quantile(store: Store, window: Window, found: Facts, clock: WaitClock, q: float) -> Value:
    """A quantile of one of the two waits."""
    curves, _ = wait_curves(store, window, Cut(), found, clock=clock)
    curve = curves.get(WHOLE)
    if curve is None:
        return nobody(found.episodes)
    return medians.quantile(curve, q, DEFINITION, NOUN, _how(found, Cut()))


def _share(table: pd.DataFrame, name: str, found: Facts) -> Value:
    """Share of those that need an answer, clustered by customer."""
    if found.answered_only:
        return answered_only(found.needing)
    if table.empty:
        return nobody(found.episodes)
    counted = table.assign(hits=table[name])
    return enough(clusters.share(counted), "conversations need an answer", DEFINITION)


def _how(found: Facts, cut: Cut) -> str:
    """What the method adds to the estimator: which waits it rests on."""
    which = "; touched conversations only" if sees_answered_only(found, cut) else ""
    return f", clustered by customer{which}"


def _absent(found: Facts, window: Window) -> Unknown:
    """Why there is no number."""
    if not found.needing or window.clock != "business":
        return nobody(found.episodes)
    sentence = "The first touch is timed on the calendar clock only: bots keep no opening hours."
    return Unknown("calendar_only", sentence, found.needing)


def _notes(found: Facts, cut: Cut) -> tuple[str, ...]:
    """What a reader must see beside the number."""
    notes = []
    if found.answered_only:
        notes.append(
            f"For those with a touch only: {found.not_kept:,} of {found.needing:,} conversations come from"
            " exports that do not keep unanswered ones, so the true wait is longer."
        )
    notes.append(note_idle(found))
    if cut.by == "department" and found.department_follows_answer:
        notes.append(note_placed(found))
    return tuple(note for note in notes if note)
