"""A real community, through the command line, against a hand computation straight from the XML.

The coffee site of Stack Exchange in its first six weeks. Everybody in it is a member, so there is no
staff to share the answers with; answers are what the dump calls answers, comments live elsewhere.
"""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path

import pytest

from socialroi.cli import main
from socialroi.metrics import newcomer_return, newcomers, peer_answer_share, reciprocity
from socialroi.result import Window
from socialroi.store import Store

COFFEE = Path(__file__).parents[3] / "shared" / "data" / "coffee_Posts.xml"
DAYS = 14

Post = tuple[datetime, str, str, str, str]


@pytest.fixture(scope="module")
def posts() -> list[Post]:
    """When, kind (1 question, 2 answer), its id, the question's id, who; oldest first."""
    if not COFFEE.exists():
        pytest.skip(f"{COFFEE.name} is not here; it belongs in ../shared/data beside the project")
    rows = [row.attrib for row in ET.parse(COFFEE).getroot()]
    found = [
        (
            datetime.fromisoformat(row["CreationDate"]),
            row["PostTypeId"],
            row["Id"],
            row.get("ParentId", row["Id"]),
            row.get("OwnerUserId") or f"display:{row['OwnerDisplayName']}",
        )
        for row in rows
        if row["PostTypeId"] in {"1", "2"}
    ]
    return sorted(found, key=lambda post: (post[0], post[2]))


@pytest.fixture(scope="module")
def coffee(tmp_path_factory, posts) -> Iterator[Store]:
    db = tmp_path_factory.mktemp("coffee") / "db"
    assert main(["ingest", "--db", str(db), str(COFFEE)]) == 0
    with Store.open(db) as store:
        yield store


def newcomers_of(posts: list[Post]) -> list[Post]:
    """The first post of everybody whose first post is a question."""
    first: dict[str, Post] = {}
    for post in posts:
        first.setdefault(post[4], post)
    return [post for post in first.values() if post[1] == "1"]


def answered(posts: list[Post], question: Post) -> bool:
    """Whether another person answered within 72 hours."""
    when, _, _, thread, who = question
    return any(
        kind == "2" and parent == thread and author != who and at <= when + timedelta(hours=72)
        for at, kind, _, parent, author in posts
    )


def returned(posts: list[Post], question: Post, after: timedelta) -> bool:
    """Whether the same person posted in another thread, more than `after` and up to 14 days later."""
    when, _, _, thread, who = question
    return any(
        author == who and parent != thread and when + after < at <= when + timedelta(days=DAYS)
        for at, _, _, parent, author in posts
    )


def test_newcomers_who_return_and_are_answered(coffee, posts):
    end = posts[-1][0]
    people = newcomers_of(posts)
    followed = [post for post in people if post[0] + timedelta(days=DAYS) <= end]
    back = [post for post in followed if returned(posts, post, timedelta())]
    value = newcomer_return.compute(coffee, Window(horizon_days=DAYS)).value
    assert (value.n, value.value) == (len(followed), pytest.approx(len(back) / len(followed)))
    groups = newcomers.compare(coffee, Window(horizon_days=DAYS)).groups
    got = [post for post in followed if answered(posts, post)]
    later = [post for post in got if returned(posts, post, timedelta(hours=72))]
    assert (groups["answered"].n, groups["answered"].value) == (
        len(got),
        pytest.approx(len(later) / len(got)),
    )


def test_newcomers_who_are_answered_by_the_command_line(capsys, tmp_path, posts):
    assert main(["ingest", "--db", str(tmp_path / "db"), str(COFFEE)]) == 0
    capsys.readouterr()
    assert main(["metrics", "--db", str(tmp_path / "db"), "newcomer_answer_rate", "--json"]) == 0
    value = json.loads(capsys.readouterr().out)[0]["value"]
    seen = [p for p in newcomers_of(posts) if p[0] + timedelta(hours=72) <= posts[-1][0]]
    assert value["n"] == len(seen)
    assert value["value"] == pytest.approx(sum(answered(posts, post) for post in seen) / len(seen))


def ties_of(posts: list[Post]) -> list[tuple[str, str]]:
    """Who answered whom, once an answer; answers to one's own question left out."""
    asker = {thread: who for _, kind, _, thread, who in posts if kind == "1"}
    pairs = [(who, asker[thread]) for _, kind, _, thread, who in posts if kind == "2" and thread in asker]
    return [(who, whom) for who, whom in pairs if who != whom]


def test_peer_answers_are_counted_and_not_shared_with_staff_that_is_not_there(coffee, posts):
    given = ties_of(posts)
    detail = peer_answer_share.compute_detail(coffee, Window())
    assert detail["peer_answers"].value == len(given)
    assert detail["helpers"].value == len({who for who, _ in given})
    assert detail["first_answer_by_peer"].value == 1
    value = peer_answer_share.compute(coffee, Window()).value
    assert (value.code, value.n) == ("no_staff", len(given))


def test_reciprocity(coffee, posts):
    ties = set(ties_of(posts))
    back = sum((b, a) in ties for a, b in ties)
    value = reciprocity.compute(coffee, Window()).value
    assert (value.n, value.value) == (len(ties), pytest.approx(back / len(ties)))
    people = set(chain.from_iterable(ties))
    density = len(ties) / (len(people) * (len(people) - 1))
    detail = reciprocity.compute_detail(coffee, Window())
    assert detail["people"].value == len(people)
    assert detail["above_chance"].value == pytest.approx((back / len(ties) - density) / (1 - density))
    assert detail["brand"].code == "no_staff"
