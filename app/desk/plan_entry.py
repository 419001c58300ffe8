"""One entry of a plan or of its publications: which it is, and changing it by what a form was sent with."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from app.closing.survey.plans import Place
from app.desk.follow_up_new import REFUSED
from app.desk.plan_choice import PlanChoice, chosen, place_of
from app.desk.requests import Sent, principal_of, saved
from app.foundation.http.services import services_of
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.people.signed_in import SignedIn

At = Annotated[int, Query(ge=0, le=10_000)]
Write = Callable[[Session, PlanChoice, Place], None]
Again = Callable[[PlanChoice, int, Problem], Response]
After = Callable[[PlanChoice, int], str]


def choice_of(request: Request, found: SignedIn, given: Sent) -> PlanChoice:
    """The plan that an address or a form is about."""
    with services_of(request).database.reading() as session:
        return chosen(session, principal_of(found), given)


def change_entry(
    request: Request, found: SignedIn, sent: Sent, read: Callable[[], Write], again: Again, after: After
) -> Response:
    """Read what a form says of an entry, write it, and go on; what is refused is said on its page `again`."""
    choice, place = choice_of(request, found, sent), place_of(sent)
    try:
        write = read()
        with services_of(request).database.writing() as session:
            write(session, choice, place)
    except Problem as problem:
        if problem.code not in REFUSED:
            raise
        return again(choice, place.number, problem)
    return saved(request, after(choice, place.number))
