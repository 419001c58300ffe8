"""What an integrity report may be about, whom it is for and what became of it, each with its words. Pure."""

from collections.abc import Mapping
from enum import StrEnum

# Of the list below; another list of the Ombudsman's gets another number, and reports keep theirs.
KINDS_VERSION = "2025"


class ReportKind(StrEnum):
    """The Ombudsman's kinds of maladministration (version 2025)."""

    delay = "undue-delay"
    no_service = "no-service"
    incompetence = "incompetence"
    abuse = "abuse-of-authority"
    procedure = "deviation-from-procedure"
    favours = "demand-for-favours"
    improper = "improper-conduct"
    partiality = "partiality"
    discrimination = "discrimination"
    conflict = "conflict-of-interest"
    neglect = "neglect-of-legal-duty"


class ReportRecipient(StrEnum):
    """Whose keys a report is sealed to: the agency's own, or those of the inspectorate over it."""

    agency = "agency"
    inspectorate = "inspectorate"


class ReportState(StrEnum):
    """What became of a report; it goes from each to the next and never back."""

    received = "received"
    forwarded = "forwarded"
    confirmed = "confirmed"
    erased = "erased"


# What each kind is called, as the Ombudsman calls it, and in words for somebody who does not know these.
NAMES: Mapping[ReportKind, str] = {
    ReportKind.delay: "Undue delay",
    ReportKind.no_service: "No service given",
    ReportKind.incompetence: "Incompetence",
    ReportKind.abuse: "Abuse of authority",
    ReportKind.procedure: "Deviation from procedure",
    ReportKind.favours: "Demand for favours",
    ReportKind.improper: "Improper conduct",
    ReportKind.partiality: "Partiality",
    ReportKind.discrimination: "Discrimination",
    ReportKind.conflict: "Conflict of interest",
    ReportKind.neglect: "Neglect of legal duty",
}
PLAIN_WORDS: Mapping[ReportKind, str] = {
    ReportKind.delay: "My matter was put off again and again without a reason.",
    ReportKind.no_service: "I was refused a service that I have a right to.",
    ReportKind.incompetence: "Whoever served me could not do the work.",
    ReportKind.abuse: "An official used the office for something that it is not for.",
    ReportKind.procedure: "The rules were not followed.",
    ReportKind.favours: "I was asked for money, goods or a favour.",
    ReportKind.improper: "I was treated rudely or indecently.",
    ReportKind.partiality: "Somebody's side was taken.",
    ReportKind.discrimination: "I was treated otherwise than others because of who I am.",
    ReportKind.conflict: "An official decided on a matter of the official's own, or of relatives or friends.",
    ReportKind.neglect: "What the law obliges the office to do was not done.",
}
STATES: Mapping[ReportState, str] = {
    ReportState.received: "Your report was received. It has not been handed over yet.",
    ReportState.forwarded: "Your report was handed over. Its receiver has not confirmed it yet.",
    ReportState.confirmed: "The receiver of your report has confirmed it.",
    ReportState.erased: "The receiver of your report has confirmed it, and what you wrote was erased here.",
}
TEXTS = frozenset({*NAMES.values(), *PLAIN_WORDS.values(), *STATES.values()})
