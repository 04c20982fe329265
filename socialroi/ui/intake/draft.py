"""One file between choosing and loading, worked out at every run from what the visitor has said so far."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import streamlit as st

from socialroi.intake import Recognition
from socialroi.ui.intake import checks, choices, columns, looking, memory, questions, repair
from socialroi.ui.intake.answers import Answers
from socialroi.ui.intake.checks import Checked
from socialroi.ui.intake.choices import Choice
from socialroi.ui.intake.columns import Chosen, Proposal
from socialroi.ui.intake.looking import Refusal
from socialroi.ui.intake.memory import Remembered
from socialroi.ui.intake.staging import Staged
from socialroi.ui.workspaces import own_folder


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known of a file. `missing` is what nobody has said yet, `wrong` why it cannot be read.

    `asks` is a question of its format that only the steps before can answer, with where.
    `seen` is the file as it came, `found` as it is to be read; `last` are the answers in force from last
    time, `offered` those there are. Without `proposal` there are no columns to speak of.
    """

    staged: Staged
    seen: Recognition | Refusal
    offered: Remembered | None
    last: Answers
    choice: Choice
    headers: tuple[str, ...] = ()
    proposal: Proposal | None = None
    chosen: Chosen | None = None
    found: Recognition | None = None
    answers: Answers = field(default_factory=Answers)
    missing: tuple[str, ...] = ()
    wrong: Refusal | None = None
    asks: Refusal | None = None
    checked: Checked | None = None

    @property
    def is_ready(self) -> bool:
        """Whether nothing stands in the way of loading it."""
        return self.checked is not None and self.checked.would_load > 0

    @property
    def named(self) -> bool:
        """Whether the visitor named its format."""
        return self.choice.form not in {choices.AS_IT_IS, choices.MAPPED}

    @property
    def missing_here(self) -> tuple[str, ...]:
        """What is to be said about the file as a whole, and not about its columns."""
        of_columns = self.chosen.missing if self.chosen is not None else ()
        return tuple(what for what in self.missing if what not in of_columns)

    @property
    def awaits_check(self) -> bool:
        """Whether it could be checked now and is large enough to ask first."""
        is_open = self.missing or self.wrong or self.asks
        return self.found is not None and not is_open and self.checked is None

    @property
    def is_nothing(self) -> bool:
        """Whether nothing can be made of the file as it is to be read."""
        return self.wrong is not None and self.found is None and self.proposal is None


def of(staged: Staged) -> Draft:
    """What is known of this file now."""
    seen = looking.recognised(staged.path, staged.label, Answers())
    headers = seen.headers if isinstance(seen, Recognition) else _headers(staged)
    mended = repair.source(staged)
    preset = mended.answers if mended else None
    offered = None if preset else memory.recall(own_folder(), headers)
    if offered is not None and st.session_state.get(staged.variant_key, True):
        staged = replace(staged, variant="+")
        preset = offered.answers
    last = preset or Answers()
    choice = choices.read(staged, seen, last)
    draft = Draft(staged, seen, offered, last, choice, headers)
    return _mapped(draft) if choice.by_hand else _recognised(draft)


def _headers(staged: Staged) -> tuple[str, ...]:
    """The headers of a table that is not recognised; none of a file that is no table."""
    table = looking.table(staged.path, staged.label, header=True)
    return table.headers if isinstance(table, Recognition) else ()


def _recognised(draft: Draft) -> Draft:
    """A file read as a format, its own or one that was chosen."""
    answers = draft.choice.answers
    staged = draft.staged
    found = looking.recognised(staged.path, staged.label, answers) if answers.format else draft.seen
    if isinstance(found, Refusal):
        return replace(draft, wrong=found)
    free = not questions.is_read_as_objects(found.format)
    proposal = columns.propose(found, found.tables, draft.last, by_hand=False, free=free)
    return _asked(replace(draft, found=found, proposal=proposal), answers)


def _mapped(draft: Draft) -> Draft:
    """A file whose columns the visitor names from nothing."""
    table = looking.table(draft.staged.path, draft.staged.label, header=draft.choice.header)
    if isinstance(table, Refusal):
        return replace(draft, wrong=draft.seen if isinstance(draft.seen, Refusal) else table)
    draft = replace(draft, headers=draft.headers or table.headers)
    if draft.choice.table is None:
        return replace(draft, missing=("what the file holds",))
    proposal = columns.propose(table, (draft.choice.table,), draft.last, by_hand=True, free=True)
    return _asked(replace(draft, proposal=proposal), draft.choice.answers)


def _asked(draft: Draft, answers: Answers) -> Draft:
    """With what was said about its columns, then about what the file leaves open."""
    assert draft.proposal is not None
    chosen = columns.read(draft.staged, draft.proposal)
    answers = replace(answers, columns=chosen.columns, fixed=chosen.fixed)
    draft = replace(draft, chosen=chosen, answers=answers)
    if chosen.missing:
        return replace(draft, missing=chosen.missing)
    if answers.columns or answers.fixed or draft.found is None:
        found = looking.recognised(draft.staged.path, draft.staged.label, _named(draft, answers))
        if isinstance(found, Refusal):
            return replace(draft, wrong=found)
        draft = replace(draft, found=found)
    return _checked(_answered(draft))


def _named(draft: Draft, answers: Answers) -> Answers:
    """The answers under the name of the format, so that columns of one's own do not hide what it is."""
    return replace(answers, format=answers.format or (draft.found.format if draft.found else None))


def _answered(draft: Draft) -> Draft:
    """With the answers to what the file leaves open."""
    assert draft.found is not None
    said = questions.read(draft.staged, draft.found, draft.last, named=draft.named)
    fixed = dict(draft.answers.fixed) | ({"agent_id": said.firm} if said.firm else {})
    answers = replace(
        draft.answers,
        format=draft.found.format,
        fixed=tuple(fixed.items()),
        timezone=said.timezone,
        currency=said.currency,
        keeps_unanswered=said.keeps_unanswered,
    )
    return replace(draft, answers=answers, missing=said.missing)


def _checked(draft: Draft) -> Draft:
    """With the dry run, once nothing is missing; of a large file when it was asked for."""
    staged = draft.staged
    asked = st.session_state.get(staged.key("checked")) == hash(draft.answers)
    if draft.missing or not (staged.size <= checks.AT_ONCE or asked):
        return draft
    found = checks.run(staged.path, staged.label, draft.answers)
    if isinstance(found, Checked):
        return replace(draft, checked=found)
    asked = draft.found is not None and found.reason in draft.found.questions
    return replace(draft, asks=found) if asked else replace(draft, wrong=found)
