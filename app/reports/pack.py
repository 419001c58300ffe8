"""What an appraiser takes along of a period: read from the signed reports as they are stored, and nowhere else."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from tempfile import TemporaryFile
from typing import BinaryIO, NamedTuple

from app.access.principals import Principal, Role
from app.closing import store
from app.closing.addressing import asked, closings_meant
from app.closing.reading import newest_or_named
from app.closing.report_readers import report_reach
from app.closing.rules.feedback import core_values
from app.closing.rules.report_documents.parts import Words
from app.closing.rules.report_documents.reports import EmployeeReport, parse_report
from app.closing.rules.report_reach import ReportReach
from app.closing.schemas import IdentityOut
from app.closing.subjects import masked
from app.closing.tables import DRAFT, Period
from app.directory.listing_store import agency_name, names_of, nips_of
from app.directory.tables import Employee
from app.foundation.problems import FieldError, Problem
from app.foundation.storage.database import Session
from app.indices.reading import instrument_of
from app.people import store as people
from app.ratings.rules.selection import By
from app.reports.appraisals import AppraisalFile, AppraisedPeriod
from app.reports.formats.pack_files import PackedFiles, PackFormat
from app.reports.formats.printable import Printable
from app.reports.printing import verification_address
from app.reports.rules.file_names import file_part
from app.reports.rules.pack import Absent, Pack, PackedPerson, Question
from app.reports.sections.view import legible
from app.transparency.log import proof_of
from app.transparency.rules.proofs import LogProof


class _Stored(NamedTuple):
    """A person's final report as it is stored, with the revision that it belongs to."""

    text: store.StoredText
    period: Period


def pack_for(session: Session, principal: Principal, of: AppraisedPeriod, public_url: str | None) -> PackedFiles:
    """The people of one appraiser in this reader's reach, with what is final of them.

    Raises `period-unknown`, `period-open`, `instrument-ambiguous`, `report-unknown` (no such revision, or nobody is
    appraised), `report-draft` where nothing is final, `employee-unknown`, `out-of-scope`, `invalid-request`.
    """
    span, reach = asked(of.code), report_reach(session, principal)
    closed = closings_meant(store.periods_of(session, principal.agency_id, span.code), of.instrument)
    final = newest_or_named(closed, of.revision, drafts=False)
    if not final:
        raise Problem(
            "report-draft" if of.revision in (None, *(each.revision for each in closed)) else "report-unknown"
        )
    appraiser = whose(principal, of.appraiser)
    own = _people(session, principal.agency_id, appraiser)
    stored = _final_reports(session, final, own.keys())
    drafted = _drafted(session, closed, own.keys() - stored.keys())
    nips = nips_of(session, principal.agency_id, sorted(own)) if principal.sees_nip else None
    entries: list[_Entry] = []
    for code, person in own.items():
        if code in stored:
            entries += (
                _entry(each, nips, public_url, proof_of(session, principal.agency_id, each.text.report_id))
                for each in stored[code]
                if _is_reached(each, reach)
            )
        elif _reaches(session, principal.agency_id, code, reach, span.last):
            entries.append(_without(person, nips, "draft" if code in drafted else "none"))
    if not entries:
        raise Problem("out-of-scope", what="whom this employee appraises")
    entries.sort(key=lambda each: (each.person.name.casefold(), each.person.code))
    [instrument] = {each.instrument for each in final}
    questionnaire = instrument_of(session, principal.agency_id, instrument)
    values = core_values(questionnaire)
    pack = Pack(
        agency=legible(agency_name(session, principal.agency_id)),
        appraiser=legible(_name(session, principal.agency_id, appraiser)),
        span=span,
        instrument=instrument,
        index_name=questionnaire.index_name,
        questions=tuple(
            Question(each.code, Words(**each.title), values.get(each.code)) for each in questionnaire.items
        ),
        people=tuple(each.person for each in entries),
    )
    name = f"{span.code}-{instrument}-pack-{file_part(appraiser, is_employee=True)}"
    reports = [(each.file, each.printable) for each in entries if each.printable is not None]
    return PackedFiles(pack, name, reports)


def written(files: PackedFiles, form: PackFormat, language: str) -> AppraisalFile:
    """The file, complete before its first byte is sent."""
    return in_a_file(lambda target: form.write(files, language, target))


