"""A stored report on a page: read by who may, with its trace, in the blocks that its other formats are made of."""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from starlette.requests import Request

from app.access.principals import Principal
from app.access.readings import Covered, Readings
from app.closing import store
from app.closing.about_persons import may_reply
from app.closing.beside import beside_report
from app.closing.reading import may_take, report_of
from app.closing.store import ReportHead
from app.closing.tables import DRAFT, Note, Period, Reply, Report
from app.desk.addresses import with_query
from app.desk.blocks import Links, Section
from app.desk.requests import principal_of
from app.foundation.http.services import services_of
from app.people.signed_in import SignedIn
from app.reports.formats.printable import Printable
from app.reports.printing import logged_proof, printable
from app.reports.sections.blocks import Words
from app.reports.sections.language import Language
from app.reports.sections.view import view

FILES = {"pdf": "PDF", "xlsx": "Excel (XLSX)", "csv": "CSV", "json": "JSON"}


class Shown(NamedTuple):
    """A report with its period, ready to be drawn, and what was written to the draft so far.

    `files`: whether its reader may take it along.
    """

    report: Report
    period: Period
    printed: Printable
    reply: Reply | None
    note: Note | None
    files: bool


def read_report(request: Request, found: SignedIn, report_id: UUID) -> Shown:
    """The report for this person in the active role. Raises `report-unknown`, `out-of-scope`, `report-draft`."""
    services, principal = services_of(request), principal_of(found)
    services.of(Readings).take(principal)
    with services.database.reading() as session:
        report, period = report_of(session, principal, report_id)
        ids = [report_id]
        reply = store.replies_to(session, report.agency_id, ids).get(report_id)
        note = store.notes_on(session, report.agency_id, ids).get(report_id)
        beside = beside_report(session, principal, report)
        printed = printable(report, services.settings.public_url, beside=beside, proof=logged_proof(session, report))
        shown = Shown(report, period, printed, reply, note, may_take(principal, period))
    read = {each.code for each in beside.recognised or ()} | ({report.unit} if report.kind == "employee" else set())
    leave_trace(request, principal, dict.fromkeys(sorted(read), report.period))
    return shown


def leave_trace(request: Request, principal: Principal, periods: Mapping[str, str]) -> None:
    """Whoever reads about persons (in these periods, by code) leaves a trace for each; not about oneself."""
    others = [
        Covered("report", employee=code, period=period)
        for code, period in periods.items()
        if code != principal.employee
    ]
    services_of(request).of(Readings).leave_traces(principal, others)


def report_sections(shown: Shown, tell: Language) -> tuple[Section, ...]:
    """Everything the report says, and the files that say the same."""
    made = view(shown.printed, tell.code)
    warning = (Section((Words(made.warning, "notice", made.mark),)),) if made.warning else ()
    files = (files_of(shown.report, tell),) if shown.files else ()
    return (*warning, *(Section(each.blocks, each.title) for each in made.sections), *files)


def files_of(report: Report, tell: Language) -> Section:
    """Where the report lies as a file."""
    address = f"/v1/reports/{report.report_id}"
    links = tuple((name, with_query(address, {"format": form, "lang": tell.code})) for form, name in FILES.items())
    if report.kind == "employee" and report.envelope is not None:
        sheet = tell("Sheet of evidence, for an appraisal (PDF)")
        links = ((sheet, with_query(f"{address}/evidence", {"lang": tell.code})), *links)
    return Section((Links(links),), tell("This report as a file"))


def head_words(head: ReportHead, tell: Language) -> str:
    """A report in a list: `Triwulan IV 2026, ikl-1, revisi 1, draf`."""
    state = tell("draft") if head.state == DRAFT else tell("final")
    return f"{tell.period(head.period)}, {head.instrument}, {tell('revision {n}', n=str(head.revision))}, {state}"


def reply_words(head: ReportHead, request: Request, tell: Language, *, replied: bool) -> str:
    """Whether the person replied, may still, or can no more."""
    if replied:
        return tell("a reply was given")
    if may_reply(head, services_of(request).now(), replied=False):
        return tell("awaited until {day}", day=tell.day(head.replies_end_at.date().isoformat()))
    return tell("no reply")
