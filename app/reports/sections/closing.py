"""The sections around the figures: who they are about, reply and note, and how the report can be checked."""

from app.closing.rules.report_documents.parts import EmployeeSubject
from app.closing.rules.report_documents.reports import (
    AgencyReport,
    AnyReport,
    EmployeeReport,
)
from app.closing.schemas import IdentityOut
from app.reports.formats.printable import Printable
from app.reports.sections.blocks import Block, Cell, Code, Facts, Number, Section, Words
from app.reports.sections.language import Language
from app.reports.sections.results import in_language

# Core values of the civil service (BerAKHLAK) are official terms and stay as they are.
VALUES = {"berorientasi_pelayanan": "Berorientasi Pelayanan", "akuntabel": "Akuntabel"}


def subject_section(document: AnyReport, tell: Language, identity: IdentityOut | None = None) -> Section:
    """Who or what is measured, where and when; with the whole NIP for a reader who may see it."""
    subject, period = document.subject, document.period
    facts: list[tuple[str, Cell]] = []
    if isinstance(document, EmployeeReport):
        facts = [
            (tell("Name"), subject.name),
            _nip(document.subject, identity, tell),
            (tell("Position"), document.subject.position),
            (tell("Grade (pangkat/golongan)"), document.subject.grade),
            (tell("Unit"), document.subject.office.name),
            *_appraiser(document, tell),
        ]
    elif not isinstance(document, AgencyReport):
        facts = [(tell("Office"), subject.name), (tell("Code"), subject.code)]
    days = tell("{first} to {last}", first=tell.day(period.first), last=tell.day(period.last))
    facts += [
        (tell("Agency"), document.agency.name),
        (tell("Period"), f"{tell.period(period.code)} ({days})"),
        (tell("Revision"), Number(period.revision)),
    ]
    if document.supersedes:
        facts.append((tell("Replaces revision"), Number(document.supersedes)))
    return Section("subject", tell("About"), (Facts(tuple(facts)),))


def feedback_section(document: EmployeeReport, tell: Language) -> Section | None:
    """The paragraphs for *umpan balik berkelanjutan*; None where the document has none."""
    feedback = document.feedback
    if not feedback:
        return None
    blocks = tuple(
        Words(in_language(feedback[value], tell), title=title) for value, title in VALUES.items() if value in feedback
    )
    return Section("feedback", tell("Feedback (umpan balik berkelanjutan)"), blocks)


def words_section(document: EmployeeReport, tell: Language) -> Section:
    """What the employee and the supervisor wrote; of a draft, which holds neither so far, when they come."""
    if document.state == "draft" and document.reply is None and document.note is None:
        words = Words(tell("Reply and note become part of the report when it is signed."))
        return Section("words", tell("Reply and note"), (words,))
    return Section(
        "words",
        tell("Reply and note"),
        (
            _quote(document.reply, tell("The employee's reply"), tell("No reply was given.")),
            _quote(document.note, tell("The supervisor's note"), tell("No note was made.")),
        ),
    )


def evidence_section(report: Printable, tell: Language) -> Section:
    """How the figures were made and how anybody can check that they are as they were signed."""
    document, seal = report.document, report.seal
    method = document.method
    facts: list[tuple[str, Cell]] = [
        (tell("Report id"), document.id),
        (tell("Period"), document.period.code),
        (tell("Questionnaire"), f"{method.instrument}, {tell('version')} {method.version}"),
        (tell("Digest of the questionnaire (SHA-256)"), method.digest),
        (
            tell("Method"),
            f"{method.measures}; {tell('weights')} {method.weights}; {tell('bands')} {method.bands}",
        ),
    ]
    blocks: list[Block] = []
    if seal is None:
        blocks.append(
            Words(
                tell("This is a draft: it is not signed, may still change and is no evidence."), "notice", tell("Draft")
            )
        )
    else:
        facts += [
            (tell("Final since"), tell.day(document.final_on) if document.final_on else None),
            (tell("Digest of the report (SHA-256)"), seal.digest),
            (tell("Signature"), seal.algorithm),
            (tell("Key id"), seal.key),
            (tell("Log"), _log_place(report, tell)),
            (tell("Verification address"), report.verification_address),
        ]
    blocks.append(Facts(tuple(facts)))
    if seal is not None and report.verification_address:
        alternative = tell("QR code of the verification address, which is also written out above")
        blocks.append(Code(report.verification_address, alternative))
    return Section("evidence", tell("Evidence (bukti dukung)"), tuple(blocks))


def _log_place(report: Printable, tell: Language) -> str:
    """Where the report is in the log that outsiders can check, and how many of them have seen it there."""
    if report.proof is None:
        return tell("pending: no signed checkpoint of the log has this report yet; take it again tomorrow")
    checkpoint, witnesses = report.proof.checkpoint, len(report.proof.note.signatures) - 1
    place = tell(
        "entry {position} of {size} in {origin}",
        position=report.proof.position,
        size=checkpoint.size,
        origin=checkpoint.origin,
    )
    return f"{place}; {tell('witnesses: {n}', n=witnesses) if witnesses else tell('no witness yet')}"


def _nip(subject: EmployeeSubject, identity: IdentityOut | None, tell: Language) -> tuple[str, str | None]:
    if identity is None:
        return tell("NIP (masked)"), subject.nip_masked
    return tell("NIP"), identity.nip


def _appraiser(document: EmployeeReport, tell: Language) -> list[tuple[str, Cell]]:
    """Who appraises; nothing in a report of an older version, which does not even say that nobody is named."""
    if "appraiser" not in document.model_fields_set:
        return []
    appraiser, name = document.appraiser, tell("Appraiser (pejabat penilai)")
    if appraiser is None:
        return [(name, tell("not named in the directory"))]
    return [
        (name, appraiser.name),
        (tell("Appraiser's NIP (masked)"), appraiser.nip_masked),
        (tell("Appraiser's position"), appraiser.position),
        (tell("Appraiser's grade"), appraiser.grade),
        (tell("Appraiser's unit"), appraiser.office.name if appraiser.office else None),
    ]


def _quote(text: str | None, title: str, none: str) -> Words:
    return Words(text, "quote", title) if text else Words(none, title=title)
