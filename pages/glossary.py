"""What does every number mean?"""

from socialroi.ui import glossary
from socialroi.ui.frame import open_page

open_page("glossary")

glossary.page()
