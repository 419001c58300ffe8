"""Everything that the documents of one closing are made of, read once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.directory.catalogue_store import WholeDirectory, whole_directory
from app.directory.listing_store import families_of
from app.directory.rules.office_tree import subtree
from app.disclosure.rules.ledger import Month, Part, Release, with_emptied_parts
from app.disclosure.rules.measured_units import parts_of
from app.foundation.storage.database import Session
from app.indices.rules.calendar import Span, months_until
from app.indices.rules.figures import Scoring
from app.measures.reading import alarms_of, scoring_of, served_by
from app.measures.rules.alarms import Alarms
from app.ratings.tallies.rules.query_plan import By
from app.ratings.tallies.rules.sheet_rows import SheetRow
from app.ratings.tallies.store import sheet_rows
from app.screening.held_store import held_in, raised_in
from app.screening.rules.sheets import HeldRow, RaisedRow
from app.tickets.counts import ticket_sums
from app.tickets.rules.lifecycle import TicketSum

TREND_MONTHS = 12

Months = Mapping[Month, Sequence[SheetRow]]
# A document by its kind and its unit's code.
Contents = Mapping[tuple[str, str], Mapping[str, Any]]


@dataclass(frozen=True)
class Premises:
    """All that documents are made of. `months` are those of the trend and of the period before.

    `former` is what was published before, `standing` the documents of the revision before this one; `held` and
    `raised` tell what screening holds of the period and what it found in it.
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
    former: Sequence[Release]
    standing: Contents
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


def read_premises(
    session: Session,
    agency_id: str,
    agency_name: str,
    *,
    root: str | None,
    span: Span,
    revision: int,
    instrument: str,
    former: Sequence[Release],
    standing: Contents,
) -> Premises:
    """Read everything once. Raises `instrument-unknown`."""
    scoring = scoring_of(session, agency_id, instrument)
    directory = whole_directory(session, agency_id)
    parents = {office.code: office.parent for office in directory.offices}
    offices = frozenset(parents) if root is None else subtree(parents, root)
    months = months_until(span.last, max(TREND_MONTHS, 2 * span.months))
    issued_at = None if root is None else offices
    return Premises(
        agency_id=agency_id,
        agency_name=agency_name,
        span=span,
        revision=revision,
        scoring=scoring,
        directory=directory,
        offices=offices,
        months={month.code: sheet_rows(session, agency_id, instrument, month.first, month.last) for month in months},
        families=families_of(session, agency_id),
        served={by: served_by(session, agency_id, span, by, offices) for by in (By.office, By.employee)},
        tickets={
            by: ticket_sums(session, agency_id, issued_at, span.first, span.last, by) for by in (By.office, By.employee)
        },
        alarms={by: alarms_of(session, agency_id, scoring, span, by, None) for by in (By.office, By.employee)},
        former=former,
        standing=standing,
        held=held_in(session, agency_id, instrument, span.first, span.last),
        raised=raised_in(session, agency_id, span.first, span.last),
    )
