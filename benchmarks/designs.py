"""Which design finds the effect of an answer, and which only finds that loyal customers talk more?

    python benchmarks/designs.py [--reps 40] [--jobs 2] [--first-seed 0] [--worlds NAME...]

Every design is computed from the same invented firms (6,000 customers, two years; any order within
90 days) by the estimators of `socialroi.stats.causal`, without the store. Three worlds: no effect;
an answer brings some customers back for an order they would not have placed ("+8 given"); a customer
left without an answer may be lost ("+8 kept", which is `firm(effect=0.08)`). Both plant 8 points on the
answered. In the last world people who never wrote cannot be lost, so a comparison with them (designs
1 to 5) has nothing to find: the truth printed is the answer's, the bias is what they miss of it.

Printed per design: mean, the truth among its own treated, bias, SD, share of 95 % intervals that hold
that truth, share that exclude 0 (at no effect: false positives), and the same share for its placebo
(outcome in the 90 days up to 14 days before, covariates before those).
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property, partial

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray

from socialroi.result import Estimate
from socialroi.simulate import firm
from socialroi.simulate.clock import DAY, GRACE, is_night
from socialroi.stats.causal import Assignment, plain_difference

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

CUSTOMERS = 6_000
DAYS = 730
HORIZON = 90 * DAY
KNOWN_FOR = 30 * DAY
GAP = 14 * DAY
ANCHOR = 7 * DAY
CONTROLS = 5  # per treated, in the risk sets and beside anchored orders
CANDIDATES = 25  # drawn per treated to find them
NEVER = np.int64(2**60)


@dataclass(frozen=True, slots=True)
class Events:
    """What happened to customers, sorted by customer and time (seconds), with running sums of `worth`."""

    key: Ints
    at: Ints
    running: Floats
    base: int

    @classmethod
    def of(cls, customer: Ints, at: Ints, worth: Floats | None = None) -> Events:
        """Index events given in any order."""
        base = 4 * DAYS * DAY
        order = np.argsort(customer * base + at, kind="stable")
        sums = np.cumsum(np.ones(len(at)) if worth is None else worth[order])
        return cls((customer * base + at)[order], at[order], np.concatenate([[0.0], sums]), base)

    def before(self, customer: Ints, at: Ints) -> Ints:
        """Where the customer's events strictly before `at` end."""
        return np.searchsorted(self.key, customer * self.base + np.clip(at, 0, self.base - 1))

    def count(self, customer: Ints, after: Ints, until: Ints) -> Ints:
        """Events in [after, until)."""
        return self.before(customer, until) - self.before(customer, after)

    def worth(self, customer: Ints, after: Ints, until: Ints) -> Floats:
        """Their summed worth."""
        return self.running[self.before(customer, until)] - self.running[self.before(customer, after)]

    def since_last(self, customer: Ints, at: Ints, none: int) -> Floats:
        """Days since the last event strictly before `at`; `none` where there is none."""
        place = self.before(customer, at)
        found = place > self.before(customer, np.zeros_like(at))
        last = self.at[np.maximum(place - 1, 0)]
        return np.where(found, (at - last) / DAY, none)


