"""What an agency hands in for the ministry's review of its services (PEKPPP): surveys, plans, publications. Pure.

Read and drawn elsewhere. It names no employee and computes no score: that is the ministry's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from app.closing.rules.follow_up import Action, Progress, progress, two_lowest
from app.closing.rules.report_documents.parts import Words
from app.closing.rules.report_documents.reports import SurveyReport
from app.closing.rules.report_documents.survey import Element
from app.disclosure.rules.calendar import Span


class PackedSurvey(NamedTuple):
    """A final survey report about one unit, how it can be checked, and the name of its files in the pack."""

    unit: str
    is_whole: bool
    report: SurveyReport
    digest: str
    address: str | None
    file: str


class PlanLine(NamedTuple):
    """One action: of which unit and period, how far it is, and what shows it.

    `signed`: as the final report of the next period has it; else as it stands on the day of the pack.
    """

    unit: str
    period: str
    element: str
    action: str
    owner: str
    due_on: date
    status: str
    done_on: date | None
    days: int | None
    overdue: bool
    proof_address: str | None
    proof_sha256: str | None
    signed: bool = False


class Published(NamedTuple):
    """Where and when results were made public, of which unit and period."""

    unit: str
    period: str
    medium: str
    published_on: date
    address: str | None


@dataclass(frozen=True)
class EvidencePack:
    """Everything of one period by one questionnaire, as it stands on a day; units by code, the whole first.

    `names` are those of units by code; `recognised` is how many employees are, None where no report says so.
    """

    agency: str
    span: Span
    instrument: str
    index_name: str
    on: date
    surveys: tuple[PackedSurvey, ...]
    actions: tuple[PlanLine, ...]
    publications: tuple[Published, ...]
    names: Mapping[str, str]
    recognised: int | None

    @property
    def name(self) -> str:
        """The name of the pack's files, without an ending."""
        return f"{self.span.code}-{self.instrument}-pekppp"

    def carried_out(self, *, signed: bool) -> Progress:
        """How far the plan of this period is, or (`signed`) that of the period before was, of which none is overdue."""
        span = self.span.before() if signed else self.span
        found = [Action(each.status, each.due_on, each.done_on) for each in self.actions if each.signed == signed]
        return progress(found, span.last, date.min if signed else self.on)

    @property
    def media(self) -> tuple[str, ...]:
        """The media in which the results of this period were made public, each once, in the order of names."""
        found = {each.medium.casefold(): each.medium for each in self.publications if each.period == self.span.code}
        return tuple(found[key] for key in sorted(found))

    @property
    def titles(self) -> Mapping[str, Words]:
        """The titles of the elements by code, as the reports have them."""
        results = (each.report.survey.results for each in self.surveys)
        return {element.code: element.title for found in results if found for element in found.elements}

    @property
    def respondents(self) -> int:
        """How many answered: of what is closed as a whole, else of the offices, so that nobody counts twice."""
        wholes = [each for each in self.surveys if each.is_whole]
        return sum(each.report.n for each in wholes or self.surveys)

    @property
    def lowest_planned(self) -> tuple[int, int]:
        """Of how many units both lowest elements have an action, and how many units have lowest ones."""
        planned = {(each.unit, each.element) for each in self.actions if not each.signed}
        lowest = [(each.unit, lowest_of(each.report)) for each in self.surveys]
        known = [(unit, codes) for unit, codes in lowest if codes]
        return sum(all((unit, code) in planned for code in codes) for unit, codes in known), len(known)


def lowest_of(report: SurveyReport) -> tuple[str, ...]:
    """The codes of the two lowest elements of a survey, as they are proposed; none without figures."""
    elements: tuple[Element, ...] = report.survey.results.elements if report.survey.results else ()
    return two_lowest((each.code, Decimal(each.index)) for each in elements if each.index is not None)
