"""Spending a ticket: the rating is stored and the ticket taken out in one transaction, or neither.

Forged, unarmed, expired and spent tickets get one answer after the same work: one look for an armed ticket, one for
a rating that this is the retry of.
"""

from datetime import datetime

from app.directory.catalogue import CatalogueCache
from app.foundation.clock import Clock, seconds_of
from app.foundation.database import Database
from app.foundation.problems import Problem
from app.instruments.shelf import ShelfCache
from app.ratings.attribution import Place
from app.ratings.intake import Accepted
from app.ratings.judging import Judge
from app.ratings.rating import NewRating, Outcome, Stored
from app.ratings.schemas import RatingIn
from app.ratings.store import RatingStore
from app.tickets import store
from app.tickets.codes import code_digest
from app.tickets.guessing import GuessBudget
from app.tickets.life import Held, day_of, rated_on
from app.tickets.schemas import RedeemIn

CHANNEL = "web"


class Redeemer:
    """Spends tickets for one process."""

    def __init__(
        self,
        *,
        database: Database,
        catalogues: CatalogueCache,
        shelves: ShelfCache,
        judge: Judge,
        ratings: RatingStore,
        pepper: bytes,
        budget: GuessBudget,
        clock: Clock,
    ) -> None:
        self._database = database
        self._catalogues = catalogues
        self._shelves = shelves
        self._judge = judge
        self._ratings = ratings
        self._pepper = pepper
        self._budget = budget
        self._clock = clock
        self._seconds = seconds_of(clock)

    def redeem(self, asked: RedeemIn, address: str) -> Accepted:
        """Store the rating (blocking); raises `ticket-refused`, `too-many-tickets` or what is wrong with the sheet."""
        if wait := self._budget.seconds_to_wait(address, self._seconds()):
            raise Problem("too-many-tickets", headers={"Retry-After": str(wait)}, seconds=wait)
        sheet = _sheet(asked)
        moment = self._judge.moment(asked.id, self._clock())
        digest = code_digest(self._pepper, asked.ticket)
        with self._database.reading() as session:
            found = store.find_armed(session, digest, day_of(moment))
        stored = None if found is None else self._spend(*found, asked, sheet, moment)
        stored = stored or self._replayed(asked, sheet, digest)
        if stored is None:
            self._budget.refused(address, self._seconds())
            raise Problem("ticket-refused")
        if stored.outcome is Outcome.conflict:
            raise Problem("id-conflict")
        return Accepted(asked.id, stored)

    def _spend(self, agency_id: str, ticket: Held, asked: RedeemIn, sheet: RatingIn, moment: datetime) -> Stored | None:
        """What became of the rating; None when another one spent the ticket first."""
        rating = self._judged(agency_id, ticket, asked, sheet, moment)
        try:
            with self._database.writing() as session:
                stored = self._ratings.add(session.connection(), rating)
                if stored.outcome is Outcome.stored and not store.spend(session, ticket.digest, day_of(moment)):
                    raise _Spent
        except _Spent:
            return None
        return stored

    def _judged(self, agency_id: str, ticket: Held, asked: RedeemIn, sheet: RatingIn, moment: datetime) -> NewRating:
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
        shelf = self._shelves.current(agency_id)
        return self._judge.judge_ticketed(agency_id, ticket.digest, place, sheet, asked.id, shelf)

    def _replayed(self, asked: RedeemIn, sheet: RatingIn, digest: str) -> Stored | None:
        """The rating of which this is the retry. The ticket is gone and so is its agency: any may have it."""
        told = self._judge.digest_ticketed(digest, sheet, asked.id)
        with self._database.reading() as session:
            keys = [(each, self._judge.keys.key(each, asked.id)) for each in store.agency_ids(session)]
            for found in store.ratings_under(session, keys):
                if found.digest == told:
                    return Stored(Outcome.replayed, found.office, found.employee, found.rated_on)
        return None


class _Spent(Exception):
    """The ticket is gone: the rating is given up with the transaction."""


def _sheet(asked: RedeemIn) -> RatingIn:
    """The answers without the ticket, as the intake judges them."""
    return RatingIn(
        id=asked.id, instrument=asked.instrument, scores=asked.scores, comment=asked.comment, profile=asked.profile
    )
