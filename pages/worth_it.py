"""Does answering pay?"""

from socialroi.ui import worth
from socialroi.ui.frame import open_page

view = open_page("worth-it")

found = worth.verdict(view)
worth.what_if(view, found)
worth.parts(view, found)
worth.unanswered(found)
worth.costs(view, found)
worth.checks(found)
worth.notes(found)
