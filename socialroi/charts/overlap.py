"""Who could be compared with whom: the two arms by their chance of an answer, back to back."""

from __future__ import annotations

from collections.abc import Sequence

from socialroi.charts import format as fmt
from socialroi.charts import tables
from socialroi.charts.house import Chart, Look, Spec, assemble, axis, axis_title, note
from socialroi.charts.label import label
from socialroi.charts.roles import Role, arms_of
from socialroi.charts.subtitles import said
from socialroi.result import Rung

_HEIGHT = 260
#: From this share of both arms with counterparts on, the title calls them comparable.
_MOST = 0.9
#: What the treated get, where that is not just an answer.
_TREATMENTS = {"R": "being assigned an answer", "Aprime": "a fast answer"}
#: Steps of the percent axis, and how many of them one half may have.
_STEPS, _TICKS = (0.5, 1, 2, 5, 10, 20, 50, 100, 200), 3.5


def overlap_plot(rung: Rung, look: Look | None = None) -> Chart:
    """Two histograms back to back: the treated above, the control below, by chance of treatment.

    Heights are shares of each arm, because arms differ in size; the table has the counts.
    """
    look = look or Look()
    above, below = rung.overlap
    arms = arms_of(rung.rung)
    chance = f"Chance of {_TREATMENTS.get(rung.rung, 'an answer')}"
    title = takeaway_overlap(rung)
    subtitle = said(
        f"Share of each group by its {chance[0].lower()}{chance[1:]} as the files tell it; "
        f"above: {arms[0].name.lower()}, below: {arms[1].name.lower()}",
        None,
        look,
        fmt.n_text(sum(above) + sum(below)),
        level=False,
    )
    shares = [_shares(counts) for counts in (above, below)]
    top = max((share for arm in shares for share in arm), default=1.0) * 1.15 or 1.0
    step = next(size for size in _STEPS if top / size <= _TICKS)
    heights = [step * i for i in range(int(top / step) + 1)]
    named = [f"{height:g}%" for height in heights]
    spec = assemble(
        [
            _bars(above, shares[0], arms[0], "y", ""),
            _bars(below, shares[1], arms[1], "y2", "/"),
        ],
        title,
        subtitle,
        look,
        _HEIGHT,
        bottom=58,
        bargap=0.12,
        xaxis=axis(
            look,
            range=[0, 100],
            ticksuffix="%",
            nticks=6,
            showgrid=False,
            anchor="y2",
            title=axis_title(chance, look),
        ),
        yaxis=axis(look, range=[0, top], domain=[0.5, 1], tickvals=heights, ticktext=named),
        yaxis2=axis(
            look, range=[top, 0], domain=[0, 0.5], anchor="x", tickvals=heights[1:], ticktext=named[1:]
        ),
        annotations=[_name(arms[0], 1, "top", look), _name(arms[1], 0, "bottom", look)],
    )
    twin = [
        {
            chance: f"{100 * i / len(above):.0f}% to {100 * (i + 1) / len(above):.0f}%",
            arms[0].name: a,
            arms[1].name: b,
        }
        for i, (a, b) in enumerate(zip(above, below, strict=True))
    ]
    return Chart(title, subtitle, spec, *tables.counts(twin))


def takeaway_overlap(rung: Rung) -> str:
    """How many of either arm have somebody of the other arm with about the same chance."""
    above, below = rung.overlap
    if not sum(above) or not sum(below):
        return "Who can be compared: cannot say. One of the two groups is empty."
    names = [arm.name.lower() for arm in arms_of(rung.rung)]
    met = [_met(above, below), _met(below, above)]
    parts = " and ".join(
        f"{fmt.number(share, 'share')} of those {name}" for share, name in zip(met, names, strict=True)
    )
    if min(met) >= _MOST:
        return f"The groups can be compared: {parts} have counterparts with about the same chance."
    return f"Some people have nobody to compare with: only {parts} have counterparts with about their chance."


def _met(counts: Sequence[int], others: Sequence[int]) -> float:
    return sum(a for a, b in zip(counts, others, strict=True) if b) / sum(counts)


def _shares(counts: Sequence[int]) -> list[float]:
    total = sum(counts) or 1
    return [100 * n / total for n in counts]


def _bars(counts: Sequence[int], shares: Sequence[float], role: Role, y_axis: str, pattern: str) -> Spec:
    width = 100 / max(1, len(counts))
    return {
        "type": "bar",
        "name": role.name,
        "x": [width * (i + 0.5) for i in range(len(counts))],
        "y": list(shares),
        "xaxis": "x",
        "yaxis": y_axis,
        "marker": {"color": role.colour, "pattern": {"shape": pattern, "solidity": 0.35}},
        "customdata": [
            f"<b>{label(role.name)}</b><br>chance {width * i:.0f}% to {width * (i + 1):.0f}%: {fmt.count(n)}"
            for i, n in enumerate(counts)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _name(role: Role, y: float, anchor: str, look: Look) -> Spec:
    font = {"size": 13, "color": look.ink.text}
    return note(label(role.name), look, x=0.01, xref="paper", y=y, yref="paper", yanchor=anchor, font=font)
