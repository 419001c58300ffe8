"""The report of a satisfaction survey (PermenPANRB 14/2017) beside an office's and the agency's own report.

Whether figures are shown was decided when that report was made; here nothing is decided a second time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.closing.inputs import ClosingInputs
from app.closing.rules.documents import SKM, WHOLE_UNIT, Document
from app.closing.rules.report_documents.figures import Figures
from app.closing.rules.report_documents.reports import AgencyReport, OfficeReport, SurveyReport
from app.closing.rules.report_documents.survey import (
    FormerIndex,
    MissingElement,
    ProfileBlock,
    Sample,
    Scale,
    SurveyContent,
    SurveyRecords,
)
from app.closing.survey.results import results_of
from app.disclosure.rules.comments import ToldComment, quotable
from app.disclosure.rules.profiles import ProfileCount, profile
from app.disclosure.rules.released import Released
from app.instruments.consistency import SKM_ELEMENTS
from app.instruments.loading import shipped
from app.instruments.model import Instrument
from app.instruments.schemas import TextsOut
from app.measures.rules.formulas.samples import krejcie_morgan_size
from app.ratings.rules.selection import By


@dataclass(frozen=True)
class Sources:
    """What surveys have beside the figures, within the period.

    `profiles`: what is told of each unit's respondents; `comments`: those that are told, with the office of their
    block (None: several); `trend` and `records` by the unit of the report, oldest first.
    """

    profiles: Mapping[str, Sequence[ProfileCount]]
    comments: Sequence[tuple[str | None, ToldComment]]
    trend: Mapping[str, Sequence[FormerIndex]]
    records: Mapping[str, SurveyRecords]


class SurveyedUnit(NamedTuple):
    """A unit that gets a survey: its office (None: the whole), its own report, its offices, and what is told of it.

    `rated` are those of its offices with told ratings in the period.
    """

    office: str | None
    report: OfficeReport | AgencyReport
    offices: frozenset[str]
    released: Released
    rated: frozenset[str]

    @property
    def code(self) -> str:
        """By which its survey is known."""
        return self.office or WHOLE_UNIT


def survey_document(inputs: ClosingInputs, sources: Sources, unit: SurveyedUnit) -> Iterator[Document]:
    """The survey of a unit, beside its own report.

    Where that keeps its former figures, so does its survey; if there was none, there is none, since it would publish
    what the report does not.
    """
    former = inputs.former_documents.get((SKM, unit.code))
    if _is_new(inputs, unit.report):
        yield Document(unit.code, unit.office, _survey_report(inputs, sources, unit))
    elif isinstance(former, SurveyReport):
        kept = former.carried_over(unit.report.period, **dict(sources.records[unit.code]))
        yield Document(unit.code, unit.office, kept)


def _is_new(inputs: ClosingInputs, report: OfficeReport | AgencyReport) -> bool:
    """Whether the report has figures of this revision; one that was carried over names an older one, or none."""
    return not inputs.former_documents or report.supersedes == inputs.revision - 1


def missing_elements(instrument: Instrument) -> list[MissingElement]:
    """The official elements that the questionnaire does not ask about.

    An element is asked about by its code, or by an item of the same dimension (speed is WAKTU, friendliness PERILAKU).
    """
    codes, dimensions = {each.code for each in instrument.elements}, {item.dimension for item in instrument.items}
    return [
        MissingElement(code=item.code, title=TextsOut(id=item.title["id"], en=item.title["en"]))
        for item in shipped()["skm-2017"].items
        if item.code not in codes and item.dimension not in dimensions
    ]


def is_full(instrument: Instrument) -> bool:
    """Whether it is the whole official survey of today: all nine elements by code, and an index called IKM."""
    return (
        instrument.index_name == "IKM"
        and instrument.older_rule is None
        and set(SKM_ELEMENTS) <= {each.code for each in instrument.elements}
    )


def _survey_report(inputs: ClosingInputs, sources: Sources, unit: SurveyedUnit) -> SurveyReport:
    own = {"supersedes": inputs.revision - 1} if (SKM, unit.code) in inputs.former_documents else {}
    survey = _content(inputs, sources, unit)
    return SurveyReport.beside(unit.report, survey, sources.records[unit.code], **own)


def _content(inputs: ClosingInputs, sources: Sources, unit: SurveyedUnit) -> SurveyContent:
    instrument, figures = inputs.scoring.instrument, unit.report.figures
    # What the unit's own report does not show, its survey does not show either.
    shown = figures if isinstance(figures, Figures) else None
    released = unit.released
    return SurveyContent(
        full=is_full(instrument),
        missing=() if is_full(instrument) else tuple(missing_elements(instrument)),
        scale=Scale(low=instrument.low, high=instrument.high),
        results=results_of(inputs.scoring, shown, released.cell) if shown and released.cell else None,
        sample=_sample(inputs, unit, shown, unit.rated) if shown else None,
        profile=_profile(sources, unit) if shown else None,
        suggestions=_suggestions(inputs, sources, unit) if shown else (),
        former=tuple(sources.trend.get(unit.code, ())),
    )


def _sample(inputs: ClosingInputs, unit: SurveyedUnit, figures: Figures, rated: frozenset[str]) -> Sample:
    """The population where every rated office reported it, the sample the official table asks for, and who answered."""
    served = inputs.beside[By.office].served
    population = sum(served[office] for office in rated) if rated <= served.keys() else None
    required = krejcie_morgan_size(population) if population else None
    return Sample(
        population=population,
        required=required,
        reached=unit.report.n,
        sufficient=None if required is None else unit.report.n >= required,
        channels=figures.collection.channels or {},
        offices=len(rated),
    )


def _profile(sources: Sources, unit: SurveyedUnit) -> dict[str, ProfileBlock | None]:
    blocks = profile(sources.profiles.get(unit.code, ()))
    return {name: None if block is None else ProfileBlock.model_validate(block) for name, block in blocks.items()}


def _suggestions(inputs: ClosingInputs, sources: Sources, unit: SurveyedUnit) -> tuple[str, ...]:
    # What several offices tell together is quoted by all of them together.
    of_all = unit.office is None and inputs.whole_agency
    return quotable(
        comment for office, comment in sources.comments if office in unit.offices or (office is None and of_all)
    )
