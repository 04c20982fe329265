"""What is loaded, and how good is it?"""

from socialroi.ui import blocks
from socialroi.ui.frame import open_page
from socialroi.ui.health import page as health
from socialroi.ui.intake import page as intake

view = open_page("data")

load, state = blocks.tabs("Load", "Health")

if load.open:
    with load:
        intake.draw(view)

if state.open:
    with state:
        health.draw(view)
