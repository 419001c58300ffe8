"""The funnel as a drawing, on any scale an instrument may have."""

import pytest

from app.reports.drawings.charts import svg
from app.reports.sections.blocks import Chart, Limit, Number, Point, Range
from app.reports.sections.language import language


@pytest.mark.parametrize(("low", "high"), [(3.4, 3.6), (1, 4), (0, 9), (1, 7.5), (0, 100)])
@pytest.mark.parametrize("most", [11, 99, 4_366, 1_000_000])
def test_every_scale_and_size_can_be_drawn(low: float, high: float, most: int) -> None:
    ends = Range(Number(low, 2), Number(high, 2))
    chart = Chart(
        "funnel", "", "", (Point(0, "Dinas <Sosial>", Number(high), Number(most), is_unusual=True),),
        label_title="", value_title="", n_title="n", interval_title="",
        centre=Number((low + high) / 2), limits=(Limit(Number(10), ends, ends), Limit(Number(most), ends, ends)),
    )  # fmt: skip
    drawn = svg(chart, language("id"))
    assert "Dinas &lt;Sosial&gt;" in drawn
    assert drawn.count("<polyline") == 4
    assert 2 <= drawn.count('stroke-opacity="0.12"') <= 8
