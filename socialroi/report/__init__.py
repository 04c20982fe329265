"""One click to something to send: a stand-alone page or slides, from the same readings as the dashboard.

contents = report(store, window, commentary="...")     everything in it, looks apart
as_html(contents) -> bytes                             one file, no outside request, prints well
as_slides(contents) -> bytes                           PPTX with charts that can be edited
"""

from socialroi.report.contents import TITLE, Report, Section, report
from socialroi.report.html import as_html
from socialroi.report.slides import as_slides

__all__ = ["TITLE", "Report", "Section", "as_html", "as_slides", "report"]
