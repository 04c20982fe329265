"""Which conversations were hardest for customers? A short list for the team to read.

The lowest ease answers on the scale that the ease score reports, newest of the lowest first, with what the
team needs to find and understand the case. Of several answers about one episode the last counts.
"""

from __future__ import annotations

import pandas as pd

from socialroi.metrics import csat, net_easy, ratings
from socialroi.metrics.answer import filters
from socialroi.metrics.ratings import Scale
from socialroi.result import Window
from socialroi.store import Store

#: Few enough to read in one sitting.
MOST = 10

HARDEST = """
with answers as (
    select
        response_id,
        customer_id,
        conversation_id,
        episode_id,
        channel,
        department,
        score,
        coalesce(answered_at, asked_at) as answered_at,
        row_number() over (
            partition by coalesce(episode_id, conversation_id), customer_id
            order by answered_at desc nulls last, response_id desc
        ) as place
    from survey_answers
    where question = $question
      and scale_min = $scale_min
      and scale_max = $scale_max
      and high_is_good = $high_is_good
      and score between scale_min and scale_max
      and conversation_id is not null
      and coalesce(answered_at, asked_at) is not null
      and ($channels is null or list_contains($channels, channel))
      and ($departments is null or list_contains($departments, department))
      and ($segments is null or list_contains($segments, segment))
      and ($start_at::timestamp is null or coalesce(answered_at, asked_at) >= $start_at)
      and ($end_at::timestamp is null or coalesce(answered_at, asked_at) < $end_at)
),
satisfied as (
    select
        coalesce(episode_id, conversation_id) as subject,
        customer_id,
        arg_max(score, coalesce(answered_at, asked_at)) as satisfaction
    from survey_answers
    where question = 'csat'
      and scale_min = $satisfaction_min
      and scale_max = $satisfaction_max
      and score between scale_min and scale_max
    group by coalesce(episode_id, conversation_id), customer_id
)
select
    a.answered_at,
    a.channel,
    a.department,
    a.score as ease,
    s.satisfaction,
    case when e.answered then e.waited_s end as waited_s,
    a.conversation_id
from answers as a
left join satisfied as s
    on s.subject = coalesce(a.episode_id, a.conversation_id)
    and s.customer_id is not distinct from a.customer_id
left join episodes as e on e.episode_id = a.episode_id
where a.place = 1
order by
    case when $high_is_good then a.score else -a.score end,
    a.answered_at desc,
    a.conversation_id
limit $most
"""


def scales(store: Store, window: Window) -> tuple[Scale | None, Scale | None]:
    """The ease scale that the list is about, and the satisfaction scale beside it."""
    pick = net_easy.chosen(ratings.asked(store, window, net_easy.QUESTIONS))
    boxes = csat.chosen(ratings.asked(store, window, csat.QUESTIONS))
    return (pick[1] if pick else None), (boxes.scale if boxes else None)


def conversations(store: Store, window: Window, most: int = MOST) -> pd.DataFrame:
    """Columns answered_at (UTC), channel, department, ease, satisfaction, waited_s, conversation_id.

    Scores as asked; `waited_s` is the wait for the first answer of the conversation. Empty where no ease
    answers have a known scale.
    """
    ease, satisfaction = scales(store, window)
    return store.frame(
        HARDEST,
        **filters(window),
        question=ease.question if ease else "",
        scale_min=ease.lowest if ease else None,
        scale_max=ease.highest if ease else None,
        high_is_good=ease.high_is_good if ease else None,
        satisfaction_min=satisfaction.lowest if satisfaction else None,
        satisfaction_max=satisfaction.highest if satisfaction else None,
        most=most,
    )
