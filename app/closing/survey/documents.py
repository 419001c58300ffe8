"""The report of a satisfaction survey (PermenPANRB 14/2017) beside an office's and the agency's own report.

Whether figures are shown was decided when that report was made; here nothing is decided a second time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
from app.closing.units import whole_period
from app.disclosure.rules.comments import ToldComment, quotable
from app.disclosure.rules.profiles import ProfileCount, profile
from app.instruments.consistency import SKM_ELEMENTS
from app.instruments.loading import shipped
from app.instruments.model import Instrument
from app.instruments.schemas import TextsOut
from app.measures.rules.formulas.samples import krejcie_morgan_size
from app.ratings.rules.selection import By


@dataclass(frozen=True)
class Sources:
    """What surveys have beside the figures, within the period.

    `profiles`: what is told of each office's respondents; `comments`: those that are told, with the office of their
    block (None: several); `trend` and `records` by the unit of the report, oldest first.
    """

    profiles: Mapping[str, Sequence[ProfileCount]]
    comments: Sequence[tuple[str | None, ToldComment]]
    trend: Mapping[str, Sequence[FormerIndex]]
    records: Mapping[str, SurveyRecords]


@dataclass(frozen=True)
class _SurveyedUnit:
    """A unit that gets a survey: its own report and its offices."""

    code: str
    report: OfficeReport | AgencyReport
    offices: frozenset[str]


def survey_documents(inputs: ClosingInputs, made: Sequence[Document], sources: Sources) -> list[Document]:
    """One for every office's report, and one for the whole.

    Where a unit's report keeps its former figures, so does its survey; if there was none, there is none, since it
    would publish what the report does not.
    """
    surveys: dict[str, SurveyReport] = {}
    for unit, report in _reports_by_unit(made).items():
        former = inputs.former_documents.get((SKM, unit))
        if _is_new(inputs, report):
            offices = inputs.offices if unit == WHOLE_UNIT else frozenset({unit})
            surveys[unit] = _survey_report(inputs, sources, _SurveyedUnit(unit, report, offices))
        elif isinstance(former, SurveyReport):
            surveys[unit] = former.carried_over(report.period, **dict(sources.records[unit]))
    return [Document(unit, None if unit == WHOLE_UNIT else unit, report) for unit, report in surveys.items()]


def _reports_by_unit(made: Sequence[Document]) -> dict[str, OfficeReport | AgencyReport]:
    """The reports that get a survey, the whole's last."""
    offices = [(each.unit, each.report) for each in made if isinstance(each.report, OfficeReport)]
    whole = [(WHOLE_UNIT, each.report) for each in made if isinstance(each.report, AgencyReport)]
    return dict([*offices, *whole])


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


def _survey_report(inputs: ClosingInputs, sources: Sources, unit: _SurveyedUnit) -> SurveyReport:
    own = {"supersedes": inputs.revision - 1} if (SKM, unit.code) in inputs.former_documents else {}
    survey = _content(inputs, sources, unit)
    return SurveyReport.beside(unit.report, survey, sources.records[unit.code], **own)


def _content(inputs: ClosingInputs, sources: Sources, unit: _SurveyedUnit) -> SurveyContent:
    instrument, figures = inputs.scoring.instrument, unit.report.figures
    # What the unit's own report does not show, its survey does not show either.
    shown = figures if isinstance(figures, Figures) else None
    released = whole_period(inputs, inputs.within if unit.code == WHOLE_UNIT else unit.offices)
    return SurveyContent(
        full=is_full(instrument),
        missing=() if is_full(instrument) else tuple(missing_elements(instrument)),
        scale=Scale(low=instrument.low, high=instrument.high),
        results=results_of(inputs.scoring, shown, released.cell) if shown and released.cell else None,
        sample=_sample(inputs, unit, shown, released.offices) if shown else None,
        profile=_profile(sources, unit) if shown else None,
        suggestions=_suggestions(inputs, sources, unit) if shown else (),
        former=tuple(sources.trend.get(unit.code, ())),
    )


def _sample(inputs: ClosingInputs, unit: _SurveyedUnit, figures: Figures, rated: frozenset[str]) -> Sample:
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


def _profile(sources: Sources, unit: _SurveyedUnit) -> dict[str, ProfileBlock | None]:
    blocks = profile(count for office in sorted(unit.offices) for count in sources.profiles.get(office, ()))
    return {name: None if block is None else ProfileBlock.model_validate(block) for name, block in blocks.items()}


def _suggestions(inputs: ClosingInputs, sources: Sources, unit: _SurveyedUnit) -> tuple[str, ...]:
    # What several offices tell together is quoted by all of them together.
    of_all = unit.code == WHOLE_UNIT and inputs.whole_agency
    return quotable(
        comment for office, comment in sources.comments if office in unit.offices or (office is None and of_all)
    )
