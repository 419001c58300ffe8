"""Three doors lead to a rating: a key, a ticket, or neither (an open answer). What a sheet may say at each. Pure.

What a ticket or a key tells, nobody tells beside it: otherwise a citizen could be led to rate another person.
"""

from collections.abc import Iterator
from typing import NoReturn

from app.access.principals import KeyKind
from app.foundation.problems import FieldError, Problem
from app.ratings.schemas import RatingIn

TOLD_BY_A_TICKET = ("office", "service", "employee", "channel", "agency")


def check_ticketed(sheet: RatingIn, kind: KeyKind | None) -> None:
    """Raises `invalid-request` where a sheet with a ticket tells what the ticket tells, or comes from a device."""
    errors = [FieldError(field, "fixed-by-ticket") for field in TOLD_BY_A_TICKET if getattr(sheet, field) is not None]
    if kind is KeyKind.device:
        errors.append(FieldError("ticket", "ticket-at-device"))
    if sheet.id is None:
        errors.append(FieldError("id", "field-missing"))
    if errors:
        raise Problem("invalid-request", errors=errors)


def check_open(sheet: RatingIn) -> None:
    """Raises `invalid-request` where a sheet with neither key nor ticket says more than an open answer may."""
    errors = []
    if sheet.office is None:
        errors.append(FieldError("office", "field-missing"))
    if sheet.channel != "web":
        errors.append(FieldError("channel", "channel-not-open"))
    if sheet.employee is not None:
        errors.append(FieldError("employee", "employee-not-open"))
    # Comments and profiles stand apart from ratings and could no longer be told from those of proven ones.
    errors += [FieldError(field, "field-not-open") for field in ("comment", "profile") if getattr(sheet, field)]
    if errors:
        raise Problem("invalid-request", errors=errors)


def refuse_agency() -> NoReturn:
    """A key says which agency; raises `invalid-request`."""
    raise Problem("invalid-request", errors=[FieldError("agency", "agency-fixed")])


def batch_flaws(sheet: RatingIn) -> Iterator[FieldError]:
    """What keeps a well-formed sheet out of a batch."""
    if sheet.id is None:
        yield FieldError("id", "field-missing")
    if sheet.ticket is not None:
        yield FieldError("ticket", "ticket-in-batch")
    if sheet.agency is not None:
        yield FieldError("agency", "agency-fixed")
