"""The shapes every number travels in, from the query to the page, the report and the command line.

Start here. A metric answers with a `Reading`: its `Definition`, one value and the same value by
segment. A value is an `Estimate` (a number with its interval and count) or an `Unknown` (a reason);
there is no third state, so a zero is always a measured zero.

Units live in names: durations are seconds (`_s`), instants are UTC (`_at`), shares and effects are
0..1 (`_share`), money carries its ISO currency beside it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

Unit = Literal["share", "points", "seconds", "money", "count", "score"]
Better = Literal["up", "down", "neither"]
Clock = Literal["calendar", "business"]
By = Literal["channel", "department", "segment", "engaged"]
Verdict = Literal["better", "worse", "no_clear_difference", "too_little_data", "cannot_say", "not_causal"]

LEVEL = 0.95
#: The rungs of the study whose number may be its verdict, strongest first.
HEADLINES = ("R", "A")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number, its interval and how many units it rests on.

    `method` names how value and interval were computed, in words a statistician recognises.
    Raises ValueError unless low <= value <= high and all three are finite.
    """

    value: float
    low: float
    high: float
    n: int
    method: str
    level: float = LEVEL

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, (self.value, self.low, self.high))):
            raise ValueError(f"an estimate must be finite: {self.low}, {self.value}, {self.high}")
        if not self.low <= self.value <= self.high:
            raise ValueError(f"value outside its interval: {self.low}, {self.value}, {self.high}")

    @property
    def is_clear(self) -> bool:
        """Whether the interval excludes zero (meaningful for differences)."""
        return self.low > 0 or self.high < 0

    @classmethod
    def count(cls, n: int) -> Estimate:
        """A count: known exactly, so its interval is itself."""
        return cls(n, n, n, n, "count")


@dataclass(frozen=True, slots=True)
class Unknown:
    """Why there is no number: a stable `code` for machines, a `sentence` for people."""

    code: str
    sentence: str
    n: int = 0


Value = Estimate | Unknown


@dataclass(frozen=True, slots=True)
class Definition:
    """What a metric means; everything a reader is told about it derives from here.

    `formula` is the definition in words and symbols, `source` where the field defines it, `caveat`
    what the number does not say, `min_n` the fewest units that make a number.
    """

    key: str
    name: str
    unit: Unit
    better: Better
    question: str
    formula: str
    source: str
    caveat: str
    min_n: int


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of the data a question is about; the only thing that goes from filters to metrics.

    `start` and `end` are naive UTC instants, half open; None means the edge of the data. Empty
    tuples mean "all". `by` asks for the same number per segment. `horizon_days` is the follow-up of
    outcome metrics such as retention; metrics without a follow-up ignore it.
    """

    start: datetime | None = None
    end: datetime | None = None
    channel: tuple[str, ...] = ()
    department: tuple[str, ...] = ()
    segment: tuple[str, ...] = ()
    clock: Clock = "calendar"
    by: By | None = None
    horizon_days: int = 90

    @classmethod
    def of_days(cls, first: date | None, last: date | None, zone: str, **rest: Any) -> Window:
        """The window from the first to the last day, both inclusive, of a named time zone."""
        edge = None if last is None else last + timedelta(days=1)
        return cls(_midnight(first, zone), _midnight(edge, zone), **rest)


def _midnight(day: date | None, zone: str) -> datetime | None:
    if day is None:
        return None
    local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class Reading:
    """One metric, answered: overall and by segment.

    `notes` are sentences a reader must see beside the number. `working` is the SQL, its parameters
    and row counts ("show the working"). `rows` lists the units behind the number, when asked.
    """

    definition: Definition
    value: Value
    by: Mapping[str, Value] = field(default_factory=dict)
    compared_with: Value | None = None
    notes: tuple[str, ...] = ()
    working: tuple[Working, ...] = ()
    rows: Callable[[], Any] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Working:
    """One query behind a number: its SQL, the bound parameters and how many rows it read."""

    sql: str
    params: Mapping[str, Any]
    rows: int


@dataclass(frozen=True, slots=True)
class Point:
    """One period of a series; `complete` is False while its follow-up is still running."""

    start: date
    value: Value
    complete: bool


@dataclass(frozen=True, slots=True)
class Series:
    """A metric over time."""

    definition: Definition
    points: tuple[Point, ...]
    by: Mapping[str, tuple[Point, ...]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Point]:
        return iter(self.points)


@dataclass(frozen=True, slots=True)
class Grid:
    """Values on two axes: a cohort triangle, a heatmap, a quadrant. A missing cell is not there."""

    definition: Definition
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[tuple[str, str], Value]
    row_label: str
    column_label: str


@dataclass(frozen=True, slots=True)
class Step:
    """One point of a curve: x in the curve's unit, the estimate there, how many are still at risk."""

    x: float
    value: Estimate
    at_risk: int


