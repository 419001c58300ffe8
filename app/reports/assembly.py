"""From an agency's sheets to the documents of a closed period: one reading, then pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.directory.catalogue_store import WholeDirectory, whole_directory
from app.directory.postings import Stay
from app.directory.scope import subtree
from app.directory.tables import Employee, Office
from app.foundation.database import Session
from app.indices.calendar import Span, months_until
from app.indices.counts import SheetCounts
from app.indices.disclosure import SMALLEST_N
from app.indices.figures import Scoring
from app.indices.measures.reliability import Use
from app.indices.measures_presenting import METHOD, unit_out
from app.indices.measures_reading import scoring_of, served_by
from app.indices.official import official_index
from app.indices.plan import By
from app.indices.presenting import rules_of
from app.indices.sheet_rows import SheetRow, by_unit, counts, size
from app.indices.store import families_of, sheet_rows
from app.indices.unit_measures import UnitMeasures, measure
from app.reports.disclosure import Month, Release, shown_months
from app.reports.documents import Document
from app.reports.feedback import NOTICE, feedback

SCHEMA = "cermin-report-1"
TREND_MONTHS = 12
# The first 15 digits of a NIP are birth date, appointment and sex.
HIDDEN_DIGITS = 15

Months = Mapping[Month, Sequence[SheetRow]]


@dataclass(frozen=True)
class Premises:
    """All that documents are made of."""

    agency_id: str
    agency_name: str
    span: Span
    revision: int
    scoring: Scoring
    directory: WholeDirectory
    offices: frozenset[str]
    months: Months
    before: Sequence[SheetRow]
    families: Mapping[str, str]
    served: Mapping[By, Mapping[str, int]]
    former: Mapping[tuple[str, str], Sequence[Release]]

    @property
    def rows(self) -> list[SheetRow]:
        """The sheets of the period itself."""
        return [row for month in self.span.month_codes for row in self.months.get(month, ())]


def read_premises(
    session: Session,
    agency_id: str,
    agency_name: str,
    *,
    root: str | None,
    span: Span,
    revision: int,
    instrument: str,
    former: Mapping[tuple[str, str], Sequence[Release]],
) -> Premises:
    """Read everything once. Raises `instrument-unknown`."""
    scoring = scoring_of(session, agency_id, instrument)
    directory = whole_directory(session, agency_id)
    parents = {office.code: office.parent for office in directory.offices}
    offices = frozenset(parents) if root is None else subtree(parents, root)
    earlier = span.before()
    return Premises(
        agency_id=agency_id,
        agency_name=agency_name,
        span=span,
        revision=revision,
        scoring=scoring,
        directory=directory,
        offices=offices,
        months={
            month.code: sheet_rows(session, agency_id, instrument, month.first, month.last)
            for month in months_until(span.last, TREND_MONTHS)
        },
        before=sheet_rows(session, agency_id, instrument, earlier.first, earlier.last),
        families=families_of(session, agency_id),
        served={by: served_by(session, agency_id, span, by, offices) for by in (By.office, By.employee)},
        former=former,
    )


def documents(premises: Premises) -> list[Document]:
    """Every employee and office with ratings, and the agency (or the subtree) as a whole."""
    rows, before = premises.rows, premises.before
    persons = by_unit(rows, By.employee)
    measured = measure(
        premises.scoring, persons, by_unit(before, By.employee), premises.served[By.employee], premises.families
    )
    at_offices = measure(
        premises.scoring, by_unit(rows, By.office), by_unit(before, By.office), premises.served[By.office], None
    )
    made = [
        *_persons(premises, persons, measured),
        *_offices(premises, by_unit(rows, By.office), at_offices),
    ]
    return [*made, _whole(premises, made, rows)]


def _persons(
    premises: Premises, persons: Mapping[str, Sequence[SheetRow]], measured: Mapping[str, UnitMeasures]
) -> list[Document]:
    known = {employee.code: employee for employee in premises.directory.employees}
    offices = {office.code: office for office in premises.directory.offices}
    posted = _posted(premises.directory, premises.span.last)
    months = _by_month(premises, By.employee)
    made = []
    for code, rows in sorted(persons.items()):
        office = posted.get(code)
        if office not in premises.offices:
            continue
        own = months[code]
        unit, trend = _shown(premises, ("employee", code), measured.get(code), own)
        subject = _employee(known[code]) | {"office": _office(offices[office])}
        told = {"feedback": feedback(premises.scoring.instrument, unit) if unit else None, "notice": dict(NOTICE)}
        made.append(
            _document(premises, "employee", code, office, size(rows), subject, unit, By.employee, trend, told, own)
        )
    return made


def _offices(
    premises: Premises, units: Mapping[str, Sequence[SheetRow]], measured: Mapping[str, UnitMeasures]
) -> list[Document]:
    offices = {office.code: office for office in premises.directory.offices}
    months = _by_month(premises, By.office)
    made = []
    for code, rows in sorted(units.items()):
        if code in premises.offices:
            own = months[code]
            unit, trend = _shown(premises, ("office", code), measured.get(code), own)
            subject = _office(offices[code])
            made.append(_document(premises, "office", code, code, size(rows), subject, unit, By.office, trend, {}, own))
    return made


def _whole(premises: Premises, made: Sequence[Document], rows: Sequence[SheetRow]) -> Document:
    """The agency's own report: its offices in one table, its employees as classes of the ladder, never by name."""
    within = [row for row in rows if row.office in premises.offices]
    unit = measure(premises.scoring, {"": within}, {}, {}, None).get("")
    classes = Counter(
        (document.content["figures"]["comparison"] or {}).get("use") or Use.nothing
        for document in made
        if document.kind == "employee"
    )
    table = [
        {"code": document.unit, "name": document.content["subject"]["name"], **_line(document)}
        for document in made
        if document.kind == "office"
    ]
    told = {"offices": table, "employees": {str(use): classes[use] for use in Use}}
    subject = {"code": premises.agency_id, "name": premises.agency_name}
    # The agency as a whole is never suppressed by its months: it is no person, and its offices are shown anyway.
    own = {month: _within(premises, part) for month, part in premises.months.items()}
    trend = _trend(premises, own)
    code = premises.agency_id
    return _document(premises, "agency", code, None, size(within), subject, unit, By.office, trend, told, own)


