"""Setting up an installation that has no agency yet: the link's code, then agency, first office and administrator."""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.desk import provider
from app.desk.addresses import reached_at
from app.desk.blocks import Field, Form, Links, Page, Section
from app.desk.door import passphrase_form
from app.desk.rendering import reader_of, respond
from app.desk.requests import Anybody, DeskRoute, FormSent, Lang, Sent
from app.foundation.http.services import services_of
from app.people.faults import PeopleFault
from app.people.first_agency import ZONES, asked_for
from app.people.inviting import Invited
from app.people.setting_up import SetUp, SetUpFaults
from app.reports.sections.blocks import Facts, Words
from app.reports.sections.language import Language

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
LONGEST_CODE = 500
PERIOD_WORDS: Mapping[str, str] = {"quarter": "by quarter", "month": "by month"}
ZONE_WORDS: Mapping[str, str] = {
    "WIB": "WIB, western Indonesia",
    "WITA": "WITA, central Indonesia",
    "WIT": "WIT, eastern Indonesia",
}


@router.get("/setup")
def setup(request: Request, visit: Anybody, _: Lang) -> Response:
    """Take the set-up link: the code stands in the fragment, which no browser sends, or is pasted."""
    service = services_of(request).of(SetUp)
    if not service.is_open():
        return _done(request)
    try:
        service.refuse_channel(visit)
    except PeopleFault as fault:
        tell = reader_of(request)
        return respond(request, Page(tell("Set up this installation"), fault.in_words(tell)))
    return respond(request, _code_page(request))


@router.post("/setup")
def take_code(request: Request, visit: Anybody, sent: FormSent) -> Response:
    """With the right code, ask for the agency, its first office and its first administrator."""
    service = services_of(request).of(SetUp)
    if not service.is_open():
        return _done(request, 409)
    code = sent.get("code", "")[:LONGEST_CODE]
    try:
        service.check(visit, code)
    except PeopleFault as fault:
        return respond(request, _code_page(request, fault), status=422)
    return respond(request, _agency_page(request, code))


@router.post("/setup/agency")
def begin(request: Request, visit: Anybody, sent: FormSent) -> Response:
    """Add agency, office and administrator, who goes on with the invitation."""
    service = services_of(request).of(SetUp)
    if not service.is_open():
        return _done(request, 409)
    code = sent.get("code", "")[:LONGEST_CODE]
    try:
        invited = service.begin(visit, code, asked_for(sent))
    except SetUpFaults as wrong:
        return respond(request, _agency_page(request, code, sent, wrong.faults), status=422)
    except PeopleFault as fault:
        return respond(request, _code_page(request, fault), status=422)
    return respond(request, _invitation_page(request, invited))


def _done(request: Request, status: int = 200) -> Response:
    tell = reader_of(request)
    page = Page(
        tell("This installation is set up"),
        tell("There is an agency already, and the link that sets an installation up works once."),
        (
            Section(
                (
                    Words(
                        tell("An administrator who lost the link gets another from the operator (cermin person reset).")
                    ),
                    Links(((tell("Sign in"), "/sign-in"), (tell("I have an invitation"), "/sign-in/link"))),
                )
            ),
        ),
    )
    return respond(request, page, status=status)


def _code_page(request: Request, fault: PeopleFault | None = None) -> Page:
    tell = reader_of(request)
    return Page(
        tell("Set up this installation"),
        tell("There is no agency here yet. The link that the terminal shows opens the way, once."),
        (
            Section(
                (
                    Form(
                        "/setup",
                        tell("Go on"),
                        (
                            Field(
                                "code",
                                tell("Code of the link"),
                                "code",
                                hint=tell("What stands behind # in the link; pasting the whole link works, too."),
                            ),
                        ),
                    ),
                    Words(tell("Whoever runs the service gets the link with the command cermin setup.")),
                )
            ),
        ),
        faults=() if fault is None else ((fault.field, fault.in_words(tell)),),
        script="link.js",
    )


def _agency_page(request: Request, code: str, sent: Sent | None = None, faults: tuple[PeopleFault, ...] = ()) -> Page:
    tell = reader_of(request)
    return Page(
        tell("Your agency"),
        tell("Five minutes: the agency, its first office, and who will look after it here."),
        (Section((Form("/setup/agency", tell("Set up the agency"), _fields(code, tell)),)),),
        faults=tuple((fault.field, fault.in_words(tell)) for fault in faults),
        values=dict(sent or {}),
    )


def _fields(code: str, tell: Language) -> tuple[Field, ...]:
    never = tell("Small letters, digits and hyphens, such as {example}. It never changes.", example="kota-contoh")
    office = tell("Small letters, digits and hyphens, such as {example}. It never changes.", example="disdukcapil")
    return (
        Field("code", "", "hidden", value=code),
        Field("name", tell("Name of the agency"), hint=tell("As citizens know it."), autocomplete="organization"),
        Field("agency", tell("Short code of the agency"), hint=never),
        Field(
            "period",
            tell("Figures are told"),
            "select",
            hint=tell("A quarter suits most; it can be changed later."),
            choices=tuple((value, tell(words)) for value, words in PERIOD_WORDS.items()),
        ),
        Field("office_name", tell("Name of the first office"), hint=tell("Where citizens are served.")),
        Field("office", tell("Short code of the office"), hint=office),
        Field("zone", tell("Its time zone"), "select", choices=tuple((each, tell(ZONE_WORDS[each])) for each in ZONES)),
        Field(
            "administrator",
            tell("Name of the administrator"),
            hint=tell("As colleagues know it; the sign-in name is made from it."),
            autocomplete="name",
        ),
    )


def _invitation_page(request: Request, invited: Invited) -> Page:
    tell, person = reader_of(request), invited.person
    account = f"{person.login}@{person.agency_id}"
    link = f"{reached_at(request) or ''}/sign-in/link#{invited.code}"
    facts = ((tell("Sign-in name"), account), (tell("Link"), link))
    return Page(
        tell("The agency is set up"),
        tell("Now the administrator, {name}, chooses a passphrase; note the sign-in name.", name=person.name),
        (
            *provider.invitation(request, tell, invited.code),
            Section(
                (
                    Facts(facts),
                    Words(tell("The link is shown once, and works for three days, for whoever goes on elsewhere.")),
                    passphrase_form(tell, invited.code, shown=False),
                )
            ),
        ),
    )
