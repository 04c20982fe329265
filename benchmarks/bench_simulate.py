"""How long does it take to invent a firm? The default one, and one of --messages messages.

    python benchmarks/bench_simulate.py [--messages 1000000]

Prints wall and CPU seconds, messages and the most memory the process has held.
"""

from __future__ import annotations

import argparse
import resource
import time

from socialroi.simulate import firm


def timed(customers: int) -> int:
    """Invent a firm of so many customers; its number of messages."""
    start, cpu = time.perf_counter(), time.process_time()
    made = firm(customers=customers, effect=0.08, seed=1)
    messages = len(made.tables["interactions"])
    taken, cpu = time.perf_counter() - start, time.process_time() - cpu
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"{customers:9,} customers  {messages:11,} messages  {taken:6.2f} s  {cpu:6.2f} CPU s  {held:5.2f} GB"
    )
    return messages


def main() -> None:
    """The default firm first, which also says how many customers the large one needs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=1_000_000)
    wanted = parser.parse_args().messages
    small = 6_000
    timed(round(small * wanted / timed(small)))


if __name__ == "__main__":
    main()
