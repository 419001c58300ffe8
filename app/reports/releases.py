"""What former reports have already told about each unit. Pure."""

import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from app.indices.calendar import span_of
from app.reports.disclosure import Month, Release

Unit = tuple[str, str]


class Told(NamedTuple):
    """A stored report: its document, and how many ratings each month had when it was made."""

    document: str
    counts: Mapping[Month, int]


def releases(reports: Iterable[Told]) -> dict[Unit, list[Release]]:
    """The releases of every unit (kind, code) in these reports, which come oldest first.

    A report shows its whole period and the single months of its trend; a suppressed one shows nothing.
    """
    found: dict[Unit, list[Release]] = {}
    for report in reports:
        document = json.loads(report.document)
        if document["figures"]["suppressed"]:
            continue
        span = span_of(document["period"]["code"])
        assert span is not None, "only such codes are closed"
        months = [frozenset([line["month"]]) for line in document["trend"]]
        shown = (frozenset(span.month_codes), *months)
        unit = (document["kind"], document["subject"]["code"])
        found.setdefault(unit, []).append(Release(shown, report.counts))
    return found
