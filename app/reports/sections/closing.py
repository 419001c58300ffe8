"""What stands around the figures: who they are about, what was said to them, and how they can be checked."""

from collections.abc import Mapping
from typing import Any

from app.reports.formats.printable import Printable
from app.reports.sections.blocks import Block, Cell, Code, Facts, Number, Section, Words
from app.reports.sections.language import Language
from app.reports.sections.results import said

# Core values of the civil service (BerAKHLAK) are official terms and stay as they are.
VALUES = {"berorientasi_pelayanan": "Berorientasi Pelayanan", "akuntabel": "Akuntabel"}


def subject_section(
    document: Mapping[str, Any], tell: Language, identity: Mapping[str, str | None] | None = None
) -> Section:
    """Who or what is measured, where and when; with the whole NIP for a reader who may see it."""
    subject, period = document["subject"], document["period"]
    facts: list[tuple[str, Cell]] = []
    if document["kind"] == "employee":
        facts = [
            (tell("Name"), subject["name"]),
            _nip(subject, identity, tell),
            (tell("Position"), subject["position"]),
            (tell("Grade (pangkat/golongan)"), subject["grade"]),
            (tell("Unit"), subject["office"]["name"]),
            *_appraiser(document, tell),
        ]
    elif document["kind"] in ("office", "skm"):
        facts = [(tell("Office"), subject["name"]), (tell("Code"), subject["code"])]
    days = tell("{first} to {last}", first=tell.day(period["from"]), last=tell.day(period["to"]))
    facts += [
        (tell("Agency"), document["agency"]["name"]),
        (tell("Period"), f"{tell.period(period['code'])} ({days})"),
        (tell("Revision"), Number(period["revision"])),
    ]
    if document.get("supersedes"):
        facts.append((tell("Replaces revision"), Number(document["supersedes"])))
    return Section("subject", tell("About"), (Facts(tuple(facts)),))


def feedback_section(document: Mapping[str, Any], tell: Language) -> Section | None:
    """The paragraphs for *umpan balik berkelanjutan*; None where the document has none."""
    feedback = document.get("feedback")
    if not feedback:
        return None
    blocks = tuple(
        Words(said(feedback[value], tell), title=title) for value, title in VALUES.items() if value in feedback
    )
    return Section("feedback", tell("Feedback (umpan balik berkelanjutan)"), blocks)


def words_section(document: Mapping[str, Any], tell: Language) -> Section:
    """What the employee and the supervisor wrote."""
    return Section(
        "words",
        tell("Reply and note"),
        (
            _quote(document["reply"], tell("The employee's reply"), tell("No reply was given.")),
            _quote(document["note"], tell("The supervisor's note"), tell("No note was made.")),
        ),
    )


def evidence_section(report: Printable, tell: Language) -> Section:
    """How the figures were made and how anybody can check that they are as they were signed."""
    document, envelope = report.document, report.envelope
    method = document["method"]
    facts: list[tuple[str, Cell]] = [
        (tell("Report id"), document.get("id")),
        (tell("Period"), document["period"]["code"]),
        (tell("Questionnaire"), f"{method['instrument']}, {tell('version')} {method['version']}"),
        (tell("Digest of the questionnaire (SHA-256)"), method["digest"]),
        (
            tell("Method"),
            f"{method['measures']}; {tell('weights')} {method['weights']}; {tell('bands')} {method['bands']}",
        ),
    ]
    blocks: list[Block] = []
    if envelope is None:
        blocks.append(
            Words(
                tell("This is a draft: it is not signed, may still change and is no evidence."), "notice", tell("Draft")
            )
        )
    else:
        facts += [
            (tell("Final since"), tell.day(document["final_on"]) if document.get("final_on") else None),
            (tell("Digest of the report (SHA-256)"), envelope["digest"]),
            (tell("Signature"), envelope["signature"]["algorithm"]),
            (tell("Key id"), envelope["signature"]["key"]),
            (tell("Verification address"), report.verification_address),
        ]
    blocks.append(Facts(tuple(facts)))
    if envelope is not None and report.verification_address:
        told = tell("QR code of the verification address, which is also written out above")
        blocks.append(Code(report.verification_address, told))
    return Section("evidence", tell("Evidence (bukti dukung)"), tuple(blocks))


def _nip(
    subject: Mapping[str, Any], identity: Mapping[str, str | None] | None, tell: Language
) -> tuple[str, str | None]:
    if identity is None:
        return tell("NIP (masked)"), subject["nip_masked"]
    return tell("NIP"), identity["nip"]


def _appraiser(document: Mapping[str, Any], tell: Language) -> list[tuple[str, Cell]]:
    """Who appraises, if the document can say so: reports of an older make cannot."""
    if "appraiser" not in document:
        return []
    appraiser, name = document["appraiser"], tell("Appraiser (pejabat penilai)")
    if appraiser is None:
        return [(name, tell("not named in the directory"))]
    return [
        (name, appraiser["name"]),
        (tell("Appraiser's NIP (masked)"), appraiser["nip_masked"]),
        (tell("Appraiser's position"), appraiser["position"]),
        (tell("Appraiser's grade"), appraiser["grade"]),
        (tell("Appraiser's unit"), appraiser["office"]["name"] if appraiser["office"] else None),
    ]


def _quote(text: str | None, title: str, none: str) -> Words:
    return Words(text, "quote", title) if text else Words(none, title=title)
