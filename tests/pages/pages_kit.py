"""What page tests share."""

from streamlit.testing.v1 import AppTest

from socialroi.ui import answers, pictures

PAGES = (
    "overview", "response", "ease", "loyalty", "is_it_real", "worth_it", "who_owns_social", "community",
    "principles", "data", "glossary",
)  # fmt: skip


def words(app: AppTest) -> str:
    """Everything a page says in text."""
    kinds = ("title", "header", "subheader", "markdown", "caption", "info", "warning", "error", "text")
    return "\n".join(str(element.value) for kind in kinds for element in app.get(kind))


def forget() -> None:
    """Empty the caches that hold the study, the money and their pictures."""
    for kept in (answers._study, answers._worth, answers._plan, pictures.picture):
        kept.clear()
