"""The report as a workbook: one sheet per section, typed cells, a native chart, and never a formula."""

from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

from app.foundation.formula_guard import is_formula
from app.reports.drawings.native_funnel import FUNNEL_ROWS, funnel_chart
from app.reports.formats.flat import Flat, as_table, facts_of, header, limits_as_table, row_of
from app.reports.formats.printable import Printable
from app.reports.sections.blocks import Chart, Number, Section, Table, View
from app.reports.sections.language import Language
from app.reports.sections.language import language as language_of
from app.reports.sections.view import view

OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
NAME_WIDTH, WIDTH, CELL_LENGTH = 44, 18, 32_767
LONGEST_SHEET_NAME = 31
CHART_ROWS = 16


def xlsx_bytes(report: Printable, language: str = "id") -> bytes:
    """The workbook; its file carries the report's date, so that the same report gives the same bytes."""
    made = BytesIO()
    shown = view(report, language)
    # Here, because most processes write no workbook.
    import xlsxwriter

    workbook = xlsxwriter.Workbook(made, OPTIONS)
    writer = _Writer(workbook, language_of(language))
    day = date.fromisoformat(shown.dated)
    workbook.set_properties(
        {
            "title": f"{shown.title}: {shown.subject}, {shown.period}",
            "author": shown.agency,
            "created": datetime(day.year, day.month, day.day, tzinfo=UTC),
        }
    )
    for place, section in enumerate(shown.sections):
        writer.section(shown, section, first=place == 0)
    workbook.close()
    return made.getvalue()


def sheet_name(section: Section) -> str:
    """The title without what is in brackets, cut between words where a sheet's name may not be longer."""
    words = section.title.partition(" (")[0].split()
    while len(" ".join(words)) > LONGEST_SHEET_NAME:
        words.pop()
    return " ".join(words)


class _Writer:
    """Writes sections; it knows the row to write next."""

    def __init__(self, workbook: Any, tell: Language) -> None:
        self.workbook, self.tell = workbook, tell
        self.formats: dict[tuple[Any, ...], Any] = {}
        self.sheet: Any = None
        self.row = 0

    def section(self, shown: View, section: Section, *, first: bool) -> None:
        self.sheet, self.row = self.workbook.add_worksheet(sheet_name(section)), 0
        self.sheet.set_column(0, 0, NAME_WIDTH)
        self.sheet.set_column(1, 12, WIDTH)
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_footer("&C&P / &N")
        self._text(0, shown.title if first else section.title, bold=True)
        self.row += 1
        if first:
            self._text(0, shown.subject, bold=True)
            self.row += 1
        if shown.warning:
            self._text(0, f"{shown.mark}: {shown.warning}", bold=True)
            self.row += 1
        self.row += 1
        for block in section.blocks:
            if isinstance(block, Chart):
                self._chart(block)
            elif isinstance(block, Table):
                self._table(block)
            else:
                for name, value in facts_of(block, self.tell):
                    self._cell(0, name)
                    self._cell(1, value)
                    self.row += 1
            self.row += 1

    def _table(self, table: Table) -> None:
        self._text(0, table.caption, bold=True)
        self.row += 1
        for place, title in enumerate(header(table.columns, self.tell)):
            self._text(place, title, bold=True, line=True)
        self.row += 1
        for row in table.rows:
            for place, cell in enumerate(row_of(table.columns, row)):
                self._cell(place, cell)
            self.row += 1
        if table.note:
            self._text(0, table.note)
            self.row += 1

    def _chart(self, chart: Chart) -> None:
        table = as_table(chart)
        self._table(table)
        first, last, name = self.row - len(table.rows), self.row - 1, self.sheet.get_name()
        if chart.kind == "funnel":
            self.row += 1
            self._table(limits_as_table(chart))
            lines = self.row - len(chart.limits), self.row - 1
            drawn = funnel_chart(self.workbook, chart, name, (first, last), lines)
            self.sheet.insert_chart(self.row + 1, 0, drawn, {"description": chart.alternative})
            self.row += FUNNEL_ROWS + 1
            return
        drawn = self.workbook.add_chart({"type": "line" if chart.kind == "trend" else "bar"})
        drawn.add_series(
            {
                "name": chart.value_title,
                "categories": [name, first, 0, last, 0],
                "values": [name, first, 1, last, 1],
                "marker": {"type": "circle"},
                "line": {"color": "#222222"},
                "fill": {"color": "#555555"},
            }
        )
        drawn.set_title({"name": chart.caption, "name_font": {"size": 11}})
        drawn.set_legend({"none": True})
        drawn.set_y_axis({"min": chart.lowest, "max": 100} if chart.kind == "trend" else {"reverse": True})
        drawn.set_x_axis({} if chart.kind == "trend" else {"min": chart.lowest, "max": 100})
        self.sheet.insert_chart(self.row + 1, 0, drawn, {"description": chart.alternative})
        self.row += CHART_ROWS + 1

    def _cell(self, column: int, cell: Flat) -> None:
        if cell is None:
            self.sheet.write_blank(self.row, column, None)
        elif isinstance(cell, Number):
            form = self._format(num_format=number_format(cell))
            self.sheet.write_number(self.row, column, float(cell.shown), form)
        else:
            self._text(column, cell)

    def _text(self, column: int, text: str, **looks: Any) -> None:
        if column and not looks:
            looks = {"text_wrap": len(text) > 2 * WIDTH, "valign": "top"}
        # It is text in the file already; the mark keeps it text when somebody edits the cell.
        if is_formula(text):
            looks["quote_prefix"] = True
        self.sheet.write_string(self.row, column, text[:CELL_LENGTH], self._format(**looks))

    def _format(self, **looks: Any) -> Any:
        if "line" in looks:
            looks = {**looks, "bottom": 1, "text_wrap": True}
            del looks["line"]
        key = tuple(sorted(looks.items()))
        if key not in self.formats:
            self.formats[key] = self.workbook.add_format(looks)
        return self.formats[key]


def number_format(number: Number) -> str:
    """How a spreadsheet shows a figure: with all its decimals, its sign and its unit."""
    decimals = "." + "0" * number.places if number.places else ""
    shown = f"#,##0{decimals}{'%' if number.percent else ''}"
    return f"+{shown};-{shown};{shown}" if number.signed else shown
