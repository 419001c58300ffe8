"""The formats a report comes in. A new one is one file that writes it and one line here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from app.reports.formats.as_csv import csv_bytes, semicolon_bytes
from app.reports.formats.as_html import POLICY, html_bytes
from app.reports.formats.as_json import json_bytes
from app.reports.formats.as_pdf import pdf_bytes
from app.reports.formats.as_xlsx import xlsx_bytes
from app.reports.formats.printable import Printable


@dataclass(frozen=True)
class Format:
    """One format: how it is asked for, how it travels (with which `headers`), what writes a report in a language."""

    name: str
    media_type: str
    suffix: str
    write: Callable[[Printable, str], bytes]
    headers: Mapping[str, str] = field(default_factory=dict)


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# In this order, where a request leaves the choice to the service.
FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        each.name: each
        for each in (
            Format("json", "application/json", ".json", json_bytes),
            Format("csv", "text/csv", ".csv", csv_bytes),
            Format("csv-semicolon", "text/csv", ".csv", semicolon_bytes),
            Format("xlsx", XLSX, ".xlsx", xlsx_bytes),
            Format("pdf", "application/pdf", ".pdf", pdf_bytes),
            # A page of a report runs nothing and loads nothing.
            Format("html", "text/html", ".html", html_bytes, {"Content-Security-Policy": POLICY}),
        )
    }
)
