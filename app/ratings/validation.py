"""Validation of a sheet: whether, where and for whom it counts, and what is stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from app.access.principals import Principal
from app.directory.rules.catalogue import Catalogue
from app.foundation.ids import moment_of
from app.foundation.problems import FieldError, Problem
from app.instruments.model import Collected, Instrument
from app.instruments.sheets import SheetFault, write_sheet
from app.ratings.attribution import Attributions, sent_by
from app.ratings.keys import KeyMaker, joined
from app.ratings.rating import NewRating, Place
from app.ratings.redaction import redact
from app.ratings.rules.comment_text import formerly_digested, kept_text, sent_text
from app.ratings.schemas import ProfileIn, RatingIn
from app.ratings.status import COUNTED, OPEN

# Clocks of devices run a little ahead; later ids would count on a day that has not come.
LARGEST_LEAD = timedelta(minutes=5)


class KnownCodes(NamedTuple):
    """The agency's directory and instruments, whose codes a sheet may use."""

    catalogue: Catalogue
    instruments: Mapping[str, Instrument]


@dataclass(frozen=True)
class RatingValidator:
    """Validates sheets by this installation's secret and limit for late ratings."""

    keys: KeyMaker
    late_limit: timedelta
    attributions: Attributions = field(default_factory=Attributions)

    def validate(
        self, principal: Principal, sheet: RatingIn, rating_id: UUID, codes: KnownCodes, now: datetime
    ) -> NewRating | Problem:
        """The rating to store, or the problem to answer."""
        try:
            moment = self.moment(rating_id, now)
            way = None if sheet.agency is None else Collected.open
            instrument = _instrument(sheet, codes.instruments, way)
            attribution = self.attributions.find(sheet, principal, codes.catalogue)
            place = attribution.at(moment)
            digest, *former = self._digests(rating_id, sheet, attribution.sent_by)
            return NewRating(
                agency_id=principal.agency_id,
                key=self.keys.key(principal.agency_id, rating_id),
                place=place,
                instrument=instrument.id,
                sheet=_answers(instrument, sheet),
                digest=digest,
                comment=_stored_comment(sheet.comment) if sheet.comment else None,
                profile=_given_profile(sheet.profile),
                standing=COUNTED if sheet.agency is None else OPEN,
                source=principal.key_id.bytes.hex() if sheet.agency is None else None,
                former_digest=former[0] if former else None,
            )
        except Problem as problem:
            return problem

    def validate_ticketed(
        self,
        agency_id: str,
        ticket: str,
        place: Place,
        sheet: RatingIn,
        rating_id: UUID,
        instruments: Mapping[str, Instrument],
    ) -> NewRating:
        """The rating to store where a ticket (its digest) gives the place; raises what is wrong with the sheet."""
        instrument = _instrument(sheet, instruments, Collected.ticketed)
        digest, *former = self.digests_ticketed(ticket, sheet, rating_id)
        return NewRating(
            agency_id=agency_id,
            key=self.keys.key(agency_id, rating_id),
            place=place,
            instrument=instrument.id,
            sheet=_answers(instrument, sheet),
            digest=digest,
            comment=_stored_comment(sheet.comment) if sheet.comment else None,
            profile=_given_profile(sheet.profile),
            ticketed=True,
            former_digest=former[0] if former else None,
        )

    def digests_ticketed(self, ticket: str, sheet: RatingIn, rating_id: UUID) -> tuple[str, ...]:
        """The digests of a sheet with a ticket, which is part of it: only its holder can repeat the rating."""
        return self._digests(rating_id, sheet, joined("ticket", ticket))

    def digests(self, principal: Principal, sheet: RatingIn, rating_id: UUID) -> tuple[str, ...]:
        """The digest of a sheet as it was sent: a roster that changes later does not make its retry a conflict.

        Behind it the one that it had before digests were independent of Python's tables, if that is another.
        """
        return self._digests(rating_id, sheet, sent_by(sheet, principal))

    def _digests(self, rating_id: UUID, sheet: RatingIn, sender: str) -> tuple[str, ...]:
        if sheet.comment is None and sheet.profile is None:
            # As most are: answers alone, whose part of the digest is remembered.
            return (self.keys.digest(rating_id, sender, bare_content(sheet.instrument, tuple(sheet.scores.items()))),)
        comments = _digested_comments(sheet.comment) if sheet.comment else (None,)
        return tuple([self.keys.digest(rating_id, sender, *_content(sheet, comment)) for comment in comments])

    def moment(self, rating_id: UUID, now: datetime) -> datetime:
        """The time in the rating's id; `id-in-future` and `id-too-late` give a wrong clock the server's time."""
        try:
            moment = moment_of(rating_id)
        except (OverflowError, ValueError):
            # 48 bits of milliseconds reach beyond the year 9999, where datetime ends.
            moment = LAST_MOMENT
        if moment > now + LARGEST_LEAD:
            raise Problem("id-in-future", extra=_server_time(now))
        if moment < now - self.late_limit:
            raise Problem("id-too-late", extra=_server_time(now), days=self.late_limit.days)
        return moment


