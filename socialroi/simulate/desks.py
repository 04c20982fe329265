"""Several departments at one inbox, and a day on which one hands over to another, with all truths known.

A small world of its own beside `firm`: every conversation has a topic that decides most of how it goes, and
a department that adds a known number of points. So a raw comparison of departments that get different
topics is wrong by a known amount, and one with everybody's case mix is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from socialroi.simulate.clock import DAY, GRACE, HOUR, Bools, Floats, Ints, Span, Texts, at_busy_hours
from socialroi.simulate.people import named
from socialroi.simulate.shop import ids

TOPICS = ("delivery", "product", "complaint", "praise")
CHANNELS = ("twitter", "facebook", "instagram")
#: By topic: share answered in 24 h, share who find it easy, who find it difficult, who order again.
_ANSWERED = np.array([0.70, 0.60, 0.55, 0.35])
_EASY = np.array([0.50, 0.40, 0.25, 0.55])
_DIFFICULT = np.array([0.20, 0.30, 0.45, 0.15])
_ORDERS = np.array([0.45, 0.40, 0.30, 0.55])
_USUAL = (0.35, 0.30, 0.20, 0.15)
_ORDERS_WITHIN = 90  # days in which an order, if there is one, comes
_SURVEYED = 0.8
_ASKS_AGAIN = 0.2  # of those answered, within the week


@dataclass(frozen=True, slots=True)
class Team:
    """A department: how much of the work it gets (`weight`), by topic where `work` says so, and what it
    adds, in points of 0..1, to the share answered, to net ease (-1..1), to the share ordering again and to
    the share of the answered who do not have to ask again.
    """

    name: str
    weight: float = 1.0
    answered: float = 0.0
    ease: float = 0.0
    orders: float = 0.0
    settles: float = 0.0
    work: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Handover:
    """From `day` on department `to` has everything, adding what `Team` says; `mix` are the topics since then.

    A world in which only the case mix moves has `to` None and a `mix` of its own. `declared` says whether
    the export of events tells of it.
    """

    day: int
    to: Team | None = None
    mix: tuple[float, ...] | None = None
    declared: bool = True


@dataclass(frozen=True, slots=True)
class Desks:
    """Canonical `tables` by name, and `truth`: per department the level of each measure with everybody's
    topics (`answered`, `net_easy` in points, `retention`, `settled`).
    """

    tables: Mapping[str, pd.DataFrame]
    truth: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class _Cases:
    """One entry a conversation; `team` indexes the teams, times are seconds."""

    at: Ints
    topic: Ints
    team: Ints
    channel: Ints
    teams: tuple[Team, ...] = field(default=())

    def added(self, what: str) -> Floats:
        """What each conversation's department adds to a measure."""
        return np.array([getattr(team, what) for team in self.teams])[self.team]


def desks(
    teams: Sequence[Team],
    conversations: int = 3_000,
    days: int = 400,
    seed: int = 0,
    handover: Handover | None = None,
) -> Desks:
    """Departments that share an inbox for `days`; the same arguments give the same tables.

    Every customer writes once, after a first order, and needs an answer. Answers come within 24 h or never;
    who is surveyed answers on the 7-point ease scale; an order after the 24 h comes within 90 days or never.
    """
    rng, span = np.random.default_rng(np.random.SeedSequence((seed, 2))), Span(days)
    cases = _draw(rng, tuple(teams), conversations, days, handover)
    answered = rng.random(conversations) < _ANSWERED[cases.topic] + cases.added("answered")
    wait = 60 + (rng.random(conversations) ** 2 * (GRACE - 120)).astype(np.int64)
    again = rng.random(conversations) < _ASKS_AGAIN - cases.added("settles")
    tables = {
        "customers": pd.DataFrame({"customer_id": ids("c", np.arange(conversations))}),
        "interactions": _talk(cases, answered, wait, again, span),
        "surveys": _surveys(rng, cases, answered, span),
        "orders": _orders(rng, cases, span),
    }
    if handover and handover.declared:
        tables["events"] = _event(handover, span)
    return Desks(tables, {team.name: _truth(team, cases.topic) for team in cases.teams})


def _draw(
    rng: np.random.Generator, teams: tuple[Team, ...], n: int, days: int, handover: Handover | None
) -> _Cases:
    """When, about what, where and with whom."""
    at = np.sort(at_busy_hours(rng.random(n) * days))
    late = at >= (handover.day if handover else days) * DAY
    usual = rng.choice(len(TOPICS), n, p=_USUAL)
    since = rng.choice(len(TOPICS), n, p=(handover.mix if handover and handover.mix else _USUAL))
    topic = np.where(late, since, usual)
    likely = np.array([[team.weight * share for share in team.work] for team in teams])[:, topic]
    place = rng.random(n) * likely.sum(axis=0)
    team = np.minimum((place > likely.cumsum(axis=0)).sum(axis=0), len(teams) - 1)
    if handover and handover.to:
        teams, team = (*teams, handover.to), np.where(late, len(teams), team)
    return _Cases(at, topic, team, rng.integers(0, len(CHANNELS), n), teams)


