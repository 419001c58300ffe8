"""The units a closing reports about: what is told of them in the period and month by month, and their measures."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.closing.inputs import ClosingInputs, OfficesTold
from app.closing.rules.report_documents.parts import UnitKind
from app.disclosure.rules.cells import Cell
from app.disclosure.rules.division import Month
from app.disclosure.rules.due import month_code
from app.disclosure.rules.released import Released, ReleasedSheets, Scope, Withheld, joined
from app.disclosure.rules.without_answers import shown_count
from app.measures.reading import units_of
from app.measures.rules.training import Need
from app.measures.rules.unit_measures import MeasuredUnit, UnitMeasures, measure, measure_offices, person_needs
from app.ratings.rules.selection import By

KIND: Mapping[By, UnitKind] = {By.office: "office", By.employee: "employee"}


@dataclass(frozen=True)
class ReportedUnit:
    """A unit that gets a report: what is told of it, and by month; without `measures` the report has no figures.

    Where it is not `is_new`, nothing changed since the former revision, whose figures it keeps.
    """

    kind: UnitKind
    code: str
    released: Released
    months: Mapping[Month, Cell]
    measures: UnitMeasures | None
    is_new: bool

    @property
    def about(self) -> tuple[str, str]:
        """Kind and code, by which former reports are found."""
        return self.kind, self.code

    @property
    def by(self) -> By:
        """Whether it is measured as a person; what an appraisal may use is said of persons only."""
        return By.employee if self.kind == "employee" else By.office

    @property
    def withheld(self) -> Withheld | None:
        """Why it has no figures."""
        return self.released.withheld

    @property
    def n(self) -> int:
        """How many ratings its figures count."""
        return self.measures.n if self.measures else 0


def offices_with_ratings(inputs: ClosingInputs, told: OfficesTold) -> dict[str, ReportedUnit]:
    """Each of these offices with ratings in the period, or of which service standards are told, in order."""
    units = units_of(told.sheets, inputs.span, By.office, told.codes, told.beside)
    unrated = (inputs.office_standards.keys() & told.codes) - units.keys()
    units |= {code: unrated_unit(told.beside.served.get(code)) for code in unrated}
    measured = measure_offices(inputs.scoring, units, told.compared)
    return _reported(inputs, By.office, units, measured, _trends(inputs, told.sheets, By.office, told.codes))


def persons_with_ratings(inputs: ClosingInputs) -> dict[str, ReportedUnit]:
    """Every employee of the agency with ratings in the period, in order."""
    units = units_of(inputs.persons, inputs.span, By.employee, None, inputs.beside[By.employee])
    measured = measure(inputs.scoring, units, inputs.families)
    return _reported(inputs, By.employee, units, measured, _trends(inputs, inputs.persons, By.employee, None))


def _trends(
    inputs: ClosingInputs, sheets: ReleasedSheets, by: By, offices: frozenset[str] | None
) -> dict[Month, Mapping[str, Released]]:
    return {month: sheets.by(by, Scope(month, month, offices)) for month in inputs.trend}


def _reported(
    inputs: ClosingInputs,
    by: By,
    units: Mapping[str, MeasuredUnit],
    measured: Mapping[str, UnitMeasures],
    trends: Mapping[Month, Mapping[str, Released]],
) -> dict[str, ReportedUnit]:
    return {
        code: ReportedUnit(
            KIND[by],
            code,
            unit.now,
            _told_months({month: groups.get(code) for month, groups in trends.items()}),
            measured.get(code),
            _is_new(inputs, KIND[by], code, unit.now, _newest(inputs, by, code, unit.now)),
        )
        for code, unit in sorted(units.items())
    }


def _newest(inputs: ClosingInputs, by: By, code: str, released: Released) -> int:
    """The newest release that told something of a unit; an office is read from sums, which do not know."""
    if by is By.office:
        return inputs.newest_told.get(code, 0)
    return max((block.release for block in released.blocks), default=0)


def unrated_unit(served: int | None) -> MeasuredUnit:
    """A unit that nobody rated."""
    return MeasuredUnit(now=Released(), before=Released(), held=0, served=served)


def needs_of_persons(inputs: ClosingInputs) -> Mapping[str, tuple[Need, ...]]:
    """The training needs of every employee who has any, by code."""
    units = units_of(inputs.persons, inputs.span, By.employee, None, inputs.beside[By.employee])
    return person_needs(inputs.scoring, units, inputs.families)


class WholeTold:
    """What is told of all that is closed, of the period and by month, added up as its offices are read."""

    def __init__(self, inputs: ClosingInputs) -> None:
        self._inputs = inputs
        span = (month_code(inputs.span.first), month_code(inputs.span.last))
        self._months = [span, *((month, month) for month in inputs.trend)]
        self._found = [Released() for _ in self._months]
        # Offices with told ratings in the period.
        self.rated: set[str] = set()

    def take(self, told: OfficesTold) -> None:
        """Add some offices."""
        found = [told.sheets.total(Scope(*months, told.codes)) for months in self._months]
        self.rated |= found[0].offices
        # The whole agency has sums of its own, with what several offices tell together.
        if not self._inputs.whole_agency:
            self._found = list(map(joined, self._found, found))

    def found(self) -> tuple[Released, dict[Month, Released]]:
        """What is told of the period, and by month."""
        if self._inputs.whole_agency:
            self._found = [self._inputs.agency.total(Scope(*months)) for months in self._months]
        whole, *months = self._found
        return whole, dict(zip(self._inputs.trend, months, strict=True))


def whole_unit(inputs: ClosingInputs, kind: UnitKind, told: WholeTold, served: Mapping[str, int]) -> ReportedUnit:
    """The agency, or the subtree that is closed, as one unit; it has no peers to be compared with.

    `served` is how many people each office served; with one office unknown, nobody knows how many all served.
    """
    released, months = told.found()
    known = told.rated and told.rated <= served.keys()
    unit = MeasuredUnit(
        now=released,
        before=Released(),
        held=shown_count(
            sum(
                sum(reasons.values())
                for office, reasons in inputs.beside[By.office].held.items()
                if inputs.within is None or office in inputs.within
            )
        ),
        served=sum(served[office] for office in told.rated) if known else None,
    )
    newest = max(
        (n for office, n in inputs.newest_told.items() if inputs.whole_agency or office in inputs.offices), default=0
    )
    return ReportedUnit(
        kind,
        inputs.agency_id,
        released,
        _told_months(months),
        measure(inputs.scoring, {"": unit}, None).get(""),
        _is_new(inputs, kind, inputs.agency_id, released, newest),
    )


def _told_months(months: Mapping[Month, Released | None]) -> dict[Month, Cell]:
    return {month: cell for month, released in months.items() if released and (cell := released.cell) is not None}


def _is_new(inputs: ClosingInputs, kind: UnitKind, code: str, released: Released, newest: int) -> bool:
    """Whether the unit's figures are others than in the former revision: ten or more joined them, or left."""
    former = inputs.former_documents.get((kind, code))
    if former is None:
        return True
    told = released.n if released.withheld is None or former.n else 0
    return told != former.n or (told > 0 and newest > inputs.former_release)
