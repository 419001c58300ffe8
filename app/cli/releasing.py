"""`cermin release`: make the figures of an agency readable now, as the service does every night."""

from datetime import datetime, timedelta
from typing import Annotated

import typer

from app.cli.context import actor, database, fail, out, settings
from app.directory.catalogue_store import directory_version
from app.disclosure.releasing import ReleaseOrder, ReleaseOutcome, release_agency
from app.foundation.clock import system_clock
from app.foundation.storage.database import Database
from app.measures.comparing import compare_offices


def release(agency: Annotated[str, typer.Argument(metavar="AGENCY", help="Code of the agency.")]) -> None:
    """Release an agency's figures now: what can be told by now, and what waits; again tells nothing twice."""
    with database() as db:
        with db.reading() as session:
            if directory_version(session, agency) is None:
                raise fail(f"There is no agency {agency}.")
        say(make_release(db, agency, system_clock()))


def make_release(db: Database, agency: str, now: datetime) -> ReleaseOutcome:
    """Release the agency's figures, from the ratings of every day there is, and compare its offices."""
    after, late = timedelta(days=settings().release_after_days), timedelta(days=settings().late_limit_days)
    outcome = release_agency(db, agency, ReleaseOrder(now, actor(), after, late, whole=True))
    compare_offices(db, agency)
    return outcome


def say(outcome: ReleaseOutcome) -> None:
    """Say what a release has told."""
    out.print(
        f"release {outcome.number}, up to {outcome.through}: {outcome.told} ratings told, "
        f"{outcome.waiting} of ended months wait until there are ten"
    )
