"""What a report holds, before anybody decides how it looks: cards, steps, sections, definitions.

Built once from a store and the visitor's filters; the HTML page and the slides print the same object, so
neither can say another number. Nothing in it depends on when it is made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

import socialroi
from socialroi import charts, metrics, uplift
from socialroi.charts import Chart, Look
from socialroi.charts import format as written
from socialroi.metrics import dated, grids, landmark
from socialroi.report import cards, steps
from socialroi.report.cards import Card
from socialroi.report.steps import Known, Step
from socialroi.result import By, Definition, Estimate, Reading, Series, Study, Unknown, Window, Worth
from socialroi.store import Store
from socialroi.store.facts import linked
from socialroi.uplift.worth import worth as weighed

TITLE = "What answering does"
#: What a closer look compares: a metric, how it is divided, and the page that shows it.
CLOSER: tuple[tuple[str, By, str], ...] = (
    ("first_response_time", "department", "response"),
    ("net_easy", "channel", "ease"),
)
#: How many overlapping months a follow-up of this many days spans.
_MONTH_D = 30


@dataclass(frozen=True, slots=True)
class Section:
    """One question with its figures and pictures."""

    title: str
    question: str
    readings: tuple[Reading, ...] = ()
    charts: tuple[Chart, ...] = ()
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report. `facts` say of which data, filters and version it is; `fingerprint` names the data."""

    title: str
    facts: tuple[tuple[str, str], ...]
    commentary: str
    cards: tuple[Card, ...]
    steps: tuple[Step, ...]
    sections: tuple[Section, ...]
    definitions: tuple[Definition, ...]
    currency: str | None
    fingerprint: str


_LOADED = "select table_name, file_hash, rows_loaded from batches order by table_name, file_hash, rows_loaded"


def report(
    store: Store,
    window: Window,
    *,
    title: str = TITLE,
    commentary: str = "",
    study: Study | None = None,
    money: Worth | None = None,
    versus: Window | None = None,
) -> Report:
    """Everything for these filters, the cards against the period `versus` where it is given. The study and
    the money are of everybody, whatever the filters, and are only computed where they are not given.
    """
    study = study or uplift.study(store)
    money = money or (weighed(store) if store.tables()["costs"] else None)
    sections = tuple(_sections(store, window, study, money))
    seen = dict.fromkeys(r.definition for section in sections for r in section.readings)
    return Report(
        title, facts(store, window, versus), commentary.strip(),
        five(store, window, study, money, versus),
        steps.next_steps(known(store, window, study, money)),
        sections, tuple(seen), store.currency, fingerprint(store),
    )  # fmt: skip


def five(
    store: Store, window: Window, study: Study, money: Worth | None, versus: Window | None = None
) -> tuple[Card, ...]:
    """The five cards."""

    def reading(key: str) -> Reading:
        metric = metrics.by_key(key)
        before = metric.compute(store, versus).value if versus else None
        return replace(metric.compute(store, window), compared_with=before)

    def card(title: str, page: str, *keys: str, apart: int = 1) -> Card:
        asked = [(reading(key), _series(store, window, key)) for key in keys]
        return cards.metric(title, page, asked, store.currency, apart=apart)

    return (
        card("Speed", "response", "first_response_time"),
        card("Ease", "ease", "net_easy", "csat"),
        card("Loyalty", "loyalty", "retention", apart=overlap(window)),
        cards.real(study),
        cards.worth(money),
    )


def overlap(window: Window) -> int:
    """How many months back a comparison of retention goes, so that the two follow-ups do not overlap."""
    return max(1, round(window.horizon_days / _MONTH_D))


def known(store: Store, window: Window, study: Study, money: Worth | None) -> Known:
    """What the next steps are computed from."""
    waiting = metrics.by_key("waiting_now")
    answered, surveyed = (
        metrics.by_key(key).compute(store, window) for key in ("response_rate", "survey_response_rate")
    )
    assert waiting.detail is not None
    split = tuple(
        (metrics.by_key(key).compute(store, replace(window, by=by)), by, page) for key, by, page in CLOSER
    )
    return Known(
        store.tables(), waiting.compute(store, window), waiting.detail(store, window), answered, surveyed,
        linked(store),
        study, money, split, store.currency,
    )  # fmt: skip


def fingerprint(store: Store) -> str:
    """Sixteen hex digits that name the loaded files and the settings: the same data, the same digits."""
    told = repr((store.rows(_LOADED), store.settings))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def facts(store: Store, window: Window, versus: Window | None = None) -> tuple[tuple[str, str], ...]:
    """Of which data, which part of them and which version a report is."""
    spans = store.coverage().values()
    zone = store.settings.reporting_zone
    cut_off = written.instant(max(last for _, last in spans), zone) if spans else "no data"
    return (
        ("Data until", cut_off),
        ("Filters", filters(window, zone)),
        *((("Compared with", filters(versus, zone)),) if versus else ()),
        ("Follow-up", f"{window.horizon_days} days"),
        ("Clock", "opening hours" if window.clock == "business" else "every hour counts"),
        ("Time zone", zone),
        ("Numbers and days", written.CONVENTION),
        ("Currency", store.currency or "none, or several"),
        ("Data fingerprint", fingerprint(store)),
        ("Made by", f"socialroi {socialroi.__version__}"),
    )


