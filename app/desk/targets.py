"""Targets of offices and employees: those of a period in a list, and for whoever answers for the agency a form."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from app.access.principals import Principal
from app.closing.rules.follow_up import today
from app.closing.targets.listing import list_targets
from app.closing.targets.schemas import TargetOut, TargetPlace, TargetQuery, TypedTarget
from app.closing.targets.setting import put_targets
from app.desk.account import proof_first
from app.desk.addresses import ON_A_PAGE, onward, with_query
from app.desk.blocks import DeskBlock, Field, Form, Page, Section
from app.desk.faults import Faults, faults_of, read
from app.desk.instrument_choice import instrument_choices
from app.desk.moments import day_words
from app.desk.navigation import TARGETS
from app.desk.offices import MOST_CHOICES, office_choices
from app.desk.page_file import is_asked_as_file
from app.desk.plan_choice import DEFAULT_INSTRUMENT
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, FormSent, Lang, Sent, having, principal_of, saved, to_proof
from app.directory.listing_store import names_of
from app.disclosure.rules.calendar import periods_with
from app.foundation.http.services import services_of
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.indices.reading import instrument_of
from app.instruments.model import Instrument
from app.instruments.registry import instruments_of
from app.instruments.schemas import InstrumentId
from app.measures.schemas import PeriodCode
from app.people.signed_in import SignedIn
from app.ratings.rules.selection import By
from app.reports.sections.blocks import Column, Table, Words
from app.reports.sections.language import Language
from app.reports.sections.results import official
from app.reports.sections.targets import MEANING
from app.targets.rules.target import INDEX

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Reader = Annotated[SignedIn, Depends(having(TARGETS))]
OfPeriod = Annotated[PeriodCode | None, Query()]
ByInstrument = Annotated[InstrumentId, Query()]
After = Annotated[TargetPlace | None, Query()]
SET = "/desk/targets/set"
ONE_SUBJECT = "Choose an office, or enter the code of an employee: a target is of one of them."


@router.get("/desk/targets")
def targets(
    request: Request,
    found: Reader,
    _: Lang,
    period: OfPeriod = None,
    instrument: ByInstrument = DEFAULT_INSTRUMENT,
    after: After = None,
) -> Response:
    """The targets of a period, the quarter that runs where none is named."""
    code = period or periods_with(today(services_of(request).now())).quarter.code
    return _page(request, found, TargetQuery(period=code, instrument=instrument, after=after, limit=ON_A_PAGE))


@router.post("/desk/targets/set")
def set_target(request: Request, found: Reader, sent: FormSent) -> Response:
    """Set one target, or take it away where no value is given."""
    services = services_of(request)
    about = read(TargetQuery, {"period": sent.get("period"), "instrument": sent.get("instrument")})
    if not found.is_proven(services.now()):
        return to_proof(request, "targets", period=about.period, instrument=about.instrument)
    try:
        if bool(sent.get("office")) == bool(sent.get("employee")):
            return _page(request, found, about, ((("employee"), reader_of(request)(ONE_SUBJECT)),), sent)
        names = ("period", "instrument", "office", "employee", "figure")
        given = {name: sent.get(name) for name in names} | {"value": sent.get("value", "").strip().replace(",", ".")}
        target = read(TypedTarget, given)
        with services.database.writing() as session:
            put_targets(session, principal_of(found).reach, [target], services.now())
    except Problem as problem:
        if problem.code != "invalid-request":
            raise
        faults = tuple(
            (None if field is None else field.removeprefix("targets.0.").removeprefix("targets.0"), text)
            for field, text in faults_of(problem, reader_of(request))
        )
        return _page(request, found, about, faults, sent)
    return saved(request, with_query(TARGETS.address, {"period": about.period, "instrument": about.instrument}))


def may_set(principal: Principal) -> bool:
    """Whether this person answers for the whole agency."""
    return principal.reach.root is None


def _page(
    request: Request, found: SignedIn, query: TargetQuery, faults: Faults = (), sent: Sent | None = None
) -> Response:
    services, tell, principal = services_of(request), reader_of(request), principal_of(found)
    with services.database.snapshot() as session:
        listed = list_targets(session, principal.reach, query, services.now())
        items = list(listed.items)
        while listed.next is not None and is_asked_as_file(request):
            listed = list_targets(
                session, principal.reach, query.model_copy(update={"after": listed.next}), services.now()
            )
            items += listed.items
        names = _names(session, principal.agency_id, items)
        instrument = instrument_of(session, principal.agency_id, query.instrument)
        choices = instrument_choices(instruments_of(session, principal.agency_id).values(), tell)
        offices = office_choices(session, principal.reach, tell) if may_set(principal) else ()
    given = {"period": query.period, "instrument": query.instrument, "after": query.after}
    blocks: list[DeskBlock] = [_table(items, names, instrument, found.zone, tell)]
    blocks += onward(TARGETS.address, given, listed.next, tell)
    sections = [Section((_filter(query, choices, tell),)), Section((*blocks, Words(tell(MEANING))))]
    if listed.fixed:
        sections.append(Section((Words(tell("The period is closed; its targets stay as they are."), "notice"),)))
    elif may_set(principal):
        proven = found.is_proven(services.now())
        form = Section((_form(query, instrument, offices, tell),), tell("Set a target"))
        sections.append(form if proven else proof_first(tell, "targets", **given))
    lead = tell("Targets of {period}, by {instrument}.", period=tell.period(query.period), instrument=query.instrument)
    page = Page(tell(TARGETS.text), lead, tuple(sections), faults=faults, values=dict(sent or {}))
    return respond(request, page, found, 422 if faults else 200)


def _names(session: Session, agency_id: str, items: Sequence[TargetOut]) -> dict[tuple[str | None, str | None], str]:
    offices = names_of(session, agency_id, By.office, {each.office for each in items if each.office})
    people = names_of(session, agency_id, By.employee, {each.employee for each in items if each.employee})
    return {**{(code, None): name for code, name in offices.items()}, **{(None, code): n for code, n in people.items()}}


def _table(
    items: Sequence[TargetOut],
    names: dict[tuple[str | None, str | None], str],
    instrument: Instrument,
    zone: str,
    tell: Language,
) -> Table:
    kinds = {True: tell("Office"), False: tell("Employee")}
    titles = _figures(instrument, tell)
    columns = (
        Column(tell("Name"), "text"),
        Column(tell("Kind"), "text"),
        Column(tell("Code"), "text"),
        Column(tell("Figure"), "text"),
        Column(tell("Target")),
        Column(tell("Set on"), "text"),
    )
    rows = tuple(
        (
            names.get((each.office, each.employee)),
            kinds[each.office is not None],
            each.office or each.employee,
            titles.get(each.figure, each.figure),
            official(each.value),
            day_words(each.set_at, zone, tell),
        )
        for each in items
    )
    return Table(tell("Each target, by code"), columns, rows)


def _figures(instrument: Instrument, tell: Language) -> dict[str, str]:
    titles = {item.code: item.title["id" if tell.code == "id" else "en"] for item in instrument.items}
    return {INDEX: instrument.index_name, **titles}


def _filter(query: TargetQuery, instruments: tuple[tuple[str, str], ...], tell: Language) -> Form:
    fields = (
        Field("period", tell("Period"), value=query.period, hint=tell("Such as 2026-10, 2026-Q4, 2026-S2 or 2026.")),
        Field(
            "instrument",
            tell("Questionnaire"),
            "select",
            value=query.instrument,
            choices=instruments,
        ),
    )
    return Form(TARGETS.address, tell("Show"), fields, method="get")


def _form(query: TargetQuery, instrument: Instrument, offices: tuple[tuple[str, str], ...], tell: Language) -> Form:
    some = (("", "–"), *(each for each in offices if each[0]))
    at_office = (
        Field("office", tell("Office"), "select", choices=some, required=False)
        if len(some) <= MOST_CHOICES
        else Field("office", tell("Office"), hint=tell("The code of the office."), required=False)
    )
    fields = (
        Field("period", "", "hidden", value=query.period),
        Field("instrument", "", "hidden", value=query.instrument),
        at_office,
        Field("employee", tell("Employee code"), hint=tell("Instead of an office."), required=False),
        Field("figure", tell("Figure"), "select", choices=tuple(_figures(instrument, tell).items())),
        Field(
            "value", tell("Target"), hint=tell("Such as 88.00; left empty, the target is taken away."), required=False
        ),
    )
    return Form(SET, tell("Set the target"), fields)