@dataclass(frozen=True)
class Firm:
    """One invented firm as arrays: orders that happened, social conversations, what an answer changes.

    `answered` is within 24 hours; `lost` the chance that one left unanswered is lost ("kept"), `given`
    the chance that an answer makes an order at `extra_at` ("given", `NEVER` where the coin said no).
    """

    customer: Ints
    at: Ints
    answered: Bools
    comparable: Bools
    x: Floats
    chance_lost: float
    at_stake: Bools
    chance_given: float
    extra_at: Ints
    order_customer: Ints
    order_at: Ints
    margin: Floats
    plus: Bools
    end: int

    @cached_property
    def orders(self) -> Events:
        """Every order, those made by answers included."""
        made = self.extra_at < NEVER
        customer = np.concatenate([self.order_customer, self.customer[made]])
        at = np.concatenate([self.order_at, self.extra_at[made]])
        worth = np.concatenate([self.margin, np.full(made.sum(), self.margin.mean())])
        seen = at < self.end
        return Events.of(customer[seen], at[seen], worth[seen])

    @cached_property
    def talks(self) -> Events:
        """Every social conversation, at its opening."""
        return Events.of(self.customer, self.at)

    @cached_property
    def first_order(self) -> Ints:
        """When each customer ordered first."""
        found = np.full(len(self.plus), NEVER)
        np.minimum.at(found, self.order_customer, self.order_at)
        return found

    @cached_property
    def engaged_by(self) -> Ints:
        """Each customer's first answered conversation; its index, or -1."""
        found = np.full(len(self.plus), -1)
        answered = np.flatnonzero(self.answered)
        found[self.customer[answered[::-1]]] = answered[::-1]  # sorted by time, the first is written last
        return found

    @cached_property
    def engaged_at(self) -> Ints:
        """When that was; `NEVER` without one."""
        return np.where(self.engaged_by >= 0, self.at[self.engaged_by], NEVER)

    def may_be_compared(self, customer: Ints, at: Ints) -> Bools:
        """Two orders before, the first at least 30 days ago, followed to the end of 90 days."""
        known = self.first_order[customer] + KNOWN_FOR <= at
        followed = at + GRACE + HORIZON <= self.end
        return known & followed & (self.orders.count(customer, np.zeros_like(at), at) >= 2)


def invent(seed: int, world: str) -> Firm:
    """The firm of that seed in one of `WORLDS`."""
    made = firm(CUSTOMERS, DAYS, 0.08 if world == "+8 kept" else 0.0, seed=seed).world
    case, contacts = made.case, made.case.contacts
    who = np.flatnonzero(contacts.social & case.care.exists)
    comparable = contacts.comparable[who] & ~contacts.pre_sale[who]
    orders = made.happens & made.orders.counts
    plain = Firm(
        customer=contacts.customer[who], at=contacts.at[who], answered=case.care.answered[who],
        comparable=comparable, x=_drivers(contacts, case, who),
        chance_lost=made.policy.gain, at_stake=case.care.at_stake[who],
        chance_given=0.0, extra_at=np.full(len(who), NEVER),
        order_customer=made.orders.customer[orders], order_at=made.orders.at[orders],
        margin=made.basket.margin[orders], plus=made.people.segment == 1, end=case.span.end,
    )  # fmt: skip
    return _with_gifts(plain, seed) if world == "+8 given" else plain


def _drivers(contacts, case, who: Ints) -> Floats:
    """What decides about an answer: hour, weekday, queue, channel, department."""
    at = contacts.at[who]
    levels = [contacts.channel[who] == code for code in (1, 2, 3)]
    levels += [contacts.department[who] == code for code in (1, 2)]
    free, queue = case.span.is_free_day(at), np.log1p(case.care.queue[who])
    return np.column_stack([is_night(at), free, queue, *levels]).astype(np.float64)


def _with_gifts(plain: Firm, seed: int) -> Firm:
    """An answer makes one more order in the 90 days after its grace time, by chance; 8 points on average."""
    sample = answered_or_not(plain)
    idle = ~(_bought(plain, sample) > 0)[sample.treated]
    rng = np.random.default_rng((seed, 7))
    n = len(plain.at)
    when = plain.at + GRACE + (rng.random(n) * HORIZON).astype(np.int64)
    luck, chance, made = rng.random(n), 0.08 / idle.mean(), plain
    for _ in range(2):  # gifts get into each other's way a little
        gets = plain.answered & plain.comparable & (luck < chance)
        made = replace(plain, chance_given=chance, extra_at=np.where(gets, when, NEVER))
        chance *= 0.08 / true_effect(made, answered_or_not(made))
    return made


@dataclass(frozen=True, slots=True)
class Sample:
    """Who is compared: a customer known as strictly before `at`, the outcome counted from `start` on.

    `by` is the conversation whose answer is the treatment, -1 for none.
    """

    customer: Ints
    at: Ints
    start: Ints
    treated: Bools
    by: Ints

    def only(self, which: Bools) -> Sample:
        """The rows for which `which` holds."""
        return Sample(*(getattr(self, name)[which] for name in self.__slots__))

    def earlier(self) -> Sample:
        """The same people before anything happened, for the placebo."""
        then = self.at - GAP - HORIZON
        return replace(self, at=then, start=then)


