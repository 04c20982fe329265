"""Do our answers read as if a person had written them?

Each public answer of staff is looked at for five signs that survive when its text is dropped: it ends with
a name, it greets by name, it asks back, its wording is its own (no template that three or more answers
share), and it says sorry. The parts stand for themselves. The composite is the mean of the first four with
equal weights, a quarter each; an apology has no weight, because whether one is due depends on what happened.

Signs are not warmth: a template can carry a name, and a short good answer may carry none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd

from socialroi import limits
from socialroi.metrics import rated, standardised
from socialroi.metrics.answer import (
    MIN_N,
    Answer,
    Cut,
    Grain,
    Key,
    cuts,
    enough,
    filters,
    is_over,
    label_slices,
    reading,
)
from socialroi.metrics.answer import series as series_of
from socialroi.metrics.clusters import people
from socialroi.result import Comparison, Definition, Reading, Series, Unknown, Value, Window, Working
from socialroi.stats import intervals
from socialroi.store import Store

#: Weights of the composite; an apology is shown and has none.
WEIGHTS: Mapping[str, float] = {
    "sign_off": 0.25, "greets_by_name": 0.25, "asks_back": 0.25, "own_words": 0.25, "apology": 0.0,
}  # fmt: skip
#: As many answers of one wording make it a template.
TEMPLATE_N = 3

DEFINITION = Definition(
    key="human_voice",
    name="Human voice of answers",
    unit="share",
    better="up",
    question="How many signs of a person do our answers carry?",
    formula=(
        "Mean over public answers of staff of 0.25 x ends with a name + 0.25 x greets by name + 0.25 x asks"
        f" back + 0.25 x own words (a wording that fewer than {TEMPLATE_N} answers share); an apology weighs"
        " 0."
    ),
    source="Signs after Kelleher 2009, conversational human voice; the weights are ours.",
    caveat="Signs are found by rule, not by reading; weights are a choice, so look at the parts.",
    min_n=MIN_N,
)

NOUN = "answers of staff have a text that was looked at"

# The marks of an answer are counted in whole numbers and divided by 4 at the end, so that two runs agree.
MARKS = """
with wordings as (
    select template
    from replies
    where is_member = 0 and template is not null
    group by template
    having count(*) >= $template_n
),
written as (
    select
        case $by
            when 'channel' then r.channel
            when 'department' then r.department
            when 'segment' then r.segment
            when 'engaged' then r.engaged
            else ''
        end as label,
        case
            when $grain <> '' then date_trunc(coalesce(nullif($grain, ''), 'month'), r.local_day)::date
        end as period,
        r.conversation_id,
        coalesce(r.has_sign_off, false)::int as sign_off,
        coalesce(r.greets_by_name, false)::int as greets_by_name,
        coalesce(r.has_question, false)::int as asks_back,
        (w.template is null)::int as own_words,
        coalesce(r.has_apology, false)::int as apology
    from replies as r
    left join wordings as w on w.template = r.template
    where r.is_member = 0
      and r.text_length is not null
      and r.sent_at >= coalesce($start_at, r.sent_at)
      and r.sent_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, r.channel))
      and ($departments is null or list_contains($departments, r.department))
      and ($segments is null or list_contains($segments, r.segment))
),
marked as (
    select
        *,
        case $part
            when 'sign_off' then 4 * sign_off
            when 'greets_by_name' then 4 * greets_by_name
            when 'asks_back' then 4 * asks_back
            when 'own_words' then 4 * own_words
            when 'apology' then 4 * apology
            else sign_off + greets_by_name + asks_back + own_words
        end as quarters
    from written
),
threads as (
    select label, period, conversation_id, sum(quarters) / 4 as hits, count(*) as size
    from marked
    group by label, period, conversation_id
)
select label, period, hits, size, count(*) as people, sum(size) as units
from threads
group by label, period, hits, size
order by label, period, hits, size
"""

FACTS = """
select count(*) as answers, count(text_length) as looked_at
from replies
where is_member = 0
  and sent_at >= coalesce($start_at, sent_at)
  and sent_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, channel))
  and ($departments is null or list_contains($departments, department))
  and ($segments is null or list_contains($segments, segment))
"""

ROWS = """
with wordings as (
    select template, count(*) as sharing
    from replies
    where is_member = 0 and template is not null
    group by template
)
select
    r.message_id, r.conversation_id, r.sent_at, r.has_sign_off, r.greets_by_name, r.has_question,
    r.has_apology, r.template, w.sharing as answers_with_this_wording, r.channel, r.department
from replies as r
left join wordings as w on w.template = r.template
where r.is_member = 0
  and r.text_length is not null
  and r.sent_at >= coalesce($start_at, r.sent_at)
  and r.sent_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, r.channel))
  and ($departments is null or list_contains($departments, r.department))
  and ($segments is null or list_contains($segments, r.segment))
