"""Sets promises, wherever they come from: all that was sent, or none and every fault; and lists them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from app.access.audit import record
from app.access.principals import Reach
from app.directory.listing_store import names_of
from app.directory.standards.schemas import PromiseIn, PromiseOut, PromisePage, PromiseQuery
from app.directory.store import lock_agency
from app.foundation.problems import FieldError, Problem
from app.foundation.storage.database import Session
from app.standards import counts_store, store
from app.standards.rules.promise import Flaw, Known, Month, Promise, Promised, Unit, flaws_of, histories
from app.standards.tables import PromiseRow


class CheckedPromises(NamedTuple):
    """Everything wrong with the promises that were sent, which of them are new or changed, and what held before."""

    flaws: Sequence[Flaw]
    changed: Sequence[Promise]
    known: Known
    rows: Mapping[tuple[str, Month], PromiseRow]


def put_promises(session: Session, reach: Reach, sent: Sequence[PromiseIn], now: datetime) -> int:
    """Set promises, each in the place of the one of the same month; returns how many are new or changed.

    Raises `out-of-scope` for whoever does not answer for the whole agency, and `invalid-request` naming every wrong
    field, also where times were counted by what another promise would replace.
    """
    if reach.root is not None or not reach.children:
        raise Problem("out-of-scope", what="the whole agency")
    lock_agency(session, reach.agency_id)
    promises = [_promise(each) for each in sent]
    services = names_of(session, reach.agency_id, "service", {each.service for each in promises})
    checked = check_promises(session, reach.agency_id, promises, services=frozenset(services), held=True)
    if checked.flaws:
        raise Problem("invalid-request", errors=errors_of("promises", checked.flaws))
    write_promises(session, reach.agency_id, checked, by=reach.actor, at=now)
    return len(checked.changed)


def check_promises(
    session: Session, agency_id: str, promises: Sequence[Promise], *, services: Collection[str], held: bool
) -> CheckedPromises:
    """Compare promises with what is promised, what was counted by it, and the codes of services that there are.

    `held`: what is promised stays as it is until the transaction ends, so that the promises can be written.
    """
    named = {each.service for each in promises}
    # Whoever counts by a promise holds it: what was counted is read after what is promised is held.
    rows = store.rows_of(session, agency_id, named, held=held)
    known = Known(
        services=services,
        stored=histories([store.promise_of(row) for row in rows.values()]),
        counted=counts_store.counted_months(session, agency_id, named),
    )
    changed = [each for each in promises if _changes(each, rows)]
    return CheckedPromises(flaws_of(promises, known), changed, known, rows)


def write_promises(session: Session, agency_id: str, checked: CheckedPromises, *, by: str, at: datetime) -> None:
    """Set what is new or changed, with an audit row for each; the promises were held since before the check."""
    was = {each.key: checked.known.former(each) for each in checked.changed}
    store.put(session, agency_id, checked.changed, checked.rows, by=by, at=at)
    # Sending the same again changes nothing, and is nothing to be told of.
    for each in checked.changed:
        former = was[each.key]
        record(
            session,
            agency_id=agency_id,
            actor=by,
            action="promise.set",
            subject=each.service,
            at=at,
            valid_from=each.valid_from,
            was=in_words(former.promised if former else None),
            now=in_words(each.promised),
            source=each.source,
        )


def in_words(promised: Promised | None) -> str | None:
    """Such as `15 minutes`; None where nothing is promised."""
    return None if promised is None else f"{promised.amount} {promised.unit}"


def list_promises(session: Session, agency_id: str, query: PromiseQuery) -> PromisePage:
    """The promises of the agency by service and month: they are published, so they have no reach.

    Raises `service-unknown`.
    """
    if query.service is not None and not names_of(session, agency_id, "service", {query.service}):
        raise Problem("service-unknown")
    service, _, month = (query.after or "/").partition("/")
    rows = store.page(session, agency_id, (service, month), query.limit + 1, query.service)
    shown = rows[: query.limit]
    last = shown[-1] if len(rows) > query.limit else None
    return PromisePage(
        items=tuple(map(_out, shown)), next=None if last is None else f"{last.service}/{last.valid_from}"
    )


def errors_of(member: str, flaws: Sequence[Flaw]) -> list[FieldError]:
    """Flaws as the faults of a request whose list has this name."""
    return [
        FieldError(f"{member}.{place}" if field is None else f"{member}.{place}.{field}", code)
        for place, field, code in flaws
    ]


def _promise(sent: PromiseIn) -> Promise:
    promised = None if sent.amount is None or sent.unit is None else Promised(sent.amount, sent.unit)
    return Promise(sent.service, sent.valid_from, promised, sent.source)


def _changes(promise: Promise, rows: Mapping[tuple[str, str], PromiseRow]) -> bool:
    row = rows.get(promise.key)
    return row is None or store.promise_of(row) != promise


def _out(row: PromiseRow) -> PromiseOut:
    return PromiseOut(
        service=row.service,
        valid_from=row.valid_from,
        amount=row.amount,
        unit=None if row.unit is None else Unit(row.unit),
        source=row.source,
        set_at=row.set_at,
    )
