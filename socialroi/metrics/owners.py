"""Who should own social?

Departments (queue or inbox at arrival), or the kinds of people who answer, on seven measures: raw, with
everybody's case mix, and once luck is taken out; with the chance of being the best, a funnel, and all
pairs under one simultaneous interval. Never a league table: five equal departments have a "clear" plain
difference in a quarter of all samples.

Departments that get different work cannot be compared; then only shared topics are, or nothing is.
It does not say that handing over would bring the difference; see `owner_change`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

from socialroi.errors import UnknownName
from socialroi.metrics import owner_cases
from socialroi.metrics.owner_cases import GRACE_S, Cases, Outcome
from socialroi.metrics.owner_measures import FOLLOWS, MEASURES, RANKED_FROM, kind_of
from socialroi.metrics.owner_words import judged
from socialroi.result import (
    Definition,
    Estimate,
    Funnel,
    Gap,
    Standing,
    Standings,
    Unknown,
    Value,
    Verdict,
    Window,
)
from socialroi.stats import comparisons, funnel, hierarchy, intervals, standardise
from socialroi.stats.clusters import standard_error
from socialroi.stats.standardise import Standardised
from socialroi.store import Store

Who = Literal["department", "speaker"]

#: Rows per covariate below which a department borrows the outcome model of all.
BORROW = 10
#: From this many cases on one division into folds is as good as three.
MANY = 20_000
#: Points of a funnel's lines.
LINE_POINTS = 40

_NO_GROUP: Mapping[str, Unknown] = {
    "department": Unknown(
        "no_department", "These files do not say in which department's inbox a conversation arrived."
    ),
    "speaker": Unknown("no_department", "These files do not say which department gave the answers."),
}


_OTHER_WORK = Unknown(
    "not_comparable", "This group handles topics that no other handles; it cannot be compared like with like."
)


def measures(by: Who) -> tuple[str, ...]:
    """The keys of the measures that a division allows, in the order of a page."""
    return tuple(MEASURES) if by == "department" else FOLLOWS


def standings(store: Store, window: Window, by: Who = "department") -> tuple[Standings, ...]:
    """All measures of a division, one `Standings` each; the conversations are read once."""
    cases = owner_cases.gather(store, window)
    return tuple(_standing(store, window, cases, key, by) for key in measures(by))


def standing(store: Store, window: Window, measure: str, by: Who = "department") -> Standings:
    """One measure by owning department, or by who speaks (marketing, care, sales, product experts).

    Raises UnknownName for a measure that the division does not have: speed says nothing about who spoke.
    """
    if measure not in measures(by):
        raise UnknownName(f"measure by {by}", measure, measures(by))
    return _standing(store, window, owner_cases.gather(store, window), measure, by)


def _standing(store: Store, window: Window, cases: Cases, measure: str, by: Who) -> Standings:
    """The comparison, or the reason why there is none."""
    empty = Standings(
        MEASURES[measure], by, (), (), None, _NO_GROUP[by], (), "cannot_say", "", (), cases.working
    )
    made = owner_cases.outcome(store, window, cases, measure)
    refused = made.absent or (owner_cases.follows_answer(cases, measure) if by == "department" else None)
    if refused:
        return _nothing(empty, refused, made.notes)
    table, notes = _grouped(made, by)
    sizes = table["who"].value_counts()
    small = {str(name): _few(int(n)) for name, n in sizes.items() if n < RANKED_FROM}
    judged_rows = table[~table["who"].isin(small)]
    why = _refused(table, judged_rows, by)
    if why:
        return _nothing(empty, why, notes)
    return _told(_compared(judged_rows), small, replace(empty, notes=notes))


def _refused(table: pd.DataFrame, judged_rows: pd.DataFrame, by: Who) -> Unknown | None:
    """Why nothing can be compared, if so."""
    if table.empty:
        return _NO_GROUP[by]
    if judged_rows.empty:
        return Unknown("too_few", f"No group has {RANKED_FROM} cases to be judged by.", len(table))
    return _same(len(judged_rows)) if judged_rows["y"].nunique() == 1 else None


def _grouped(made: Outcome, by: Who) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The cases with the name `who` of their group, and what was left out."""
    table = made.table
    if by == "speaker":
        table = table[table["answered"] & (table["waited_s"] <= GRACE_S)]
    named = table.dropna(subset=by)
    who = named[by] if by == "department" else named[by].map(kind_of)
    left_out = len(table) - len(named)
    note = f"{left_out:,} of {len(table):,} conversations name no department and are left out."
    kinds = _kinds_note(named) if by == "speaker" else ()
    return named.assign(who=who.astype(str)), (*made.notes, *((note,) if left_out else ()), *kinds)


