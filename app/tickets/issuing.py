"""Issuing tickets at arrival and arming them when the service happened: all of a request or nothing of it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import NamedTuple

from app.access.principals import Principal
from app.directory.catalogue_cache import CatalogueCache
from app.directory.rules.catalogue import Catalogue
from app.directory.standards.counting import count_tickets
from app.foundation.problems import FieldError, Problem, busy
from app.foundation.storage.database import Database, IntegrityError
from app.instruments.model import Collected
from app.instruments.registry import InstrumentCache
from app.ratings.validation import LARGEST_LEAD
from app.standards.rules.counts import ServedTicket, Steps, minute_of, minutes_between
from app.standards.store import has_promises
from app.tickets import store
from app.tickets.rules.codes import code_digest, new_code
from app.tickets.rules.lifecycle import VALID_DAYS, Armed, LiveTicket, TicketService, arm, armed_counts, day_of, expiry
from app.tickets.schemas import ArmIn, ArmsIn, TicketsIn

# So often are codes drawn where one of them is taken.
DRAWS = 3


class IssuedTickets(NamedTuple):
    """The codes of new tickets, which are stored nowhere, and the last day on which they are valid."""

    codes: tuple[str, ...]
    expires_on: date


class TicketIssuer:
    """Issues and arms tickets; the pepper keys the digests of their codes."""

    def __init__(
        self, database: Database, catalogues: CatalogueCache, instruments: InstrumentCache, pepper: bytes
    ) -> None:
        self._database = database
        self._catalogues = catalogues
        self._instruments = instruments
        self._pepper = pepper

    def issue(self, principal: Principal, asked: TicketsIn, now: datetime) -> IssuedTickets:
        """Issue new tickets; raises `invalid-request` or `out-of-scope`."""
        catalogue = self._catalogues.current(principal.agency_id, at_most=0)
        entry = catalogue.offices.get(asked.office)
        if entry is None:
            raise Problem("invalid-request", errors=[FieldError("office", "office-unknown")])
        if not catalogue.within(asked.office, principal.office):
            raise Problem("out-of-scope", what="this office")
        today = now.astimezone(entry.zone).date()
        service = TicketService(asked.counter, asked.service, asked.employee)
        flaws = [FieldError(*flaw) for flaw in flaws_of(service, asked.office, today, catalogue)]
        if flaws := flaws + self._instrument_flaws(principal.agency_id, asked.instrument):
            raise Problem("invalid-request", errors=flaws)
        expires_on = expiry(day_of(now))
        for _ in range(DRAWS):
            codes = tuple(new_code(self._pepper, principal.agency_id) for _ in range(asked.count))
            # A code has 40 random bits: once in a thousand years an agency draws one that it has given already.
            with suppress(IntegrityError):
                self._keep(principal.agency_id, asked, codes, today, now)
                return IssuedTickets(codes, expires_on)
        raise busy()

    def _instrument_flaws(self, agency_id: str, name: str | None) -> list[FieldError]:
        """A slip must not lead to a page that asks nothing."""
        if name is None:
            return []
        found = self._instruments.current(agency_id).get(name)
        if found is None:
            return [FieldError("instrument", "instrument-unknown")]
        return (
            [] if found.takes(Collected.ticketed) else [FieldError("instrument", f"instrument-{found.collected}-only")]
        )

    def _keep(self, agency_id: str, asked: TicketsIn, codes: Sequence[str], today: date, now: datetime) -> None:
        # Slips that are printed in advance say nothing of when somebody came.
        with self._database.writing() as session:
            arrived = len(codes) == 1 and has_promises(session, agency_id)
            tickets = self._tickets(asked, codes, today, now, arrived=arrived)
            store.add_tickets(session, agency_id, tickets)
            store.count_issued(session, agency_id, tickets[0].count_key, len(tickets))

    def _tickets(
        self, asked: TicketsIn, codes: Sequence[str], today: date, now: datetime, *, arrived: bool
    ) -> list[LiveTicket]:
        return [
            LiveTicket(
                digest=code_digest(self._pepper, code),
                office=asked.office,
                counter=asked.counter,
                service=asked.service,
                employee=asked.employee,
                issued_on=today,
                expires_on=expiry(day_of(now)),
                served_on=None,
                issued_at=minute_of(now) if arrived else None,
            )
            for code in codes
        ]

    def arm(self, principal: Principal, asked: ArmsIn, now: datetime) -> list[Armed]:
        """Arm tickets, one result each; `invalid-request` for a service that cannot have happened arms none."""
        agency_id = principal.agency_id
        catalogue = self._catalogues.current(agency_id, at_most=0)
        digests = [code_digest(self._pepper, each.ticket) for each in asked.tickets]
        results: list[Armed] = []
        flaws: list[FieldError] = []
        with self._database.writing() as session:
            tickets = dict(store.tickets_of(session, agency_id, digests))
            changed: list[tuple[LiveTicket, LiveTicket]] = []
            served: list[ServedTicket] = []
            for place, (digest, item) in enumerate(zip(digests, asked.tickets, strict=True)):
                ticket = _ticket_in_reach(tickets, digest, principal, catalogue)
                service, today = (None, now.date()) if ticket is None else _service_given(item, ticket, catalogue, now)
                # A repeated request changes nothing, so it stays valid whatever has changed in the directory meanwhile.
                if ticket is not None and service is not None and ticket.may_be_armed(day_of(now)):
                    found = (*time_flaws(item, ticket, today, now), *flaws_of(service, ticket.office, today, catalogue))
                    flaws += [FieldError(f"tickets.{place}.{field}", code) for field, code in found]
                result, after = arm(ticket, service or NO_SERVICE, today, day_of(now))
                results.append(result)
                if ticket is not None and after is not None and after != ticket:
                    changed.append((ticket, after))
                    served.append(_served(ticket, after, item, now))
                    # The same ticket may stand in the request twice; the second time it is armed already.
                    tickets[digest] = after
            if flaws:
                raise Problem("invalid-request", errors=flaws)
            store.set_armed(session, agency_id, [after for _, after in changed])
            store.count_armed(session, agency_id, armed_counts(changed))
            count_tickets(session, agency_id, served)
        return results


NO_SERVICE = TicketService(None, "", None)


def _ticket_in_reach(
    tickets: Mapping[str, LiveTicket], digest: str, principal: Principal, catalogue: Catalogue
) -> LiveTicket | None:
    """The ticket if the key reaches its office; None else, so that others' tickets look unknown."""
    ticket = tickets.get(digest)
    reached = ticket is not None and ticket.office in catalogue.offices
    return ticket if ticket and reached and catalogue.within(ticket.office, principal.office) else None


