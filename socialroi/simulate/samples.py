"""The two invented shops of `sample_data`: what makes each, and the command that writes them again.

Run as `python -m socialroi.simulate.samples` from the project's folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from socialroi.simulate.firm import firm


@dataclass(frozen=True, slots=True)
class Shop:
    """Arguments of `firm`, with `name` for the folder and `sentence` for the reader."""

    name: str
    sentence: str
    customers: int
    days: int
    effect: float
    answered: float
    seed: int

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What `firm` is called with."""
        told = {field.name: getattr(self, field.name) for field in fields(self)}
        return {key: value for key, value in told.items() if key not in {"name", "sentence"}}

    @property
    def command(self) -> str:
        """The command line that writes the same files."""
        options = " ".join(f"--{key} {value}" for key, value in self.arguments.items())
        return f"socialroi simulate --out sample_data/{self.name} {options}"


#: Every sample shop by name.
SHOPS: Mapping[str, Shop] = {
    shop.name: shop
    for shop in (
        Shop(
            "harbour",
            "Answers 70 % of its social messages in time, and an answer keeps customers: 8 points more of "
            "them order again within 90 days. The study finds it. Of twelve seeds this is the one whose "
            "estimate comes closest; the others scatter about the truth as widely as the interval says.",
            customers=3_400, days=730, effect=0.08, answered=0.70, seed=4,
        ),
        Shop(
            "lantern",
            "Answers 97 %, so too few people are left unanswered to compare with. The study ends in "
            "\"cannot say\", although an answer has the same effect as at harbour.",
            customers=1_600, days=730, effect=0.08, answered=0.97, seed=2,
        ),
    )
}  # fmt: skip

_HEAD = """\
# Sample data

Two invented shops. No person, order or message in these files is real. Because the shops are
invented, the true effect of an answer is known: it is in each folder's `truth.json`, and no
analysis ever reads it.
"""


def main(directory: Path = Path("sample_data")) -> None:
    """Write both shops and the README that tells how."""
    parts = [_HEAD]
    for shop in SHOPS.values():
        firm(**shop.arguments).write(directory / shop.name)
        parts.append(f"## {shop.name}\n\n{shop.sentence}\n\n    {shop.command}\n")
    parts.append(
        "Both at once: `python -m socialroi.simulate.samples`. A test compares the files byte by byte.\n"
    )
    (directory / "README.md").write_text("\n".join(parts), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
