"""Bytes in, typed rows and rejects out. Knows no database and no screen.

`recognise` says what a file is, `read` reads it, `run_in_child` reads it in a process of its own.
Every record of a file is loaded or listed as rejected; nothing is guessed and nothing altered.
"""

from socialroi.intake.child import headers_in_child, recognise_in_child, run_in_child
from socialroi.intake.formats import ALL as FORMATS
from socialroi.intake.reading import read, recognise
from socialroi.intake.shapes import Parcel, Recognition, Reject, Request, Scan

__all__ = [
    "FORMATS",
    "Parcel",
    "Recognition",
    "Reject",
    "Request",
    "Scan",
    "headers_in_child",
    "read",
    "recognise",
    "recognise_in_child",
    "run_in_child",
]