@dataclass(frozen=True, slots=True)
class Curve:
    """A survival-type curve per group."""

    definition: Definition
    x_label: str
    groups: Mapping[str, tuple[Step, ...]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One outcome for engaged against unengaged customers: a difference, not an effect.

    `groups` holds the level of `answered`, `asked_unanswered`, `never_asked` and of `unengaged`
    (the last two together). `raw` is answered minus unengaged; `standardised` the same after giving
    both the case mix of everybody (first-order month, value, channel, segment).
    """

    definition: Definition
    horizon_days: int
    groups: Mapping[str, Value]
    raw: Value
    standardised: Value
    notes: tuple[str, ...] = ()
    working: tuple[Working, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One condition a number must meet to be shown; `sentence` says what would make it pass.

    `passed` is None when the check could not run or is too weak to speak.
    """

    name: str
    value: float | None
    limit: float | None
    passed: bool | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Part:
    """The effect within one part of the studied people, or of one waiting time against the longest.

    `by` says what divides: segment, channel, department or wait. The intervals of all parts of one `by`
    are simultaneous: all of them hold together in 95 of 100 studies.
    """

    by: str
    label: str
    value: Value
    n_treated: int
    n_control: int


@dataclass(frozen=True, slots=True)
class Rung:
    """One design of the study with its answer: what is compared, the estimate, may it be shown.

    `balance` holds each covariate's standardised mean difference before and after weighting, `overlap` how
    many of the treated and of the control have a chance of treatment in each of 20 steps from 0 to 1.
    `curve` is the share with an order by days since time zero, weighted alike, by arm.
    """

    rung: str
    outcome: str
    horizon_days: int
    population: str
    estimand: str
    estimate: Value
    naive: Value
    n_treated: int
    n_control: int
    checks: tuple[Check, ...]
    verdict: Verdict
    sentence: str
    detail: Mapping[str, Value] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    balance: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    overlap: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())
    parts: tuple[Part, ...] = ()
    curve: Curve | None = None


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One step of the flow from everything to the studied population: who was left out and why."""

    sentence: str
    left_out: int
    remaining: int


@dataclass(frozen=True, slots=True)
class Study:
    """The engaged-vs-unengaged study: protocol with counts, rungs, checks and one verdict."""

    outcome: str
    horizon_days: int
    protocol: Mapping[str, str]
    flow: tuple[Exclusion, ...]
    rungs: tuple[Rung, ...]
    verdict: Verdict
    sentence: str
    working: tuple[Working, ...] = ()


@dataclass(frozen=True, slots=True)
class Cost:
    """What was spent in one month by one department on one kind of thing, and what it answered.

    `month` is its first day; `answered` are the department's answered social conversations of the month.
    """

    month: date
    department: str
    kind: str
    amount: float
    answered: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of the money: how much, how that is known, and a `sentence` that explains it."""

    name: str
    value: Value
    status: Literal["measured", "modelled", "unknown"]
    sentence: str


