"""Who should own social?"""

from socialroi.ui import owners
from socialroi.ui.frame import open_page

view = open_page("who-owns-social")

owners.departments(view)
owners.speakers(view)
owners.changes(view)
