"""How fast do we answer, and how many?"""

from socialroi.ui import blocks, response
from socialroi.ui.frame import open_page

view = open_page("response")

blocks.headlines(view, ("first_response_time", "response_rate", "sla_attainment"))
blocks.headlines(view, ("next_reply_time", "first_touch_time", "resolution"))
response.waits(view)
blocks.over_time(view, "first_response_time")
blocks.over_time(view, "response_rate")
response.counted(view)

response.waiting(view)
blocks.over_time(view, "backlog")

by = blocks.split(view, ("channel", "department", "segment"))
blocks.by_segment(view, "first_response_time", by)
blocks.by_segment(view, "response_rate", by)
blocks.by_segment(view, "sla_attainment", by)

blocks.hours(view)
response.staffing(view)
blocks.rows(view, "first_response_time")