order by w.sharing desc nulls last, r.sent_at desc, r.message_id
limit $most
"""

# Which conversations of the window have an answer with each sign.
SIGNS = """
with wordings as (
    select template
    from replies
    where is_member = 0 and template is not null
    group by template
    having count(*) >= $template_n
)
select
    r.conversation_id,
    bool_or(coalesce(r.has_sign_off, false)) as sign_off,
    bool_or(coalesce(r.greets_by_name, false)) as greets_by_name,
    bool_or(coalesce(r.has_question, false)) as asks_back,
    bool_and(w.template is null) as own_words,
    bool_or(coalesce(r.has_apology, false)) as apology
from replies as r
left join wordings as w on w.template = r.template
where r.is_member = 0
  and r.text_length is not null
  and r.sent_at >= coalesce($start_at, r.sent_at)
  and r.sent_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, r.channel))
  and ($departments is null or list_contains($departments, r.department))
  and ($segments is null or list_contains($segments, r.segment))
group by r.conversation_id
order by r.conversation_id
"""

EASE = Definition(
    key="human_voice",
    name="Easy, by sign of a person",
    unit="share",
    better="up",
    question="Do customers find it easier where answers carry this sign?",
    formula="Rated conversations found easy / rated conversations, with and without the sign in an answer.",
    source="Our rule.",
    caveat="A difference, not an effect: hard cases get other answers than easy ones.",
    min_n=MIN_N,
)


def compute(store: Store, window: Window) -> Reading:
    """The composite, 0..1, clustered by conversation.

    Unknown `not_recorded` when no answer of staff has a text that was looked at on loading.
    """
    return reading(_ask, store, window, partial(rows, store, window))


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The composite per period of the answer."""
    return series_of(_ask, store, window, grain, is_over(store, "interactions", grain))


def compute_detail(store: Store, window: Window) -> Mapping[str, Value]:
    """The share of answers with each sign: sign_off, greets_by_name, asks_back, own_words, apology."""
    return {part: _ask(store, window, Cut(), part).whole for part in WEIGHTS}


def compare(store: Store, window: Window) -> dict[str, Comparison]:
    """Ease of conversations with and without each sign, as a raw difference; groups `with`, `without`."""
    params = filters(window) | {"template_n": TEMPLATE_N}
    signs = store.frame(SIGNS, **params)
    both = signs.merge(rated.easy(store, window), on="conversation_id")
    working = Working(SIGNS, params, len(signs))
    return {part: _compared(both, part, window, working) for part in WEIGHTS}


def _compared(both: pd.DataFrame, part: str, window: Window, working: Working) -> Comparison:
    """One sign."""
    has = both[part].astype(bool)
    groups = {"with": _easy(both[has]), "without": _easy(both[~has])}
    raw = standardised.difference(groups["with"], groups["without"])
    unadjusted = Unknown("not_applicable", "Not levelled out: the signs come after the case is known.")
    return Comparison(EASE, window.horizon_days, groups, raw, unadjusted, (EASE.caveat,), (working,))


def _easy(side: pd.DataFrame) -> Value:
    """Share easy on one side, customers clustered."""
    if len(side) < MIN_N:
        return Unknown("too_few", f"Only {len(side)} rated conversations; {MIN_N} are needed.", len(side))
    grouped = side.groupby("person")["is_hit"].agg(["sum", "size"])
    return intervals.clustered_share(grouped["sum"].to_numpy(dtype=float), grouped["size"].to_numpy())


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The answers of staff, most repeated wording first."""
    return store.frame(ROWS, **filters(window), most=most)


def _ask(store: Store, window: Window, cut: Cut, part: str = "") -> Answer:
    """Means by segment and period."""
    answers, looked_at = (int(n) for n in store.one(FACTS, **filters(window)))
    params: dict[str, Any] = filters(window) | cuts(cut) | {"part": part, "template_n": TEMPLATE_N}
    table = store.frame(MARKS, **params)
    values: dict[Key, Value] = {
        key: _mean(piece) for key, piece in label_slices(table, cut.by, "units").items()
    }
    notes = (
        (f"{answers - looked_at:,} of {answers:,} answers came without a text and are left out.",)
        if 0 < looked_at < answers
        else ()
    )
    working = (Working(MARKS, params, int(table["units"].sum())),)
    return Answer(DEFINITION, _absent(answers), values, notes, working)


def _mean(piece: pd.DataFrame) -> Value:
    """Mean mark of one slice, a share of all marks that could be."""
    hits, sizes = people(piece)
    value = intervals.clustered_share(hits, sizes)
    return enough(value, NOUN, DEFINITION)


def _absent(answers: int) -> Unknown:
    """Why there is no figure."""
    if answers:
        sentence = (
            f"None of {answers:,} answers came with a text: load an export that has the text of answers."
        )
        return Unknown("not_recorded", sentence, answers)
    return Unknown("no_data", "No public answer of staff is loaded for this selection.")
