"""Stores counts of service standards: those of tickets as they are armed, and those of months that queues tell."""

from collections.abc import Sequence
from datetime import datetime

from app.access.audit import record
from app.access.principals import Principal
from app.directory.catalogue_cache import CatalogueCache
from app.directory.rules.catalogue import Catalogue
from app.directory.standards.schemas import CountsIn, CountsStored, MonthCountsIn
from app.directory.standards.setting import errors_of
from app.foundation.problems import Problem
from app.foundation.storage.database import Database, Session
from app.foundation.storage.rewriting import Apart
from app.standards import counts_store, store
from app.standards.rules.counts import (
    TIMES,
    CountKey,
    CountsKnown,
    MonthCounts,
    MonthSteps,
    ServedTicket,
    Source,
    StoredCount,
    count_flaws,
    ticket_counts,
)

# A count grows in the transaction that arms a ticket.
APART = (Apart("standard_count", within="month", counts=True, grows=True),)


def count_tickets(session: Session, agency_id: str, served: Sequence[ServedTicket]) -> None:
    """Count services that tickets say have happened, in the transaction that arms them."""
    services = {each.service for each in served if each.minutes is not None}
    promises = store.promises_of(session, agency_id, services, held=True) if services else {}
    counts_store.add_counts(session, agency_id, ticket_counts(served, promises))


def take_counts(
    database: Database, catalogues: CatalogueCache, principal: Principal, sent: CountsIn, now: datetime
) -> CountsStored:
    """Store what a queue system counted of months, each in the place of what it told before.

    Raises `invalid-request` or `out-of-scope` naming every wrong field.
    """
    agency_id = principal.agency_id
    catalogue = catalogues.current(agency_id, at_most=0)
    counts = [_counts(each) for each in sent.counts]
    with database.writing() as session:
        promises = store.promises_of(session, agency_id, {each.service for each in counts}, held=True)
        stored = counts_store.stored_counts(session, agency_id, counts)
        if flaws := count_flaws(counts, _known(catalogue, principal, promises, stored, now)):
            code = "out-of-scope" if any(flaw.code == "out-of-scope" for flaw in flaws) else "invalid-request"
            raise Problem(code, errors=errors_of("counts", flaws), what="this office")
        changed = [each for each in counts if _changes(each, stored)]
        counts_store.put_counts(session, agency_id, {key: n for each in changed for key, n in _keyed(each).items()})
        # Queue systems send the same numbers again and again; only a change is worth an audit row.
        if changed:
            record(
                session,
                agency_id=agency_id,
                actor=principal.actor,
                action="standards.stored",
                subject=agency_id,
                at=now,
                stored=len(counts),
                changed=len(changed),
            )
    return CountsStored(stored=len(counts), changed=len(changed))


def _counts(sent: MonthCountsIn) -> MonthCounts:
    times = None if sent.times is None else tuple(getattr(sent.times, name) for name in TIMES)
    steps = None if sent.steps is None else MonthSteps(sent.steps.services, sent.steps.due, sent.steps.done)
    return MonthCounts(sent.office, sent.service, sent.month, times, steps)


def _known(
    catalogue: Catalogue,
    principal: Principal,
    promises: store.Promises,
    stored: counts_store.Counts,
    now: datetime,
) -> CountsKnown:
    reached = {code for code in catalogue.offices if catalogue.within(code, principal.office)}
    return CountsKnown(
        offices={code: f"{now.astimezone(catalogue.offices[code].zone):%Y-%m}" for code in reached},
        elsewhere=frozenset(catalogue.offices.keys() - reached),
        services=catalogue.services,
        promises=promises,
        stored=stored,
    )


def _keyed(counts: MonthCounts) -> dict[CountKey, int]:
    return {
        CountKey(*counts.key, Source.queue, what): n for _, numbers in counts.by_kind() for what, n in numbers.items()
    }


def _changes(counts: MonthCounts, stored: counts_store.Counts) -> bool:
    return any(stored.get(key, StoredCount(-1, 0)).n != n for key, n in _keyed(counts).items())
