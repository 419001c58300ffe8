"""`python -m docs.growth_pictures`: draws docs/pictures/growth-….svg from figures that benchmarks have written.

`python -m benchmarks.imports --record` and the others with that option write them into docs/pictures/growth.json. The
pictures follow the reader's choice of light or dark, and say in words what they show.
"""

import json
from collections.abc import Mapping, Sequence
from math import floor, log10
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

FOLDER = Path(__file__).parent / "pictures"
TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 400, 230, 52, 124, 34, 40


class Panel(NamedTuple):
    """One diagram: what it shows, what its sizes are, and its curves with their names in the file."""

    title: str
    sizes: str
    curves: Mapping[str, str]


class Picture(NamedTuple):
    """Some diagrams beside each other, with what they show in one sentence."""

    name: str
    words: str
    panels: Sequence[Panel]


PICTURES = (
    Picture(
        "growth-import",
        "What an import costs by the number of sheets: microseconds of the processor a sheet, and peak memory.",
        (
            Panel(
                "µs of the processor a sheet",
                "sheets",
                {"before": "import cost before", "now": "import cost", "of it release": "import release"},
            ),
            Panel("peak memory, MiB", "sheets", {"before": "import memory before", "now": "import memory"}),
        ),
    ),
    Picture(
        "growth-reading",
        "What reading costs: milliseconds of the processor for the page of an office by the number of offices that it "
        "is compared with, and for answers over HTTP by the number of ratings.",
        (
            Panel(
                "page of an office, ms of the processor",
                "offices of the agency",
                {"first of all": "page first", "others": "page others"},
            ),
            Panel(
                "answers over HTTP, ms of the processor",
                "ratings",
                {"person's year": "read person", "agency's year": "read agency", "office's year": "read office"},
            ),
        ),
    ),
    Picture(
        "growth-writing",
        "Ratings stored and answered in a second by the number of connections, in percent of the answers of an "
        "endpoint that stores nothing.",
        (
            Panel(
                "ratings stored, % of (a)", "connections", {"PostgreSQL": "write PostgreSQL", "SQLite": "write SQLite"}
            ),
        ),
    ),
    Picture(
        "growth-closing",
        "What closing a quarter of 2,000 persons costs by the number of its ratings: seconds of the processor, and "
        "peak memory.",
        (
            Panel("seconds of the processor", "ratings", {"closing": "closing cost", "measures": "measures cost"}),
            Panel("peak memory, MiB", "ratings", {"closing": "closing memory", "measures": "measures memory"}),
        ),
    ),
)


def main() -> None:
    """Draw every picture of which there are figures."""
    figures = json.loads((FOLDER / "growth.json").read_text("utf-8"))
    for picture in PICTURES:
        if not any(figures.get(name) for panel in picture.panels for name in panel.curves.values()):
            continue
        (FOLDER / f"{picture.name}.svg").write_text(drawn(picture, figures), "utf-8")


def drawn(picture: Picture, figures: Mapping[str, Sequence[Sequence[float]]]) -> str:
    """The picture as SVG."""
    panels = [_panel(panel, figures, number * WIDTH) for number, panel in enumerate(picture.panels)]
    return TEMPLATES.get_template("growth.svg.jinja").render(
        width=WIDTH * len(panels), height=HEIGHT, words=picture.words, panels=panels
    )


def _panel(panel: Panel, figures: Mapping[str, Sequence[Sequence[float]]], x: float) -> Mapping[str, object]:
    found = {title: figures[name] for title, name in panel.curves.items() if figures.get(name)}
    sizes = sorted({size for points in found.values() for size, _ in points})
    highest = max(value for points in found.values() for _, value in points)
    step = _step(highest)
    top = step * (floor(highest / step) + 1)
    first, last = log10(sizes[0]), log10(sizes[-1])

    def place(size: float, value: float) -> tuple[float, float]:
        along = (log10(size) - first) / (last - first or 1)
        return (
            round(x + LEFT + along * (WIDTH - LEFT - RIGHT), 1),
            round(HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM), 1),
        )

    labels = _apart_below([place(*points[-1]) for points in found.values()])
    curves = [
        {
            "title": title,
            "number": number,
            "points": [(*place(size, value), f"{size:,.0f} {panel.sizes}: {_said(value)}") for size, value in points],
            "label": labels[number],
            "value": _said(points[-1][1]),
        }
        for number, (title, points) in enumerate(found.items())
    ]
    return {
        "title": panel.title,
        "x": x + LEFT,
        "right": x + WIDTH - RIGHT,
        "bottom": HEIGHT - BOTTOM,
        "lines": [(place(sizes[0], step * n)[1], f"{step * n:,.0f}") for n in range(round(top / step) + 1)],
        "sizes": [(place(size, 0)[0], _power(size)) for size in _apart(sizes)],
        "of": panel.sizes,
        "curves": curves,
    }


def _said(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def _step(highest: float) -> float:
    """A round step of which three to six reach the highest value."""
    power = 10.0 ** floor(log10(highest))
    return next(power * part for part in (0.2, 0.5, 1, 2) if highest / (power * part) < 6)


def _apart(sizes: Sequence[float]) -> list[float]:
    """The sizes whose names do not run into each other."""
    kept = [sizes[0]]
    for size in sizes[1:]:
        if log10(size / kept[-1]) > log10(sizes[-1] / sizes[0]) / 4:
            kept.append(size)
    return kept


def _power(size: float) -> str:
    power = floor(log10(size))
    factor = size / 10**power
    if power < 4:
        return f"{size:,.0f}"
    raised = "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(digit)] for digit in str(power))
    return f"10{raised}" if abs(factor - 1) < 0.05 else f"{factor:.1f}·10{raised}"


def _apart_below(ends: Sequence[tuple[float, float]]) -> dict[int, tuple[float, float]]:
    """Where the names of curves stand beside their ends, moved apart so that each can be read."""
    labels, below = {}, -100.0
    for number, (right, height) in sorted(enumerate(ends), key=lambda each: each[1][1]):
        below = max(below + 13, height)
        labels[number] = (right + 8, below + 4)
    return labels


if __name__ == "__main__":
    main()