def pseudo_days(one: Firm) -> Sample:
    """Design 2: the engaged at their engagement, the never engaged at a random day."""
    rng = np.random.default_rng(2)
    never = np.flatnonzero((one.engaged_by < 0) & (one.first_order < NEVER))
    first, last = one.first_order[never] + KNOWN_FOR, one.end - HORIZON - GRACE
    day = first + (rng.random(len(never)) * np.maximum(last - first, 0)).astype(np.int64)
    return _joined(one, _engaged(one), never, day)


def risk_sets(one: Firm) -> Sample:
    """Design 4: the engaged at their engagement, customers not yet engaged on the same day."""
    rng = np.random.default_rng(4)
    treated = _engaged(one)
    day = np.repeat(one.at[treated], CANDIDATES)
    who = rng.integers(0, len(one.plus), len(day))
    fits = (one.engaged_at[who] > day) & one.may_be_compared(who, day)
    chosen = fits & (np.cumsum(fits.reshape(-1, CANDIDATES), axis=1).ravel() <= CONTROLS)
    return _joined(one, treated, who[chosen], day[chosen])


def _engaged(one: Firm) -> Ints:
    """First answered conversations of customers that may be compared."""
    first = one.engaged_by[one.engaged_by >= 0]
    return first[one.may_be_compared(one.customer[first], one.at[first])]


def _joined(one: Firm, treated: Ints, control: Ints, day: Ints) -> Sample:
    fits = one.may_be_compared(control, day)
    customer = np.concatenate([one.customer[treated], control[fits]])
    at = np.concatenate([one.at[treated], day[fits]])
    by = np.concatenate([treated, np.full(fits.sum(), -1)])
    return Sample(customer, at, at + GRACE, by >= 0, by)


def anchored(one: Firm) -> Sample:
    """Design 5: both arms ordered in the last 7 days; the treated then wrote and were answered."""
    rng = np.random.default_rng(5)
    orders, customer = one.orders, one.orders.key // one.orders.base
    fits = one.may_be_compared(customer, orders.at + ANCHOR)
    customer, ordered = customer[fits], orders.at[fits]
    asked = np.flatnonzero(one.answered)
    by_customer = asked[np.lexsort((one.at[asked], one.customer[asked]))]
    base = orders.base
    key = one.customer[by_customer] * base + one.at[by_customer]
    following = np.searchsorted(key, customer * base + ordered)
    by = np.append(by_customer, -1)[following]
    in_time = (by >= 0) & (one.customer[by] == customer) & (one.at[by] + GRACE <= ordered + ANCHOR)
    by = np.where(in_time, by, -1)
    share = min(1.0, CONTROLS * in_time.sum() / max((~in_time).sum(), 1))
    kept = in_time | (rng.random(len(by)) < share)
    # known is what was known with the order: what is written afterwards is the treatment
    return Sample(customer, ordered + 1, ordered + ANCHOR, in_time, by).only(kept)


def answered_or_not(one: Firm) -> Sample:
    """Design 6: everybody wrote; some were answered in time."""
    who = np.flatnonzero(one.comparable)
    who = who[one.may_be_compared(one.customer[who], one.at[who])]
    at = one.at[who]
    return Sample(one.customer[who], at, at + GRACE, one.answered[who], who)


def _bought(one: Firm, sample: Sample) -> Ints:
    """Orders in the 90 days after the start."""
    return one.orders.count(sample.customer, sample.start + 1, sample.start + HORIZON + 1)


def true_effect(one: Firm, sample: Sample) -> float:
    """What the answers changed for the treated of a sample, averaged over the coins."""
    treated = sample.only(sample.treated)
    bought, effective = _bought(one, treated), one.comparable[treated.by]
    extra = one.extra_at[treated.by]
    own = (extra > treated.start) & (extra <= treated.start + HORIZON)
    inside = 1 - (treated.start - one.at[treated.by] - GRACE) / HORIZON  # a gift may come before the start
    given = one.chance_given * (bought - own == 0) * inside
    kept = one.chance_lost * (bought > 0)
    return float((effective * (given + kept)).mean())


