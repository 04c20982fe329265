"""What customers said of single episodes: easy or not, satisfied or not.

One row per rated episode, its last valid answer on the scale that the Net Easy Score or the satisfaction
figure reports; other scales are left out, never converted.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from socialroi.metrics import csat, net_easy, ratings
from socialroi.metrics.ratings import Boxes
from socialroi.result import Window
from socialroi.store import Store

RATED = """
with answers as (
    select
        coalesce(episode_id, conversation_id) as episode_id,
        conversation_id,
        coalesce(customer_id, response_id) as person,
        score between $top_low and $top_high as is_hit,
        row_number() over (
            partition by coalesce(episode_id, conversation_id), customer_id
            order by answered_at desc nulls last, response_id desc
        ) as place
    from survey_answers
    where question = $question
      and conversation_id is not null
      and score between scale_min and scale_max
      and scale_min = $scale_min
      and scale_max = $scale_max
      and high_is_good is not distinct from $high_is_good
)
select episode_id, conversation_id, person, is_hit
from answers
where place = 1
order by episode_id, person
"""

_COLUMNS = ["episode_id", "conversation_id", "person", "is_hit"]


def easy(store: Store, window: Window) -> pd.DataFrame:
    """Rated episodes and whether getting help was easy, on the scale that the Net Easy Score reports."""
    pick = net_easy.chosen(ratings.asked(store, _always(window), net_easy.QUESTIONS))
    if pick is None:
        return pd.DataFrame(columns=_COLUMNS)
    variant, scale = pick
    return _rated(store, Boxes(scale, variant.easy, variant.difficult))


def satisfied(store: Store, window: Window) -> pd.DataFrame:
    """Rated episodes and whether the customer was satisfied, on the most frequent satisfaction scale."""
    found = ratings.asked(store, _always(window), csat.QUESTIONS)
    boxes = next((known for known in map(csat.top_boxes, found.scales) if known), None)
    return pd.DataFrame(columns=_COLUMNS) if boxes is None else _rated(store, boxes)


def _always(window: Window) -> Window:
    """The window without its period: an episode is rated after it, and its own time chooses it."""
    return replace(window, start=None, end=None, by=None)


def _rated(store: Store, boxes: Boxes) -> pd.DataFrame:
    """Episodes with their last answer."""
    return store.frame(RATED, **boxes.params)
