"""Intake of open answers, from an office's poster with neither key nor ticket: counted separately, for no person."""

from uuid import UUID

from anyio.to_thread import run_sync

from app.access.principals import KeyKind, Principal
from app.access.rules.guess_budget import TokenBuckets, network_of
from app.directory.catalogue_cache import CatalogueCache
from app.foundation.clock import Clock, seconds_of
from app.foundation.problems import FieldError, Problem
from app.foundation.storage.agency_scope import enter_agency
from app.intake.rules.credentials import check_open
from app.intake.with_key import Accepted, Intake
from app.ratings.schemas import RatingIn

# Whoever stuffs this box gains nothing, for no figure holds its answers; the budget keeps the disk from filling. It
# bears a whole town behind one address: 600 at once, and one a second.
BUDGET, PER_SECOND = 600, 1.0
NO_KEY = UUID(int=0)


class OpenAnswerIntake:
    """Validates and stores the open answers that one process receives."""

    def __init__(self, intake: Intake, catalogues: CatalogueCache, clock: Clock) -> None:
        self._intake = intake
        self._catalogues = catalogues
        self._seconds = seconds_of(clock)
        self._budget = TokenBuckets(size=BUDGET, per_second=PER_SECOND)

    async def submit(self, sheet: RatingIn, agency_id: str, address: str) -> Accepted:
        """Store an open answer; raises `too-many-answers`, or what is wrong with the sheet."""
        check_open(sheet)
        enter_agency(agency_id)
        if wait := self._budget.take(network_of(address), self._seconds()):
            raise Problem("too-many-answers", headers={"Retry-After": str(wait)}, seconds=wait)
        if self._catalogues.cached(agency_id) is None and not await run_sync(self._catalogues.known, agency_id):
            # An agency that does not exist has no such office either: nobody learns more.
            raise Problem("invalid-request", errors=[FieldError("office", "office-unknown")])
        return await self._intake.submit(Principal(agency_id, KeyKind.app, NO_KEY), sheet)
