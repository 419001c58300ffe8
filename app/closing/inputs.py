"""Everything that the reports of one revision are made of, read once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from app.access.principals import Reach
from app.closing.rules.attainments import by_unit
from app.closing.rules.report_documents.reports import AnyReport
from app.directory.catalogue_store import WholeDirectory, whole_directory
from app.directory.listing_store import agency_name, families_of
from app.directory.rules.reach import reached_offices
from app.disclosure.reading import read_released, release_state, require_released
from app.disclosure.rules.calendar import Span, months_until
from app.disclosure.rules.division import Month
from app.disclosure.rules.due import ReleaseState
from app.disclosure.rules.released import ReleasedSheets
from app.foundation.storage.database import Session
from app.indices.rules.figures import Scoring
from app.measures.reading import UnitsBeside, alarms_of, served_by
from app.measures.standard_schemas import StandardsOut
from app.measures.standards import StandardsTold, standards_told
from app.ratings.rules.selection import By, Selection
from app.screening.held_store import held_reasons, raised_in
from app.screening.rules.sheets import RaisedRow
from app.targets.rules.target import TargetKey
from app.targets.store import targets_of
from app.tickets.counts import ticket_sums
from app.tickets.rules.lifecycle import TicketSum

TREND_MONTHS = 12

# A report by its kind and its unit's code.
ReportsByUnit = Mapping[tuple[str, str], AnyReport]


@dataclass(frozen=True)
class PlannedRevision:
    """The revision that is to be made: of which period, for whom, by which questionnaire and its rules.

    `former_documents` are the reports of the revision before it, made of what was told by release `former_release`; a
    first revision has none.
    """

    reach: Reach
    span: Span
    number: int
    scoring: Scoring
    former_documents: ReportsByUnit = field(default_factory=dict)
    former_release: int = 0


@dataclass(frozen=True)
class ClosingInputs:
    """All that reports are made of. `sheets` is what is told of the months of the trend and of the period before.

    `former_documents` are the reports of the revision before this one, made of what was told by `former_release`;
    `held` and `raised` are the sheets that screening holds of the period and its findings in it; `targets` are in
    hundredths.
    """

    agency_id: str
    agency_name: str
    span: Span
    revision: int
    scoring: Scoring
    directory: WholeDirectory
    offices: frozenset[str]
    whole_agency: bool
    release: ReleaseState
    sheets: ReleasedSheets
    families: Mapping[str, str]
    beside: Mapping[By, UnitsBeside]
    tickets: Mapping[By, Mapping[str | None, TicketSum]]
    former_documents: ReportsByUnit
    standards: StandardsTold
    former_release: int = 0
    raised: Sequence[RaisedRow] = ()
    targets: Mapping[TargetKey, int] = field(default_factory=dict)

    @cached_property
    def unit_targets(self) -> Mapping[tuple[str, str], Mapping[str, int]]:
        """The targets of each unit, by kind and code: figure → hundredths."""
        return by_unit(self.targets)

    @cached_property
    def office_standards(self) -> Mapping[str, StandardsOut]:
        """What is told of service standards of each office."""
        return self.standards.of_offices()

    @property
    def trend(self) -> Sequence[Month]:
        """The months that a trend shows."""
        return [month.code for month in months_until(self.span.last, TREND_MONTHS)]

    @property
    def within(self) -> frozenset[str] | None:
        """The offices that the period is closed for; None for the whole agency."""
        return None if self.whole_agency else self.offices


def read_inputs(session: Session, planned: PlannedRevision) -> ClosingInputs:
    """Read everything once. Raises `nothing-released` and `not-released`."""
    reach, span, scoring = planned.reach, planned.span, planned.scoring
    instrument = scoring.instrument.id
    agency_id = reach.agency_id
    state = release_state(session, agency_id)
    require_released(state, span.first, span.last)
    directory = whole_directory(session, agency_id)
    parents = {office.code: office.parent for office in directory.offices}
    offices = reached_offices(parents, reach)
    first = months_until(span.last, max(TREND_MONTHS, 2 * span.months))[0].first
    issued = Selection(instrument, span.first, span.last, offices, whole_agency=reach.root is None)
    everywhere = replace(issued, offices=frozenset(parents), whole_agency=True)
    return ClosingInputs(
        agency_id=agency_id,
        agency_name=agency_name(session, agency_id),
        span=span,
        revision=planned.number,
        scoring=scoring,
        directory=directory,
        offices=offices,
        whole_agency=reach.root is None,
        release=state,
        sheets=read_released(session, agency_id, instrument, first, span.last),
        families=families_of(session, agency_id),
        beside={
            by: UnitsBeside(
                held=held_reasons(session, agency_id, replace(everywhere, by=by)),
                # Like the figures: an employee's report counts what was rated at every office.
                served=served_by(session, agency_id, span, by, frozenset(parents)),
                alarms=alarms_of(session, agency_id, scoring, span, by, None),
            )
            for by in (By.office, By.employee)
        },
        tickets={by: ticket_sums(session, agency_id, replace(issued, by=by)) for by in (By.office, By.employee)},
        former_documents=planned.former_documents,
        standards=standards_told(session, agency_id, span, None if reach.root is None else offices),
        former_release=planned.former_release,
        raised=raised_in(session, agency_id, span.first, span.last),
        targets=targets_of(session, agency_id, span.code, instrument),
    )
