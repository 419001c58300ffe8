"""The sheets of an evidence pack (PEKPPP): which rows it proves and where, units, plans, publications. Pure."""

from collections.abc import Iterator

from app.closing.rules.follow_up import Progress
from app.closing.rules.report_documents.figures import Figures
from app.foundation.rounding import rounded
from app.reports.rules.evidence_pack import EvidencePack, PackedSurvey, PlanLine, lowest_of
from app.reports.rules.pack_columns import PackColumn
from app.reports.rules.pack_sheets import PackCell, PackRow, PackSheet
from app.reports.sections.blocks import Number
from app.reports.sections.language import Language
from app.reports.sections.recognition import CRITERIA
from app.reports.sections.results import WITHHELD, count, in_language, official
from app.reports.sections.survey_plan import STATUSES

POLICY, STAFF = "Service policy (Kebijakan Pelayanan)", "Professionalism of staff (Profesionalisme SDM)"
NOTE = (
    "The pack says what this service can show, and computes no score: that is the ministry's. Other rows of the review "
    "need other evidence. No recognised employee is named in it."
)


def evidence_sheets(pack: EvidencePack, tell: Language) -> tuple[PackSheet, ...]:
    """Every sheet, the table of the rows first."""
    return (_rows(pack, tell), _units(pack, tell), _plans(pack, tell), _publications(pack, tell))


def _rows(pack: EvidencePack, tell: Language) -> PackSheet:
    columns = (
        PackColumn(tell("Aspect"), ""),
        PackColumn(tell("What is asked"), "", wide=True),
        PackColumn(tell("What this service shows"), "", wide=True),
        PackColumn(tell("Where in this pack"), "", wide=True),
    )
    return PackSheet(tell("Rows that this proves"), columns, tuple(_proven(pack, tell)))


def _proven(pack: EvidencePack, tell: Language) -> Iterator[PackRow]:
    policy, planned, published = tell(POLICY), tell("Plans and realisation"), tell("Publications")
    units, now, before = len(pack.surveys), pack.carried_out(signed=False), pack.carried_out(signed=True)
    held = tell(
        "{period}: {n} respondents, {units} reports, by {instrument}.",
        period=tell.period(pack.span.code),
        n=tell.cell(count(pack.respondents)),
        units=str(units),
        instrument=pack.instrument,
    )
    full = all(each.report.survey.full for each in pack.surveys)
    kind = tell("All nine elements are asked about." if full else "Not the full SKM (bukan SKM penuh).")
    yield (
        policy,
        tell("A satisfaction survey (SKM) was held"),
        f"{held} {kind}",
        tell("Reports; sheet {name}", name=tell("Units")),
    )
    media = tell("{n} media: {names}.", n=str(len(pack.media)), names=", ".join(pack.media))
    shown = media if pack.media else tell("No publication was recorded.")
    yield policy, tell("Its results were made public, and in how many media"), shown, _sheet(published, tell)
    covered, known = pack.lowest_planned
    lowest = tell(
        "{n} actions; both lowest elements have one in {covered} of {known} units.",
        n=str(now.actions),
        covered=str(covered),
        known=str(known),
    )
    yield policy, tell("A follow-up is planned"), lowest, _sheet(planned, tell)
    signed = _done(before, pack.span.before().code, tell, signed=True)
    done = (signed, _done(now, pack.span.code, tell, signed=False))
    yield policy, tell("The follow-up was carried out"), " ".join(done), _sheet(planned, tell)
    fast = [_fast(before, pack.span.before().code, tell), _fast(now, pack.span.code, tell)]
    yield policy, tell("How fast it was carried out"), " ".join(fast), _sheet(planned, tell)
    if pack.recognised is not None:
        rewarded = tell("Employees recognised: {n}.", n=str(pack.recognised))
        yield (
            tell(STAFF),
            tell("There is a way of rewarding, with criteria"),
            f"{rewarded} {tell(CRITERIA)}",
            tell("This row"),
        )


def _sheet(name: str, tell: Language) -> str:
    return tell("Sheet {name}", name=name)


def _done(found: Progress, period: str, tell: Language, *, signed: bool) -> str:
    plan = tell.period(period)
    if not found.actions:
        return tell("Plan of {period}: none.", period=plan)
    share = tell.cell(Number(rounded(found.share or 0), percent=True))
    counts = {"period": plan, "done": str(found.done), "actions": str(found.actions), "share": share}
    if signed:
        return tell("Plan of {period}: {done} of {actions} actions done ({share}).", **counts)
    late = str(found.overdue)
    return tell(
        "Plan of {period}: {done} of {actions} actions done ({share}), {overdue} overdue.", **counts, overdue=late
    )


