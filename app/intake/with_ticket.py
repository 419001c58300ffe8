"""Spending a ticket: the rating is stored and the ticket taken out in one transaction, or neither.

Forged, unarmed, expired and spent tickets get one answer after the same work: a query for an armed ticket, one for the
agencies that there are, one for the rating of which this may be the retry. So does a ticket that the key sent with it
does not reach.
"""

import time
from datetime import datetime
from uuid import UUID

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from app.access.principals import Principal
from app.directory.agency_marks import AgencyMarks
from app.directory.catalogue_cache import CatalogueCache
from app.foundation.clock import Clock
from app.foundation.problems import Problem, busy
from app.foundation.storage.agency_scope import all_agencies, enter_agency
from app.foundation.storage.database import Database
from app.instruments.registry import InstrumentCache
from app.intake.with_key import Accepted
from app.ratings.rating import NewRating, Place, Stored, StoreOutcome
from app.ratings.schemas import RatingIn
from app.ratings.store import RatingStore
from app.ratings.validation import RatingValidator
from app.tickets import store
from app.tickets.attempts import TicketAttempts
from app.tickets.rules.codes import beginning, code_digest, mark_in
from app.tickets.rules.lifecycle import LiveTicket, day_of, rated_on

CHANNEL = "web"
# How long a try may wait for its turn; behind a stalled database it is refused rather than kept waiting longer than a
# client would.
LONGEST_WAIT = 1.4
# Above it requests get `busy` at once. Below the budget of attempts, so that valid tickets on their way never use
# that up.
LONGEST_QUEUE = 256


class TicketIntake:
    """Spends the tickets that one process receives."""

    def __init__(
        self,
        *,
        database: Database,
        catalogues: CatalogueCache,
        marks: AgencyMarks,
        instruments: InstrumentCache,
        validator: RatingValidator,
        ratings: RatingStore,
        pepper: bytes,
        attempts: TicketAttempts,
        clock: Clock,
        limiter: CapacityLimiter,
    ) -> None:
        self._database = database
        self._catalogues = catalogues
        self._marks = marks
        self._instruments = instruments
        self._validator = validator
        self._ratings = ratings
        self._pepper = pepper
        self._attempts = attempts
        self._clock = clock
        self._limiter = limiter

    async def spend(self, sheet: RatingIn, principal: Principal | None, address: str) -> Accepted:
        """Store the rating and delete its ticket; `principal` is the key sent with it, if there is one.

        Raises `ticket-refused`, `too-many-tickets`, `busy`, or what is wrong with the sheet.
        """
        if self._limiter.statistics().tasks_waiting >= LONGEST_QUEUE:
            raise busy()
        until = time.monotonic() + LONGEST_WAIT
        return await run_sync(self._redeem, sheet, principal, address, until, limiter=self._limiter)

    def _redeem(self, sheet: RatingIn, principal: Principal | None, address: str, until: float) -> Accepted:
        if time.monotonic() > until:
            # The database is stalled: the client may be gone, and would not hear that the rating was stored.
            raise busy()
        assert sheet.id is not None, "checked by check_ticketed"
        assert sheet.ticket is not None, "checked by check_ticketed"
        moment = self._validator.moment(sheet.id, self._clock())
        digest, mark = code_digest(self._pepper, sheet.ticket), mark_in(self._pepper, sheet.ticket)
        day = day_of(moment)
        with self._attempts.attempt(address, beginning(sheet.ticket)):
            with all_agencies(), self._database.reading() as session:
                armed = self._marks.find(
                    session, mark, lambda agencies: store.find_armed(session, agencies, digest, day)
                )
                found = self._in_reach(armed, principal)
            if found is not None:
                enter_agency(found[0])
            stored = None if found is None else self._spend(*found, sheet, sheet.id, moment)
            # Also after another request spent the ticket first: that may have been an earlier try of this one.
            stored = stored or self._replay(sheet, sheet.id, digest, mark, principal)
            if stored is None:
                raise Problem("ticket-refused")
        if stored.outcome is StoreOutcome.conflict:
            raise Problem("id-conflict")
        return Accepted(sheet.id, stored)

    def _in_reach(
        self, found: tuple[str, LiveTicket] | None, principal: Principal | None
    ) -> tuple[str, LiveTicket] | None:
        """The ticket; None where the key sent with it is another agency's or of other offices."""
        if found is None or principal is None:
            return found
        agency_id, ticket = found
        if agency_id != principal.agency_id:
            return None
        return found if self._catalogues.current(agency_id).within(ticket.office, principal.office) else None

    def _spend(
        self, agency_id: str, ticket: LiveTicket, sheet: RatingIn, rating_id: UUID, moment: datetime
    ) -> Stored | None:
        """The stored rating; None when another one spent the ticket first."""
        rating = self._validated(agency_id, ticket, sheet, rating_id, moment)
        try:
            with self._database.writing() as session:
                stored = self._ratings.add(session.connection(), rating)
                if stored.outcome is StoreOutcome.stored and not store.spend(
                    session, agency_id, ticket.digest, day_of(moment)
                ):
                    raise _Spent
        except _Spent:
            # Both looked while the ticket was there, and the other's DELETE was first; this rating is rolled back.
            return None
        return stored

    def _validated(
        self, agency_id: str, ticket: LiveTicket, sheet: RatingIn, rating_id: UUID, moment: datetime
    ) -> NewRating:
        office = self._catalogues.current(agency_id).offices[ticket.office]
        local = moment.astimezone(office.zone)
        place = Place(
            office=ticket.office,
            counter=ticket.counter,
            service=ticket.service,
            employee=ticket.employee,
            channel=CHANNEL,
            rated_on=rated_on(ticket, local.date()),
            hour=local.hour,
        )
        instruments = self._instruments.current(agency_id)
        return self._validator.validate_ticketed(agency_id, ticket.digest, place, sheet, rating_id, instruments)

    def _replay(
        self, sheet: RatingIn, rating_id: UUID, digest: str, mark: int | None, principal: Principal | None
    ) -> Stored | None:
        """The stored rating of which this is a retry; None if there is none."""
        expected = self._validator.digests_ticketed(digest, sheet, rating_id)
        with all_agencies(), self._database.reading() as session:
            # The ticket's row is deleted, and with it what says the agency for certain.
            agencies = [principal.agency_id] if principal else sorted(self._marks.agencies(session, mark))
            keys = [(each, self._validator.keys.key(each, rating_id)) for each in agencies]
            for found in store.ratings_under(session, keys):
                if found.digest in expected:
                    return Stored(StoreOutcome.replayed, found.office, found.employee, found.rated_on)
        return None


class _Spent(Exception):
    """The ticket is gone: the rating is rolled back with the transaction."""
