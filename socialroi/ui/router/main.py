"""The main script: every run of every page starts here."""

from socialroi.ui.frame import route

route()
