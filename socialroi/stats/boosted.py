"""Boosted trees instead of regressions under an adjusted comparison: a check of robustness, not the default.

`Assignment.of(a, x, learner=boosted.cross_fit)`. A thousand times dearer than the regressions; in the
simulations of this project no less biased.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from socialroi.stats.intervals import Floats
from socialroi.stats.nuisance import Layout

SETTINGS = {"max_iter": 100, "max_leaf_nodes": 15, "early_stopping": False, "random_state": 0}
"""Small trees and no early stopping: the same call gives the same number."""


def cross_fit(z: Floats, y: Floats, layout: Layout, arms: Sequence[int], binary: bool) -> Floats:
    """Predictions of `y` by boosted trees, learned from `arms` outside each row's fold.

    Arguments as in `nuisance.cross_fit`. Raises ImportError when scikit-learn is not installed.
    """
    ensemble, x, out = _scikit_learn(), z[1:].T, np.empty(len(y))
    for fold in range(layout.folds):
        others = [other for other in range(layout.folds) if other != fold or layout.folds == 1]
        learn = np.concatenate([np.r_[layout.rows(arm, other)] for arm in arms for other in others])
        rows = np.concatenate([np.r_[layout.rows(arm, fold)] for arm in range(layout.arms)])
        if len(learn) == 0:
            raise ValueError(
                "an arm has too few different customers to learn from some and predict the others"
            )
        if y[learn].min() == y[learn].max() or x.shape[1] == 0:
            # one class, or nothing to tell people apart by: half a success and half a failure added
            out[rows] = (y[learn].sum() + 0.5) / (len(learn) + 1) if binary else y[learn].mean()
        elif binary:
            model = ensemble.HistGradientBoostingClassifier(**SETTINGS).fit(x[learn], y[learn])
            out[rows] = model.predict_proba(x[rows])[:, 1]
        else:
            out[rows] = (
                ensemble.HistGradientBoostingRegressor(**SETTINGS).fit(x[learn], y[learn]).predict(x[rows])
            )
    return out


def _scikit_learn() -> Any:
    """The ensembles of scikit-learn, which are an extra."""
    try:
        return importlib.import_module("sklearn.ensemble")
    except ImportError as error:
        raise ImportError("boosted models need scikit-learn: pip install 'socialroi[ml]'") from error
