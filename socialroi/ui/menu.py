"""The pages there are: their URLs, what each one answers, and links to them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

import socialroi
from socialroi.errors import UsageError


@dataclass(frozen=True, slots=True)
class Entry:
    """One page of the menu. URLs are final: people bookmark them."""

    url: str
    title: str
    question: str
    file: str
    needs_data: bool = True
    filtered: bool = True


MENU = (
    Entry("overview", "Overview", "How are we doing, in five cards?", "overview.py"),
    Entry("response", "Response", "How fast do we answer, and how many?", "response.py"),
    Entry("ease", "Ease", "How easy are we to deal with?", "ease.py"),
    Entry("loyalty", "Loyalty", "Do the customers we talk with stay and buy more?", "loyalty.py"),
    Entry(
        "is-it-real",
        "Is it real?",
        "Is the difference really made by answering?",
        "is_it_real.py",
        filtered=False,
    ),
    Entry("worth-it", "Worth it?", "Does answering pay?", "worth_it.py", filtered=False),
    Entry("who-owns-social", "Who owns it?", "Who should own social?", "who_owns_social.py"),
    Entry("community", "Community", "Does the community thrive?", "community.py"),
    Entry("principles", "Principles", "Do we live by the principles?", "principles.py"),
    Entry("data", "Data", "What is loaded, and how good is it?", "data.py", False, False),
    Entry("glossary", "Glossary", "What does every number mean?", "glossary.py", False, False),
)


def entry_of(url: str) -> Entry:
    """The entry with this URL; the empty URL is the first page."""
    return next((entry for entry in MENU if entry.url == url), MENU[0])


def page_of(url: str) -> st.Page:
    """A page as Streamlit wants it; made anew each time, because the object carries run state."""
    entry = entry_of(url)
    return st.Page(
        site() / "pages" / entry.file,
        title=entry.title,
        url_path=entry.url,
        help=entry.question,
    )


def home() -> st.Page:
    """The address without a path: the first page, which also has an address of its own."""
    first = MENU[0]
    file = site() / "pages" / first.file
    return st.Page(file, title=first.title, url_path="home", default=True, visibility="hidden")


def link(url: str, label: str) -> None:
    """A link to another page, with the filters that hold now."""
    st.page_link(page_of(url), label=label, icon=":material/arrow_forward:", icon_position="right")


def site() -> Path:
    """The folder that holds pages/: the checkout, or the copy inside an installed wheel."""
    package = Path(socialroi.__file__).resolve().parent
    for folder in (package.parent, package / "_site"):
        if (folder / "pages").is_dir():
            return folder
    raise UsageError("The pages are missing from this installation. Install socialroi again.")
