"""Customers who never say goodbye: how often they will still buy, and what for ("buy till you die").

Start with `fit_bgnbd` (or `fit_pareto_nbd`) for how often, `fit_gamma_gamma` for how much, `backtest` for
whether to believe it, `residual_value` for both together. A customer is (x, t_x, T): days with a purchase
after the first, time from the first to the last, time from the first to now; `histories` makes them of
orders (T is `age` there). Any unit of time will do, and all answers are in it.
"""

from socialroi.stats.btyd.bgnbd import BgNbd, fit_bgnbd
from socialroi.stats.btyd.customers import Customers, histories
from socialroi.stats.btyd.holdout import Backtest, Bought, backtest
from socialroi.stats.btyd.newton import Fit
from socialroi.stats.btyd.pareto_nbd import ParetoNbd, fit_pareto_nbd
from socialroi.stats.btyd.spend import GammaGamma, corr, fit_gamma_gamma
from socialroi.stats.btyd.value import mean_residual_value, residual_value

__all__ = [
    "Backtest",
    "BgNbd",
    "Bought",
    "Customers",
    "Fit",
    "GammaGamma",
    "ParetoNbd",
    "backtest",
    "corr",
    "fit_bgnbd",
    "fit_gamma_gamma",
    "fit_pareto_nbd",
    "histories",
    "mean_residual_value",
    "residual_value",
]
