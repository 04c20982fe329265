"""What owners are compared on: seven measures; and how a department's name tells what people it is."""

from __future__ import annotations

import re
from collections.abc import Mapping

from socialroi.result import Definition

#: Fewer cases than this and a department is not ranked.
RANKED_FROM = 20

_SOURCE = "Our rule; adjusted as Robins, Rotnitzky & Zhao 1994, shown as Spiegelhalter 2005."

MEASURES: Mapping[str, Definition] = {
    one.key: one
    for one in (
        Definition(
            "answered_24h", "Answered within 24 hours", "share", "up",
            "In which department does a message that needs an answer get one within a day?",
            "Answered by a person within 24 hours / conversations that need an answer and were watched for 24"
            " hours.",
            _SOURCE, "Speed is not quality.", RANKED_FROM,
        ),
        Definition(
            "promise_kept", "Promise kept", "share", "up",
            "In which department is the promised first response time kept?",
            "Answered by a person within the promise in force / conversations that need an answer, have a"
            " promise and were watched for as long.",
            _SOURCE, "Departments with different promises are held to different standards.", RANKED_FROM,
        ),
        Definition(
            "wait", "Wait, at most a day", "seconds", "down",
            "How long do customers of each department wait, counting whoever is not answered as a day?",
            "Mean of the seconds to the first answer by a person, cut at 24 hours; a longer or a vain wait"
            " counts as 24 hours.",
            _SOURCE, "A mean, so that it can be compared like with like; the median is that of first response"
            " time.", RANKED_FROM,
        ),
        Definition(
            "net_easy", "Net Easy", "points", "up",
            "Which department makes it easy to get help?",
            "100 x (easy answers - difficult answers) / answers, on the scale that Net Easy reports.",
            _SOURCE, "Only those who answered the survey; they had an answer first.", RANKED_FROM,
        ),
        Definition(
            "stayed_resolved", "Stayed resolved", "share", "up",
            "Whose answers settle the matter?",
            "Without another message that needs an answer within 7 days after the last answer / answered"
            " conversations watched for those 7 days.",
            _SOURCE, "Silence is not content.", RANKED_FROM,
        ),
        Definition(
            "recovered", "Complaints put right", "share", "up",
            "In which department are complaints put right?",
            "Answered by a person within 24 hours, and nothing more asked for 7 days after the last answer /"
            " conversations that open as a complaint (by topic or a clearly negative tone) and were watched"
            " that long.",
            _SOURCE, "Silence is not content. Waits beyond a promise alone are no complaint here, or speed"
            " would decide which cases count.", RANKED_FROM,
        ),
        Definition(
            "retention", "Ordered after the contact", "share", "up",
            "After whose conversations do customers order again?",
            "With an order in the H days that begin 24 hours after the message / conversations of customers"
            " who had ordered before, followed that long.",
            _SOURCE, "What follows a contact is not caused by it: see the study.", RANKED_FROM,
        ),
    )
}  # fmt: skip

#: Measures about who is answered and how fast; the others start from an answer or do not ask about one.
RESPONSE = ("answered_24h", "promise_kept", "wait")
#: Those that need to know of conversations nobody answered.
OF_ALL = (*RESPONSE, "recovered")
#: What can follow from who speaks.
FOLLOWS = ("net_easy", "stayed_resolved", "retention")

#: Which words in a department's name tell what kind of people speak there, tried in this order.
KINDS: Mapping[str, str] = {
    "product experts": r"product|expert|engineer|tech|develop|research",
    "care": r"care|support|service|help|success|contact|complaint",
    "sales": r"sale|shop|store|commerc|account",
    "marketing": r"market|brand|social|communicat|campaign|press|\bpr\b|content",
}


def kind_of(department: str) -> str:
    """What kind of people a department is, told from its name; the name itself where it does not say."""
    for kind, words in KINDS.items():
        if re.search(words, department.lower()):
            return kind
    return department
