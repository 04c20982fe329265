"""How easy are we to deal with?"""

from socialroi.ui import blocks, ease
from socialroi.ui.frame import open_page

view = open_page("ease")

blocks.headlines(view, ("net_easy", "csat", "survey_response_rate"))
blocks.headlines(view, ("ces1", "ces2", "nps"), if_asked=True)

by = blocks.split(view, ("department", "channel", "segment", "engaged"))
blocks.by_segment(view, "net_easy", by)
blocks.by_segment(view, "csat", by)

blocks.spread(view)
ease.hardest(view)
blocks.over_time(view, "net_easy")
blocks.over_time(view, "csat")

ease.surprises(view)
ease.which(view)
ease.silent(view)
blocks.rows(view, "net_easy")
