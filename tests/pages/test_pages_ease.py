"""Ease: what is told of who came back, and where it cannot be told."""

from pages_kit import words


def said(app) -> str:
    """The page's words without the marks that keep Markdown plain."""
    return words(app).replace("\\", "").replace("\u2060", "")


def test_the_sections_and_what_they_say(visit, full):
    app = visit(full, "ease")
    assert not app.exception
    told = said(app)
    for heading in (
        "Do satisfied customers leave?", "Which tells better who orders again?",
        "Those who did not answer", "The hardest conversations",
    ):  # fmt: skip
        assert heading in told
    assert "Cannot tell apart." in told
    assert "stated the intention" in told
    assert "surveys sent were answered" in told or "at least 30 who did and who did not" in told


def test_the_list_for_the_team_is_ten_lines_with_the_conversation(visit, full):
    app = visit(full, "ease")
    lists = [table.value for table in app.dataframe if "Conversation" in table.value.columns]
    assert len(lists) == 1
    assert list(lists[0].columns) == [
        "Answered on", "Channel", "Department", "Ease", "Satisfaction", "Wait for the first answer",
        "Conversation",
    ]  # fmt: skip
    assert len(lists[0]) == 10
    assert lists[0]["Ease"].tolist() == sorted(lists[0]["Ease"], reverse=True)


def test_without_surveys_every_section_says_why(visit, orders_only):
    app = visit(orders_only, "ease")
    assert not app.exception
    told = said(app)
    assert "No survey answers are loaded for this selection." in told
    assert "Cannot say whether the silent feel otherwise." in told
    assert "No ease answers about a conversation" in told
