"""A funnel as the native chart of a workbook: a scatter of units, with its lines from the cells of a table."""

from typing import Any

from app.reports.drawings.funnel import extent
from app.reports.sections.blocks import Chart

Rows = tuple[int, int]

FUNNEL_ROWS = 20
SIZE = {"width": 760, "height": 380}
INK, GREY = "#222222", "#555555"
# The columns of both tables: of the units those of value and n, of the lines n, centre and the limits' ends.
VALUE, SIZE_OF_UNIT, SIZE_OF_LINE, CENTRE = 1, 2, 0, 1
INNER, OUTER = (2, 3), (4, 5)


def funnel_chart(workbook: Any, chart: Chart, sheet: str, units: Rows, lines: Rows) -> Any:
    """The chart; `units` and `lines` are the first and the last row of each table on the sheet."""
    drawn = workbook.add_chart({"type": "scatter", "subtype": "straight"})

    def series(title: str, column: int, size: int, rows: Rows, looks: dict[str, Any]) -> None:
        first, last = rows
        cells = {"categories": [sheet, first, size, last, size], "values": [sheet, first, column, last, column]}
        drawn.add_series({"name": title, **cells, **looks})

    dot = {"type": "circle", "size": 7, "fill": {"color": GREY}, "border": {"color": INK}}
    series(chart.label_title, VALUE, SIZE_OF_UNIT, units, {"marker": dot, "line": {"none": True}})
    for title, columns, dash in (
        (chart.centre_title, (CENTRE,), "solid"),
        (chart.inner_title, INNER, "dash"),
        (chart.outer_title, OUTER, "solid"),
    ):
        line = {"color": INK if columns != (CENTRE,) else GREY, "width": 1.25, "dash_type": dash}
        for column in columns:
            series(title, column, SIZE_OF_LINE, lines, {"marker": {"type": "none"}, "line": line})
    low, high = extent(chart)
    drawn.set_title({"name": chart.caption, "name_font": {"size": 11}})
    # One entry for both ends of limits.
    drawn.set_legend({"position": "bottom", "delete_series": [3, 5]})
    drawn.set_x_axis({"name": chart.n_title, "min": 0, "major_gridlines": {"visible": False}})
    drawn.set_y_axis({"name": chart.value_title, "min": low, "max": high, "num_format": "0.0"})
    drawn.set_size(SIZE)
    return drawn
