"""What an agency shows as open data: CSV, JSON, and its description in DCAT 3. Figures stand there as signed."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any

from app.closing.public.reading import PublicClosing, PublicPage
from app.closing.rules.report_documents.parts import ReportPeriod
from app.disclosure.rules.calendar import LAST_ZONE
from app.foundation.csv_dialects import BOM
from app.foundation.formula_guard import guarded
from app.seals.rules.canonical_json import canonical

COLUMNS = (
    "agency",
    "period",
    "from",
    "to",
    "revision",
    "office",
    "instrument",
    "version",
    "kind",
    "code",
    "name",
    "n",
    "index_name",
    "index",
    "grade",
    "lower",
    "upper",
    "confidence",
    "weights",
    "bands",
    "final_on",
    "shown_on",
    "report",
    "digest",
)
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
MEDIA = {"csv": "text/csv", "json": "application/json"}


def as_json(page: PublicPage) -> str:
    """Every closing asked for: the canonical JSON of what was taken from its signed reports."""
    items = [each.figures | {"office": each.head.root or None, "shown_on": _shown_on(each)} for each in page.closings]
    return canonical({"agency": page.agency, "items": items}).decode()


def as_csv(page: PublicPage) -> str:
    """One line a unit (RFC 4180), with points as decimal marks in every language."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([guarded(row[name]) for name in COLUMNS] for each in page.closings for row in _rows(each))
    return BOM + text.getvalue()


def as_dcat(page: PublicPage, address: str) -> str:
    """A catalogue with a data set for each period and questionnaire that is shown; `address` is the public page's."""
    publisher = {"@type": "foaf:Agent", "foaf:name": page.closings[0].figures["agency"]["name"]}
    about = {(each.head.code, each.head.instrument): each for each in page.closings}
    catalogue = {
        "@context": CONTEXT,
        "@id": f"{address}/data.jsonld",
        "@type": "dcat:Catalog",
        "dct:title": {"@value": f"Survei kepuasan masyarakat – {publisher['foaf:name']}", "@language": "id"},
        "dct:publisher": publisher,
        "foaf:homepage": {"@id": address},
        "dcat:dataset": [_dataset(each, address, publisher) for each in about.values()],
    }
    return canonical(catalogue).decode()


def _dataset(closing: PublicClosing, address: str, publisher: dict[str, str]) -> dict[str, Any]:
    figures, head = closing.figures, closing.head
    period = ReportPeriod.model_validate(figures["period"])
    query = f"?period={head.code}&instrument={head.instrument}"
    title = figures["method"]["index_title"]
    return {
        "@id": f"{address}/data.json{query}",
        "@type": "dcat:Dataset",
        "dct:identifier": f"{figures['agency']['code']}-{head.code}-{head.instrument}",
        "dct:title": [{"@value": f"{text}, {head.code}", "@language": code} for code, text in title.items() if text],
        "dct:publisher": publisher,
        "dct:issued": {"@value": _shown_on(closing), "@type": "xsd:date"},
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": {"@value": period.first, "@type": "xsd:date"},
            "dcat:endDate": {"@value": period.last, "@type": "xsd:date"},
        },
        "dcat:landingPage": {"@id": f"{address}{query}"},
        "dcat:distribution": [
            {
                "@type": "dcat:Distribution",
                "dct:title": form.upper(),
                "dcat:accessURL": {"@id": f"{address}/data.{form}{query}"},
                "dcat:downloadURL": {"@id": f"{address}/data.{form}{query}"},
                "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{media}"},
            }
            for form, media in MEDIA.items()
        ],
    }


def _rows(closing: PublicClosing) -> Iterator[dict[str, Any]]:
    figures = closing.figures
    shared = {
        "agency": figures["agency"]["code"],
        "period": figures["period"]["code"],
        "from": figures["period"]["from"],
        "to": figures["period"]["to"],
        "revision": figures["period"]["revision"],
        "office": closing.head.root or None,
        **{name: figures["method"][name] for name in ("instrument", "version", "weights", "bands")},
        "final_on": figures["final_on"],
        "shown_on": _shown_on(closing),
    }
    for kind, units in (("whole", [figures["whole"]]), ("office", figures["offices"])):
        for unit in units:
            index = unit["index"] or {}
            interval = index.get("interval") or {}
            yield shared | {
                "kind": kind,
                **{name: unit[name] for name in ("code", "name", "n", "report", "digest")},
                "index_name": index.get("name"),
                "index": index.get("value"),
                "grade": index.get("grade"),
                **{name: interval.get(name) for name in ("lower", "upper", "confidence")},
            }


def _shown_on(closing: PublicClosing) -> str:
    return closing.head.shown_at.astimezone(LAST_ZONE).date().isoformat()
