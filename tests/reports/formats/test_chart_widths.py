"""Charts of any length have words that lie on nothing, wide on a page and narrow on a phone."""

from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from app.reports.drawings.charts import NARROW, WIDTH, narrow_svg, svg
from app.reports.drawings.labels import width_of
from app.reports.sections.blocks import Chart, Number, Point, Range
from app.reports.sections.language import language

TELL = language("id")
SVG = "{http://www.w3.org/2000/svg}"


def chart(kind: str, n: int) -> Chart:
    """A chart of so many points."""
    points = tuple(
        Point(
            place,
            f"Okt {2026 + place}",
            Number(Decimal(f"{60 + place}.25"), 2),
            Number(Decimal(1234)),
            Range(Number(Decimal(50), 2), Number(Decimal(90), 2)),
        )
        for place in range(n)
    )
    return Chart(kind, "c", "a", points, "l", "v", "n", "i")  # type: ignore[arg-type]  # one of its literals


def words(drawing: str) -> list[tuple[float, float, str]]:
    """Where each text that is centred stands, and what it says."""
    root = ElementTree.fromstring(drawing)  # noqa: S314 - Made here.
    return [
        (float(each.get("y", "")), float(each.get("x", "")), each.text or "")
        for each in root.iter(f"{SVG}text")
        if each.get("text-anchor") == "middle"
    ]


@pytest.mark.parametrize("n", [1, 2, 5, 6, 12, 24])
@pytest.mark.parametrize("narrow", [True, False])
def test_no_two_words_of_a_trend_lie_on_each_other_and_the_newest_has_its_own(n: int, *, narrow: bool) -> None:
    drawing = (narrow_svg if narrow else svg)(chart("trend", n), TELL)
    assert drawing is not None
    root = ElementTree.fromstring(drawing)  # noqa: S314 - Made here.
    width = float(root.get("width", ""))
    assert width == (NARROW if narrow else WIDTH)
    assert len(list(root.iter(f"{SVG}circle"))) == n
    told = words(drawing)
    assert f"{60 + n - 1},25" in {text for _, _, text in told}
    for row in {y for y, _, text in told if "n =" in text or text == "Okt"}:
        places = sorted((x, text) for y, x, text in told if y == row)
        for (x, text), (following, other) in pairwise(places):
            assert x + width_of(text) / 2 <= following - width_of(other) / 2, (n, row)
    assert any("n =" in text for _, _, text in told) is not narrow


def test_names_stand_above_their_intervals_where_it_is_narrow() -> None:
    drawing = narrow_svg(chart("intervals", 3), TELL)
    assert drawing is not None
    root = ElementTree.fromstring(drawing)  # noqa: S314 - Made here.
    names = [each for each in root.iter(f"{SVG}text") if (each.text or "").startswith("Okt")]
    assert [each.get("text-anchor") for each in names] == [None] * 3
    dots = [float(each.get("cy", "")) for each in root.iter(f"{SVG}circle")]
    assert [dot - float(each.get("y", "")) for dot, each in zip(dots, names, strict=True)] == [11.0] * 3
    assert all(4 < float(each.get("cx", "")) < NARROW - 60 for each in root.iter(f"{SVG}circle"))


def test_a_funnel_needs_its_width() -> None:
    assert narrow_svg(chart("funnel", 3), TELL) is None
