"""What follows from a survey's results: the plan, its realisation, and where they were made public."""

from app.closing.rules.report_documents.reports import SurveyReport
from app.reports.sections.blocks import Cell, Column, Facts, Number, Section, Table, Words
from app.reports.sections.language import Language
from app.reports.sections.results import count, in_language, percent

STATUSES = {"planned": "Planned", "started": "Started", "done": "Done", "dropped": "Dropped"}
PLAN = ("Element (unsur)", "Problem", "Action", "Due", "Responsible")
REALISED = ("Element (unsur)", "Action", "Status", "Done on", "Remark")
PROVEN = ("Days", "Proof")
PUBLISHED = ("Medium", "Results of", "Published on", "Address")


def plan_section(document: SurveyReport, tell: Language) -> Section:
    """What is to be done about the results."""
    title = tell("Follow-up plan (rencana tindak lanjut)")
    plan = document.follow_ups
    if not plan:
        return Section("plan", title, (Words(tell("No plan was entered.")),))
    rows = tuple(
        (
            _name(each.element, document, tell),
            each.problem,
            each.action,
            tell.day(each.due_on),
            each.owner,
        )
        for each in plan
    )
    titles = tuple(Column(tell(column), "text") for column in PLAN)
    return Section("plan", title, (Table(tell("What is to be done"), titles, rows),))


def realisation_section(document: SurveyReport, tell: Language) -> Section:
    """How far the plan of the period before was carried out."""
    realised = document.realisation
    title = tell("Realisation of the plan before")
    if not realised.items:
        return Section("realisation", title, (Words(tell("The period before has no plan.")),))
    facts: tuple[tuple[str, Cell], ...] = (
        (tell("Plan of"), tell.period(realised.period)),
        (tell("Actions"), count(len(realised.items))),
        (tell("Actions done"), count(realised.done)),
        (tell("Share done"), percent(realised.share)),
    )
    # Older versions counted neither days nor what was in time, and knew no proof.
    proven = realised.on_time is not None
    if realised.on_time is not None:
        facts += (
            (tell("Of these in time"), count(realised.on_time)),
            (tell("Days until done (median)"), _days(realised.median_days)),
        )
    rows = tuple(
        (
            _name(each.element, document, tell),
            each.action,
            tell(STATUSES[each.status]),
            tell.day(each.done_on) if each.done_on else None,
            each.note,
            *(
                (_days_words(each.days, tell), proof_words(each.proof_address, each.proof_sha256, tell))
                if proven
                else ()
            ),
        )
        for each in realised.items
    )
    shown = (*REALISED, *(PROVEN if proven else ()))
    titles = tuple(Column(tell(column), "text") for column in shown)
    note = tell("Days are counted from the end of the period whose results are followed up.") if proven else None
    return Section("realisation", title, (Facts(facts), Table(tell("What was done"), titles, rows, note=note)))


def publications_section(document: SurveyReport, tell: Language) -> Section:
    """Where results were made public."""
    title = tell("Publication")
    published = document.publications
    if not published:
        return Section("publications", title, (Words(tell("No publication was recorded.")),))
    rows = tuple(
        (each.medium, tell.period(each.period), tell.day(each.published_on), each.address) for each in published
    )
    titles = tuple(Column(tell(column), "text") for column in PUBLISHED)
    return Section("publications", title, (Table(tell("Where the results were made public"), titles, rows),))


def proof_words(address: str | None, digest: str | None, tell: Language) -> str | None:
    """What shows that something was done: an address, the digest of a file, or both."""
    file = None if digest is None else tell("file with SHA-256 {digest}", digest=digest)
    return " · ".join(each for each in (address, file) if each) or None


def _days_words(days: int | None, tell: Language) -> str | None:
    return None if days is None else tell("{n} days", n=str(days))


def _days(days: float | None) -> Number | None:
    """A median of days, with a half where there is one."""
    return None if days is None else Number(days, 0 if float(days).is_integer() else 1)


def _name(code: str, document: SurveyReport, tell: Language) -> str:
    results = document.survey.results
    titles = {each.code: in_language(each.title, tell) for each in results.elements} if results else {}
    return titles.get(code, code)
