"""What the intake calls things, in the words of this page: formats, tables, encodings, remedies, notes."""

from __future__ import annotations

from socialroi.intake import FORMATS, Recognition
from socialroi.intake.sheet import NAMES
from socialroi.ui.intake.looking import BY_HAND, Refusal

TABLES = {
    "customers": "customers",
    "identities": "links between addresses and customers",
    "orders": "orders",
    "order_items": "order lines",
    "interactions": "messages",
    "surveys": "survey answers",
    "costs": "costs of social care",
    "promises": "promised response times",
    "calendars": "opening hours",
    "holidays": "holidays",
    "events": "dated events",
    "assignments": "coin tosses of a fair test",
}
QUESTIONS = {
    "net_easy": "how easy it was to get help (Net Easy)",
    "ces1": "how much effort it took (CES 1)",
    "ces2": "whether we made it easy (CES 2)",
    "csat": "how satisfied they are (CSAT)",
    "nps": "how likely they recommend us (NPS)",
}
ENCODINGS = {
    "utf-8": "UTF-8", "utf-8-sig": "UTF-8", "cp1252": "Windows-1252",
    "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "utf-32-le": "UTF-32", "utf-32-be": "UTF-32",
}  # fmt: skip
#: What the command line says, and where on this page the same is done.
_HERE = (
    ("csat:1-5", "Choose in step 3 which column answers which question, and say its scale."),
    ("=ces2", "Choose in step 3 which column answers which question, and say its scale."),
    ("socialroi formats", "Save the data as CSV, or say in step 2 which format it is."),
    ("--timezone", "Say in step 2 in which time zone its times are."),
    ("--format", "Say in step 2 what it is, or map its columns yourself."),
    ("--table", "Say in step 2 what it holds."),
    ("--keeps-unanswered", "Say in step 2 whether it holds all conversations."),
    ("day-first", "Say below which it is."),
    ("--columns", "Say in step 3 which column is which, or correct the file and choose it again."),
)
#: Names that are not written as any other word.
_SPELLED = {
    "api": "API", "csat": "CSAT", "hubspot": "HubSpot", "surveymonkey": "SurveyMonkey",
    "woocommerce": "WooCommerce", "stackexchange": "Stack Exchange",
}  # fmt: skip
_SENTENCES = {each.name: each.sentence for each in FORMATS}


def listed(names: object) -> str:
    """Tables in a sentence: "orders and order lines"."""
    known = [TABLES.get(str(name), str(name)) for name in names]  # type: ignore[attr-defined]
    return " and ".join([", ".join(known[:-1]), known[-1]] if len(known) > 1 else known)


def counted(n: int, noun: str) -> str:
    """A number of things: "1 row", "2,000 rows"."""
    return f"{n:,} {noun}" + ("" if n == 1 else "s")


def form(name: str) -> str:
    """A format in a sentence."""
    if name == BY_HAND:
        return "A table with columns under names we know."
    return _SENTENCES.get(name, name)


def title(name: str) -> str:
    """A format's name as a person would say it: "Shopify orders"."""
    if name == BY_HAND:
        return "our own table"
    words = [_SPELLED.get(word, word) for word in name.split("_")]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])


def making(found: Recognition) -> str:
    """How the file is written: encoding, delimiter, width."""
    parts = [ENCODINGS.get(found.encoding, found.encoding)] if found.encoding else []
    if found.delimiter:
        parts.append(f"divided by {_delimiter(found.delimiter)}")
    parts.append(f"{len(found.headers):,} columns")
    return ", ".join(parts)


def _delimiter(mark: str) -> str:
    name = NAMES.get(mark, mark)
    return name if name.endswith("s") else f"{name}s"


def sentence(reason: str) -> str:
    """A reason that stands alone, and not after what it is the reason of."""
    return f"{reason[:1].upper()}{reason[1:]}"


def remedy(refusal: Refusal) -> str:
    """What to do about a refusal, on this page; a line to paste stays what it is."""
    said = refusal.remedy
    if "socialroi ingest" in said:
        return said
    return next((here for option, here in _HERE if option in said), said)


def note(said: str) -> str:
    """A note of the intake, with this page's steps in place of options of the command line."""
    return said.replace("with --columns", "in step 3").replace("--columns", "step 3")
