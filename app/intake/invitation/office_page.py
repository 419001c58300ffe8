"""The open page of an office, with an entity tag that changes whenever its content does."""

from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from app.devices.schemas import NamedOut
from app.directory.catalogue_store import directory_version
from app.directory.listing_store import services_at
from app.directory.store import find_office
from app.directory.tables import Office
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.instruments.model import Collected, Instrument
from app.instruments.schemas import instrument_out
from app.intake.invitation.asked_instrument import asked_instrument
from app.intake.invitation.schemas import OpenPageOut

# Increased when the response itself changes its form, which no directory version shows.
FORM = 1


@dataclass(frozen=True)
class OpenPage:
    """Everything on which the page depends, so that its tag needs two small reads only."""

    version: UUID
    office: Office
    instrument: Instrument

    @property
    def tag(self) -> str:
        """The strong entity tag, with its quotes (RFC 9110 §8.8.3)."""
        parts = (FORM, self.version, self.office.agency_id, self.office.code, self.instrument.digest)
        return f'"{sha256(repr(tuple(map(str, parts))).encode()).hexdigest()[:32]}"'


def open_page(session: Session, agency_id: str, code: str, instrument: str) -> OpenPage:
    """The page of an active office, by a questionnaire.

    Raises `office-unknown`, also where there is no such agency, and `invalid-request` for a questionnaire that the
    agency does not have or that takes no open answers.
    """
    # Read first: what is read after it can only be newer, and then the next answer has another tag.
    version = directory_version(session, agency_id)
    office = find_office(session, agency_id, code)
    if version is None or office is None or not office.active:
        raise Problem("office-unknown")
    return OpenPage(version, office, asked_instrument(session, agency_id, instrument, Collected.open))


def page_out(session: Session, page: OpenPage) -> OpenPageOut:
    """The page on the wire."""
    office = page.office
    return OpenPageOut(
        agency=office.agency_id,
        office=NamedOut(code=office.code, name=office.name),
        services=tuple(
            NamedOut(code=each.code, name=each.name) for each in services_at(session, office.agency_id, office.code)
        ),
        instrument=instrument_out(page.instrument),
    )