def covariates(one: Firm, sample: Sample) -> Floats:
    """Twenty-three terms about orders, their recency and earlier conversations, all strictly before."""
    customer, at = sample.customer, sample.at
    spans = (NEVER, 365 * DAY, 90 * DAY, 30 * DAY)
    numbers = [np.log1p(one.orders.count(customer, np.maximum(at - span, 0), at)) for span in spans]
    spent = [np.log1p(one.orders.worth(customer, np.maximum(at - span, 0), at)) for span in spans]
    quiet = one.orders.since_last(customer, at, 400)
    steps = [quiet > days for days in (3, 7, 14, 30, 60, 120)]
    tenure = np.log1p(np.maximum(at - one.first_order[customer], 0) / DAY)
    talks = [np.log1p(one.talks.count(customer, np.maximum(at - span, 0), at)) for span in spans[:3]]
    silent = np.log1p(one.talks.since_last(customer, at, 400))
    mean = spent[0] - numbers[0]
    rest = [np.log1p(quiet), np.sqrt(quiet), tenure, mean, *talks, silent, one.plus[customer]]
    return np.column_stack([*numbers, *spent, *steps, *rest]).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Said:
    """What one design said about one firm."""

    value: float
    low: float
    high: float
    truth: float
    placebo: tuple[float, float, float] | None = None

    @property
    def covers(self) -> bool:
        """Whether the interval holds the truth."""
        return self.low <= self.truth <= self.high

    @property
    def excludes_zero(self) -> bool:
        """Whether it claims an effect."""
        return self.low > 0 or self.high < 0


Estimates = Mapping[str, Estimate]


def _raw(key: str, one: Firm, sample: Sample) -> Estimates:
    y = (_bought(one, sample) > 0).astype(np.float64)
    return {key: plain_difference(y, sample.treated, sample.customer)}


def _adjusted(keys: Mapping[str, str], one: Firm, sample: Sample, x: Floats | None = None) -> Estimates:
    y = (_bought(one, sample) > 0).astype(np.float64)
    terms = covariates(one, sample)
    terms = terms if x is None else np.column_stack([terms, x])
    fitted = Assignment.of(sample.treated.astype(np.float64), terms, sample.customer, splits=1)
    effects = fitted.effects(y, tuple(keys.values()))
    return {key: effects[estimand].estimate for key, estimand in keys.items()}


Ask = Callable[[Firm, Sample], Estimates]


def _plan(one: Firm) -> Iterator[tuple[Sample, tuple[Ask, ...]]]:
    """Samples, and what is computed on them."""
    yield pseudo_days(one), (partial(_raw, "2"), partial(_adjusted, {"3": "ATT"}))
    yield risk_sets(one), (partial(_raw, "4a"), partial(_adjusted, {"4b": "ATT"}))
    yield anchored(one), (partial(_adjusted, {"5": "ATT"}),)
    asked = answered_or_not(one)
    drivers = partial(_with_drivers, {"6b": "ATT", "6c": "ATO"})
    yield asked, (partial(_raw, "6a"), drivers)


def _with_drivers(keys: Mapping[str, str], one: Firm, sample: Sample) -> Estimates:
    return _adjusted(keys, one, sample, one.x[sample.by])


def run(world: str, seed: int) -> dict[str, Said | float]:
    """Every design on one firm; under "1b" a ratio, under "cpu_s" the seconds it took."""
    began = time.process_time()
    one = invent(seed, world)
    said: dict[str, Said | float] = {"1": ever_or_never(one), "1b": orders_ratio(one)}
    for sample, asks in _plan(one):
        truth = true_effect(one, sample)
        before = sample.earlier()
        # only who was a customer then has a past to compare
        before = before.only(one.first_order[before.customer] < before.at)
        for ask in asks:
            placebo = ask(one, before)
            for key, found in ask(one, sample).items():
                passed = placebo[key].value, placebo[key].low, placebo[key].high
                said[key] = Said(found.value, found.low, found.high, truth, passed)
    said["cpu_s"] = time.process_time() - began
    return said


