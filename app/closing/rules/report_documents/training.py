"""Training needs by question, as reports keep them."""

from typing import Literal

from app.closing.rules.report_documents.parts import Part, Words


class TrainingNeedPart(Part):
    """A question that shows a weak spot beyond chance, with its figures, and why it does.

    `grade`: the whole interval lies in the lower half of the grades; `peers`: that of the estimate lies below the mean
    of the peers, and the estimate by three points of the index or more.
    """

    figure: str
    title: Words
    n: int | None
    index: str | None
    interval: tuple[str, str] | None
    reasons: tuple[Literal["grade", "peers"], ...]


class OfficeTraining(TrainingNeedPart):
    """A training need of one office, in the agency's report."""

    office: str
    name: str