def filters(window: Window, zone: str) -> str:
    """The filters in words; "none" when everything is in."""
    parts = [
        f"from {written.day(written.local(window.start, zone))}" if window.start else "",
        f"until before {written.day(written.local(window.end, zone))}" if window.end else "",
        _listed("channel", window.channel),
        _listed("department", window.department),
        _listed("segment", window.segment),
    ]
    return "; ".join(part for part in parts if part) or "none"


def _listed(what: str, names: tuple[str, ...]) -> str:
    return f"{what} {' or '.join(map(charts.clean, names))}" if names else ""


def _sections(store: Store, window: Window, study: Study, money: Worth | None) -> Iterator[Section]:
    marked = charts.dated(dated.events(store, window), store.settings.reporting_zone)
    look = Look(currency=store.currency, titled=False, wide=True, dated=marked)
    yield _response(store, window, look)
    yield _ease(store, window, look)
    yield _loyalty(store, window, look)
    yield _reality(study, look)
    if money is not None:
        yield _money(money, look)


def _response(store: Store, window: Window, look: Look) -> Section:
    found = _readings(store, window, "first_response_time", "response_rate", "sla_attainment", "resolution")
    waits = grids.waits(store, window)
    drawn = (
        charts.latency_curve(waits, look, median=found[0].value) if waits.groups else None,
        _over_time(store, window, look, "first_response_time"),
        _split(store, window, look, "first_response_time", "department"),
    )
    return Section("Response", "How fast do we answer, and how many?", found, _drawn(*drawn))


def _ease(store: Store, window: Window, look: Look) -> Section:
    found = _readings(store, window, "net_easy", "csat", "survey_response_rate")
    drawn = (
        _over_time(store, window, look, "net_easy"),
        _split(store, window, look, "net_easy", "channel"),
    )
    return Section("Ease", "How easy are we to deal with?", found, _drawn(*drawn))


def _loyalty(store: Store, window: Window, look: Look) -> Section:
    found = _readings(store, window, "retention", "repurchase", "churn", "clv_historical")
    drawn = (
        charts.comparison(landmark.compare(store, "retention", window), look),
        charts.comparison(landmark.compare(store, "clv_historical", window), look),
        _over_time(store, window, look, "retention"),
    )
    return Section(
        "Loyalty", "Do the customers we talk with stay and buy more?", found, _drawn(*drawn),
        ("What stands here of engaged customers are differences, not effects.",),
    )  # fmt: skip


def _reality(study: Study, look: Look) -> Section:
    rung = charts.headline_of(study) or next((r for r in study.rungs if r.rung == "A"), None)
    checked = [check.sentence for check in rung.checks] if rung else []
    ask = "Is the difference really made by answering?"
    return Section("Is it real?", ask, (), (charts.ladder(study, look),), (study.sentence, *checked))


def _money(money: Worth, look: Look) -> Section:
    amounts = any(isinstance(bar.value, Estimate) for bar in (*money.bars, *money.beside))
    drawn = (
        charts.breakeven_plot(money, look) if isinstance(money.breakeven_effect, Estimate) else None,
        charts.worth_bars(money, look) if amounts else None,
        charts.costs_over_time(money.costs, replace(look, currency=money.currency)) if money.costs else None,
    )
    return Section("Worth it?", "Does answering pay?", (), _drawn(*drawn), (money.sentence, *money.notes))


def _readings(store: Store, window: Window, *keys: str) -> tuple[Reading, ...]:
    """Those of which anything at all is loaded, and always the first."""
    found = [metrics.by_key(key).compute(store, window) for key in keys]
    return tuple(r for i, r in enumerate(found) if not i or not _is_absent(r))


def _is_absent(reading: Reading) -> bool:
    return isinstance(reading.value, Unknown) and reading.value.code == "no_data"


def _over_time(store: Store, window: Window, look: Look, key: str) -> Chart | None:
    found = _series(store, window, key)
    return charts.line_series(found, look) if found.points else None


def _series(store: Store, window: Window, key: str) -> Series:
    metric = metrics.by_key(key)
    return metric.series(store, window) if metric.series else Series(metric.definition, ())


def _split(store: Store, window: Window, look: Look, key: str, by: By) -> Chart | None:
    found = metrics.by_key(key).compute(store, replace(window, by=by))
    return charts.interval_bars(found, look, by=by) if found.by else None


def _drawn(*found: Chart | None) -> tuple[Chart, ...]:
    return tuple(chart for chart in found if chart is not None)
