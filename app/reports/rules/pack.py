"""What one appraiser takes along of one period: the people, each with what is final, or the reason why nothing is.

Pure: read and drawn elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from app.closing.rules.report_documents.parts import Words
from app.closing.rules.report_documents.reports import EmployeeReport
from app.disclosure.rules.calendar import Span

# Not final so far, or the period has no report about the person, who was not rated in it.
Absent: TypeAlias = Literal["draft", "none"]


@dataclass(frozen=True)
class PackedPerson:
    """One of the people, as the signed report names them, else as the directory does.

    `report` None: there is nothing final, for the reason `absent`. `nip` is whole or masked, as its reader may see it.
    """

    code: str
    name: str
    position: str | None
    grade: str | None
    nip: str | None
    report: EmployeeReport | None = None
    report_id: str | None = None
    digest: str | None = None
    address: str | None = None
    absent: Absent | None = None


@dataclass(frozen=True)
class Question:
    """A question of the questionnaire with its title and the core value (BerAKHLAK) that it speaks to, if to one."""

    code: str
    title: Words
    value: str | None


@dataclass(frozen=True)
class Pack:
    """Whose people, of which period, closed by which questionnaire; people by name, nobody is ranked."""

    agency: str
    appraiser: str
    span: Span
    instrument: str
    index_name: str
    questions: tuple[Question, ...]
    people: tuple[PackedPerson, ...]

    @property
    def reported(self) -> Mapping[str, int]:
        """How many there are of each: with figures, final without figures, not final, without a report."""
        found = {"figures": 0, "withheld": 0, "draft": 0, "none": 0}
        for person in self.people:
            found[standing(person)] += 1
        return found


def standing(person: PackedPerson) -> Literal["figures", "withheld", "draft", "none"]:
    """What there is about a person."""
    if person.report is None:
        return person.absent or "none"
    return "withheld" if person.report.figures.suppressed else "figures"