def _kinds_note(named: pd.DataFrame) -> tuple[str, ...]:
    """Which departments stand behind each kind of speaker, as their names tell."""
    pairs = sorted({(kind_of(name), name) for name in named["speaker"].unique()})
    told = [f"{name} as {kind}" for kind, name in pairs if kind != name]
    return (f"Who speaks is told from the departments' names: {', '.join(told)}.",) if told else ()


def _same(n: int) -> Unknown:
    return Unknown("no_variation", "Every conversation went the same way: there is nothing to compare.", n)


def _few(n: int) -> Unknown:
    return Unknown("too_few", f"Only {n:,} cases; at least {RANKED_FROM} are needed to be ranked.", n)


@dataclass(frozen=True)
class _Compared:
    """Cases of ranked groups, their standardised means, and the topics they are restricted to."""

    table: pd.DataFrame
    means: Standardised
    shared: tuple[str, ...] = ()

    @cached_property
    def errors(self) -> dict[str, float]:
        """Standard error of each standardised mean; where nobody differs, that of its interval."""
        return {name: self._error(name) for name in self.means.adjusted}

    def _error(self, name: str) -> float:
        value = self.means.means[name]
        assert isinstance(value, Estimate)
        error = standard_error(self.means.adjusted[name].influence, self.means.customer)
        same = self.table.loc[self.table["who"] == name, "y"].nunique() == 1
        return max(error, (value.high - value.low) / (2 * intervals.Z)) if same else error

    @property
    def is_share(self) -> bool:
        """Whether the measure is 0 or 1 for each case."""
        return bool(self.table["y"].isin((0.0, 1.0)).all())

    def raw(self, name: str) -> Value:
        """A group's own mean, interval clustered by customer."""
        rows = self.table[self.table["who"] == name]
        people = rows.groupby("person")["y"].agg(["sum", "size"])
        hits, sizes = people["sum"].to_numpy(), people["size"].to_numpy()
        if self.is_share:
            return intervals.clustered_share(hits, sizes)
        return intervals.clustered_mean(sizes, hits)


def _compared(table: pd.DataFrame) -> _Compared:
    """All cases if the groups are comparable on them, else those on the topics that all groups share."""
    whole = _Compared(table, _standardised(table))
    apart = [value for value in whole.means.means.values() if _is(value, "not_comparable")]
    topics = comparisons.shared_strata(
        table["who"].to_numpy(object), table["topic"].to_numpy(object), standardise.RARE
    )
    if not apart or not topics or set(topics) == set(table["topic"]):
        return whole
    part = table[table["topic"].isin(topics)]
    sizes = part["who"].value_counts()
    part = part[part["who"].isin(sizes[sizes >= RANKED_FROM].index)]
    if part["who"].nunique() < 2:
        return whole
    return _Compared(part, _standardised(part), topics)


def _standardised(table: pd.DataFrame) -> Standardised:
    """Means with everybody's case mix, clustered by customer; none for groups with topics of their own."""
    x, _ = owner_cases.case_mix(table)
    who = table["who"].to_numpy(dtype=object).astype(str)
    found = standardise.standardised_means(
        table["y"].to_numpy(dtype=float), who, x, table["person"].to_numpy(dtype=object),
        borrow=BORROW, splits=1 if len(table) > MANY else 3,
    )  # fmt: skip
    alone = comparisons.alone_shares(who, table["topic"].to_numpy(object), standardise.RARE)
    apart = {name for name, share in alone.items() if share > standardise.OUTSIDE_LIMIT and len(alone) > 1}
    refused = dict.fromkeys(apart, _OTHER_WORK)
    known = {name: part for name, part in found.adjusted.items() if name not in apart}
    return replace(found, means={**found.means, **refused}, adjusted=known)


def _is(value: Value, code: str) -> bool:
    return isinstance(value, Unknown) and value.code == code


