"""Sets promises: all of a request, or none and every fault; and lists them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.access.audit import record
from app.access.principals import Reach
from app.directory.listing_store import names_of
from app.directory.store import lock_agency
from app.foundation.problems import FieldError, Problem
from app.foundation.storage.database import Session
from app.standards import counts_store, store
from app.standards.rules.promise import Flaw, Known, Promise, Promised, Unit, flaws_of, histories
from app.standards.schemas import PromiseIn, PromiseOut, PromisePage, PromiseQuery
from app.standards.tables import PromiseRow


def put_promises(session: Session, reach: Reach, sent: Sequence[PromiseIn], now: datetime) -> int:
    """Set promises, each in the place of the one of the same month; returns how many are new or changed.

    Raises `out-of-scope` for whoever does not answer for the whole agency, and `invalid-request` naming every wrong
    field, also where times were counted by what another promise would replace.
    """
    if reach.root is not None or not reach.children:
        raise Problem("out-of-scope", what="the whole agency")
    lock_agency(session, reach.agency_id)
    promises = [_promise(each) for each in sent]
    services = {each.service for each in promises}
    rows = store.rows_of(session, reach.agency_id, services)
    known = Known(
        services=frozenset(names_of(session, reach.agency_id, "service", services)),
        stored=histories([store.promise_of(row) for row in rows.values()]),
        counted=counts_store.counted_months(session, reach.agency_id, services),
    )
    if flaws := flaws_of(promises, known):
        raise Problem("invalid-request", errors=errors_of("promises", flaws))
    changed = [each for each in promises if _changes(each, rows)]
    was = {each.key: known.former(each) for each in changed}
    store.put(session, reach.agency_id, changed, rows, by=reach.actor, at=now)
    # Sending the same again changes nothing, and is nothing to be told of.
    for each in changed:
        _audit(session, reach, each, was[each.key], now)
    return len(changed)


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


def _audit(session: Session, reach: Reach, promise: Promise, was: Promise | None, now: datetime) -> None:
    """What held from that month on before, and what holds now."""
    record(
        session,
        agency_id=reach.agency_id,
        actor=reach.actor,
        action="promise.set",
        subject=promise.service,
        at=now,
        valid_from=promise.valid_from,
        was=_in_words(was.promised if was else None),
        now=_in_words(promise.promised),
        source=promise.source,
    )


def _in_words(promised: Promised | None) -> str | None:
    return None if promised is None else f"{promised.amount} {promised.unit}"


def _out(row: PromiseRow) -> PromiseOut:
    return PromiseOut(
        service=row.service,
        valid_from=row.valid_from,
        amount=row.amount,
        unit=None if row.unit is None else Unit(row.unit),
        source=row.source,
        set_at=row.set_at,
    )
