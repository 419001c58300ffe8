"""The units a closing reports about: their sheets, what may be published of them, their measures."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

from app.closing.inputs import ClosingInputs, Months
from app.closing.rules.report_documents.parts import UnitKind
from app.disclosure.rules.closing import DisclosureDecision, Subject
from app.disclosure.rules.ledger import Month
from app.disclosure.rules.measured_units import enough_offices
from app.measures.rules.unit_measures import UnitMeasures, measure
from app.ratings.tallies.rules.query_plan import By
from app.ratings.tallies.rules.sheet_rows import SheetRow, by_unit, size

KIND: Mapping[By, UnitKind] = {By.office: "office", By.employee: "employee"}

Units: TypeAlias = Mapping[str, Months]
Decisions: TypeAlias = Mapping[tuple[str, str], DisclosureDecision]


@dataclass(frozen=True)
class ReportedUnit:
    """A unit that gets a report, with its sheets by month; without `measures` the report has no figures."""

    kind: UnitKind
    code: str
    months: Months
    decision: DisclosureDecision
    measures: UnitMeasures | None

    @property
    def about(self) -> tuple[str, str]:
        """Kind and code, by which decisions and former reports are found."""
        return self.kind, self.code

    @property
    def by(self) -> By:
        """Whether it is measured as a person; what an appraisal may use is said of persons only."""
        return By.employee if self.kind == "employee" else By.office

    @property
    def n(self) -> int:
        """How many ratings its figures count."""
        return self.measures.n if self.measures else 0


def sheets_by_unit(inputs: ClosingInputs) -> dict[By, Units]:
    """The sheets of every office and employee by month; months without any are included."""
    employees = _by_unit_and_month(inputs.months, By.employee)
    return {
        By.office: _by_unit_and_month(inputs.months, By.office),
        By.employee: {code: _where_enough(inputs, months) for code, months in employees.items()},
    }


def sheets_within(inputs: ClosingInputs) -> Months:
    """The sheets by month of all offices that the period is closed for."""
    return {month: [row for row in rows if row.office in inputs.offices] for month, rows in inputs.months.items()}


def sheets_of(months: Months, wanted: Collection[Month]) -> list[SheetRow]:
    """The sheets of these months."""
    return [row for month in sorted(wanted) for row in months.get(month, ())]


def subjects_of(inputs: ClosingInputs, units: Mapping[By, Units], within: Months) -> list[Subject]:
    """Everything that figures may be about: the whole, and all offices and employees, since they are compared."""

    def subject(kind: str, code: str, offices: frozenset[str], employee: str | None, months: Months) -> Subject:
        former = inputs.former_documents.get((kind, code))
        sizes = {month: size(rows) for month, rows in months.items()}
        return Subject(kind, code, offices, employee, sizes, former.n if former else None)

    return [
        subject("agency", inputs.agency_id, inputs.offices, None, within),
        *(subject("office", code, frozenset([code]), None, months) for code, months in units[By.office].items()),
        *(
            subject("employee", code, frozenset(row.office for row in chain(*months.values())), code, months)
            for code, months in units[By.employee].items()
        ),
    ]


def measured(inputs: ClosingInputs, by: By, units: Units, decisions: Decisions) -> Mapping[str, UnitMeasures]:
    """The measures of all units whose figures may be published; a unit is compared with these alone."""
    shown = {code: months for code, months in units.items() if decisions[KIND[by], code].withheld is None}
    return measure(
        inputs.scoring,
        {code: sheets_of(months, inputs.whole) for code, months in shown.items()},
        {code: sheets_of(months, inputs.before) for code, months in shown.items() if decisions[KIND[by], code].before},
        inputs.served[by],
        inputs.families if by is By.employee else None,
        inputs.alarms[by],
    )


def _where_enough(inputs: ClosingInputs, months: Months) -> Months:
    """A person's sheets at the offices where at least ten rated; a few at another could be found by subtraction."""
    enough = enough_offices(sheets_of(months, inputs.whole))
    return {month: [row for row in rows if row.office in enough] for month, rows in months.items()}


def _by_unit_and_month(months: Months, by: By) -> Units:
    units: dict[str, dict[Month, Sequence[SheetRow]]] = {}
    for month, rows in months.items():
        for code, own in by_unit(rows, by).items():
            units.setdefault(code, {each: [] for each in months})[month] = own
    return units
