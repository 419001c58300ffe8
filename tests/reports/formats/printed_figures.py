"""The figures of a report as each of its formats prints them, read back from its bytes."""

import csv
import re
from collections.abc import Collection, Iterator
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any, NamedTuple
from xml.etree import ElementTree

from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from app.reports.sections.language import Language

SVG = "{http://www.w3.org/2000/svg}"
NUMBER = {
    "id": re.compile(r"([−+]?)(\d{1,3}(?:\.\d{3})*)(?:,(\d+))?(\s%)?"),
    "en": re.compile(r"([−+]?)(\d{1,3}(?:,\d{3})*)(?:\.(\d+))?(\s%)?"),
}


class Reading(NamedTuple):
    """The figures of a row of a table, or beside a name (`table` is '')."""

    table: str
    name: str
    figures: tuple[Decimal, ...]


def of_csv(content: bytes, tell: Language, delimiter: str = ",") -> list[Reading]:
    """Line by line; what stands in one row of one table comes together, and so do both ends of a range."""
    found: list[Reading] = []
    lines = list(csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))[1:]
    for _, table, row, column, text in lines:
        value = text.replace(",", ".") if delimiter == ";" else text
        if not re.fullmatch(r"-?\d+(\.\d+)?", value):
            continue
        name, is_second = _without_end(row if not table else column, tell)
        is_same_row = bool(found) and found[-1][:2] == (table, row)
        _add(found, table, row if table else name, Decimal(value), joined=is_same_row if table else is_second)
    return found


def of_workbook(content: bytes, tell: Language, tables: Collection[str]) -> list[Reading]:
    """Sheet by sheet; a table begins with its caption and a header."""
    found: list[Reading] = []
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    for sheet in book.sheet_names:
        table, is_header = "", False
        for first, *cells in book.get_sheet_by_name(sheet).to_python():
            if first == "" and not any(cell != "" for cell in cells):
                table = ""
            elif first in tables and not any(cell != "" for cell in cells):
                table, is_header = str(first), True
            elif is_header:
                is_header = False
            else:
                name, is_second = (str(first), False) if table else _without_end(str(first), tell)
                numbers = [Decimal(str(cell)) for cell in cells if isinstance(cell, (int, float))]
                for place, number in enumerate(numbers):
                    _add(found, table, name, number, joined=place > 0 or is_second)
    return found


def of_page(content: bytes, tell: Language) -> list[Reading]:
    """The tables and the names with values of the page, and the figures drawn in its charts."""
    page = ElementTree.fromstring(content.decode().removeprefix("<!doctype html>"))  # noqa: S314 - Made here.
    parents = {child: parent for parent in page.iter() for child in parent}
    found: list[Reading] = []
    for each in page.iter():
        if each.tag == "table":
            caption = _text(each.find("caption"))
            for row in each.findall("tbody/tr"):
                name, *cells = map(_text, row)
                found += _cells(caption, name, cells, tell)
        elif each.tag == "div" and each.find("dt") is not None:
            found += _cells("", _text(each.find("dt")), [_text(each.find("dd"))], tell)
        elif each.get("class") == "value":
            name = next(_text(span) for span in parents[each].iter("span") if span.get("class") == "name")
            found += _cells("", name, [_text(each)], tell)
        elif each.tag == "figure":
            drawn = [_text(text).removeprefix("n = ") for text in each.iter(f"{SVG}text")]
            found += _cells(_text(each.find("figcaption")), "", drawn, tell)
    return found


def of_paper(content: bytes) -> str:
    """What stands on the pages, one blank for any space, without what heads and foots of pages repeat."""
    pages = (page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    return " ".join(" ".join(pages).split())


def numbers_in(text: str, tell: Language) -> Iterator[Decimal]:
    """The numbers in a text, a per cent as a hundredth."""
    for sign, whole, decimals, percent in NUMBER[tell.code].findall(text):
        value = Decimal(f"{re.sub('[.,]', '', whole)}.{decimals or '0'}")
        yield (-value if sign == "−" else value) / (100 if percent else 1)


def _cells(table: str, name: str, cells: list[str], tell: Language) -> Iterator[Reading]:
    one = NUMBER[tell.code].pattern
    figures = [cell for cell in cells if re.fullmatch(rf"{one}( – {one})?", cell)]
    if figures:
        yield Reading(table, name, tuple(number for cell in figures for number in numbers_in(cell, tell)))


def _add(found: list[Reading], table: str, name: str, number: Decimal, *, joined: bool) -> None:
    if joined and found and found[-1][:2] == (table, name):
        found[-1] = found[-1]._replace(figures=(*found[-1].figures, number))
    else:
        found.append(Reading(table, name, (number,)))


def _without_end(name: str, tell: Language) -> tuple[str, bool]:
    """The name of a range without which end it is, and whether it is the upper one."""
    lower, upper = (f", {tell(end)}" for end in ("lower end", "upper end"))
    return name.removesuffix(lower).removesuffix(upper), name.endswith(upper)


def _text(element: Any) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split(" "))