def _service_given(item: ArmIn, ticket: LiveTicket, catalogue: Catalogue, now: datetime) -> tuple[TicketService, date]:
    """The service that happened and its local day; an employee not named is whoever was on duty at the counter."""
    at = now if item.served_at is None or _is_far(item.served_at, now) else item.served_at
    counter = item.counter or ticket.counter
    employee = item.employee or ticket.employee
    if employee is None and counter is not None and (roster := catalogue.rosters.get((ticket.office, counter))):
        employee = roster.on_duty(at)
    today = at.astimezone(catalogue.offices[ticket.office].zone).date()
    return TicketService(counter, item.service or ticket.service, employee), today


def _served(before: LiveTicket, after: LiveTicket, item: ArmIn, now: datetime) -> ServedTicket:
    """The service that happened, as the standards of services count it."""
    assert after.served_on is not None, "the ticket was armed"
    steps = None
    if item.steps_due is not None and item.steps_done is not None:
        steps = Steps(item.steps_due, item.steps_done)
    minutes = minutes_between(before.issued_at, item.served_at or now)
    return ServedTicket(after.office, after.service, f"{after.served_on:%Y-%m}", minutes, steps)


def _is_far(moment: datetime, now: datetime) -> bool:
    """Whether no ticket that is still valid can have been served then; also true of times beyond the calendar."""
    return not now - timedelta(days=VALID_DAYS + 2) <= moment <= now + LARGEST_LEAD


def time_flaws(item: ArmIn, ticket: LiveTicket, day: date, now: datetime) -> Iterator[tuple[str, str]]:
    """Field and code where the stated time lies in the future or before the ticket's day of issue."""
    if item.served_at is not None and (_is_far(item.served_at, now) or day < ticket.issued_on):
        yield "served_at", "served-at-refused"


def flaws_of(service: TicketService, office: str, day: date, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """Field and code of everything that does not fit the directory on that local day."""
    offered = catalogue.counters.get((office, service.counter)) if service.counter else ()
    if offered is None:
        yield "counter", "counter-unknown"
    if service.service not in catalogue.services:
        yield "service", "service-unknown"
    elif offered and service.service not in offered:
        yield "service", "service-elsewhere"
    if service.employee is None:
        return
    if service.employee not in catalogue.employees:
        yield "employee", "employee-unknown"
    elif not catalogue.posted(service.employee, office, day):
        yield "employee", "employee-not-posted"
