"""What the report of a satisfaction survey (SKM) has beside the figures of its office or agency."""

from typing import Literal

from app.closing.rules.report_documents.parts import Part, Real, Words


class MissingElement(Part):
    """An official element (unsur) that the questionnaire does not ask about."""

    code: str
    title: Words


class Scale(Part):
    """The lowest and the highest answer."""

    low: int
    high: int


class Question(Part):
    """One of several questions about an element: its mean and index; null where too few answered it."""

    code: str
    title: Words
    n: int | None
    nrr: str | None
    weighted: str | None
    index: str | None


class Element(Question):
    """One element (unsur) with its mean (NRR), index and grade.

    `questions` are those about it where there are several; `n` is then how often the least answered was answered.
    """

    grade: str | None
    words: Words | None
    questions: tuple[Question, ...] = ()


class GradeBand(Part):
    """The range of the grade, on the scale of the index and on that of the answers."""

    index: tuple[str, str]
    value: tuple[str, str]


class Results(Part):
    """Every element, the highest and the lowest by code, and the index on the scale of the answers."""

    elements: tuple[Element, ...]
    highest: tuple[str, ...]
    lowest: tuple[str, ...]
    value: str | None
    band: GradeBand | None


class Sample(Part):
    """The population as far as it is known, the sample the official table asks for, and who was reached."""

    population: int | None
    required: int | None
    reached: int
    sufficient: bool | None
    channels: dict[str, int]
    offices: int


class ProfileValue(Part):
    """How many respondents gave one value of an attribute."""

    value: str
    n: int
    share: Real


class ProfileBlock(Part):
    """One attribute of the respondents; values that few gave are added up in `others`."""

    values: tuple[ProfileValue, ...]
    others: int | None


class FormerIndex(Part):
    """The index of a former period of the same length."""

    period: str
    n: int
    index: str
    grade: str


class SurveyContent(Part):
    """The survey itself; `full` says whether it is the whole official one, else `missing` what it leaves out."""

    full: bool
    missing: tuple[MissingElement, ...]
    scale: Scale
    results: Results | None
    sample: Sample | None
    profile: dict[str, ProfileBlock | None] | None
    suggestions: tuple[str, ...]
    former: tuple[FormerIndex, ...]


class PlannedAction(Part):
    """One action of the plan (rencana tindak lanjut) that follows a survey."""

    element: str
    problem: str
    action: str
    due_on: str
    owner: str


class RealisedAction(PlannedAction):
    """One action of the plan before, and how far it was carried out.

    `days` it took from the end of the period before until it was done. Older versions wrote neither that nor a proof.
    """

    status: Literal["planned", "started", "done", "dropped"]
    done_on: str | None
    note: str | None
    days: int | None = None
    proof_address: str | None = None
    proof_sha256: str | None = None


class Realisation(Part):
    """How far the plan of the period before was carried out.

    Of the `done` ones: how many were `on_time`, and the median of the days they took; older versions wrote neither.
    """

    period: str
    items: tuple[RealisedAction, ...]
    done: int
    share: Real | None
    on_time: int | None = None
    median_days: Real | None = None


class PublicationLine(Part):
    """Where and when the results of a period were made public."""

    period: str
    medium: str
    published_on: str
    address: str | None


class SurveyRecords(Part):
    """What people enter about a survey: the plan, the realisation of the one before, the publications."""

    follow_ups: tuple[PlannedAction, ...]
    realisation: Realisation
    publications: tuple[PublicationLine, ...]
