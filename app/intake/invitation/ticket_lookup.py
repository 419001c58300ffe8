"""The look-up of a ticket before rating with it: whom it is about, and nothing that says who holds it."""

from app.devices.rules.short_names import short_name
from app.devices.schemas import NamedOut
from app.directory.agency_marks import AgencyMarks
from app.directory.store import find_employee, find_office, find_service
from app.foundation.clock import Clock
from app.foundation.problems import Problem
from app.foundation.storage.agency_scope import all_agencies, of_agency
from app.foundation.storage.database import Database, Session
from app.instruments.model import Collected
from app.instruments.schemas import instrument_out
from app.intake.invitation.asked_instrument import asked_instrument
from app.intake.invitation.schemas import TicketPageOut
from app.integrity.settings import recipients_open
from app.tickets.attempts import TicketAttempts
from app.tickets.rules.codes import beginning, code_digest, mark_in
from app.tickets.rules.lifecycle import LiveTicket, day_of
from app.tickets.store import find_armed


class TicketLookup:
    """Looks tickets up for one process; a look-up costs an attempt from the same budget as spending does."""

    def __init__(
        self, database: Database, marks: AgencyMarks, pepper: bytes, attempts: TicketAttempts, clock: Clock
    ) -> None:
        self._database = database
        self._marks = marks
        self._pepper = pepper
        self._attempts = attempts
        self._clock = clock

    def look_up(self, ticket: str, instrument: str, address: str) -> TicketPageOut:
        """What is rated with this ticket, and by which questionnaire (blocking).

        Raises `ticket-refused`, `too-many-tickets`, and `invalid-request` for a questionnaire that the agency does not
        have or that takes no tickets.
        """
        digest, mark = code_digest(self._pepper, ticket), mark_in(self._pepper, ticket)
        today = day_of(self._clock())
        with self._attempts.attempt(address, beginning(ticket)):
            with all_agencies(), self._database.reading() as session:
                found = self._marks.find(session, mark, lambda agencies: find_armed(session, agencies, digest, today))
            if found is None:
                raise Problem("ticket-refused")
            with of_agency(found[0]), self._database.reading() as session:
                return _page(session, *found, instrument)


def _page(session: Session, agency_id: str, ticket: LiveTicket, instrument: str) -> TicketPageOut:
    office = find_office(session, agency_id, ticket.office)
    service = find_service(session, agency_id, ticket.service)
    employee = find_employee(session, agency_id, ticket.employee) if ticket.employee else None
    return TicketPageOut(
        agency=agency_id,
        office=NamedOut(code=ticket.office, name=office.name if office else ticket.office),
        service=NamedOut(code=ticket.service, name=service.name if service else ticket.service),
        employee=short_name(employee.name) if employee else None,
        instrument=instrument_out(asked_instrument(session, agency_id, instrument, Collected.ticketed)),
        integrity=bool(recipients_open(session, agency_id)),
    )