def in_a_file(write: Callable[[BinaryIO], None]) -> AppraisalFile:
    """What this writes, complete before its first byte is sent."""
    target = TemporaryFile()  # noqa: SIM115 - it is closed when its last piece is read
    try:
        write(target)
        length = target.seek(0, 2)
        target.seek(0)
    except BaseException:
        target.close()
        raise
    return AppraisalFile(target, length)


def evidence_name(period: Period, code: str) -> str:
    """`2026-Q3-ikl-1-r1-evidence-E017.pdf`: codes only, never a name; with the office whose own closing it is."""
    unit = file_part(code, is_employee=True)
    part = f"-{file_part(period.root)}" if period.root else ""
    return f"{period.code}-{period.instrument}{part}-r{period.revision}-evidence-{unit}.pdf"


class _Entry(NamedTuple):
    """A line of the pack; the report to be printed, under the name of its file, where there is one."""

    person: PackedPerson
    file: str = ""
    printable: Printable | None = None


def _people(session: Session, agency_id: str, appraiser: str) -> Mapping[str, Employee]:
    """Whom the directory names as appraised, by code; never the appraiser."""
    if not names_of(session, agency_id, By.employee, [appraiser]):
        raise Problem("employee-unknown")
    own = {each.code: each for each in people.appraised_by(session, agency_id, appraiser) if each.code != appraiser}
    if not own:
        raise Problem("report-unknown")
    return own


def _final_reports(session: Session, final: Iterable[Period], codes: Collection[str]) -> Mapping[str, list[_Stored]]:
    found: dict[str, list[_Stored]] = {}
    for period in final:
        for text in store.texts_about(session, period, codes):
            found.setdefault(text.unit, []).append(_Stored(text, period))
    return found


def _drafted(session: Session, closed: Iterable[Period], codes: Collection[str]) -> frozenset[str]:
    """Those of whom there is a draft: that is all that is said of it."""
    drafts = [each for each in closed if each.state == DRAFT]
    return frozenset(text.unit for period in drafts for text in store.texts_about(session, period, codes))


def _is_reached(stored: _Stored, reach: ReportReach) -> bool:
    return reach.has("employee", stored.text.unit, stored.text.office, stored.period.root)


def _reaches(session: Session, agency_id: str, code: str, reach: ReportReach, last: date) -> bool:
    """Whether somebody without a report is within reach, by where the directory has them posted."""
    if reach.persons is not None:
        return code in reach.persons
    if reach.offices is None:
        return True
    return any(office in reach.offices for office in people.offices_of_employee(session, agency_id, code, last))


def _without(person: Employee, nips: Mapping[str, str | None] | None, absent: Absent) -> _Entry:
    """Somebody of whom nothing is final, as the directory has them."""
    nip = masked(person.nip) if nips is None else nips.get(person.code)
    name, position, grade = legible([person.name, person.position, person.grade])
    return _Entry(PackedPerson(person.code, name, position, grade, nip, absent=absent))


def _entry(
    stored: _Stored, nips: Mapping[str, str | None] | None, public_url: str | None, proof: LogProof | None
) -> _Entry:
    """The signed report: its figures and words are taken from the stored envelope as they are."""
    envelope = json.loads(stored.text.text)
    report = parse_report(legible(envelope["document"]))
    assert isinstance(report, EmployeeReport), "only these were asked for"
    code = report.subject.code
    address = verification_address(stored.text.report_id, public_url)
    identity = None if nips is None else IdentityOut(nip=nips.get(code))
    person = PackedPerson(
        code=code,
        name=report.subject.name,
        position=report.subject.position,
        grade=report.subject.grade,
        nip=report.subject.nip_masked if identity is None else identity.nip,
        report=report,
        report_id=str(stored.text.report_id),
        digest=envelope["digest"],
        address=address,
    )
    printable = Printable(parse_report(envelope["document"]), envelope, address, identity, proof=proof)
    return _Entry(person, evidence_name(stored.period, code), printable)


def _name(session: Session, agency_id: str, code: str) -> str:
    return names_of(session, agency_id, By.employee, [code])[code]


def whose(principal: Principal, appraiser: str | None) -> str:
    """The appraiser meant: the one named, or whoever asks. Raises `invalid-request`, `out-of-scope`."""
    if principal.kind is not Role.appraiser:
        if appraiser is None:
            raise Problem("invalid-request", errors=[FieldError("appraiser", "field-missing")])
        return appraiser
    own = principal.employee or ""
    if appraiser not in (None, own):
        raise Problem("out-of-scope", what="whom this employee appraises")
    return own
