"""What is loaded, and how good is it?"""

from socialroi.ui import blocks, health, upload
from socialroi.ui.frame import open_page

view = open_page("data")

load, state = blocks.tabs("Load", "Health")

if load.open:
    with load:
        upload.receipts(view)
        upload.files(view)
        upload.batches(view)

if state.open:
    with state:
        health.page(view)
