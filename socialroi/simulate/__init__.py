"""Firms with a planted truth: for sample data, tests and benchmarks.

`firm(...)` invents one; `firm(...).write(directory)` exports it. What it plants is in `truth.json`.
"""

from socialroi.simulate.firm import Firm, firm
from socialroi.simulate.mechanisms import MECHANISMS, Mechanism

__all__ = ["MECHANISMS", "Firm", "Mechanism", "firm"]
