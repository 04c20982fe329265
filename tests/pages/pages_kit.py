"""What page tests share."""

from streamlit.testing.v1 import AppTest

PAGES = ("overview", "response", "ease", "loyalty", "is_it_real", "data", "glossary")


def words(app: AppTest) -> str:
    """Everything a page says in text."""
    kinds = ("title", "header", "subheader", "markdown", "caption", "info", "warning", "error", "text")
    return "\n".join(str(element.value) for kind in kinds for element in app.get(kind))
