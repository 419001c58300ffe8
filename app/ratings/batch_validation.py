"""Validation of a batch: as every sheet by itself, but what the sheets of one sender share is worked out once."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from app.access.principals import Principal
from app.foundation.ids import moment_of
from app.foundation.problems import Problem
from app.instruments.sheets import SheetFault, write_sheet
from app.ratings.attribution import QUARTER
from app.ratings.keys import SEPARATOR
from app.ratings.rating import NewRating
from app.ratings.schemas import RatingIn
from app.ratings.validation import LARGEST_LEAD, KnownCodes, RatingValidator, bare_content

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
QUARTER_MS = QUARTER * 1_000

Scores = tuple[tuple[str, int | None], ...]


def validate_batch(
    validator: RatingValidator,
    principal: Principal,
    sheets: Sequence[RatingIn],
    ids: Sequence[UUID],
    codes: KnownCodes,
    now: datetime,
) -> list[NewRating | Problem]:
    """For each sheet what the validator says of it."""
    plainly = _Plainly(validator, principal, codes, now)
    return [
        plainly.judged(rating_id, sheet) or validator.validate(principal, sheet, rating_id, codes, now)
        for rating_id, sheet in zip(ids, sheets, strict=True)
    ]


class _Answers(NamedTuple):
    """Answers by themselves: as they are stored, and as the digest of their sheet has them."""

    sheet: str
    content: str


class _Plainly:
    """Judges what needs no look at more than its codes, moment and answers: nearly every sheet of a batch."""

    def __init__(self, validator: RatingValidator, principal: Principal, codes: KnownCodes, now: datetime) -> None:
        self._find = validator.attributions.find
        self._key = validator.keys.key
        self._digest = validator.keys.digest_of
        self._principal = principal
        self._agency_id = principal.agency_id
        self._source = principal.key_id.hex
        self._codes = codes
        # Of whole milliseconds, so that what is early or late by less is left to the validator.
        self._earliest = (now - validator.late_limit - EPOCH) // MILLISECOND + 1
        self._latest = (now + LARGEST_LEAD - EPOCH) // MILLISECOND
        self._answers: dict[tuple[str, Scores], _Answers] = {}

    def judged(self, rating_id: UUID, sheet: RatingIn) -> NewRating | None:
        """The rating to store; None where only the validator can tell, or has to say what is wrong."""
        at_ms = rating_id.int >> 80
        has_more = sheet.comment is not None or sheet.profile is not None or sheet.agency is not None
        if has_more or not self._earliest <= at_ms <= self._latest:
            return None
        try:
            attribution = self._find(sheet, self._principal, self._codes.catalogue)
            place = attribution.remembered(at_ms // QUARTER_MS) or attribution.at(moment_of(rating_id))
            given = (sheet.instrument, tuple(sheet.scores.items()))
            answers = self._answers.get(given) or self._read(given, sheet)
        except (Problem, SheetFault):
            return None
        if answers is None:
            return None
        return NewRating(
            self._agency_id,
            self._key(self._agency_id, rating_id),
            place,
            sheet.instrument,
            answers.sheet,
            self._digest(rating_id, f"{attribution.sent_by}{SEPARATOR}{answers.content}"),
            source=self._source,
        )

    def _read(self, given: tuple[str, Scores], sheet: RatingIn) -> _Answers | None:
        instrument = self._codes.instruments.get(sheet.instrument)
        if instrument is None or not instrument.takes(None):
            return None
        answers = _Answers(write_sheet(instrument, sheet.scores), bare_content(*given))
        self._answers[given] = answers
        return answers