def _told(found: _Compared, small: Mapping[str, Unknown], empty: Standings) -> Standings:
    """Everything about one comparison, largest group first; `empty` says what it is about."""
    several = len(found.means.adjusted) > 1
    shrunken = _shrunken(empty.definition, found) if several else None
    ranked = [_row(found, name, shrunken) for name in found.table["who"].value_counts().index]
    rest = [Standing(name, why.n, why, why, why) for name, why in small.items()]
    pairs = comparisons.all_pairs(found.means.adjusted, found.means.customer, found.errors)
    return judged(
        replace(
            empty,
            standings=(*ranked, *rest),
            gaps=tuple(Gap(one.first, one.second, one.value, one.p) for one in pairs),
            funnel=_funnel(found) if several else None,
            spread=shrunken.tau if shrunken else Unknown("too_few", "Only one group can be judged.", 1),
            shared=found.shared,
        )
    )


def _row(found: _Compared, name: str, shrunken: _Shrunk | None) -> Standing:
    """One group's line."""
    adjusted = found.means.means[name]
    n = int((found.table["who"] == name).sum())
    if shrunken is None or isinstance(adjusted, Unknown):
        alone = Unknown("too_few", "There is no second group to compare with.", n)
        return Standing(
            name, n, found.raw(name), adjusted, adjusted if isinstance(adjusted, Unknown) else alone
        )
    return Standing(name, n, found.raw(name), adjusted, shrunken.means[name], shrunken.p_best[name])


@dataclass(frozen=True, slots=True)
class _Shrunk:
    """Shrunken means and chances of being best, by name; how much groups truly differ."""

    means: Mapping[str, Estimate]
    p_best: Mapping[str, float]
    tau: Estimate


def _shrunken(definition: Definition, found: _Compared) -> _Shrunk:
    """The standardised means once luck is taken out; shares stay between 0 and 1."""
    names = list(found.errors)
    counts = [int((found.table["who"] == name).sum()) for name in names]
    answer = hierarchy.hier_normal(
        [found.means.adjusted[name].value for name in names], list(found.errors.values()),
        better="down" if definition.better == "down" else "up", counts=counts,
    )  # fmt: skip
    means = [_within_share(one) for one in answer.means] if found.is_share else list(answer.means)
    return _Shrunk(
        dict(zip(names, means, strict=True)), dict(zip(names, answer.p_best, strict=True)), answer.tau
    )


def _within_share(value: Estimate) -> Estimate:
    low, middle, high = (min(1.0, max(0.0, x)) for x in (value.low, value.value, value.high))
    return replace(value, value=middle, low=low, high=high)


def _funnel(found: _Compared) -> Funnel:
    """Standardised means by effective size: how many plain cases would be as precise."""
    y = found.table["y"].to_numpy(dtype=float)
    centre = float(y.mean())
    sd = math.sqrt(centre * (1 - centre)) if found.is_share else float(y.std())
    points = tuple(
        (name, max(1.0, (sd / error) ** 2), found.means.adjusted[name].value)
        for name, error in found.errors.items()
    )
    wider = funnel.dispersion(
        [(value - centre) / found.errors[name] for name, _, value in points] if sd > 0 else [0.0]
    )
    sizes = [size for _, size, _ in points]
    lines = tuple(
        _line(centre, sd, size, wider, found.is_share)
        for size in dict.fromkeys(np.geomspace(min(sizes), max(sizes) * 1.1, LINE_POINTS).round().tolist())
    )
    return Funnel(centre, wider, points, lines)


def _line(
    centre: float, sd: float, size: float, wider: float, share: bool
) -> tuple[float, float, float, float, float]:
    """Both pairs of limits at one size."""
    if share:
        limits = [funnel.share_limits(centre, size, level, wider) for level in (0.95, funnel.OUTER)]
    else:
        limits = [funnel.mean_limits(centre, sd, size, level, wider) for level in (0.95, funnel.OUTER)]
    return (size, *limits[0], *limits[1])


def _nothing(empty: Standings, why: Unknown, notes: tuple[str, ...]) -> Standings:
    """No comparison, and why."""
    verdict: Verdict = "too_little_data" if why.code == "too_few" else "cannot_say"
    return replace(empty, spread=why, verdict=verdict, sentence=why.sentence, notes=notes)
