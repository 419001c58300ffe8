"""Judging a sheet: may it count, where, for whom, and what exactly is stored. Pure: no clock, no store."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from app.access.principals import Principal
from app.directory.rules.catalogue import Catalogue
from app.foundation.ids import moment_of
from app.foundation.problems import FieldError, Problem
from app.instruments.model import Instrument
from app.instruments.sheets import SheetFault, write_sheet
from app.ratings.attribution import attribute
from app.ratings.keys import KeyMaker, plain_text
from app.ratings.rating import NewRating, Place
from app.ratings.redaction import redact
from app.ratings.schemas import ProfileIn, RatingIn
from app.ratings.status import COUNTED, OPEN

LARGEST_LEAD = timedelta(minutes=5)


class KnownCodes(NamedTuple):
    """What a sheet is judged against: the agency's directory and instruments."""

    catalogue: Catalogue
    shelf: Mapping[str, Instrument]


@dataclass(frozen=True)
class RatingValidator:
    """The rules of this installation."""

    keys: KeyMaker
    late_limit: timedelta

    def judge(
        self, principal: Principal, sheet: RatingIn, rating_id: UUID, premises: KnownCodes, now: datetime
    ) -> NewRating | Problem:
        """The rating to store, or the problem to answer."""
        try:
            moment = self.moment(rating_id, now)
            instrument = _instrument(sheet, premises.shelf)
            return NewRating(
                agency_id=principal.agency_id,
                key=self.keys.key(principal.agency_id, rating_id),
                place=attribute(sheet, principal, premises.catalogue, moment),
                instrument=instrument.id,
                sheet=_answers(instrument, sheet),
                digest=self.digest(principal, sheet, rating_id),
                comment=_comment(sheet.comment) if sheet.comment else None,
                profile=_profile(sheet.profile),
                standing=COUNTED if sheet.agency is None else OPEN,
                source=principal.key_id.hex if sheet.agency is None else None,
            )
        except Problem as problem:
            return problem

    def judge_ticketed(
        self,
        agency_id: str,
        ticket: str,
        place: Place,
        sheet: RatingIn,
        rating_id: UUID,
        shelf: Mapping[str, Instrument],
    ) -> NewRating:
        """The rating to store where a ticket (its digest) says the whole place; raises what is wrong with the sheet."""
        instrument = _instrument(sheet, shelf)
        return NewRating(
            agency_id=agency_id,
            key=self.keys.key(agency_id, rating_id),
            place=place,
            instrument=instrument.id,
            sheet=_answers(instrument, sheet),
            digest=self.digest_ticketed(ticket, sheet, rating_id),
            comment=_comment(sheet.comment) if sheet.comment else None,
            profile=_profile(sheet.profile),
            ticketed=True,
        )

    def digest_ticketed(self, ticket: str, sheet: RatingIn, rating_id: UUID) -> str:
        """Of what a sheet with a ticket means: only who holds the ticket can repeat it."""
        return self.keys.digest(rating_id, "ticket", ticket, *_said(sheet))

    def digest(self, principal: Principal, sheet: RatingIn, rating_id: UUID) -> str:
        """Of what the sheet means, as sent: a roster that changes later does not change it."""
        if sheet.agency is not None:
            # Nobody can repeat an app's rating through the open door, nor the other way round.
            return self.keys.digest(rating_id, OPEN, sheet.office, sheet.service, *_said(sheet))
        return self.keys.digest(
            rating_id,
            sheet.office or principal.office,
            principal.counter,
            sheet.service,
            sheet.employee,
            sheet.channel,
            *_said(sheet),
        )

    def moment(self, rating_id: UUID, now: datetime) -> datetime:
        """When the rating happened, by its id; a clock that is wrong is told the server's time."""
        try:
            moment = moment_of(rating_id)
        except (OverflowError, ValueError):
            moment = LAST_MOMENT
        if moment > now + LARGEST_LEAD:
            raise Problem("id-in-future", extra=_server_time(now))
        if moment < now - self.late_limit:
            raise Problem("id-too-late", extra=_server_time(now), days=self.late_limit.days)
        return moment


LAST_MOMENT = datetime.max.replace(tzinfo=UTC)


def _said(sheet: RatingIn) -> tuple[str | None, ...]:
    """What was answered, whoever sends it."""
    return (
        sheet.instrument,
        _joined(sheet.scores),
        (plain_text(sheet.comment) or None) if sheet.comment else None,
        _joined(profile) if (profile := _profile(sheet.profile)) else None,
    )


def _server_time(now: datetime) -> dict[str, str]:
    return {"server_time": now.isoformat(timespec="milliseconds")}


def _instrument(sheet: RatingIn, shelf: Mapping[str, Instrument]) -> Instrument:
    instrument = shelf.get(sheet.instrument)
    if instrument is None:
        raise Problem("invalid-request", errors=[FieldError("instrument", "instrument-unknown")])
    return instrument


def _answers(instrument: Instrument, sheet: RatingIn) -> str:
    try:
        return write_sheet(instrument, sheet.scores)
    except SheetFault as fault:
        field = "scores" if fault.item is None else f"scores.{fault.item}"
        raise Problem("invalid-request", errors=[FieldError(field, fault.code)]) from None


def _comment(text: str) -> str | None:
    """What is stored of a comment; nothing when nothing readable is left."""
    return redact(plain_text(text)) or None


def _profile(profile: ProfileIn | None) -> dict[str, str] | None:
    """What was given of a profile; one that says nothing is none."""
    given: dict[str, str] = profile.model_dump(exclude_none=True) if profile else {}
    return given or None


def _joined(pairs: Mapping[str, object]) -> str:
    """The same text however the pairs were ordered."""
    return ",".join([f"{name}={value}" for name, value in sorted(pairs.items())])
