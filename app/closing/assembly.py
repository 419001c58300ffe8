"""From what is told of an agency to the reports of a closed period, one after the other."""

from collections.abc import Iterable, Iterator

from app.closing.agency_report import ReportsSoFar, agency_report
from app.closing.inputs import ClosingInputs, OfficesTold
from app.closing.rules.documents import Document
from app.closing.rules.report_documents.agency import UnitChange
from app.closing.rules.report_documents.reports import AgencyReport, OfficeReport
from app.closing.rules.report_documents.targets import Attainment
from app.closing.subjects import staff_on
from app.closing.survey.documents import SurveyedUnit, survey_document
from app.closing.survey.inputs import Surveys
from app.closing.unit_reports import employee_report, office_report, targets_reached
from app.closing.units import (
    ReportedUnit,
    WholeTold,
    needs_of_persons,
    offices_with_ratings,
    persons_with_ratings,
    whole_unit,
)
from app.ratings.rules.selection import By


class Assembly:
    """Makes every document of a closing; whom the agency's recognises and what changed is known in the end.

    Nothing but a line of each is kept, so that thousands of offices can be closed together.
    """

    def __init__(self, inputs: ClosingInputs, surveys: Surveys) -> None:
        self._inputs = inputs
        self._surveys = surveys
        self._staff = staff_on(inputs.directory, inputs.span.last)
        self._whole = WholeTold(inputs)
        self._reports = ReportsSoFar()
        self._of_offices: list[UnitChange] = []
        self._of_persons: list[UnitChange] = []
        self._office_targets: dict[str, tuple[Attainment, ...]] = {}
        self.changes: list[UnitChange] = []

    @property
    def recognised(self) -> list[tuple[str, str]]:
        """Code and office of those whose service is recognised."""
        return self._reports.recognised

    def documents(self, told: Iterable[OfficesTold]) -> Iterator[Document]:
        """Every office and employee with ratings, and the agency (or the subtree) as a whole; beside them surveys."""
        for some in told:
            yield from self._of_some_offices(some)
        yield from self._of_all_persons()
        yield from self._of_the_whole()

    def _of_some_offices(self, told: OfficesTold) -> Iterator[Document]:
        inputs = self._inputs
        self._whole.take(told)
        units = offices_with_ratings(inputs, told)
        sources = self._surveys.of_offices(units)
        for code, unit in units.items():
            document = Document(code, code, office_report(inputs, unit, self._staff))
            self._take(document, unit, self._of_offices)
            if reached := targets_reached(inputs, "office", code, unit):
                self._office_targets[code] = reached
            yield document
            assert isinstance(document.report, OfficeReport)
            surveyed = SurveyedUnit(code, document.report, frozenset({code}), unit.released, unit.released.offices)
            yield from survey_document(inputs, sources, surveyed)

    def _of_all_persons(self) -> Iterator[Document]:
        inputs, posted = self._inputs, self._staff.posted
        needs = needs_of_persons(inputs)
        for code, unit in persons_with_ratings(inputs).items():
            # A report belongs to the office of the posting at the end of the period, wherever they were rated.
            if posted.get(code) in inputs.offices:
                office = posted[code]
                report = employee_report(inputs, unit, self._staff, self._targets_of(office))
                document = Document(code, office, report, needs.get(code, ()))
                self._take(document, unit, self._of_persons)
                yield document

    def _of_the_whole(self) -> Iterator[Document]:
        inputs = self._inputs
        unit = whole_unit(inputs, "agency", self._whole, inputs.beside[By.office].served)
        changes = [*self._of_persons, *self._of_offices]
        self.changes = [*changes, *filter(None, [_change(inputs, unit)])]
        report = agency_report(inputs, unit, self._reports, self.changes)
        yield Document(unit.code, None, report)
        assert isinstance(report, AgencyReport)
        surveyed = SurveyedUnit(None, report, inputs.offices, unit.released, frozenset(self._whole.rated))
        yield from survey_document(inputs, self._surveys.of_the_whole(), surveyed)

    def _targets_of(self, office: str) -> tuple[Attainment, ...]:
        # An office that nobody rated has been reported about only where standards are told of it.
        return self._office_targets.get(office) or targets_reached(self._inputs, "office", office, None)

    def _take(self, document: Document, unit: ReportedUnit, changes: list[UnitChange]) -> None:
        self._reports.take(document, unit.measures)
        if change := _change(self._inputs, unit):
            changes.append(change)


def _change(inputs: ClosingInputs, unit: ReportedUnit) -> UnitChange | None:
    """How a unit's number of ratings changed; None where its figures stay, or where it has none and never had."""
    former = inputs.former_documents.get(unit.about)
    if not unit.is_new or (former is None and not unit.n):
        return None
    return UnitChange(kind=unit.kind, unit=unit.code, n_before=former.n if former else 0, n=unit.n)
