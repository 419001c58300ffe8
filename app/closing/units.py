"""The units a closing reports about: what is told of them in the period and month by month, and their measures."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.closing.inputs import ClosingInputs
from app.closing.rules.report_documents.parts import UnitKind
from app.disclosure.rules.cells import Cell
from app.disclosure.rules.division import Month
from app.disclosure.rules.due import month_code
from app.disclosure.rules.released import Released, Scope, Withheld
from app.disclosure.rules.without_answers import shown_count
from app.measures.reading import units_of
from app.measures.rules.training import Need
from app.measures.rules.unit_measures import MeasuredUnit, UnitMeasures, measure, person_needs
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


def units_with_ratings(inputs: ClosingInputs, by: By) -> tuple[dict[str, ReportedUnit], dict[str, UnitMeasures]]:
    """Every office or employee of the agency with ratings in the period, and the measures of those with figures.

    An office of which service standards are told, and no ratings, is among them, without figures.
    """
    units = units_of(inputs.sheets, inputs.span, by, None, inputs.beside[by])
    if by is By.office:
        unrated = inputs.office_standards.keys() - units.keys()
        units |= {code: unrated_unit(inputs.beside[by].served.get(code)) for code in unrated}
    measures = measure(inputs.scoring, units, inputs.families if by is By.employee else None)
    trends = {month: inputs.sheets.by(by, Scope(month, month)) for month in inputs.trend}
    reported = {
        code: ReportedUnit(
            KIND[by],
            code,
            unit.now,
            _told_months({month: groups.get(code) for month, groups in trends.items()}),
            measures.get(code),
            _is_new(inputs, KIND[by], code, unit.now),
        )
        for code, unit in sorted(units.items())
    }
    return reported, measures


def unrated_unit(served: int | None) -> MeasuredUnit:
    """A unit that nobody rated."""
    return MeasuredUnit(now=Released(), before=Released(), held=0, served=served)


def needs_of_persons(inputs: ClosingInputs) -> Mapping[str, tuple[Need, ...]]:
    """The training needs of every employee who has any, by code."""
    units = units_of(inputs.sheets, inputs.span, By.employee, None, inputs.beside[By.employee])
    return person_needs(inputs.scoring, units, inputs.families)


def whole_unit(inputs: ClosingInputs, kind: UnitKind, served: Mapping[str, int]) -> ReportedUnit:
    """The agency, or the subtree that is closed, as one unit; it has no peers to be compared with.

    `served` is how many people each office served; with one office unknown, nobody knows how many all served.
    """
    released = whole_period(inputs, inputs.within)
    known = released.offices and released.offices <= served.keys()
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
        served=sum(served[office] for office in released.offices) if known else None,
    )
    months = {month: inputs.sheets.total(Scope(month, month, inputs.within)) for month in inputs.trend}
    return ReportedUnit(
        kind,
        inputs.agency_id,
        released,
        _told_months(months),
        measure(inputs.scoring, {"": unit}, None).get(""),
        _is_new(inputs, kind, inputs.agency_id, released),
    )


def whole_period(inputs: ClosingInputs, offices: frozenset[str] | None) -> Released:
    """What is told of the period at these offices together (None: of the whole agency)."""
    return inputs.sheets.total(Scope(month_code(inputs.span.first), month_code(inputs.span.last), offices))


def _told_months(months: Mapping[Month, Released | None]) -> dict[Month, Cell]:
    return {month: cell for month, released in months.items() if released and (cell := released.cell) is not None}


def _is_new(inputs: ClosingInputs, kind: UnitKind, code: str, released: Released) -> bool:
    """Whether the unit's figures are others than in the former revision: ten or more joined them, or left."""
    former = inputs.former_documents.get((kind, code))
    if former is None:
        return True
    told = released.n if released.withheld is None or former.n else 0
    return told != former.n or (told > 0 and any(block.release > inputs.former_release for block in released.blocks))
