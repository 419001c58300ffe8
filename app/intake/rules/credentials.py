"""The fields a sheet may have with each credential: a key, a ticket, or neither (an open answer). Pure.

What a ticket or a key determines, the sheet must not: otherwise a citizen could be led to rate another person.
"""

from collections.abc import Iterator
from typing import NoReturn

from app.access.principals import KeyKind, Role
from app.foundation.problems import FieldError, Problem
from app.ratings.schemas import RatingIn

GIVEN_BY_THE_TICKET = ("office", "service", "employee", "channel", "agency")


def check_ticketed(sheet: RatingIn, kind: KeyKind | Role | None) -> None:
    """Check a sheet with a ticket: it repeats nothing of the ticket and is no device's; raises `invalid-request`."""
    errors = [
        FieldError(field, "fixed-by-ticket") for field in GIVEN_BY_THE_TICKET if getattr(sheet, field) is not None
    ]
    if kind is KeyKind.device:
        errors.append(FieldError("ticket", "ticket-at-device"))
    if sheet.id is None:
        errors.append(FieldError("id", "field-missing"))
    if errors:
        raise Problem("invalid-request", errors=errors)


def check_open(sheet: RatingIn) -> None:
    """Check a sheet with neither key nor ticket: office and answers alone; raises `invalid-request`."""
    errors = []
    if sheet.office is None:
        errors.append(FieldError("office", "field-missing"))
    if sheet.channel != "web":
        errors.append(FieldError("channel", "channel-not-open"))
    # Anybody could harm a colleague: an answer without any proof is never about a person (decision 10).
    if sheet.employee is not None:
        errors.append(FieldError("employee", "employee-not-open"))
    # Comments and profiles stand apart from ratings and could no longer be told from those of proven ones.
    errors += [FieldError(field, "field-not-open") for field in ("comment", "profile") if getattr(sheet, field)]
    if errors:
        raise Problem("invalid-request", errors=errors)


def refuse_agency() -> NoReturn:
    """Refuse a sheet that names an agency beside a key, which determines it; raises `invalid-request`."""
    raise Problem("invalid-request", errors=[FieldError("agency", "agency-fixed")])


def batch_flaws(sheet: RatingIn) -> Iterator[FieldError]:
    """The field errors that keep a well-formed sheet out of a batch."""
    if sheet.id is None:
        yield FieldError("id", "field-missing")
    if sheet.ticket is not None:
        yield FieldError("ticket", "ticket-in-batch")
    if sheet.agency is not None:
        yield FieldError("agency", "agency-fixed")
