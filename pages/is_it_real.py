"""Is the difference really made by answering?"""

from socialroi.ui import reality, reality_asked, reality_plan
from socialroi.ui.frame import open_page

view = open_page("is-it-real")

asked = reality_asked.choose(view)
study = reality.verdict(view, asked)
reality.difference(view, study)
reality.ladder(view, asked)
reality.parts(view, asked)
reality.over_time(view, asked)
reality.checks(study)
reality.alike(view, asked)
reality.protocol(study)
reality.flow(view, asked)
reality.detail(view, study)
reality_plan.fold(view, asked, study)
