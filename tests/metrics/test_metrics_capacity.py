"""Messages and people by hour of the week, and how many people the promise takes."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from metric_cases import DAY, HOUR, MINUTE, conversation, store, talk

from socialroi.metrics import capacity
from socialroi.result import Estimate, Window
from socialroi.stats.erlang import staff_for_promises
from socialroi.store import Store

WEEK = 7 * DAY
HOUR_PROMISED = pd.DataFrame({"target_s": [float(HOUR)]})


def mondays(*counts: int, agent: str | None = "ann") -> list[list[dict[str, object]]]:
    """So many messages after 9:00 on each of the first Mondays, answered three minutes later."""
    rows = []
    for week, count in enumerate(counts):
        for i in range(count):
            name = f"w{week}-{i}"
            asked, reply = conversation(name, f"c-{name}", 3 * MINUTE, week * WEEK + (i + 1) * MINUTE)
            rows.append([asked, reply | {"agent_id": agent}])
    return rows


def shop(*rows: list[dict[str, object]], end_s: float = 3 * WEEK + HOUR, **tables: pd.DataFrame) -> Store:
    return store(interactions=talk(*rows, end_s=end_s), **tables)


def test_arrivals_and_people_by_hand():
    # Four Mondays, 9 h: 2, 4, 6 and 0 messages: 3 an hour; one person answered on three of the four.
    found = capacity.demand(shop(*mondays(2, 4, 6, 0)), Window())
    monday = found.arrivals.cells["Monday", "09"]
    assert (monday.value, monday.n) == (3, 4)
    assert found.seen.cells["Monday", "09"].value == pytest.approx(3 / 4)
    # sd of (2, 4, 6, 0) is root(20 / 3); t for 3 degrees 3.1824: 3.1824 x 2.582 / 2 = 4.1085, cut at nothing
    assert monday.high == pytest.approx(3 + 4.1085, abs=1e-3)
    assert monday.low == 0
    assert (found.asked, found.closed, found.has_calendar) == (12, 0, False)
    # three weeks and an hour: only this hour (and the first quarter of the next) came four times
    assert set(found.arrivals.cells) == {("Monday", "09"), ("Monday", "10")}


def test_an_hour_without_messages_is_a_measured_zero():
    found = capacity.demand(shop(*mondays(2, 4, 6, 1), end_s=5 * WEEK - 1), Window())
    assert len(found.arrivals.cells) == 168
    assert found.arrivals.cells["Sunday", "03"].value == 0
    assert found.arrivals.cells["Monday", "09"].value == pytest.approx(13 / 5)


def opens(weekdays: range, first: str = "09:00", last: str = "17:00", **more: object) -> pd.DataFrame:
    return pd.DataFrame({"weekday": list(weekdays), "opens": first, "closes": last, "zone": "UTC", **more})


def test_closed_hours_and_holidays_are_left_out_with_what_came_in_them():
    # Open Monday to Friday 9 to 17, the second Monday is off: 2, 6, 0 and 1 messages on four open Mondays.
    night = [conversation(f"n{i}", f"d{i}", 60, 12 * HOUR + i) for i in range(3)]
    tables = {"calendars": opens(range(1, 6)), "holidays": pd.DataFrame({"day": ["2026-01-12"]})}
    tables["holidays"]["day"] = pd.to_datetime(tables["holidays"]["day"])
    found = capacity.demand(shop(*mondays(2, 4, 6, 0, 1), *night, end_s=5 * WEEK - 1, **tables), Window())
    assert (found.asked, found.closed, found.has_calendar) == (16, 3 + 4, True)
    assert (found.arrivals.cells["Monday", "09"].value, found.arrivals.cells["Monday", "09"].n) == (9 / 4, 4)
    days = {weekday for weekday, _ in found.arrivals.cells}
    assert days == {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday"}
    assert {hour for _, hour in found.arrivals.cells} == {f"{hour:02d}" for hour in range(9, 17)}


def test_a_new_calendar_holds_from_its_day_on():
    # Until 25 January open 9 to 10, then 10 to 11, on Mondays: four Mondays of the first kind at most.
    both = pd.concat([
        opens(range(1, 2), "09:00", "10:00", valid_from=None),
        opens(range(1, 2), "10:00", "11:00", valid_from="2026-02-02"),
    ])  # fmt: skip
    both["valid_from"] = pd.to_datetime(both["valid_from"])
    found = capacity.demand(shop(*mondays(2, 2, 2, 2, 2), end_s=8 * WEEK - 1, calendars=both), Window())
    assert {place: value.n for place, value in found.arrivals.cells.items()} == {
        ("Monday", "09"): 4,
        ("Monday", "10"): 4,
    }
    assert found.closed == 2  # the fifth Monday at nine


@pytest.mark.parametrize(("zone", "first", "missing"), [
    ("Europe/Berlin", "2026-03-02", ("Sunday", "02")),  # the clock goes from 2 to 3 on 29 March
    ("Europe/Berlin", "2026-10-05", None),  # and back on 25 October: the hour from 2 to 3 comes twice
])  # fmt: skip
def test_hours_are_local_also_when_the_clock_changes(zone, first, missing):
    # Six weeks of one message an hour, day and night: every hour of the week has one an hour, local.
    start = pd.Timestamp(first, tz=zone).tz_convert("UTC").tz_localize(None)
    rows = [conversation(f"x{i}", f"c{i}", 60, i * HOUR) for i in range(6 * 168)]
    table = talk(*rows, end_s=6 * WEEK - 1)
    table["sent_at"] += start - pd.Timestamp("2026-01-05 09:00")
    found = capacity.demand(Store.of({"interactions": table}, settings={"business_zone": zone}), Window())
    assert len(found.arrivals.cells) == 168
    assert [value.value for value in found.arrivals.cells.values()] == pytest.approx([1.0] * 168)
    if missing:
        assert found.arrivals.cells[missing].n == 5
        assert found.arrivals.cells["Sunday", "03"].n == 6


def test_the_promise_in_force_is_the_last_one_of_each_channel():
    # twitter: 1 h until 19 January, 10 min from then on; e-mail one day; two messages of three on twitter
    promises = pd.DataFrame({
        "channel": ["twitter", "twitter", "email"],
        "target_s": [1.0 * HOUR, 10.0 * MINUTE, 1.0 * DAY],
        "valid_from": pd.to_datetime([None, "2026-01-19", None]),
    })  # fmt: skip
    mail = [conversation(f"m{i}", f"e{i}", HOUR, i, channel="email") for i in range(6)]
    other = [conversation("f", "f", HOUR, 0, channel="facebook")]
    rows = talk(*mondays(4, 4, 4), *mail, *other, end_s=4 * WEEK, channels=("twitter", "email", "facebook"))
    found = capacity.demand(store(interactions=rows, promises=promises), Window())
    assert found.promises == {10.0 * MINUTE: 12, 1.0 * DAY: 6}
    assert found.unpromised == 1


def test_staff_is_what_erlang_says_for_each_hour_and_its_ends():
    found = capacity.demand(shop(*mondays(40, 44, 42, 43), promises=HOUR_PROMISED), Window())
    grid = capacity.staff(found, 600, 0.8)
    rate, people = found.arrivals.cells["Monday", "09"], grid.cells["Monday", "09"]
    assert rate.value == 169 / 4
    wanted = [staff_for_promises(each, 600, {HOUR: 1}, 0.8) for each in (rate.value, rate.low, rate.high)]
    assert [people.value, people.low, people.high] == wanted
    assert people.value >= 8  # 42 an hour of ten minutes keep seven people busy already
    assert capacity.busiest(grid) == (("Monday", "09"), people)


def test_more_minutes_or_a_larger_share_never_take_fewer():
    found = capacity.demand(shop(*mondays(40, 44, 42, 43), promises=HOUR_PROMISED), Window())
    by_minutes = [capacity.staff(found, m * MINUTE, 0.8).cells["Monday", "09"].value for m in (1, 5, 10, 30)]
    by_share = [capacity.staff(found, 600, share).cells["Monday", "09"].value for share in (0.5, 0.8, 0.99)]
    assert by_minutes == sorted(by_minutes)
    assert by_share == sorted(by_share)
    assert by_minutes[0] < by_minutes[-1]


def test_reasons():
    nothing = capacity.demand(Store.of({}), Window())
    assert capacity.unplanned(nothing, 60, 0.8).code == "no_data"
    few = capacity.demand(shop(*mondays(2), end_s=5 * WEEK), Window())
    assert (few.absent.code, few.absent.n) == ("too_few", 2)
    short = capacity.demand(shop(*mondays(9), end_s=DAY), Window())
    assert short.absent.code == "too_short"
    unpromised = capacity.demand(shop(*mondays(3, 3, 3, 3)), Window())
    missing = capacity.unplanned(unpromised, 60, 0.8)
    assert missing.code == "no_promises"
    assert "`promises` file" in missing.sentence
    slow = capacity.demand(shop(*mondays(3, 3, 3, 3), promises=HOUR_PROMISED), Window())
    assert capacity.unplanned(slow, 61 * MINUTE, 0.8).code == "promise_too_short"
    assert {value.code for value in capacity.staff(slow, 61 * MINUTE, 0.8).cells.values()} == {
        "promise_too_short"
    }
    assert capacity.unplanned(slow, 10 * MINUTE, 0.8) is None
    assert capacity.busiest(capacity.staff(slow, 61 * MINUTE, 0.8)) is None


def test_without_names_nobody_is_seen():
    found = capacity.demand(shop(*mondays(3, 3, 3, 3, agent=None)), Window())
    assert (found.seen.cells, found.unseen.code) == ({}, "no_agents")


@pytest.mark.parametrize("seed", [1, 2])
def test_second_implementation_on_a_random_store(seed):
    rng = random.Random(seed)
    zone = ZoneInfo("Asia/Kolkata")  # half an hour off
    channels = ("twitter", "email")
    rows = []
    for i in range(250):
        asked, *reply = conversation(
            f"x{i}", f"c{i}", rng.choice([None, rng.randrange(60, DAY)]), rng.randrange(0, 6 * WEEK),
            channel=rng.choice(channels),
        )  # fmt: skip
        rows.append([asked, *(one | {"agent_id": rng.choice(["ann", "bob"])} for one in reply)])
    table = talk(*rows, end_s=7 * WEEK, channels=channels)
    for channel in (None, "email"):
        part = table if channel is None else table[table["channel"] == channel]
        asked_at = part.loc[part["author_kind"] == "customer", "sent_at"]
        local = [t.to_pydatetime() + zone.utcoffset(t.to_pydatetime()) for t in asked_at]
        # Kolkata's hours begin at half past in UTC
        slots = pd.date_range(asked_at.min().floor("15min"), part["sent_at"].max(), freq="15min")
        shown = pd.Series([s.to_pydatetime() + timedelta(hours=5, minutes=30) for s in slots])
        open_h = shown.groupby([shown.dt.day_of_week, shown.dt.hour]).size() / 4
        window = Window(channel=(channel,)) if channel else Window()
        found = capacity.demand(
            Store.of({"interactions": table}, settings={"business_zone": "Asia/Kolkata"}), window
        )
        for (weekday, hour), value in found.arrivals.cells.items():
            day = capacity.WEEKDAYS.index(weekday)
            came = sum(t.weekday() == day and t.hour == int(hour) for t in local)
            assert value.value == pytest.approx(came / open_h[day, int(hour)])
        assert len(found.arrivals.cells) == 168


def test_a_grid_keeps_unknown_cells_unknown():
    found = capacity.demand(shop(*mondays(40, 44, 42, 43), promises=HOUR_PROMISED), Window())
    place = ("Monday", "09")
    rate = found.arrivals.cells[place]
    assert isinstance(rate, Estimate)
    quiet = replace(
        found, arrivals=replace(found.arrivals, cells={place: replace(rate, value=0, low=0, high=0)})
    )
    people = capacity.staff(quiet, 600, 0.8).cells[place]
    assert (people.value, people.high) == (0, 0)
