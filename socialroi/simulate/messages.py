"""Conversations as message files show them: openings, reminders, notes, answers, thanks, posts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from socialroi.simulate.care import NEVER, Care
from socialroi.simulate.clock import GRACE, HOUR, Bools, Ints, Span, Texts, is_night
from socialroi.simulate.demand import DEPARTMENTS, TOPICS, Contacts
from socialroi.simulate.mechanisms import Mechanism
from socialroi.simulate.people import CHANNELS, EMAIL, named
from socialroi.simulate.shop import ids
from socialroi.simulate.truth import Case

_OPENING, _AUTOMATIC, _NOTE, _REMINDER, _ANSWER, _THANKS, _CLOSING, _POST = range(8)
_AUTHORS = ("customer", "bot", "agent", "customer", "agent", "customer", "agent", "campaign")
_BY_CUSTOMER = np.array([author == "customer" for author in _AUTHORS])
_BY_AGENT = np.array([author == "agent" for author in _AUTHORS])

_AGENTS_EACH = 3  # in each department
_POSTS_A_WEEK = 2
_LATE_SHARE = 0.25
_LINKED_ANYWAY = 0.35


@dataclass(frozen=True, slots=True)
class Messages:
    """One entry a message: which conversation, when (seconds), and of what kind."""

    contact: Ints
    at: Ints
    kind: Ints


@dataclass(frozen=True, slots=True)
class Talk:
    """The canonical `interactions`, and what other files need to know about the conversations.

    `contact` indexes the world's contacts, `replied` holds the second of the first human reply (or
    `NEVER`) of each, `linked` whether the file says whose it is.
    """

    table: pd.DataFrame
    contact: Ints
    replied: Ints
    linked: Bools


def interactions(rng: np.random.Generator, case: Case, mechanism: Mechanism) -> Talk:
    """Every message sent before the export's cut-off, oldest first."""
    contacts, care, end = case.contacts, case.care, case.span.end
    replied = _first_replies(rng, contacts, care)
    replied = np.where(replied < end, replied, NEVER)
    shown = care.exists & ((replied < NEVER) | mechanism.keeps_unanswered)
    who = np.flatnonzero(shown)
    linked = _linked(rng, contacts, replied, mechanism)
    sent = _in_order(_messages(rng, contacts, who, replied), end)
    table = _table(contacts, sent, linked, case.span)
    if not mechanism.urgency_known:
        table["urgency"] = np.nan
    if mechanism.randomised:
        _add_assignment(table, contacts, care, sent)
    table = _with_posts(rng, table, case.span)
    return Talk(table, who, replied[who], linked[who])


def _first_replies(rng: np.random.Generator, contacts: Contacts, care: Care) -> Ints:
    """In time where answered; of the others, a quarter get an answer after the grace time."""
    n = len(contacts)
    late = (rng.random(n) < _LATE_SHARE) & contacts.asks
    delay = GRACE + HOUR + (12 * HOUR * np.exp(rng.normal(0, 0.8, n))).astype(np.int64)
    too_late = np.where(late, contacts.at + delay, NEVER)
    return np.where(care.answered, contacts.at + care.wait, too_late)


def _linked(rng: np.random.Generator, contacts: Contacts, replied: Ints, mechanism: Mechanism) -> Bools:
    """Whether the file names the customer; under `linked_by_reply` an answer is what makes it so."""
    anyway = rng.random(len(contacts)) < (_LINKED_ANYWAY if mechanism.linked_by_reply else 1.0)
    return np.asarray(anyway | (replied < NEVER) | (contacts.channel == EMAIL))


def _messages(rng: np.random.Generator, contacts: Contacts, who: Ints, replied: Ints) -> Messages:
    """All messages of the conversations `who`, whatever the cut-off."""
    at, reply, n = contacts.at[who], replied[who], len(who)
    answered, window = reply < NEVER, np.minimum(reply - at, 20 * HOUR)
    bot, note, again, thank, close = rng.random((5, n))
    thanks = reply + 120 + rng.gamma(1.0, 1.2 * HOUR, n).clip(0, 12 * HOUR).astype(np.int64)
    thanked = answered & (reply - at < GRACE) & (thank < 0.4)
    parts = [
        (_OPENING, np.ones(n, bool), at),
        (_AUTOMATIC, contacts.social[who] & (bot < np.where(is_night(at), 0.5, 0.1)), at + 15),
        (_NOTE, note < 0.04, _within(rng, at, window, 0.0, 0.2)),
        (
            _REMINDER,
            (again < 0.1) & contacts.asks[who] & (window > 2 * HOUR),
            _within(rng, at, window, 0.3, 0.9),
        ),
        (_ANSWER, answered, reply),
        (_THANKS, thanked, thanks),
        (_CLOSING, thanked & (close < 0.4), thanks + 60 + rng.exponential(0.5 * HOUR, n).astype(np.int64)),
    ]
    return Messages(
        np.concatenate([who[happens] for _, happens, _ in parts]),
        np.concatenate([when[happens] for _, happens, when in parts]),
        np.repeat([kind for kind, _, _ in parts], [int(happens.sum()) for _, happens, _ in parts]),
    )


