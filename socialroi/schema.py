"""The canonical tables as data: what every file is mapped to, and the only names SQL ever sees.

`TABLES` holds one `Table` each. The loader, the database, the mapper, "did you
mean" and the documentation all read these. Column names never come from a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "instant", "day", "money", "integer", "number", "boolean"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its `kind` decides how cells are read, `personal` that only a keyed hash is kept.

    `choices` are the accepted words after mapping `spellings` (lower case) to them. `aliases` are
    other header names that mean the same, written normalised (see `normalise`).
    """

    name: str
    kind: Kind
    sentence: str
    required: bool = False
    personal: bool = False
    choices: tuple[str, ...] = ()
    spellings: Mapping[str, str] | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One canonical table; `key` names a row, an empty key means every row of a file is kept."""

    name: str
    sentence: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when there is none."""
        return self.by_name[name]

    @property
    def by_name(self) -> dict[str, Column]:
        """Columns by name, in order."""
        return {column.name: column for column in self.columns}

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns a file must have."""
        return tuple(column.name for column in self.columns if column.required)


def normalise(header: str) -> str:
    """A header reduced to what matters when two are compared: lower case letters, digits, `_`."""
    kept = "".join(c if c.isalnum() else " " for c in header.strip().lstrip("﻿").casefold())
    return "_".join(kept.split())


#: DuckDB types by kind. Instants are stored as UTC without offset.
SQL_TYPES: Mapping[Kind, str] = {
    "text": "varchar",
    "instant": "timestamp",
    "day": "date",
    "money": "decimal(18, 4)",
    "integer": "bigint",
    "number": "double",
    "boolean": "boolean",
}

AUTHOR_KINDS = ("customer", "agent", "peer", "bot", "campaign", "system")
ORDER_STATUSES = ("paid", "pending", "refunded", "cancelled", "test")
QUESTIONS = ("net_easy", "ces1", "ces2", "csat", "nps")

#: Channels that count as social; e-mail, phone and web forms do not.
SOCIAL_CHANNELS = (
    "twitter", "x", "facebook", "instagram", "whatsapp", "messenger", "telegram", "tiktok",
    "youtube", "linkedin", "reddit", "discord", "slack", "community", "forum", "social", "line",
    "wechat", "viber", "mastodon", "bluesky", "threads", "pinterest", "snapchat", "google_reviews",
    "trustpilot", "app_store", "stackexchange",
)  # fmt: skip

_CUSTOMER = Column(
    "customer_id", "text", "Whom the row is about; stored only as a keyed hash.",
    personal=True, aliases=("customer", "client_id", "user_id", "buyer_id", "contact_id", "member_id", "cust_id"),
)  # fmt: skip
_CURRENCY = Column(
    "currency", "text", "ISO 4217 code of every amount in the row.", aliases=("ccy", "currency_code")
)


def _required(column: Column) -> Column:
    return Column(
        column.name, column.kind, column.sentence, True, column.personal, column.choices,
        column.spellings, column.aliases,
    )  # fmt: skip


CUSTOMERS = Table(
    "customers", "One row a customer.", ("customer_id",),
    (
        _required(_CUSTOMER),
        Column("created_at", "instant", "When the customer was first known.", aliases=("signup_at", "sign_up", "registered_at", "created", "customer_since", "create_date")),
        Column("segment", "text", "The firm's own grouping of customers.", aliases=("customer_segment", "tier", "group", "customer_group")),
        Column("region", "text", "Where the customer is.", aliases=("country", "country_code", "state", "province")),
        Column("acquisition_channel", "text", "How the customer first came.", aliases=("acquisition_source", "first_channel", "source", "utm_source")),
    ),
)  # fmt: skip

IDENTITIES = Table(
    "identities", "What connects a person's traces: an e-mail, a phone, a handle, an outside id.", ("kind", "value"),
    (
        Column("kind", "text", "What kind of address this is.", True, choices=("email", "phone", "handle", "external")),
        Column("value", "text", "The address; stored only as a keyed hash.", True, personal=True),
        _required(_CUSTOMER),
        Column("source", "text", "Which file or system said so."),
        Column("linked_at", "instant", "When the link was made.", aliases=("created_at",)),
    ),
)  # fmt: skip

ORDERS = Table(
    "orders", "One row an order.", ("order_id",),
    (
        Column("order_id", "text", "The order's own number, kept readable.", True, aliases=("order", "order_number", "order_no", "invoice", "invoice_no", "name")),
        _CUSTOMER,
        Column("ordered_at", "instant", "When the order was placed.", True, aliases=("order_date", "created_at", "date", "purchase_date", "order_purchase_timestamp", "placed_at", "invoice_date")),
        Column("amount", "money", "What the customer paid, before later refunds.", aliases=("total", "order_total", "revenue", "price", "value", "dollars", "grand_total", "amount_paid")),
        Column("margin", "money", "What is left after the cost of goods.", aliases=("gross_margin", "profit", "gross_profit", "contribution")),
        Column("refunded_amount", "money", "What was paid back later, as a positive number.", aliases=("refund", "refunded", "amount_refunded", "total_refunded")),
        _CURRENCY,
        Column("quantity", "integer", "How many units.", aliases=("qty", "units", "items", "items_sold")),
        Column("status", "text", "What became of the order.", choices=ORDER_STATUSES, spellings={
            "complete": "paid", "completed": "paid", "fulfilled": "paid", "shipped": "paid", "delivered": "paid", "authorized": "paid",
            "partially_paid": "paid", "partially_refunded": "paid", "processing": "pending", "on-hold": "pending", "open": "pending",
            "invoiced": "paid", "approved": "paid", "created": "pending", "unavailable": "cancelled",
            "voided": "cancelled", "canceled": "cancelled", "failed": "cancelled", "expired": "cancelled", "draft": "test",
        }, aliases=("order_status", "state", "financial_status")),
        Column("channel", "text", "Where the order was placed.", aliases=("sales_channel", "order_channel")),
        Column("acquisition_channel", "text", "What brought this order.", aliases=("utm_source", "referrer", "attribution")),
        Column("referral_code", "text", "The code of whoever recommended.", aliases=("referral", "refer_code")),
        Column("referred_by", "text", "The customer who recommended; stored only as a keyed hash.", personal=True),
    ),
)  # fmt: skip

ORDER_ITEMS = Table(
    "order_items", "One row a line of an order.", ("order_id", "product_id", "line"),
    (
        Column("order_id", "text", "The order's own number.", True, aliases=("order", "order_number", "invoice_no")),
        Column("line", "integer", "Occurrence number of the product within its order; counted if absent.", aliases=("line_number", "line_no", "order_item_id")),
        _CUSTOMER,
        Column("ordered_at", "instant", "When the order was placed; without it the order's own row has to say.", aliases=("order_date", "created_at", "invoice_date")),
        Column("product_id", "text", "What was bought.", aliases=("sku", "product", "stock_code", "item_id", "lineitem_sku")),
        Column("category", "text", "The kind of product.", aliases=("product_category", "product_type", "department")),
        Column("quantity", "integer", "How many.", aliases=("qty", "units")),
        Column("unit_price", "money", "Price of one.", aliases=("price", "lineitem_price")),
        Column("unit_cost", "money", "Cost of one.", aliases=("cost", "cogs")),
        _CURRENCY,
    ),
)  # fmt: skip

INTERACTIONS = Table(
    "interactions", "One row a message of a conversation.", ("message_id",),
    (
        Column("message_id", "text", "The message's own id.", aliases=("id", "tweet_id", "post_id", "comment_id")),
        Column("conversation_id", "text", "The conversation it belongs to.", True, aliases=("thread_id", "ticket_id", "case_id", "conversation", "thread")),
        Column("reply_to", "text", "The message it answers.", aliases=("in_reply_to", "in_response_to_tweet_id", "parent_id", "in_reply_to_id")),
        _CUSTOMER,
        Column("author_id", "text", "Who wrote it; stored only as a keyed hash.", personal=True, aliases=("author", "sender", "sender_id", "from", "user")),
        Column("author_kind", "text", "What kind of author.", True, choices=AUTHOR_KINDS, spellings={
            "user": "customer", "contact": "customer", "end-user": "customer", "client": "customer", "lead": "customer", "consumer": "customer",
            "staff": "agent", "admin": "agent", "brand": "agent", "employee": "agent", "human": "agent",
            "automation": "bot", "autoresponder": "bot", "member": "peer", "community": "peer",
        }, aliases=("author_type", "sender_type", "message_author_type", "role")),
        Column("direction", "text", "in: to the brand or the community; out: an answer.", choices=("in", "out"), spellings={
            "inbound": "in", "incoming": "in", "received": "in", "outbound": "out", "outgoing": "out", "sent": "out",
        }, aliases=("message_direction",)),
        Column("sent_at", "instant", "When it was sent.", True, aliases=("created_at", "timestamp", "time", "date", "posted_at", "message_date", "message_created_at")),
        Column("department", "text", "Inbox or queue at arrival.", aliases=("team", "group", "inbox", "queue", "owner")),
        Column("agent_id", "text", "Which member of staff; stored only as a keyed hash.", personal=True, aliases=("agent", "assignee", "agent_name")),
        Column("channel", "text", "Network or medium.", aliases=("network", "medium", "platform", "via", "social_network")),
        Column("visibility", "text", "public message or private note.", choices=("public", "private"), spellings={"note": "private", "internal": "private", "dm": "public", "true": "public", "false": "private"}, aliases=("is_public",)),
        Column("needs_response", "boolean", "Whether it needs an answer.", aliases=("needs_reply", "requires_response")),
        Column("topic", "text", "What it is about.", aliases=("category", "tag", "subject_category", "reason", "intent")),
        Column("sentiment", "number", "Mood of the message, -1 to 1."),
        Column("urgency", "number", "How pressing, 0 to 1.", aliases=("priority_score",)),
        Column("promotional", "boolean", "Whether a post of the brand promotes something."),
        Column("assignment_kind", "text", "How it was decided who is answered.", choices=("natural", "randomised"), spellings={"randomized": "randomised", "random": "randomised"}, aliases=("assignment",)),
        Column("assigned_arm", "text", "The arm the randomiser chose."),
        Column("text", "text", "The message itself; kept only when asked for.", personal=False, aliases=("body", "message", "content", "message_body", "full_text")),
        Column("text_length", "integer", "How many characters it has; kept when the text is not."),
        Column("has_question", "boolean", "Whether it holds a question mark."),
        Column("has_apology", "boolean", "Whether it says sorry."),
        Column("has_sign_off", "boolean", "Whether it ends with the name or letters of who wrote it."),
        Column("greets_by_name", "boolean", "Whether it begins with a greeting and a name."),
        Column("template", "text", "A fingerprint that answers share which differ in names and numbers only."),
    ),
)  # fmt: skip

SURVEYS = Table(
    "surveys", "One row an answer to one survey question.", ("response_id", "question"),
    (
        Column("response_id", "text", "The response's own id.", aliases=("id", "respondent_id", "survey_id", "review_id")),
        _CUSTOMER,
        Column("conversation_id", "text", "The conversation asked about.", aliases=("ticket_id", "thread_id", "case_id")),
        Column("question", "text", "Which standard question.", True, choices=QUESTIONS, spellings={
            "netease": "net_easy", "neteasy": "net_easy", "net easy": "net_easy", "nes": "net_easy", "ces": "ces2", "satisfaction": "csat",
        }, aliases=("metric", "survey_type", "survey", "question_type")),
        Column("score", "number", "The answer; empty when asked and not answered.", aliases=("rating", "answer", "value", "response")),
        Column("scale_min", "number", "Lowest point of the scale.", aliases=("min_score",)),
        Column("scale_max", "number", "Highest point of the scale.", aliases=("max_score",)),
        Column("high_is_good", "boolean", "Whether the highest point is the best answer."),
        Column("asked_at", "instant", "When the question was sent.", aliases=("sent_at", "review_creation_date", "requested_at")),
        Column("answered_at", "instant", "When it was answered.", aliases=("responded_at", "submitted_at", "review_answer_timestamp", "created_at")),
    ),
)  # fmt: skip

COSTS = Table(
    "costs", "What social care cost in a month.", ("month", "department", "kind"),
    (
        Column("month", "day", "Any day of the month.", True, aliases=("date", "period")),
        Column("department", "text", "Who bore it.", aliases=("team",)),
        Column("kind", "text", "Staff, tools, agency ...", aliases=("category", "type")),
        Column("amount", "money", "How much.", True, aliases=("cost", "value", "total")),
        _CURRENCY,
    ),
)  # fmt: skip

PROMISES = Table(
    "promises", "How fast the firm promises to answer.", ("channel", "department", "valid_from"),
    (
        Column("channel", "text", "Where; empty means everywhere."),
        Column("department", "text", "Who; empty means everybody."),
        Column("target_s", "number", "The promised first response time in seconds.", True, aliases=("target_seconds", "sla_seconds", "target")),
        Column("valid_from", "day", "From which day."),
    ),
)  # fmt: skip

CALENDARS = Table(
    "calendars", "When a department is open.", ("department", "weekday", "opens", "valid_from"),
    (
        Column("department", "text", "Who; empty means everybody."),
        Column("weekday", "integer", "1 Monday to 7 Sunday.", True),
        Column("opens", "text", "Opening time, HH:MM.", True),
        Column("closes", "text", "Closing time, HH:MM; 24:00 for midnight.", True),
        Column("zone", "text", "IANA time zone; empty means the business zone."),
        Column("valid_from", "day", "From which day."),
    ),
)  # fmt: skip

HOLIDAYS = Table(
    "holidays", "Days on which a department is closed.", ("day", "department"),
    (
        Column("day", "day", "The day.", True, aliases=("date",)),
        Column("department", "text", "Who; empty means everybody."),
    ),
)  # fmt: skip

EVENTS = Table(
    "events", "Dated changes worth a line on a chart.", ("happened_at", "kind", "label"),
    (
        Column("happened_at", "instant", "When.", True, aliases=("date",)),
        Column("kind", "text", "What kind of change."),
        Column("department", "text", "Who."),
        Column("label", "text", "In a few words.", True, aliases=("name", "title", "description")),
    ),
)  # fmt: skip

#: The two sides of the coin in a fair test.
ARMS = ("answer", "hold")

ASSIGNMENTS = Table(
    "assignments", "Which side of the coin a conversation got in a fair test.", ("conversation_id",),
    (
        Column("conversation_id", "text", "The conversation the coin was tossed for.", True, aliases=("thread_id", "ticket_id", "case_id", "conversation", "thread")),
        Column("assigned_arm", "text", "answer: answered first; hold: may wait.", True, choices=ARMS, spellings={
            "treatment": "answer", "treated": "answer", "treat": "answer", "first": "answer", "answered": "answer", "answer_first": "answer",
            "reply": "answer", "respond": "answer", "now": "answer", "1": "answer", "heads": "answer",
            "control": "hold", "untreated": "hold", "wait": "hold", "waiting": "hold", "later": "hold", "delay": "hold", "delayed": "hold",
            "held": "hold", "holdout": "hold", "0": "hold", "tails": "hold",
        }, aliases=("arm", "treatment_arm", "trial_arm", "test_arm", "randomised_arm", "randomized_arm")),
        Column("assigned_at", "instant", "When the coin was tossed.", aliases=("drawn_at", "randomised_at", "randomized_at")),
        Column("planned_share", "number", "The share that was to be answered first, 0 to 1.", aliases=("treatment_share", "answer_share")),
    ),
)  # fmt: skip

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        CUSTOMERS, IDENTITIES, ORDERS, ORDER_ITEMS, INTERACTIONS, SURVEYS, COSTS, PROMISES,
        CALENDARS, HOLIDAYS, EVENTS, ASSIGNMENTS,
    )
}  # fmt: skip

#: Tables whose rows are about a customer, who may be named by an address where there is no id.
ABOUT_CUSTOMERS = tuple(
    name for name, table in TABLES.items() if "customer_id" in table.by_name and name != IDENTITIES.name
)
#: The addresses; only their hashes are kept.
ADDRESSES = ("email", "phone", "handle")
