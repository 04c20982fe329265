"""A report as slides whose charts stay charts: every number in them can be edited in the presentation.

Each picture becomes the nearest chart the format knows, drawn from the table beside it: lines for periods,
a curve for waits, bars with error bars for groups. The takeaway is the title, what is drawn stands below,
definitions and full numbers are in the speaker's notes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from socialroi import charts
from socialroi.charts import Chart
from socialroi.report import native
from socialroi.report.cards import Card
from socialroi.report.contents import Report, Section
from socialroi.report.html import number

if TYPE_CHECKING:
    from pptx.presentation import Presentation
    from pptx.slide import Slide

#: Inches of a wide slide, and its margins.
_WIDTH, _HEIGHT, _LEFT = 13.333, 7.5, 0.7
_TITLE_ONLY = 5
#: The most lines of numbers in a slide's notes.
_NOTED = 60
_BLUE, _FAINT = "0072B2", "555D6B"


def as_slides(report: Report) -> bytes:
    """The whole report as a PPTX file."""
    import pptx
    from pptx.util import Inches

    deck = pptx.Presentation()
    deck.slide_width, deck.slide_height = Inches(_WIDTH), Inches(_HEIGHT)
    _opening(deck, report)
    _five(deck, report)
    for section in report.sections:
        _figures(deck, section, report)
        for chart in section.charts:
            _picture(deck, chart, section)
    written = io.BytesIO()
    deck.save(written)
    return written.getvalue()


def _opening(deck: Presentation, report: Report) -> None:
    slide = _slide(deck, report.title)
    lines = [report.commentary, *(f"{name}: {value}" for name, value in report.facts)]
    _text(slide, [line for line in lines if line], top=1.6, size=18)
    _notes(slide, ["Every number carries its 95% interval. Definitions are in the notes of each slide."])


def _five(deck: Presentation, report: Report) -> None:
    """The cards as a table that can be edited, and what to do next."""
    slide = _slide(deck, "How we are doing, in five answers")
    rows = [("", "What the data say", "Figure", "Verdict")]
    rows += [
        (card.title, card.sentence, f"{card.number}\n{card.name}" if card.number else "", _verdict(card))
        for card in report.cards
    ]
    _table(slide, rows, widths=(1.5, 6.6, 2.3, 1.5), top=1.25)
    said = [f"{card.title}: {card.name} {card.number}. {card.detail}" for card in report.cards if card.number]
    steps = [f"{place}. {step.sentence}" for place, step in enumerate(report.steps, 1)]
    _notes(slide, [*said, "What to do next:", *steps])
    if steps:
        _text(_slide(deck, "What to do next"), steps, top=1.6, size=22)


def _verdict(card: Card) -> str:
    return charts.verdict_word(card.verdict)


def _figures(deck: Presentation, section: Section, report: Report) -> None:
    """A section's figures as a table, its sentences below."""
    slide = _slide(deck, section.question)
    top = 1.4
    if section.readings:
        rows = [("Figure", "Value and 95% interval", "Of how many")]
        rows += [(r.definition.name, *number(r, report.currency)) for r in section.readings]
        _table(slide, rows, widths=(3.2, 4.4, 4.3), top=top)
        top += 0.5 * len(rows) + 0.4
    _text(slide, list(section.sentences[:4]), top=top, size=14)
    told = [
        f"{r.definition.name}. {r.definition.formula} {r.definition.caveat} Source: {r.definition.source}"
        for r in section.readings
    ]
    _notes(slide, [*told, *section.sentences[4:]])


def _picture(deck: Presentation, chart: Chart, section: Section) -> None:
    from pptx.util import Inches

    slide = _slide(deck, chart.takeaway)
    drawn = native.chart_of(chart)
    if drawn is not None:
        box = (Inches(_LEFT), Inches(1.5), Inches(_WIDTH - 2 * _LEFT), Inches(4.9))
        frame: Any = slide.shapes.add_chart(drawn.kind, *box, drawn.data)
        native.dress(frame.chart, drawn)
        frame._element.nvGraphicFramePr.cNvPr.set("descr", charts.clean(chart.alt, 1_000))
    _text(slide, [chart.subtitle, section.question], top=6.5, size=12, faint=True)
    _notes(slide, [chart.alt, *_numbers(chart)])


def _numbers(chart: Chart) -> list[str]:
    """The chart's table in lines; where it is long, its beginning and how much more there is."""
    rows = [
        "; ".join(f"{name}: {cell}" for name, cell in zip(chart.table.columns, row, strict=True))
        for row in chart.table.head(_NOTED).itertuples(index=False)
    ]
    more = len(chart.table) - len(rows)
    return [*rows, *([f"{more:,} more rows in the chart's own data."] if more else [])]


def _slide(deck: Presentation, title: str) -> Slide:
    from pptx.util import Inches

    slide: Slide = deck.slides.add_slide(deck.slide_layouts[_TITLE_ONLY])
    shape = slide.shapes.title
    assert shape is not None
    shape.left, shape.top = Inches(_LEFT), Inches(0.35)
    shape.width, shape.height = Inches(_WIDTH - 2 * _LEFT), Inches(1.0)
    shape.text_frame.word_wrap = True
    shape.text_frame.text = charts.clean(title, 220)
    for paragraph in shape.text_frame.paragraphs:
        _written(paragraph, 26 if len(title) < 90 else 20, bold=True)
    return slide


def _text(slide: Slide, lines: list[str], *, top: float, size: int, faint: bool = False) -> None:
    from pptx.util import Inches

    if not lines:
        return
    height = max(0.4, _HEIGHT - top - 0.3)
    box = slide.shapes.add_textbox(Inches(_LEFT), Inches(top), Inches(_WIDTH - 2 * _LEFT), Inches(height))
    box.text_frame.word_wrap = True
    for place, line in enumerate(lines):
        paragraph = box.text_frame.paragraphs[0] if not place else box.text_frame.add_paragraph()
        paragraph.text = charts.clean(line, 1_500)
        _written(paragraph, size, faint=faint)


def _written(paragraph: Any, size: int, *, bold: bool = False, faint: bool = False) -> None:
    from pptx.dml.color import RGBColor
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Pt

    paragraph.alignment = PP_ALIGN.LEFT
    paragraph.font.size, paragraph.font.bold = Pt(size), bold
    if faint:
        paragraph.font.color.rgb = RGBColor.from_string(_FAINT)


def _table(slide: Slide, rows: Sequence[tuple[str, ...]], *, widths: tuple[float, ...], top: float) -> None:
    from pptx.dml.color import RGBColor
    from pptx.util import Inches

    box = (Inches(_LEFT), Inches(top), Inches(sum(widths)), Inches(0.45 * len(rows)))
    table = slide.shapes.add_table(len(rows), len(widths), *box).table
    for place, width in enumerate(widths):
        table.columns[place].width = Inches(width)
    for down, row in enumerate(rows):
        for across, cell in enumerate(row):
            shown = table.cell(down, across)
            shown.text = "\n".join(charts.clean(line, 600) for line in cell.split("\n"))
            if not down:
                shown.fill.solid()
                shown.fill.fore_color.rgb = RGBColor.from_string(_BLUE)
            for paragraph in shown.text_frame.paragraphs:
                _written(paragraph, 13, bold=not down or not across)


def _notes(slide: Slide, lines: list[str]) -> None:
    frame = slide.notes_slide.notes_text_frame
    assert frame is not None
    frame.text = "\n".join(charts.clean(line, 1_500) for line in lines)
