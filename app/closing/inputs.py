"""Everything that the reports of one revision are made of, read once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.access.principals import Reach
from app.closing import store
from app.closing.rules.report_documents.reports import AnyReport
from app.directory.catalogue_store import WholeDirectory, whole_directory
from app.directory.listing_store import agency_name, families_of
from app.directory.rules.reach import reached_offices
from app.disclosure.rules.ledger import Month, Part, PublishedRelease, with_emptied_parts
from app.disclosure.rules.measured_units import parts_of
from app.disclosure.rules.stored_releases import releases_in
from app.foundation.storage.database import Session
from app.indices.rules.calendar import Span, months_until
from app.indices.rules.figures import Scoring
from app.measures.reading import alarms_of, scoring_of, served_by
from app.measures.rules.alarms import Alarms
from app.ratings.tallies.rules.query_plan import By, Selection
from app.ratings.tallies.rules.sheet_rows import SheetRow
from app.ratings.tallies.store import sheet_rows
from app.screening.held_store import held_in, raised_in
from app.screening.rules.sheets import HeldRow, RaisedRow
from app.tickets.counts import ticket_sums
from app.tickets.rules.lifecycle import TicketSum

TREND_MONTHS = 12

Months = Mapping[Month, Sequence[SheetRow]]
# A report by its kind and its unit's code.
ReportsByUnit = Mapping[tuple[str, str], AnyReport]


@dataclass(frozen=True)
class PlannedRevision:
    """The revision that is to be made: of which period, for whom, by which questionnaire.

    `former_documents` are the reports of the revision before it; a first revision has none.
    """

    reach: Reach
    span: Span
    number: int
    instrument: str
    former_documents: ReportsByUnit = field(default_factory=dict)


@dataclass(frozen=True)
class ClosingInputs:
    """All that reports are made of. `months` are those of the trend and of the period before.

    `former` is what was published before, `former_documents` the reports of the revision before this one; `held` and
    `raised` are the sheets that screening holds of the period and its findings in it.
    """

    agency_id: str
    agency_name: str
    span: Span
    revision: int
    scoring: Scoring
    directory: WholeDirectory
    offices: frozenset[str]
    months: Months
    families: Mapping[str, str]
    served: Mapping[By, Mapping[str, int]]
    tickets: Mapping[By, Mapping[str | None, TicketSum]]
    alarms: Mapping[By, Mapping[str, Alarms]]
    former: Sequence[PublishedRelease]
    former_documents: ReportsByUnit
    held: Sequence[HeldRow] = ()
    raised: Sequence[RaisedRow] = ()

    @property
    def whole(self) -> frozenset[Month]:
        """The months of the period."""
        return frozenset(self.span.month_codes)

    @property
    def before(self) -> frozenset[Month]:
        """The months of the period before."""
        return frozenset(self.span.before().month_codes)

    @property
    def trend(self) -> frozenset[Month]:
        """The months that a trend shows."""
        return frozenset(month.code for month in months_until(self.span.last, TREND_MONTHS))

    @property
    def counts(self) -> dict[Part, int]:
        """The counted ratings of every part of every month."""
        counts: Counter[Part] = Counter()
        for month, rows in self.months.items():
            counts.update(parts_of(rows, month))
        return with_emptied_parts(self.former, counts, self.months)


def read_inputs(session: Session, planned: PlannedRevision) -> ClosingInputs:
    """Read everything once. Raises `instrument-unknown`."""
    reach, span, instrument = planned.reach, planned.span, planned.instrument
    agency_id = reach.agency_id
    scoring = scoring_of(session, agency_id, instrument)
    directory = whole_directory(session, agency_id)
    parents = {office.code: office.parent for office in directory.offices}
    offices = reached_offices(parents, reach)
    months = months_until(span.last, max(TREND_MONTHS, 2 * span.months))
    issued = Selection(instrument, span.first, span.last, offices, whole_agency=reach.root is None)
    return ClosingInputs(
        agency_id=agency_id,
        agency_name=agency_name(session, agency_id),
        span=span,
        revision=planned.number,
        scoring=scoring,
        directory=directory,
        offices=offices,
        months={month.code: sheet_rows(session, agency_id, instrument, month.first, month.last) for month in months},
        families=families_of(session, agency_id),
        served={by: served_by(session, agency_id, span, by, offices) for by in (By.office, By.employee)},
        tickets={by: ticket_sums(session, agency_id, replace(issued, by=by)) for by in (By.office, By.employee)},
        alarms={by: alarms_of(session, agency_id, scoring, span, by, None) for by in (By.office, By.employee)},
        former=releases_in(store.releases_beside(session, agency_id, span)),
        former_documents=planned.former_documents,
        held=held_in(session, agency_id, instrument, span.first, span.last),
        raised=raised_in(session, agency_id, span.first, span.last),
    )
