"""How far a closed period is, and the decision about the public page, over HTTP: show it, or take it back."""

from fastapi import APIRouter
from starlette.requests import Request

from app.closing.addressing import asked, newest
from app.closing.progress import progress_of
from app.closing.public.publishing import publish, withdraw
from app.closing.public.schemas import PeriodProgress, PublicPageOut
from app.closing.public.store import shown_of
from app.closing.reading import period_out
from app.closing.routes import ByInstrument, Closer, Code, PeriodReader, require_whole
from app.foundation.http.openapi import problems
from app.foundation.http.services import services_of

router = APIRouter(prefix="/v1", tags=["reports"])


@router.get("/periods/{code}/progress", responses=problems(404, 409, 422))
def get_progress(request: Request, principal: PeriodReader, code: Code, query: ByInstrument) -> PeriodProgress:
    """How far the newest revision is: reports, replies, notes, whether it may be signed now, and what is public."""
    services = services_of(request)
    with services.database.reading() as session:
        period = newest(session, principal.reach, asked(code), query.instrument)
        progress, shown = progress_of(session, period), shown_of(session, period)
    return PeriodProgress(
        period=period_out(period),
        reports=progress.reports,
        persons=progress.persons,
        replies=progress.replies,
        notes=progress.notes,
        may_finalise=progress.may_finalise(services.now()),
        public_revision=None if shown is None else shown.revision,
    )


@router.post("/periods/{code}/publish", responses=problems(404, 409, 422))
def publish_period(request: Request, principal: Closer, code: Code, query: ByInstrument) -> PublicPageOut:
    """Show the figures of the newest final revision on the public page, and record that as a publication."""
    require_whole(principal)
    services = services_of(request)
    span, now = asked(code), services.now()
    with services.database.writing() as session:
        return publish(session, principal.reach, span, query.instrument, now, services.settings.public_url)


@router.post("/periods/{code}/withdraw", status_code=204, responses=problems(404, 409, 422))
def withdraw_period(request: Request, principal: Closer, code: Code, query: ByInstrument) -> None:
    """Take the figures of a period back from the public page, and its record from the publications."""
    require_whole(principal)
    services = services_of(request)
    with services.database.writing() as session:
        withdraw(session, principal.reach, asked(code), query.instrument, services.now())
