"""One chosen file on the page: its name, and the steps 2, 3 and 4 with what has come of each."""

from __future__ import annotations

import streamlit as st

from socialroi.charts import format as written
from socialroi.intake import Recognition
from socialroi.limits import MIB
from socialroi.ui import access, show
from socialroi.ui.intake import (
    checks,
    choices,
    columns,
    looking,
    memory,
    questions,
    rejects,
    repair,
    steps,
    words,
)
from socialroi.ui.intake.checks import Checked
from socialroi.ui.intake.draft import Draft
from socialroi.ui.intake.looking import Refusal
from socialroi.ui.intake.staging import Staged, put_away
from socialroi.ui.safe import text
from socialroi.ui.workspaces import own_folder

COLUMNS = "Which of our columns each column of the file is. What is left out is not read."
MEND_AGAIN = "Correct the cells above and check again."
#: The two ways to read a date such as 03/04, by what the intake calls them.
ORDERS = {"day-first": "day first: 03/04 is 3 April", "month-first": "month first: 03/04 is 4 March"}


def draw(draft: Draft, seen_before: str) -> None:
    """The box of one file. `seen_before` says when these very bytes were loaded, if they were."""
    with st.container(border=True):
        _head(draft.staged)
        if seen_before:
            st.info(text(seen_before, show.SENTENCE))
        _what(draft)
        if not draft.is_nothing:
            _columns(draft)
            _checks(draft)


def _head(staged: Staged) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(text(staged.label), anchor=False, width="stretch")
        st.caption(text(_size(staged.size)), width="content")
        st.button(
            "Put away",
            key=staged.key("put-away"),
            type="tertiary",
            icon=":material/close:",
            help="Take this file off the page. Nothing of it was stored.",
            on_click=access.checked(put_away),
            args=(staged,),
        )


def _size(size: int) -> str:
    if size >= MIB:
        return f"{size / MIB:,.1f} MB"
    return f"{max(1, size // 1024):,} kB" if size else "empty"


def _what(draft: Draft) -> None:
    """Step 2: what it was recognised as, how it is written, what it leaves open."""
    staged = draft.staged
    needed = bool(draft.missing_here) or isinstance(draft.seen, Refusal) or draft.is_nothing
    state: steps.State = "wrong" if draft.is_nothing else "open" if draft.missing_here else "done"
    open_now = steps.attend(staged.key("two-needed"), needed=needed)
    with steps.step(2, staged.key("two"), _summary(draft), state=state, expanded=open_now):
        _as_last(draft)
        if draft.found is not None:
            _says(draft)
        else:
            _cannot(draft)
        choices.draw(staged, draft.seen, draft.choice, draft.last)
        if draft.found is not None:
            questions.draw(staged, draft.found, draft.last, named=draft.named)


def _summary(draft: Draft) -> str:
    if draft.found is not None and not draft.choice.by_hand:
        known_as = "recognised as " if not draft.named else "read as "
        return f"{known_as}{_form_and_tables(draft.found)}"
    if draft.choice.by_hand and draft.choice.table:
        return f"{words.listed([draft.choice.table])}, as you say"
    asks = draft.choice.by_hand and not draft.is_nothing
    return "cannot be read as it is" + ("; say what it holds" if asks else "")


def _form_and_tables(found: Recognition) -> str:
    """ "Shopify orders, with orders and order lines"; of our own tables what they hold is enough."""
    tables = words.listed(found.tables)
    return tables if found.format == looking.BY_HAND else f"{words.title(found.format)}, with {tables}"


def _says(draft: Draft) -> None:
    """What it was recognised as, in plain words, and how it is written."""
    found = draft.found
    assert found is not None
    if not draft.choice.by_hand:
        known_as = "Read as you said" if draft.named else "Recognised"
        st.markdown(f"**{known_as}:** {text(words.form(found.format), show.SENTENCE)}")
    st.caption(text(f"It holds {words.listed(found.tables)}. {words.making(found)}.", show.SENTENCE))
    for note in found.notes:
        st.caption(text(words.note(note), show.SENTENCE))


def _cannot(draft: Draft) -> None:
    """Why the file is not recognised, or cannot be read the way that was chosen."""
    refused = draft.wrong if draft.is_nothing else draft.seen
    if isinstance(refused, Refusal):
        remedy = text(words.remedy(refused), show.SENTENCE)
        said = f"It cannot be read as it is: {text(refused.reason, show.SENTENCE)} {remedy}"
        (st.error if draft.is_nothing else st.warning)(said)


def _as_last(draft: Draft) -> None:
    """Whether the answers of last time hold, and a way to forget them."""
    if draft.offered is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.toggle(
            f"As last time, on {written.day(draft.offered.day)}",
            value=True,
            key=draft.staged.variant_key,
            help="A file with these columns was loaded then; its answers are filled in below.",
        )
        st.button(
            "Forget these answers",
            key=draft.staged.key("forget"),
            type="tertiary",
            on_click=access.checked(memory.forget),
            args=(own_folder(), draft.headers),
        )