def _line(document: Document) -> dict[str, Any]:
    figures = document.content["figures"]
    return {name: figures[name] for name in ("n", "held", "index", "comparison")}


def _document(
    premises: Premises,
    kind: str,
    unit: str,
    office: str | None,
    n: int,
    subject: Mapping[str, Any],
    measures: UnitMeasures | None,
    by: By,
    trend: Sequence[Mapping[str, Any]],
    told: Mapping[str, Any],
    months: Months,
) -> Document:
    span, scoring = premises.span, premises.scoring
    instrument = scoring.instrument
    figures = unit_out(instrument, by, unit, subject["name"], measures).model_dump(mode="json")
    content = {
        "schema": SCHEMA,
        "kind": kind,
        "state": "draft",
        "agency": {"code": premises.agency_id, "name": premises.agency_name},
        "period": {
            "code": span.code,
            "from": span.first.isoformat(),
            "to": span.last.isoformat(),
            "revision": premises.revision,
        },
        "method": rules_of(scoring) | {"index_title": dict(instrument.index_title), "measures": METHOD},
        "subject": dict(subject),
        "n": n if measures else 0,
        "figures": figures,
        "trend": list(trend),
        "reply": None,
        "note": None,
        **told,
    }
    return Document(kind, unit, office, n if measures else 0, content, _sizes(months))


def _shown(
    premises: Premises, about: tuple[str, str], unit: UnitMeasures | None, own: Months
) -> tuple[UnitMeasures | None, list[dict[str, Any]]]:
    """The unit's measures and trend, as far as nothing can be computed from them that is too small."""
    if unit is None:
        return None, []
    former = premises.former.get(about, ())
    may, months = shown_months(frozenset(premises.span.month_codes), _sizes(own), former)
    if not may:
        return None, []
    return unit, _trend(premises, {month: rows for month, rows in own.items() if month in months})


def _by_month(premises: Premises, by: By) -> dict[str, dict[Month, list[SheetRow]]]:
    """Every unit's sheets by month, months without any included."""
    units: dict[str, dict[Month, list[SheetRow]]] = {}
    for month, rows in premises.months.items():
        for code, own in by_unit(rows, by).items():
            units.setdefault(code, {each: [] for each in premises.months})[month] = own
    return units


def _sizes(months: Months) -> dict[Month, int]:
    return {month: size(rows) for month, rows in months.items()}


def _trend(premises: Premises, months: Months) -> list[dict[str, Any]]:
    line = []
    for month, rows in sorted(months.items()):
        counted = counts(rows)
        if sum(counted.values()) >= SMALLEST_N:
            line.append({"month": month, "n": sum(counted.values()), "index": _index(premises.scoring, counted)})
    return line


def _index(scoring: Scoring, counted: SheetCounts) -> str | None:
    composite = official_index(scoring.instrument, counted, scoring.mode, scoring.bands).composite
    return str(composite.rounded) if composite else None


def _within(premises: Premises, rows: Sequence[SheetRow]) -> list[SheetRow]:
    return [row for row in rows if row.office in premises.offices]


def _posted(directory: WholeDirectory, day: date) -> dict[str, str]:
    """Where each employee was posted on that day."""
    return {
        posting.employee: posting.office
        for posting in directory.postings
        if Stay(posting.from_on, posting.until_on, posting.office).includes(day)
    }


def _employee(employee: Employee) -> dict[str, Any]:
    nip = employee.nip
    return {
        "code": employee.code,
        "name": employee.name,
        "nip_masked": None if nip is None else "*" * HIDDEN_DIGITS + nip[HIDDEN_DIGITS:],
        "position": employee.position,
        "grade": employee.grade,
    }


def _office(office: Office) -> dict[str, Any]:
    return {"code": office.code, "name": office.name}
