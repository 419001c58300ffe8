"""Everything that the reports of one revision are made of, read once; of offices, some at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from app.access.principals import Reach
from app.closing.rules.attainments import by_unit
from app.closing.rules.report_documents.reports import AnyReport
from app.directory.catalogue_store import WholeDirectory, whole_directory
from app.directory.listing_store import agency_name, families_of
from app.directory.rules.reach import reached_offices
from app.disclosure.reading import (
    newest_told,
    read_released,
    release_state,
    require_released,
    unfinished_months,
)
from app.disclosure.rules.calendar import Span, months_until
from app.disclosure.rules.division import Month
from app.disclosure.rules.due import ReleaseState, month_code
from app.disclosure.rules.released import ReleasedSheets
from app.foundation.storage.database import Session
from app.indices.rules.figures import Scoring
from app.measures.comparing import kept_among_all, made_among_all
from app.measures.reading import UnitsBeside, alarms_of, served_by
from app.measures.rules.office_comparison import OfficeAmongAll
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
# Offices whose figures are read together; two years of one take up to two hundred kilobytes.
READ_TOGETHER = 100

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
    """All that reports are made of, but for what is told of offices, which may be thousands (`offices_told`).

    `persons` is what is told of persons in the months of the trend and of the period before, `agency` that of the whole
    agency. `newest` is the newest release that told anything of these months; `newest_told` of an office (None: of
    several together), of the period alone, where there is a former revision.

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
    first: date
    persons: ReleasedSheets
    agency: ReleasedSheets
    families: Mapping[str, str]
    beside: Mapping[By, UnitsBeside]
    tickets: Mapping[By, Mapping[str | None, TicketSum]]
    former_documents: ReportsByUnit
    standards: StandardsTold
    former_release: int = 0
    newest_told: Mapping[str | None, int] = field(default_factory=dict)
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
        first=first,
        persons=read_released(session, agency_id, instrument, first, span.last, persons=True),
        agency=read_released(session, agency_id, instrument, first, span.last, None, (By.service, By.channel)),
        families=families_of(session, agency_id),
        beside={
            by: UnitsBeside(
                held=held_reasons(session, agency_id, replace(everywhere, by=by)),
                # Like the figures: an employee's report counts what was rated at every office.
                served=served_by(session, agency_id, span, by, frozenset(parents)),
                # Those of offices are read with what is told of them.
                alarms=alarms_of(session, agency_id, scoring, span, by, None) if by is By.employee else {},
            )
            for by in (By.office, By.employee)
        },
        tickets={by: ticket_sums(session, agency_id, replace(issued, by=by)) for by in (By.office, By.employee)},
        former_documents=planned.former_documents,
        standards=standards_told(session, agency_id, span, None if reach.root is None else offices),
        former_release=planned.former_release,
        newest_told=newest_told(session, agency_id, instrument, span.first, span.last)
        if planned.former_documents
        else {},
        raised=raised_in(session, agency_id, span.first, span.last),
        targets=targets_of(session, agency_id, span.code, instrument),
    )


@dataclass(frozen=True)
class OfficesTold:
    """Some offices with what is told of them, what is known beside it, and how each of them compares with all."""

    codes: frozenset[str]
    sheets: ReleasedSheets
    beside: UnitsBeside
    compared: Mapping[str, OfficeAmongAll]


def offices_told(session: Session, inputs: ClosingInputs) -> Iterator[OfficesTold]:
    """The offices that are closed, in order, some at a time: of thousands, years do not fit into memory."""
    agency_id, scoring, span = inputs.agency_id, inputs.scoring, inputs.span
    compared = kept_among_all(session, agency_id, scoring, span, None)
    if compared is None:
        compared = made_among_all(session, agency_id, scoring, span)
    offices = sorted(inputs.offices)
    for start in range(0, len(offices), READ_TOGETHER):
        codes = frozenset(offices[start : start + READ_TOGETHER])
        apart = (By.office, By.service, By.channel)
        yield OfficesTold(
            codes,
            read_released(session, agency_id, scoring.instrument.id, inputs.first, span.last, codes, apart),
            replace(inputs.beside[By.office], alarms=alarms_of(session, agency_id, scoring, span, By.office, codes)),
            {code: compared[code] for code in codes if code in compared},
        )


def newest_release(session: Session, inputs: ClosingInputs) -> int:
    """The release that the reports are made of: the newest, or the one that works and has told a part already."""
    instrument = inputs.scoring.instrument.id
    first, last = month_code(inputs.first), month_code(inputs.span.last)
    if any(
        name == instrument and begins <= last and ends >= first
        for name, begins, ends in unfinished_months(session, inputs.agency_id)
    ):
        # Offices are read from sums, which do not have yet what it has told.
        return inputs.release.number
    told = newest_told(session, inputs.agency_id, instrument, inputs.first, inputs.span.last)
    return max((inputs.release.number, *told.values()))
