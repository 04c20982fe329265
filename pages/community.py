"""Does the community thrive?"""

from socialroi.ui import blocks, community
from socialroi.ui.frame import open_page

view = open_page("community")

advocacy, content, newcomers, exchange, recovery = blocks.tabs(
    "Advocacy", "Content", "Newcomers", "Exchange", "Recovery"
)

if advocacy.open:
    with advocacy:
        community.advocacy(view)

if content.open:
    with content:
        community.content(view)

if newcomers.open:
    with newcomers:
        community.newcomers(view)

if exchange.open:
    with exchange:
        community.exchange(view)

if recovery.open:
    with recovery:
        community.recovery(view)
