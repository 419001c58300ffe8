"""From an agency's sheets to the documents of a closed period. Pure."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, NamedTuple, TypeAlias

from app.closing.inputs import Months, Premises
from app.closing.rules.documents import Document, standing_again
from app.closing.rules.feedback import NOTICE, feedback
from app.closing.rules.integrity import integrity, office_line, reasons, tickets_told
from app.closing.subjects import appraiser_subject, employee_subject, office_subject, posted_on
from app.disclosure.rules.closing import Showing, Subject, decide
from app.disclosure.rules.ledger import Month, Release
from app.disclosure.rules.measured_units import enough_offices
from app.disclosure.rules.minimum import hides_an_item
from app.indices.presenting import rules_of
from app.indices.rules.figures import Scoring
from app.indices.rules.official import official_index
from app.measures.funnel_presenting import funnel_chart_out
from app.measures.presenting import METHOD, unit_out
from app.measures.rules.formulas.reliability import Use
from app.measures.rules.unit_measures import UnitMeasures, measure
from app.ratings.tallies.rules.query_plan import By
from app.ratings.tallies.rules.sheet_counts import SheetCounts
from app.ratings.tallies.rules.sheet_rows import SheetRow, by_unit, counts, size

SCHEMA = "cermin-report-1"
KIND = {By.office: "office", By.employee: "employee"}


Units: TypeAlias = Mapping[str, Months]
Showings: TypeAlias = Mapping[tuple[str, str], Showing]


class Made(NamedTuple):
    """Every document of a closing, what they tell together, and the units whose former revision does not stand.

    `comments` is what their surveys quote.
    """

    documents: list[Document]
    release: Release
    changes: list[dict[str, Any]]
    comments: Release | None = None


def documents(premises: Premises) -> Made:
    """Every employee and office with ratings, and the agency (or the subtree) as a whole."""
    units = {by: _by_unit_and_month(premises.months, by) for by in KIND}
    units[By.employee] = {code: _where_enough(premises, months) for code, months in units[By.employee].items()}
    within = {month: _within(premises, rows) for month, rows in premises.months.items()}
    showings, release = decide(
        _subjects(premises, units, within),
        whole=premises.whole,
        before=premises.before,
        trend=premises.trend,
        counts=premises.counts,
        former=premises.former,
    )
    at_offices = _measured(premises, By.office, units[By.office], showings)
    made = [
        *_persons(premises, units[By.employee], showings),
        *_offices(premises, units[By.office], showings, at_offices),
    ]
    changes = [change for document in made if (change := _change(premises, document, showings))]
    whole = _whole(premises, made, within, showings, at_offices)
    if change := _change(premises, whole, showings):
        changes.append(change)
    if changes and premises.standing:
        whole = replace(whole, content={**whole.content, "changes": changes})
    return Made([*made, whole], release, changes)


def _subjects(premises: Premises, units: Mapping[By, Units], within: Months) -> list[Subject]:
    """Everything that figures may be about: the whole, and all offices and persons, since they are compared."""

    def subject(kind: str, code: str, offices: frozenset[str], employee: str | None, months: Months) -> Subject:
        standing = premises.standing.get((kind, code))
        sizes = {month: size(rows) for month, rows in months.items()}
        return Subject(kind, code, offices, employee, sizes, standing["n"] if standing else None)

    return [
        subject("agency", premises.agency_id, premises.offices, None, within),
        *(subject("office", code, frozenset([code]), None, months) for code, months in units[By.office].items()),
        *(
            subject("employee", code, frozenset(row.office for row in chain(*months.values())), code, months)
            for code, months in units[By.employee].items()
        ),
    ]


def _where_enough(premises: Premises, months: Months) -> Months:
    """A person's sheets at the offices where at least ten rated; a few at another could be told by subtraction."""
    enough = enough_offices(_of(months, premises.whole))
    return {month: [row for row in rows if row.office in enough] for month, rows in months.items()}


def _measured(premises: Premises, by: By, units: Units, showings: Showings) -> Mapping[str, UnitMeasures]:
    """The measures of all units that may be told; only they are compared."""
    told = {code: months for code, months in units.items() if showings[KIND[by], code].withheld is None}
    return measure(
        premises.scoring,
        {code: _of(months, premises.whole) for code, months in told.items()},
        {code: _of(months, premises.before) for code, months in told.items() if showings[KIND[by], code].before},
        premises.served[by],
        premises.families if by is By.employee else None,
        premises.alarms[by],
    )


def _persons(premises: Premises, units: Units, showings: Showings) -> list[Document]:
    measured = _measured(premises, By.employee, units, showings)
    known = {employee.code: employee for employee in premises.directory.employees}
    offices = {office.code: office for office in premises.directory.offices}
    posted = posted_on(premises.directory, premises.span.last)
    made = []
    for code, months in sorted(units.items()):
        office = posted.get(code)
        if office not in premises.offices or not _of(months, premises.whole):
            continue
        unit = measured.get(code)
        subject = employee_subject(known[code]) | {"office": office_subject(offices[office])}
        told = {
            "appraiser": appraiser_subject(known, offices, posted, known[code].appraiser),
            "feedback": feedback(premises.scoring.instrument, unit) if unit else None,
            "notice": dict(NOTICE),
        }
        showing = showings["employee", code]
        made.append(_document(premises, ("employee", code), office, subject, showing, unit, months, told))
    return made


def _offices(
    premises: Premises, units: Units, showings: Showings, measured: Mapping[str, UnitMeasures]
) -> list[Document]:
    offices = {office.code: office for office in premises.directory.offices}
    return [
        _document(
            premises,
            ("office", code),
            code,
            office_subject(offices[code]),
            showings["office", code],
            measured.get(code),
            own,
            {},
        )
        for code, own in sorted(units.items())
        if code in premises.offices and _of(own, premises.whole)
    ]


