"""A view with every figure written out, as plain data: what the templates of page and paper read."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.foundation.qr import qr_svg
from app.reports.drawings.charts import narrow_svg, svg
from app.reports.sections.blocks import Block, Cell, Chart, Code, Facts, Headline, Table, View, Words
from app.reports.sections.language import Language, language

Plain = dict[str, Any]
# So many columns stand beside each other on a screen of 320 pixels, whatever their cells say.
FITS_A_PHONE = 2


def printed(view: View) -> Plain:
    """The view as a template sees it."""
    tell = language(view.language)
    return {
        "language": view.language,
        "title": view.title,
        "subject": view.subject,
        "agency": view.agency,
        "period": view.period,
        "dated": view.dated,
        "mark": view.mark,
        "warning": view.warning,
        "sections": [
            {
                "name": section.name,
                "title": section.title,
                "blocks": [plain_block(block, tell) for block in section.blocks],
            }
            for section in view.sections
        ],
    }


def plain_block(block: Block, tell: Language) -> Plain:
    """One block with every figure written out."""
    match block:
        case Words(text, tone, title):
            return {"kind": "words", "text": text, "tone": tone, "title": title}
        case Facts(items):
            return {"kind": "facts", "items": _items(items, tell)}
        case Table():
            return _table(block, tell)
        case Headline():
            return _headline(block, tell)
        case Chart():
            return _chart(block, tell)
        case Code(address, alternative):
            return {"kind": "code", "svg": qr_svg(address), "alternative": alternative, "address": address}


def _headline(block: Headline, tell: Language) -> Plain:
    return {
        "kind": "headline",
        "name": block.name,
        "value": tell.number(block.value),
        "grade": block.grade,
        "words": block.words,
        "beside": _items(block.beside, tell),
    }


def _chart(chart: Chart, tell: Language) -> Plain:
    """Its figures are in the drawing, in its text alternative or in a table beside it: none is repeated."""
    return {
        "kind": "chart",
        "caption": chart.caption,
        "svg": svg(chart, tell),
        "narrow": narrow_svg(chart, tell),
        "alternative": chart.alternative,
    }


def _table(table: Table, tell: Language) -> Plain:
    return {
        "kind": "table",
        "caption": table.caption,
        "columns": [{"title": column.title, "number": column.kind != "text"} for column in table.columns],
        "rows": [[tell.cell(cell) for cell in row] for row in table.rows],
        "whole": table.last_is_whole,
        # On a phone each row of a wider one is read from top to bottom, with its headings (`document.css`).
        "stacks": len(table.columns) > FITS_A_PHONE,
        "note": table.note,
    }


def _items(items: Sequence[tuple[str, Cell]], tell: Language) -> list[Mapping[str, str]]:
    return [{"name": name, "value": tell.cell(cell)} for name, cell in items]