def _columns(draft: Draft) -> None:
    """Step 3, drawn only while it is open: a shop's export has eighty columns."""
    if draft.proposal is None or draft.chosen is None:
        with steps.step(3, draft.staged.key("three-waits"), "waits for step 2", expanded=False):
            st.caption("Say first what the file holds.")
        return
    staged, missing = draft.staged, draft.chosen.missing
    asked = draft.asks is not None and "--columns" in draft.asks.remedy
    needed = bool(missing) or draft.choice.by_hand or asked
    summary = f"{draft.chosen.used:,} of {len(draft.proposal.lines):,} are read"
    if missing:
        summary = f"still to say: {', '.join(missing[:3])}"
    box = steps.step(
        3,
        staged.key("three"),
        summary,
        state="open" if missing or asked else "done",
        expanded=needed,
        lazy=True,
    )
    with box:
        st.caption(COLUMNS)  # a step with nothing in it cannot be opened
        if box.open:
            columns.draw(staged, draft.proposal, draft.chosen)


def _checks(draft: Draft) -> None:
    """Step 4: what a load would do."""
    staged, checked = draft.staged, draft.checked
    if checked is not None:
        with steps.step(4, staged.key("four"), _outcome(checked), state="done"):
            _figures(checked)
            _orders(draft)
            _left_out(draft, checked)
        return
    with steps.step(
        4,
        staged.key("four"),
        "" if draft.wrong else "waits for the answers above",
        state="wrong" if draft.wrong else "open",
    ):
        _why_not(draft)


def _outcome(checked: Checked) -> str:
    left = f"{checked.rejected:,} left out" if checked.rejected else "none left out"
    return f"{checked.would_load:,} of {checked.rows_read:,} rows would load, {left}"


def _figures(checked: Checked) -> None:
    with st.grid(columns=5, min_column_width=120):
        st.metric("Rows read", written.count(checked.rows_read))
        st.metric("Would load", written.count(checked.would_load))
        st.metric("Left out", written.count(checked.rejected))
        if checked.named is not None:
            st.metric(
                "Name a customer",
                written.number(checked.named, "share"),
                help="Rows with a customer number, an e-mail address, a phone number or a handle. The others "
                "are loaded and count as unlinked.",
            )
    parts = [f"{words.counted(part.rows, 'row')} of {words.TABLES[part.table]}" for part in checked.parts]
    st.caption(text(f"{', '.join(parts)}. {checked.span}", show.SENTENCE))


def _left_out(draft: Draft, checked: Checked) -> None:
    for note in checked.notes:
        if draft.found is None or note not in draft.found.notes:
            st.caption(text(words.note(note), show.SENTENCE))
    if checked.rejected:
        st.markdown(
            "**Rows that would be left out.** The others can be loaded now; these can be repaired here after."
        )
        rejects.draw(checked.rejects, checked.rejected, f"would-{draft.staged.digest[:12]}")


def _why_not(draft: Draft) -> None:
    staged = draft.staged
    if draft.wrong is not None:
        remedy = MEND_AGAIN if repair.source(staged) else text(words.remedy(draft.wrong), show.SENTENCE)
        st.error(f"{text(words.sentence(draft.wrong.reason), 2 * show.SENTENCE)} {remedy}")
        _orders(draft)
        if draft.wrong.passing:
            args = (staged.path, staged.label, draft.answers)
            st.button("Try again", key=staged.key("again"), on_click=access.checked(checks.again), args=args)
    elif draft.asks is not None:
        said = f"{words.sentence(draft.asks.reason)} {words.remedy(draft.asks)}"
        st.info(text(said, 2 * show.SENTENCE))
    elif draft.missing:
        st.caption(f"Still to say: {text('; '.join(draft.missing), show.SENTENCE)}.")
    elif draft.awaits_check and st.button("Check every row", key=staged.key("check")):
        st.session_state[staged.key("checked")] = hash(draft.answers)
        st.rerun()


def _orders(draft: Draft) -> None:
    """How dates are to be read that can be read two ways: asked here, because only the check finds out."""
    for line in draft.proposal.lines if draft.proposal is not None else ():
        key = draft.staged.key(f"order-{line.at}")
        if _is_two_ways(draft, line.header) or st.session_state.get(key):
            st.radio(
                f"How are the dates in {text(line.header)} written?",
                list(ORDERS),
                index=None,
                format_func=ORDERS.__getitem__,
                key=key,
                horizontal=True,
                persist_state="session",
            )


def _is_two_ways(draft: Draft, header: str) -> bool:
    """Whether this is the column whose dates can be read two ways."""
    return draft.wrong is not None and "two ways" in draft.wrong.reason and repr(header) in draft.wrong.reason
