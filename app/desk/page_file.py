"""Any page as a file for spreadsheets: its sentence, numbers, tables and words line by line, as they stand on it."""

from collections.abc import Iterator
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import StreamingResponse

from app.desk.blocks import Awaited, DeskBlock, LinkedTable, Links, Numbers, Page, Section, Tasks
from app.desk.downloads import lines_file
from app.foundation.csv_dialects import dialect_of
from app.reports.formats.as_csv import written
from app.reports.formats.flat import Flat, as_table, facts_of, header, row_of
from app.reports.sections.blocks import Chart, Code, Facts, Headline, Number, Range, Table, Words
from app.reports.sections.language import Language

Line = list[Flat]
Item = TypeVar("Item")


def is_asked_as_file(request: Request) -> bool:
    """Whether the page is asked for as a file; lists are then given to their end."""
    return request.query_params.get("format") == "csv"


def part(items: list[Item], place: int, size: int, request: Request) -> tuple[list[Item], int]:
    """What page `place` of a list shows, and how many pages there are; as a file there is one, with everything."""
    if is_asked_as_file(request):
        return items, 1
    return items[(place - 1) * size : place * size], -(-len(items) // size)


def has_file(page: Page) -> bool:
    """Whether there is anything on the page that somebody would take along: figures, a list, what people wrote."""
    return page.file and any(_is_worth_it(block) for section in page.sections for block in section.blocks)


def page_file(page: Page, name: str, tell: Language) -> StreamingResponse:
    """The page as CSV."""
    dialect = dialect_of(tell.code)
    return lines_file(name, ([written(cell, dialect) for cell in line] for line in lines_of(page, tell)), tell)


def lines_of(page: Page, tell: Language) -> Iterator[Line]:
    """What the page says, line by line; what is only there to be clicked on is left out."""
    yield [page.title]
    yield [page.lead]
    for section in page.sections:
        blocks = [lines for block in section.blocks if (lines := _lines(block, section, tell))]
        if blocks:
            yield []
            if section.title:
                yield [section.title]
        for place, lines in enumerate(blocks):
            if place:
                yield []
            yield from lines


def _lines(block: DeskBlock, section: Section, tell: Language) -> list[Line]:
    match block:
        case LinkedTable(table, _) | (Table() as table):
            return _table(table, tell)
        case Numbers(items):
            return [[each.name, *_cells(each.value), each.strip] for each in items]
        case Tasks(items, none):
            return [[each.text, each.due] for each in items] or [[none]]
        case Chart():
            return [] if _is_repeated(block, section) else _table(as_table(block), tell)
        case Awaited(_, text, _):
            return [[text]]
        case Words(text, _, title):
            return [[title, text] if title else [text]]
        case Headline() | Facts() | Code():
            return [list(line) for line in facts_of(block, tell)]
        case Links(goes_on=True):
            return [[tell("The list goes on; this file has the part of it that the page shows.")]]
    return []


def _table(table: Table, tell: Language) -> list[Line]:
    rows: list[Line] = [[table.caption], list(header(table.columns, tell))]
    rows += [row_of(table.columns, row) for row in table.rows]
    return [*rows, [table.note]] if table.note else rows


def _cells(value: str | Number | Range | None) -> list[Flat]:
    return [value.lower, value.upper] if isinstance(value, Range) else [value]


def _is_repeated(chart: Chart, section: Section) -> bool:
    """Whether a table beside the chart has a row for each of its points."""
    rows = {row[0] for block in section.blocks if isinstance(block, Table) for row in block.rows}
    return all(point.label in rows for point in chart.points)


def _is_worth_it(block: DeskBlock) -> bool:
    match block:
        case Numbers() | LinkedTable() | Table() | Headline() | Chart():
            return True
        case Words(_, tone, _):
            return tone == "quote"
    return False
