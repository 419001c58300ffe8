"""What a period's page says of the public page: whether its figures are shown there, and the form that decides it."""

from starlette.requests import Request

from app.closing.tables import DRAFT, Period, PublicClosing
from app.desk.blocks import DeskBlock, Field, Form, Links, Section
from app.desk.requests import principal_of
from app.disclosure.rules.calendar import LAST_ZONE
from app.foundation.http.services import services_of
from app.people.signed_in import SignedIn
from app.reports.sections.blocks import Words
from app.reports.sections.language import Language


def public_section(
    request: Request, found: SignedIn, stored: Period, shown: PublicClosing | None, tell: Language
) -> tuple[Section, ...]:
    """Whether a final period is shown, since when, and what can be decided; nothing before anything is final."""
    if stored.state == DRAFT and shown is None and stored.revision == 1:
        return ()
    blocks: list[DeskBlock] = [Words(_state(shown, tell))]
    if shown is not None:
        blocks.append(Links(((tell("The public page"), f"/p/{stored.agency_id}"),)))
    # Somebody of a part of the agency reads what was decided; without a fresh proof the form would lead nowhere.
    if principal_of(found).office is None and found.is_proven(services_of(request).now()):
        blocks += _forms(stored, shown, tell)
    return (Section(tuple(blocks), tell("Public page")),)


def _state(shown: PublicClosing | None, tell: Language) -> str:
    if shown is None:
        return tell(
            "Not on the public page. There everybody would read index, grade, interval and number of ratings of the "
            "agency and its offices as they were signed, and in numbers how far the plan before was carried out: "
            "nothing about persons."
        )
    day = tell.day(shown.shown_at.astimezone(LAST_ZONE).date().isoformat())
    return tell("Revision {n} is on the public page since {day}.", n=str(shown.revision), day=day)


def _forms(stored: Period, shown: PublicClosing | None, tell: Language) -> list[DeskBlock]:
    fields = (
        Field("code", "", "hidden", value=stored.code),
        Field("instrument", "", "hidden", value=stored.instrument),
    )
    forms: list[DeskBlock] = []
    if shown is None or (stored.state != DRAFT and shown.revision != stored.revision):
        words = tell("The decision is kept in the audit trail and recorded as a publication.")
        forms += [Words(words), Form("/desk/period/publish", tell("Publish the figures"), fields)]
    if shown is not None:
        forms.append(Form("/desk/period/withdraw", tell("Take the figures back"), fields, tone="danger"))
    return forms