def _fast(found: Progress, period: str, tell: Language) -> str:
    plan = tell.period(period)
    if not found.actions:
        return tell("Plan of {period}: none.", period=plan)
    if found.median_days is None:
        return tell("Plan of {period}: nothing is done so far.", period=plan)
    median = tell.cell(Number(rounded(found.median_days, 1), 0 if found.median_days.denominator == 1 else 1))
    return tell(
        "Plan of {period}: {n} days (median) from the end of the period until done, {on_time} of {done} in time.",
        period=plan,
        n=median,
        on_time=str(found.on_time),
        done=str(found.done),
    )


def _units(pack: EvidencePack, tell: Language) -> PackSheet:
    columns = (
        PackColumn(tell("Unit"), "", wide=True),
        PackColumn(tell("Code"), ""),
        PackColumn(tell("Ratings (n)"), ""),
        PackColumn(tell("Index"), ""),
        PackColumn(tell("Grade (mutu)"), ""),
        PackColumn(tell("Sample needed"), ""),
        PackColumn(tell("Two lowest elements"), "", wide=True),
        PackColumn(tell("File"), "", wide=True),
        PackColumn(tell("Digest of the report (SHA-256)"), "", wide=True),
        PackColumn(tell("Verification address"), "", wide=True),
    )
    return PackSheet(tell("Units"), columns, tuple(_unit(pack, each, tell) for each in pack.surveys))


def _unit(pack: EvidencePack, survey: PackedSurvey, tell: Language) -> PackRow:
    report = survey.report
    figures, results, sample = report.figures, report.survey.results, report.survey.sample
    index = figures.index if isinstance(figures, Figures) else None
    titles = {each.code: in_language(each.title, tell) for each in results.elements} if results else {}
    why: PackCell = tell(WITHHELD[report.why_withheld]) if index is None else None
    return (
        pack.names.get(survey.unit, report.subject.name),
        survey.unit or None,
        count(report.n) if index else None,
        official(index.value) if index else None,
        index.grade if index else why,
        count(sample.required) if sample else None,
        ", ".join(titles[code] for code in lowest_of(report)) or None,
        f"{survey.file}.pdf, {survey.file}.json",
        survey.digest,
        survey.address,
    )


def _plans(pack: EvidencePack, tell: Language) -> PackSheet:
    columns = (
        PackColumn(tell("Unit"), "", wide=True),
        PackColumn(tell("Plan of"), ""),
        PackColumn(tell("Element (unsur)"), ""),
        PackColumn(tell("Action"), "", wide=True),
        PackColumn(tell("Responsible"), ""),
        PackColumn(tell("Due"), ""),
        PackColumn(tell("Status"), ""),
        PackColumn(tell("Done on"), ""),
        PackColumn(tell("Days"), ""),
        PackColumn(tell("Address of the proof"), "", wide=True),
        PackColumn(tell("SHA-256 of the proof"), "", wide=True),
        PackColumn(tell("Source"), "", wide=True),
    )
    return PackSheet(tell("Plans and realisation"), columns, tuple(_plan(pack, each, tell) for each in pack.actions))


def _plan(pack: EvidencePack, line: PlanLine, tell: Language) -> PackRow:
    entered = tell("as entered until {day}", day=tell.day(pack.on.isoformat()))
    status, title = tell(STATUSES[line.status]), pack.titles.get(line.element)
    return (
        pack.names.get(line.unit, line.unit),
        tell.period(line.period),
        in_language(title, tell) if title else line.element,
        line.action,
        line.owner,
        tell.day(line.due_on.isoformat()),
        f"{status}, {tell('overdue')}" if line.overdue else status,
        tell.day(line.done_on.isoformat()) if line.done_on else None,
        count(line.days),
        line.proof_address,
        line.proof_sha256,
        tell("in the signed report") if line.signed else entered,
    )


def _publications(pack: EvidencePack, tell: Language) -> PackSheet:
    columns = (
        PackColumn(tell("Unit"), "", wide=True),
        PackColumn(tell("Results of"), ""),
        PackColumn(tell("Medium"), "", wide=True),
        PackColumn(tell("Published on"), ""),
        PackColumn(tell("Address"), "", wide=True),
    )
    rows = tuple(
        (
            pack.names.get(each.unit, each.unit),
            tell.period(each.period),
            each.medium,
            tell.day(each.published_on.isoformat()),
            each.address,
        )
        for each in pack.publications
    )
    return PackSheet(tell("Publications"), columns, rows)