def ever_or_never(one: Firm) -> Said:
    """Design 1: share that ordered in the last 90 days, ever answered less never answered."""
    everybody = np.arange(len(one.plus))[one.first_order < NEVER]
    ever = one.engaged_by[everybody] >= 0
    after = np.full(len(everybody), one.end - HORIZON)
    active = one.orders.count(everybody, after, np.full(len(everybody), one.end)) > 0
    found = plain_difference(active.astype(np.float64), ever, everybody)
    return Said(found.value, found.low, found.high, _worth_of_all(one, everybody[ever]))


def _worth_of_all(one: Firm, customers: Ints) -> float:
    """Share of the ever answered active in the last 90 days, less that had none of them been answered."""
    lost_at = np.full(len(one.plus), NEVER)
    decides = one.answered & one.at_stake
    np.minimum.at(lost_at, one.customer[decides], one.at[decides] + GRACE)
    late = one.order_at >= one.end - HORIZON
    now, then = np.zeros((2, len(one.plus)), bool)
    now[one.order_customer[late]] = True
    then[one.order_customer[late & (one.order_at <= lost_at[one.order_customer])]] = True
    made = (one.extra_at >= one.end - HORIZON) & (one.extra_at < one.end)
    now[one.customer[made]] = True
    return float(now[customers].mean() - then[customers].mean())


def orders_ratio(one: Firm) -> float:
    """Design 1b: orders per customer, ever answered by never answered."""
    number = np.bincount(one.orders.key // one.orders.base, minlength=len(one.plus))
    bought, ever = one.first_order < NEVER, one.engaged_by >= 0
    return float(number[bought & ever].mean() / number[bought & ~ever].mean())


WORLDS = ("0", "+8 given", "+8 kept")
DESIGNS: Mapping[str, str] = {
    "1": "ever or never answered, active at the end",
    "2": "at engagement, never engaged at a random day",
    "3": "design 2, adjusted (ATT)",
    "4a": "risk sets: same day, not yet engaged",
    "4b": "risk sets, adjusted (ATT)",
    "5": "both ordered in the last 7 days, adjusted (ATT)",
    "6a": "answered or not, among those who wrote",
    "6b": "answered or not, adjusted (ATT)",
    "6c": "answered or not, adjusted (ATO)",
}
HEAD = (
    f"{'design':54}{'mean':>8}{'truth':>8}{'bias':>8}{'SD':>7}{'covers':>9}{'off 0':>8}"
    f"{'placebo':>9}{'off 0':>8}"
)


def lines(runs: list[dict[str, Said | float]]) -> Iterator[str]:
    """A world's table, in points and per cent."""
    yield HEAD
    for key, sentence in DESIGNS.items():
        said = [one[key] for one in runs]
        value, truth = (100 * np.array([getattr(one, name) for one in said]) for name in ("value", "truth"))
        placebos = [one.placebo for one in said if one.placebo]
        fires = 100 * np.mean([low > 0 or high < 0 for _, low, high in placebos]) if placebos else np.nan
        placebo = 100 * np.mean([middle for middle, *_ in placebos]) if placebos else np.nan
        covers, claims = (100 * np.mean([getattr(s, n) for s in said]) for n in ("covers", "excludes_zero"))
        spread = (value - truth).std(ddof=1) if len(said) > 1 else np.nan
        yield (
            f"{key:3}{sentence:51}{value.mean():+8.1f}{truth.mean():+8.1f}{(value - truth).mean():+8.1f}"
            f"{spread:7.1f}{covers:7.1f} %{claims:6.1f} %{placebo:+9.1f}{fires:6.1f} %"
        )
    ratio, cpu = (np.mean([one[name] for one in runs]) for name in ("1b", "cpu_s"))
    yield f"1b orders per customer, ever by never answered: {ratio:.2f} x; {cpu:.2f} CPU s a repetition"


def main() -> None:
    """Run the worlds asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reps", type=int, default=40)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--worlds", nargs="*", default=WORLDS, choices=WORLDS, metavar="NAME")
    options = parser.parse_args()
    seeds = range(options.first_seed, options.first_seed + options.reps)
    with ProcessPoolExecutor(options.jobs) as pool:
        for world in options.worlds:
            print(f"\neffect {world}, {options.reps} repetitions")
            for text in lines(list(pool.map(partial(run, world), seeds, chunksize=2))):
                print(text, flush=True)


if __name__ == "__main__":
    main()
