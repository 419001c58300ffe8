"""Final reports and the log: what is entered of each, those from before there was one, and whether all agree."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from uuid import UUID

from app.closing import store
from app.foundation.storage.agency_scope import of_agency
from app.foundation.storage.database import Database, Session
from app.seals.rules.canonical_json import canonical
from app.seals.rules.verification import Outcome, verify
from app.transparency import store as log_store
from app.transparency.log import LoggedReport, append_reports
from app.transparency.reconciliation import LONGEST_REPORT
from app.transparency.rules.entries import REPORT


def logged(report_id: UUID, envelope: str) -> LoggedReport:
    """A final report as the log knows it, from its envelope."""
    sealed = json.loads(envelope)
    return LoggedReport(report_id, sealed["digest"], sealed["signature"]["value"])


def enter_older(database: Database) -> None:
    """Enter the final reports of agencies that have no log yet: those from before there was one."""
    with database.reading() as session:
        without = [each for each in log_store.agencies(session) if log_store.size_of(session, each) == 0]
    for agency_id in without:
        with of_agency(agency_id), database.unhurried() as session:
            log_store.lock_agency(session, agency_id)
            # A closing may have begun the log meanwhile: it has entered the older ones itself.
            if log_store.size_of(session, agency_id) == 0:
                _enter_all(session, agency_id)


def enter_final(session: Session, agency_id: str, reports: Sequence[LoggedReport]) -> None:
    """Enter reports in the transaction that makes them final; the first time also those from before there was a log."""
    if log_store.size_of(session, agency_id) == 0:
        _enter_all(session, agency_id)
    else:
        append_reports(session, agency_id, reports)


def _enter_all(session: Session, agency_id: str) -> None:
    found = store.every_envelope(session, agency_id)
    append_reports(session, agency_id, [logged(report_id, envelope) for report_id, envelope in found])


def reconcile_reports(database: Database, keys: Mapping[str, bytes], agency_id: str | None = None) -> tuple[str, ...]:
    """Where final reports and the log differ, or a report is not what was signed, as sentences."""
    with database.snapshot(hurried=False) as session:
        agencies = [agency_id] if agency_id else log_store.agencies(session)
        return tuple(chain.from_iterable(_faults(session, each, keys) for each in agencies))[:LONGEST_REPORT]


def _faults(session: Session, agency_id: str, keys: Mapping[str, bytes]) -> Iterator[str]:
    if log_store.size_of(session, agency_id) == 0:
        return
    entries = {
        row.subject: (row.position, row.entry)
        for row in log_store.every_entry(session, agency_id)
        if row.kind == REPORT
    }
    for report_id, envelope in store.every_envelope(session, agency_id):
        fault = _fault(report_id, envelope, entries.pop(str(report_id), None), keys)
        if fault is not None:
            yield f"{agency_id}: report {report_id} {fault}"
    for subject, (position, _) in entries.items():
        yield f"{agency_id}: report {subject} was deleted: log entry {position} is about it"


def _fault(report_id: UUID, envelope: str, entered: tuple[int, str] | None, keys: Mapping[str, bytes]) -> str | None:
    try:
        sealed = json.loads(envelope)
        is_as_written = canonical(sealed).decode() == envelope
        is_own = sealed["document"]["id"] == str(report_id)
        entry = logged(report_id, envelope).entry.decode()
    except (ValueError, KeyError, TypeError):
        return "was edited: it is no signed report any more"
    verdict = verify(sealed, keys)
    # Where the public key of a former signature is not at hand, the entry still says what was signed.
    if verdict.places or verdict.outcome is Outcome.malformed:
        places = ", ".join(place.pointer for place in verdict.places[:3])
        return f"is {verdict.outcome}{f' at {places}' if places else ''}"
    if not is_as_written:
        # Such as another last digit of a fraction, which is read as the same number.
        return "was edited: it is not written as it was signed"
    if not is_own:
        return "was edited: it is another report's document"
    if entered is None:
        return "was inserted: it is not in the log"
    if entered[1] != entry:
        return f"is not the one of log entry {entered[0]}"
    return None
