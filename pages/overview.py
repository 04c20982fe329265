"""How are we doing, in five cards?"""

from socialroi.ui import cards, reporting
from socialroi.ui.frame import open_page

view = open_page("overview")

cards.overview(view)
reporting.offer(view)
