"""Do we live by the principles?"""

from socialroi.ui import principles
from socialroi.ui.frame import open_page

view = open_page("principles")

principles.draw(view)
