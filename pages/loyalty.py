"""Do the customers we talk with stay and buy more?"""

from socialroi.ui import blocks
from socialroi.ui.frame import open_page

view = open_page("loyalty")

blocks.not_an_effect()
retention, repurchase, value = blocks.tabs("Retention", "Repurchase", "Value")

if retention.open:
    with retention:
        blocks.headlines(view, ("retention", "churn", "p_alive"))
        blocks.engaged(view, "retention")
        blocks.over_time(view, "retention")
        blocks.cohorts(view)

if repurchase.open:
    with repurchase:
        blocks.headlines(view, ("repurchase", "time_to_second_order"))
        blocks.engaged(view, "repurchase")
        blocks.second_order(view)

if value.open:
    with value:
        blocks.headlines(view, ("clv_historical", "clv_predicted", "top_decile_share"))
        blocks.engaged(view, "clv_historical")
        blocks.by_segment(view, "clv_historical", "segment")