def _whole(
    premises: Premises,
    made: Sequence[Document],
    within: Months,
    showings: Showings,
    at_offices: Mapping[str, UnitMeasures],
) -> Document:
    """The agency's own report: its offices in one table, its employees as classes of the ladder, never by name."""
    showing = showings["agency", premises.agency_id]
    rows = {} if showing.withheld else {"": _of(within, premises.whole)}
    told_of, rated = premises.served[By.office], by_unit(rows.get("", ()), By.office)
    # With one office unknown, nobody knows how many the agency served.
    served = {"": sum(told_of[code] for code in rated)} if rated and rated.keys() <= told_of.keys() else {}
    unit = measure(premises.scoring, rows, {}, served, None).get("")
    classes = Counter(
        (document.content["figures"]["comparison"] or {}).get("use") or Use.nothing
        for document in made
        if document.kind == "employee"
    )
    table = [office_line(document) for document in made if document.kind == "office"]
    funnelled = [
        unit.comparison.funnel
        for code, unit in at_offices.items()
        if code in premises.offices and unit.comparison and unit.comparison.funnel
    ]
    funnel = funnel_chart_out(premises.scoring.instrument, funnelled)
    # Where no two offices have new figures, the limits stand as the figures do.
    stands = premises.standing.get(("agency", premises.agency_id), {}).get("funnel")
    told = {
        "offices": table,
        "funnel": funnel.model_dump(mode="json") if funnel else stands,
        "integrity": integrity(table, premises.raised),
        "employees": {str(use): classes[use] for use in Use},
    }
    subject = {"code": premises.agency_id, "name": premises.agency_name}
    whole = _document(premises, ("agency", premises.agency_id), None, subject, showing, unit, within, told)
    return replace(whole, content={**whole.content, **told})


def _document(
    premises: Premises,
    about: tuple[str, str],
    office: str | None,
    subject: Mapping[str, Any],
    showing: Showing,
    measures: UnitMeasures | None,
    months: Months,
    told: Mapping[str, Any],
) -> Document:
    span, scoring, (kind, unit) = premises.span, premises.scoring, about
    period = {
        "code": span.code,
        "from": span.first.isoformat(),
        "to": span.last.isoformat(),
        "revision": premises.revision,
    }
    standing = premises.standing.get(about)
    if standing is not None and not showing.is_new:
        return Document(kind, unit, office, standing["n"], standing_again(standing, period))
    instrument = scoring.instrument
    by = By.employee if kind == "employee" else By.office
    n = measures.n if measures else 0
    content = {
        "schema": SCHEMA,
        "kind": kind,
        "state": "draft",
        "agency": {"code": premises.agency_id, "name": premises.agency_name},
        "period": period,
        "method": rules_of(scoring) | {"index_title": dict(instrument.index_title), "measures": METHOD},
        "subject": dict(subject),
        "n": n,
        "withheld": showing.withheld,
        "figures": unit_out(instrument, by, unit, subject["name"], measures).model_dump(mode="json"),
        "trend": _trend(premises, {month: months[month] for month in showing.months}),
        "reply": None,
        "note": None,
        **told,
    }
    if measures:
        if kind in KIND.values():
            content["held_reasons"] = _held_reasons(premises, by, unit, months)
        content["services"] = {
            service.code: service.name for service in premises.directory.services if service.code in measures.services
        }
        if kind in KIND.values():
            content["tickets"] = tickets_told(premises.tickets[by].get(unit))
    if premises.standing:
        content["supersedes"] = premises.revision - 1
    return Document(kind, unit, office, n, content)


def _change(premises: Premises, document: Document, showings: Showings) -> dict[str, Any] | None:
    about = document.kind, document.unit
    standing = premises.standing.get(about)
    if not showings[about].is_new or (standing is None and not document.n):
        return None
    n_before = standing["n"] if standing else 0
    return {"kind": document.kind, "unit": document.unit, "n_before": n_before, "n": document.n}


def _held_reasons(premises: Premises, by: By, unit: str, months: Months) -> dict[str, int]:
    """Why sheets of an office are held, or of a person at the offices whose sheets are told."""
    offices = {row.office for row in _of(months, premises.whole)}
    return reasons(
        row
        for row in premises.held
        if row.office in offices and unit == (row.office if by is By.office else row.employee)
    )


def _of(months: Months, wanted: Collection[Month]) -> list[SheetRow]:
    return [row for month in sorted(wanted) for row in months.get(month, ())]


def _by_unit_and_month(months: Months, by: By) -> Units:
    """Every unit's sheets by month, months without any included."""
    units: dict[str, dict[Month, Sequence[SheetRow]]] = {}
    for month, rows in months.items():
        for code, own in by_unit(rows, by).items():
            units.setdefault(code, {each: [] for each in months})[month] = own
    return units


def _trend(premises: Premises, months: Months) -> list[dict[str, Any]]:
    return [
        {"month": month, "n": size(rows), "index": _index(premises.scoring, counts(rows))}
        for month, rows in sorted(months.items())
    ]


def _index(scoring: Scoring, counted: SheetCounts) -> str | None:
    if hides_an_item(scoring.instrument, counted):
        return None
    composite = official_index(scoring.instrument, counted, scoring.mode, scoring.bands).composite
    return str(composite.rounded) if composite else None


def _within(premises: Premises, rows: Sequence[SheetRow]) -> list[SheetRow]:
    return [row for row in rows if row.office in premises.offices]
