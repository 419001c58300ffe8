"""A stored report in the format and language somebody asked for."""

import json
from collections.abc import Mapping
from types import MappingProxyType

from app.foundation.problems import Problem
from app.indices.negotiation import chosen
from app.reports.formats.as_html import POLICY
from app.reports.formats.printable import Printable
from app.reports.formats.registry import FORMATS, Format
from app.reports.tables import Report

OFFERED = tuple(dict.fromkeys(each.media_type for each in FORMATS.values()))
# A page of a report runs nothing and loads nothing.
HEADERS: Mapping[str, Mapping[str, str]] = MappingProxyType({"html": {"Content-Security-Policy": POLICY}})


def format_for(name: str | None, accept: str) -> Format:
    """The format asked for by name, or by the Accept header. Raises `not-acceptable`."""
    if name is not None:
        return FORMATS[name]
    media_type = chosen(accept, OFFERED)
    if media_type is None:
        raise Problem("not-acceptable", offered=", ".join(OFFERED))
    return next(each for each in FORMATS.values() if each.media_type == media_type)


def printable(report: Report, public_url: str | None) -> Printable:
    """The report with its seal and, where it can be checked online, that address."""
    if report.envelope is None:
        return Printable(json.loads(report.document))
    envelope = json.loads(report.envelope)
    address = f"{public_url}/v1/reports/{report.report_id}/verification" if public_url else None
    return Printable(envelope["document"], envelope, address)


def file_name(report: Report, form: Format) -> str:
    """`2026-Q3-r1-employee-E017.pdf`: codes only, never a name."""
    return f"{report.period}-r{report.revision}-{report.kind}-{report.unit}{form.suffix}"