@dataclass(frozen=True, slots=True)
class Worth:
    """What answering is worth, in `currency`, over `horizon_days` after time zero.

    `margin` and `cost` are per answered conversation, `roi` their ratio less 1, `payback_months` within the
    horizon. `breakeven_effect` is the effect on retention (0..1) from which an answer pays, `effect` what
    the data allow. `bars` (repurchase, retention, upsell, cross-sell) add up to `margin`; `residual` is what
    a model expects after the horizon; `beside` (leads, referrals) is attribution, and is not added to it.
    `unanswered` is the margin of an answer to those not answered so far, `marginal_cost` what it would cost.
    """

    horizon_days: int
    currency: str | None
    estimand: str
    margin: Value
    cost: Value
    roi: Value
    breakeven_effect: Value
    effect: Value
    payback_months: Value
    unanswered: Value
    marginal_cost: Value
    bars: tuple[Bar, ...]
    residual: Bar
    beside: tuple[Bar, ...]
    costs: tuple[Cost, ...]
    checks: tuple[Check, ...]
    verdict: Verdict
    sentence: str
    notes: tuple[str, ...] = ()
    working: tuple[Working, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """What a fair test of `weeks` could see: how many conversations it has in both arms, and from which
    effect on (0..1) it would show it four times out of five.
    """

    weeks: int
    answered: int
    held: int
    smallest: float


@dataclass(frozen=True, slots=True)
class Plan:
    """A fair test: how many conversations come in a week, what each length could see, and how it is done.

    `share` of them are answered first, the others wait `hold_h` hours. `weeks` is the first length that would
    see `worthwhile` (the effect from which an answer pays, where that is known, else 5 points); None if none.
    """

    outcome: str
    horizon_days: int
    share: float
    hold_h: float
    per_week: float
    level: float
    worthwhile: float
    weeks: int | None
    reach: tuple[Reach, ...]
    recipe: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Standing:
    """One of several groups (departments, speakers) on one measure.

    `raw` is its own mean, `adjusted` the same with everybody's case mix, `shrunken` that once luck is taken
    out, in all three with their own intervals. `p_best` is the chance that it is the best of those ranked,
    None where it is not ranked.
    """

    name: str
    n: int
    raw: Value
    adjusted: Value
    shrunken: Value
    p_best: float | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """`first` minus `second`: an interval that holds for all pairs together, and Holm's `p`."""

    first: str
    second: str
    value: Estimate
    p: float


@dataclass(frozen=True, slots=True)
class Funnel:
    """Groups by size around a common `centre`, and how far luck alone takes a group of each size.

    `points` are (name, size, value), `lines` (size, low 95 %, high 95 %, low 99.8 %, high 99.8 %) by rising
    size. `dispersion` above 1 says that the groups differ more than luck allows, and widens the lines.
    """

    centre: float
    dispersion: float
    points: tuple[tuple[str, float, float], ...]
    lines: tuple[tuple[float, float, float, float, float], ...]


@dataclass(frozen=True, slots=True)
class Standings:
    """Groups compared like with like on one measure: never a league table.

    `by` says what divides (department or speaker). `verdict` is better when some pair differs for certain,
    no_clear_difference when none does, else cannot_say or too_little_data; `sentence` says which and why.
    `shared` names the topics the comparison is restricted to, () for all. `spread` is how much the groups
    truly differ (a standard deviation).
    """

    definition: Definition
    by: str
    standings: tuple[Standing, ...]
    gaps: tuple[Gap, ...]
    funnel: Funnel | None
    spread: Value
    shared: tuple[str, ...]
    verdict: Verdict
    sentence: str
    notes: tuple[str, ...] = ()
    working: tuple[Working, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """What the firm says happened: when (naive UTC), in which department (None: all), in whose words."""

    happened_at: datetime
    department: str | None
    label: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A measure week by week before and after a dated change, with everybody's case mix in every week.

    `step` is the jump at the change, `turn` how much the slope per week changed. `expected` holds (week
    start, value) as the weeks before alone would have gone on, from the change on. `memory` is how much one
    week takes after the week before (-1..1). Without `control` a step coincides with the change, no more.
    """

    definition: Definition
    label: str
    department: str | None
    happened_at: datetime
    step: Value
    turn: Value
    series: Series
    expected: tuple[tuple[date, float], ...]
    memory: float | None
    control: str | None
    verdict: Verdict
    sentence: str
    notes: tuple[str, ...] = ()
    working: tuple[Working, ...] = ()
