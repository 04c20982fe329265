"""Every widget key and URL parameter, once. A key of a bound widget is its name in the URL."""

from __future__ import annotations

DATA = "data"
START = "from"
END = "to"
CHANNEL = "channel"
DEPARTMENT = "department"
SEGMENT = "segment"
CLOCK = "clock"
HORIZON = "horizon"
FILTERS = (START, END, CHANNEL, DEPARTMENT, SEGMENT, CLOCK, HORIZON)

TAB = "tab"
SPLIT = "split"
UPLOAD = "upload"
RECEIPTS = "receipts"
ROUND = "round"
UNDO = "undo"
UNDO_GO = "undo-go"
GO = "go"
RESET = "reset"
TRY = "try"
LOAD_MINE = "load-mine"
LOAD = "load"
LEAVE = "leave"
RIBBON = "ribbon"
CHIPS = "chips"
