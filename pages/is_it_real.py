"""Is the difference really made by answering?"""

from socialroi.ui import reality
from socialroi.ui.frame import open_page

view = open_page("is-it-real")

study = reality.verdict(view)
reality.ladder(view)
reality.checks(study)
reality.balance(view)
reality.protocol(study)
reality.flow(view)
reality.detail(view, study)
