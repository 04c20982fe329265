"""Does a message need an answer? A rule for files that do not say, applied before text is dropped.

No: nothing but thanks, praise, emoji, links or tags. Yes: everything else, because a complaint taken
for thanks would make the firm look better than it is. The patterns are written so that Python's
`re` and DuckDB's RE2 read them alike; both lanes use these same strings.
"""

from __future__ import annotations

import re

#: Links, mentions and hashtags: whom or what a message is addressed to, not what it says.
ADDRESSED = r"https?://[^ \t\r\n]+|[@#][^ \t\r\n@#?!,;:]+"
#: Any question mark makes a question.
QUESTION = "[?\u00bf\u037e\u061f\uff1f]"
#: Punctuation, symbols and emoji: everything between words.
BETWEEN = (
    "[\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f\u0080-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb-\u00bf\u00d7\u00f7"
    "\u2000-\u2bff\u3000-\u3003\u3008-\u3020\u30fb\ufe00-\ufe0f\ufeff\uff01-\uff0f"
    "\U0001f000-\U0001faff\U000e0000-\U000e007f]+"
)
#: Words that end a conversation ...
_CLOSING = """
    thanks|thank|thx|thankyou|ty|tysm|cheers|great|awesome|amazing|perfect|nice|cool|good|wonderful|brilliant
    excellent|fantastic|super|lovely|love|loved|ok|okay|k|yay|wow|sorted|solved|bye|congrats|congratulations
    lol|haha|hahaha|danke|dank|merci|gracias|grazie|obrigado|obrigada|bedankt|tack|takk|kiitos|bravo|top
"""
#: ... and words that may stand around them. Alone they say nothing, so alone they need an answer.
_AROUND = """
    you|u|so|very|much|a|lot|again|all|and|the|team|for|your|quick|fast|reply|it|this|that|is|was|now|works|got
    yes|hi|hello|hey|morning|evening|night|welcome|omg|vielen|herzlichen|beaucoup|muchas|mille|je|wel
    for your help|your help|the help
"""


def _one_of(words: str) -> str:
    return "(?:" + "|".join(line.strip() for line in words.strip().splitlines()) + ")"


#: A message that closes a conversation, or nothing at all, as it stands after the steps above.
COURTESY = "(?:(?:AROUND )*CLOSING(?: (?:CLOSING|AROUND))*)?".replace("CLOSING", _one_of(_CLOSING)).replace(
    "AROUND", _one_of(_AROUND)
)

#: Only a message with one of the closing words in it can be such a courtesy.
CLOSER = f"(?:^|[^a-z0-9]){_one_of(_CLOSING)}(?:$|[^a-z0-9])"

_ADDRESSED, _QUESTION, _BETWEEN, _COURTESY = (
    re.compile(pattern) for pattern in (ADDRESSED, QUESTION, BETWEEN, COURTESY)
)


def needs_response(text: str | None) -> bool | None:
    """Whether a message with this text needs an answer; None without text."""
    if not text:
        return None
    said = _ADDRESSED.sub(" ", text.lower())
    if _QUESTION.search(said):
        return True
    return _COURTESY.fullmatch(_BETWEEN.sub(" ", said).strip(" ")) is None