LAST_MOMENT = datetime.max.replace(tzinfo=UTC)


def _content(sheet: RatingIn, comment: str | None) -> tuple[str | None, ...]:
    """The content of a sheet that does not depend on who sends it, as parts of its digest."""
    return (
        sheet.instrument,
        _canonical_pairs(sheet.scores),
        comment,
        _canonical_pairs(profile) if (profile := _given_profile(sheet.profile)) else None,
    )


def _digested_comments(text: str) -> tuple[str | None, ...]:
    """The comment as its digest has it, and as it was digested before where that is another."""
    sent = sent_text(text)
    if sent.isascii() and sent.isprintable():
        # Nothing was ever taken out of such a text, and most comments are one.
        return (sent or None,)
    former = formerly_digested(text) or None
    return (sent,) if sent == former else (sent, former)


def _server_time(now: datetime) -> dict[str, str]:
    return {"server_time": now.isoformat(timespec="milliseconds")}


def _instrument(sheet: RatingIn, instruments: Mapping[str, Instrument], way: Collected | None) -> Instrument:
    instrument = instruments.get(sheet.instrument)
    if instrument is None:
        raise Problem("invalid-request", errors=[FieldError("instrument", "instrument-unknown")])
    if not instrument.takes(way):
        raise Problem("invalid-request", errors=[FieldError("instrument", f"instrument-{instrument.collected}-only")])
    return instrument


def _answers(instrument: Instrument, sheet: RatingIn) -> str:
    try:
        return write_sheet(instrument, sheet.scores)
    except SheetFault as fault:
        where = "scores" if fault.item is None else f"scores.{fault.item}"
        raise Problem("invalid-request", errors=[FieldError(where, fault.code)]) from None


def _stored_comment(text: str) -> str | None:
    """The redacted comment; None when nothing readable is left."""
    return redact(kept_text(text)) or None


def _given_profile(profile: ProfileIn | None) -> dict[str, str] | None:
    """The attributes given in a profile; None when there are none."""
    given: dict[str, str] = profile.model_dump(exclude_none=True) if profile else {}
    return given or None


# Sheets repeat: three questions of four answers have 64, and most of them are the same few.
@lru_cache(maxsize=4_096)
def bare_content(instrument: str, scores: tuple[tuple[str, int | None], ...]) -> str:
    """The content of a sheet without comment and profile, as one part of its digest."""
    return joined(instrument, _canonical_pairs(dict(scores)), None, None)


def _canonical_pairs(pairs: Mapping[str, object]) -> str:
    """The pairs as one text that does not depend on their order: JSON objects have none."""
    return ",".join([f"{name}={value}" for name, value in sorted(pairs.items())])