def _talk(cases: _Cases, answered: Bools, wait: Ints, again: Bools, span: Span) -> pd.DataFrame:
    """Openings, answers in time, some who ask again and hear no more; system notes end the export."""
    who = np.arange(len(cases.at))
    names = tuple(team.name for team in cases.teams)

    def said(rows: Ints, at: Ints, kind: str, prefix: str) -> pd.DataFrame:
        asks = kind == "customer"
        return pd.DataFrame(
            {
                "message_id": ids(prefix, rows),
                "conversation_id": ids("t", rows),
                "customer_id": ids("c", rows),
                "author_kind": kind,
                "direction": "in" if asks else "out",
                "sent_at": span.instants(at),
                "department": named(names, cases.team[rows]),
                "channel": named(CHANNELS, cases.channel[rows]),
                "visibility": "public",
                "needs_response": pd.array([asks] * len(rows), dtype="boolean"),
                "topic": named(TOPICS, cases.topic[rows]),
            }
        )

    done = np.flatnonzero(answered & (cases.at + wait < span.end))
    back = done[again[done]]
    later = cases.at[back] + wait[back] + 10 * HOUR
    told = [
        said(who, cases.at, "customer", "m"),
        said(done, cases.at[done] + wait[done], "agent", "a"),
        said(back[later < span.end], later[later < span.end], "customer", "b"),
    ]
    return pd.concat([*told, _last_notes(span)], ignore_index=True)


def _last_notes(span: Span) -> pd.DataFrame:
    """The last message on every channel, which answers nobody."""
    n = np.arange(len(CHANNELS))
    return pd.DataFrame(
        {
            "message_id": ids("n", n),
            "conversation_id": ids("n", n),
            "author_kind": "system",
            "direction": "out",
            "sent_at": span.instants(np.full(len(n), span.end - 1)),
            "channel": list(CHANNELS),
            "visibility": "public",
        }
    )


def _surveys(rng: np.random.Generator, cases: _Cases, answered: Bools, span: Span) -> pd.DataFrame:
    """Answers on 1, very easy, to 7: half of what a department adds comes from either end."""
    n = len(cases.at)
    added, luck = cases.added("ease") / 2, rng.random(n)
    easy = luck < _EASY[cases.topic] + added
    hard = luck > 1 - (_DIFFICULT[cases.topic] - added)
    score = np.where(easy, rng.integers(1, 3, n), np.where(hard, rng.integers(5, 8, n), 3))
    asked_at = cases.at + GRACE + HOUR
    rows = np.flatnonzero(answered & (rng.random(n) < _SURVEYED) & (asked_at + 2 * HOUR < span.end))
    return pd.DataFrame(
        {
            "response_id": ids("r", rows),
            "customer_id": ids("c", rows),
            "conversation_id": ids("t", rows),
            "question": "net_easy",
            "score": score[rows].astype(float),
            "scale_min": 1.0,
            "scale_max": 7.0,
            "high_is_good": False,
            "asked_at": span.instants(asked_at[rows]),
            "answered_at": span.instants(asked_at[rows] + HOUR),
        }
    )


def _orders(rng: np.random.Generator, cases: _Cases, span: Span) -> pd.DataFrame:
    """A first order before the message, and after its 24 h another where they order again."""
    n = len(cases.at)
    again = rng.random(n) < _ORDERS[cases.topic] + cases.added("orders")
    later = cases.at + GRACE + HOUR + (rng.random(n) * (_ORDERS_WITHIN * DAY - 2 * HOUR)).astype(np.int64)
    rows = np.flatnonzero(again & (later < span.end))
    last = np.array([span.end - 1])  # nobody's: it ends the export
    at = np.concatenate([cases.at - 3 * DAY, later[rows], last])
    who: Texts = np.concatenate([ids("c", np.arange(n)), ids("c", rows), np.array([None], dtype=object)])
    return pd.DataFrame(
        {
            "order_id": ids("o", np.arange(len(at))),
            "customer_id": who,
            "ordered_at": span.instants(at),
            "amount": 30.0,
            "margin": 12.0,
            "currency": "EUR",
        }
    )


def _event(handover: Handover, span: Span) -> pd.DataFrame:
    """The declared day of the change."""
    return pd.DataFrame(
        {
            "happened_at": span.instants(np.array([handover.day * DAY])),
            "kind": ["owner_change"],
            "department": [handover.to.name if handover.to else None],
            "label": ["Social handed over"],
        }
    )


def _truth(team: Team, topic: Ints) -> Mapping[str, float]:
    """Levels of a department if it had everybody's topics."""
    return {
        "answered": float(_ANSWERED[topic].mean()) + team.answered,
        "net_easy": 100 * (float((_EASY - _DIFFICULT)[topic].mean()) + team.ease),
        "settled": 1 - _ASKS_AGAIN + team.settles,
        "retention": float(_ORDERS[topic].mean()) + team.orders,
    }
