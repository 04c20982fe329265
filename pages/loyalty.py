"""Do the customers we talk with stay and buy more?"""

from socialroi.ui import blocks, loyalty
from socialroi.ui import value as value_parts
from socialroi.ui.frame import open_page

view = open_page("loyalty")

blocks.not_an_effect()
retention, repurchase, choices, value = blocks.tabs(
    "Retention", "Repurchase", "Upsell and cross-sell", "Value"
)

if retention.open:
    with retention:
        blocks.headlines(view, ("retention", "churn", "p_alive"))
        blocks.engaged(view, "retention")
        blocks.over_time(view, "retention")
        loyalty.lifecycle(view)
        blocks.cohorts(view)
        loyalty.definitions(view)

if repurchase.open:
    with repurchase:
        blocks.headlines(view, ("repurchase", "time_to_second_order"))
        blocks.engaged(view, "repurchase")
        blocks.second_order(view)
        loyalty.waiting(view)

if choices.open:
    with choices:
        loyalty.choices(view)

if value.open:
    with value:
        blocks.headlines(view, ("clv_historical", "clv_predicted", "top_decile_share"))
        value_parts.so_far(view)
        value_parts.to_come(view)
