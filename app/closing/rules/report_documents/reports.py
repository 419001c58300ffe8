"""The four kinds of reports, and the function that reads a stored one."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import ConfigDict, Field, TypeAdapter

from app.closing.rules.report_documents.agency import Integrity, OfficeLine, UnitChange
from app.closing.rules.report_documents.figures import AnyFigures, FunnelChart
from app.closing.rules.report_documents.parts import (
    Appraiser,
    EmployeeSubject,
    Method,
    Named,
    Part,
    ReportPeriod,
    TicketCounts,
    TrendMonth,
    Words,
)
from app.closing.rules.report_documents.standards import Standards
from app.closing.rules.report_documents.survey import SurveyContent, SurveyRecords
from app.closing.rules.report_documents.targets import Attainment
from app.closing.rules.report_documents.training import OfficeTraining, TrainingNeedPart
from app.disclosure.rules.released import Withheld

SCHEMA = "cermin-report-1"


class Report(Part):
    """What every report says. Members with a default are absent in some: only a final report has `final_on`.

    `supersedes` is the revision before, and is absent where the figures are still those of that revision's report.
    `services` (code → name), `tickets` and `held_reasons` are absent where there are no figures, `targets` where none
    were set, `standards` of persons and where nothing is told of any.
    """

    # A field called `schema` would hide a method of pydantic's.
    schema_id: str = Field(alias="schema")
    id: str | None = None
    state: Literal["draft", "final"]
    final_on: str | None = None
    agency: Named
    period: ReportPeriod
    method: Method
    n: int
    withheld: Withheld | None = None
    figures: Annotated[AnyFigures, Field(discriminator="suppressed")]
    trend: tuple[TrendMonth, ...]
    reply: str | None
    note: str | None
    services: dict[str, str] = Field(default_factory=dict)
    tickets: TicketCounts | None = None
    held_reasons: dict[str, int] | None = None
    targets: tuple[Attainment, ...] = ()
    standards: Standards | None = None
    supersedes: int | None = None

    @property
    def why_withheld(self) -> Withheld:
        """Why there are no figures. Older versions did not write it: then the reason that gives away less is named."""
        return self.withheld or Withheld.difference

    def carried_over(self, period: ReportPeriod, **own: Any) -> Self:
        """This report as a draft of the next revision, with the same figures; `own` are parts that are made anew.

        Too few ratings changed: the difference of two revisions would give away those few. Reply and note were
        written to this report, so the next one begins without.
        """
        kept = self.model_dump(mode="json", exclude_unset=True, exclude={"id", "final_on"})
        words = {"state": "draft", "reply": None, "note": None}
        return self.model_validate({**kept, **words, "period": period, **own})


class EmployeeReport(Report):
    """The report of an employee; older versions named no appraiser.

    `office_targets` are those of the office where the employee was posted; absent where it has none. `recognised` is
    there, and true, only where the service is recognised.
    """

    kind: Literal["employee"]
    subject: EmployeeSubject
    appraiser: Appraiser | None = None
    feedback: dict[str, Words] | None = None
    notice: Words | None = None
    office_targets: tuple[Attainment, ...] = ()
    recognised: Literal[True] | None = None


class OfficeReport(Report):
    """The report of an office; older versions told no training needs, and one without figures tells none."""

    kind: Literal["office"]
    subject: Named
    training: tuple[TrainingNeedPart, ...] | None = None


class AgencyReport(Report):
    """The report of an agency: its offices by code, its employees as numbers by use, never by name.

    `changes` are the units that a revision gave other figures; a first revision has none. `recognised` is how many
    employees are, whose names stand beside the document; `training` the needs of offices. Older versions wrote neither.
    """

    kind: Literal["agency"]
    subject: Named
    offices: tuple[OfficeLine, ...]
    funnel: FunnelChart | None = None
    integrity: Integrity | None = None
    employees: dict[str, int]
    recognised: int | None = None
    training: tuple[OfficeTraining, ...] | None = None
    changes: tuple[UnitChange, ...] = ()


class SurveyReport(Report, SurveyRecords):
    """The report of a satisfaction survey beside that of an office or the agency, whose figures it shares."""

    kind: Literal["skm"]
    subject: Named
    survey: SurveyContent
    funnel: FunnelChart | None = None
    integrity: Integrity | None = None

    @classmethod
    def beside(
        cls, report: OfficeReport | AgencyReport, survey: SurveyContent, records: SurveyRecords, **own: Any
    ) -> "SurveyReport":
        """The survey's report with the figures of that unit's own report, and the parts that it lacks, too."""
        shared = (report.model_fields_set & cls.model_fields.keys()) - {"kind", "trend", "supersedes"}
        parts = {name: getattr(report, name) for name in shared}
        entered = {name: getattr(records, name) for name in SurveyRecords.model_fields}
        return cls.model_validate({**parts, "kind": "skm", "trend": (), "survey": survey, **entered, **own})


AnyReport: TypeAlias = EmployeeReport | OfficeReport | AgencyReport | SurveyReport

_READER: TypeAdapter[AnyReport] = TypeAdapter(
    Annotated[AnyReport, Field(discriminator="kind")], config=ConfigDict(defer_build=True)
)


def parse_report(document: Mapping[str, Any]) -> AnyReport:
    """The model of a stored document, by its kind; its `plain()` is the same document again."""
    return _READER.validate_python(document)