def _within(rng: np.random.Generator, at: Ints, window: Ints, low: float, high: float) -> Ints:
    """A time uniform between the shares `low` and `high` of each window."""
    return at + (window * rng.uniform(low, high, len(at))).astype(np.int64)


def _in_order(sent: Messages, end: int) -> Messages:
    """The messages before `end` by time; a conversation's opening stays before the rest of it."""
    rows = np.flatnonzero(sent.at < end)
    rows = rows[np.argsort(sent.at[rows], kind="stable")]
    return Messages(sent.contact[rows], sent.at[rows], sent.kind[rows])


def _table(contacts: Contacts, sent: Messages, linked: Bools, span: Span) -> pd.DataFrame:
    contact, kind = sent.contact, sent.kind
    opens = kind == _OPENING
    department = contacts.department[contact]
    agent = department * _AGENTS_EACH + (contact * 7 + sent.at // HOUR) % _AGENTS_EACH + 1
    needs = np.where(opens, contacts.asks[contact], kind == _REMINDER)
    return pd.DataFrame(
        {
            "message_id": ids("m", np.arange(1, len(contact) + 1)),
            "conversation_id": ids("t", contact),
            "reply_to": _reply_to(contacts, sent),
            "customer_id": _only(linked[contact], ids("c", contacts.customer[contact])),
            "author_kind": named(_AUTHORS, kind),
            "direction": np.where(_BY_CUSTOMER[kind], "in", "out"),
            "sent_at": span.instants(sent.at),
            "department": named(DEPARTMENTS, department),
            "agent_id": _only(_BY_AGENT[kind], ids("a", agent)),
            "channel": named(CHANNELS, contacts.channel[contact]),
            "visibility": np.where(kind == _NOTE, "private", "public"),
            "needs_response": pd.Series(_only(_BY_CUSTOMER[kind], needs)).astype("boolean"),
            "topic": _only(opens, named(TOPICS, contacts.topic[contact])),
            "sentiment": np.where(opens, contacts.sentiment[contact].round(2), np.nan),
            "urgency": np.where(opens, contacts.urgency[contact].round(2), np.nan),
        }
    )


def _only(where: Bools, values: np.ndarray) -> Texts:
    """`values` where the condition holds, None elsewhere."""
    return np.where(where, values.astype(object), np.array(None, dtype=object))


def _reply_to(contacts: Contacts, sent: Messages) -> Texts:
    """Answers name the message that opened their conversation."""
    opening = np.zeros(len(contacts), np.int64)
    opens = np.flatnonzero(sent.kind == _OPENING)
    opening[sent.contact[opens]] = opens + 1
    return _only(sent.kind == _ANSWER, ids("m", opening[sent.contact]))


def _add_assignment(table: pd.DataFrame, contacts: Contacts, care: Care, sent: Messages) -> None:
    """Which arm the coin chose, on the messages it was thrown for."""
    thrown = (sent.kind == _OPENING) & contacts.comparable[sent.contact]
    arm = np.where(care.answered[sent.contact], "answer", "hold")
    table["assignment_kind"] = _only(thrown, np.full(len(table), "randomised"))
    table["assigned_arm"] = _only(thrown, arm)


def _with_posts(rng: np.random.Generator, table: pd.DataFrame, span: Span) -> pd.DataFrame:
    """The table and the brand's own posts, which nobody asked for and nobody is named in."""
    n = max(_POSTS_A_WEEK * span.days // 7, 1)
    posts = pd.DataFrame(
        {
            "message_id": ids("p", np.arange(1, n + 1)),
            "conversation_id": ids("b", np.arange(1, n + 1)),
            "author_kind": _AUTHORS[_POST],
            "direction": "out",
            "sent_at": span.instants(np.sort(rng.integers(0, span.end, n))),
            "department": "marketing",
            "channel": named(CHANNELS, rng.integers(0, EMAIL, n)),
            "visibility": "public",
            "promotional": rng.random(n) < 0.8,
        }
    )
    posts["promotional"] = posts["promotional"].astype("boolean")
    both = pd.concat([table.assign(promotional=pd.Series(pd.NA, table.index, dtype="boolean")), posts])
    return both.sort_values("sent_at", kind="stable", ignore_index=True)
