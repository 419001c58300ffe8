"""What an agency shows, in the words and figures of one language, for its pages, the hall's screen and badges."""

from dataclasses import dataclass
from typing import Any

from app.closing.public.reading import PublicClosing
from app.closing.rules.report_documents.figures import Index
from app.closing.rules.report_documents.parts import Method
from app.disclosure.rules.calendar import LAST_ZONE
from app.reports.sections.blocks import Number
from app.reports.sections.language import Language
from app.reports.sections.results import in_language, index_range, official


@dataclass(frozen=True)
class UnitWords:
    """A unit as it is read; `value` None: it has no figures. `report` is the id of its signed report."""

    code: str
    name: str
    value: str | None
    grade: str
    interval: str
    n: str
    report: str | None
    digest: str | None


@dataclass(frozen=True)
class ClosingWords:
    """A closing as it is read; `part` is the office that it was closed for, without
    the rest of the agency. `facts` say how it was counted, `follow_up` how far the plan before was carried out."""

    title: str
    name: str
    period: str
    code: str
    instrument: str
    part: str | None
    whole: UnitWords
    offices: tuple[UnitWords, ...]
    facts: tuple[tuple[str, str], ...]
    follow_up: str | None

    def office(self, code: str) -> UnitWords:
        """The office of this code, which is among them."""
        return next(each for each in self.offices if each.code == code)


def closing_words(closing: PublicClosing, tell: Language, office: str | None = None) -> ClosingWords:
    """The closing in this language, with all its offices or with this one alone."""
    figures, head = closing.figures, closing.head
    method = Method.model_validate(figures["method"])
    offices = tuple(unit_words(each, tell) for each in figures["offices"] if office in (None, each["code"]))
    # The report of a part's whole bears the agency's name.
    part = next((each["name"] for each in figures["offices"] if each["code"] == head.root), head.root)
    return ClosingWords(
        title=in_language(method.index_title, tell),
        name=method.index_name,
        period=tell.period(head.code),
        code=head.code,
        instrument=head.instrument,
        part=part or None,
        whole=unit_words(figures["whole"], tell),
        offices=offices,
        facts=_facts(closing, method, tell),
        follow_up=_follow_up(figures["follow_up"], tell),
    )


def unit_words(unit: dict[str, Any], tell: Language) -> UnitWords:
    """A unit in this language."""
    index = None if unit["index"] is None else Index.model_validate(unit["index"])
    return UnitWords(
        code=unit["code"],
        name=unit["name"],
        value=None if index is None else tell.cell(official(index.value)),
        grade="" if index is None else f"{index.grade} ({in_language(index.words, tell)})",
        interval=tell.cell(None if index is None else index_range(index)),
        n=tell.cell(None if unit["n"] is None else Number(unit["n"])),
        report=unit["report"],
        digest=unit["digest"],
    )


def _facts(closing: PublicClosing, method: Method, tell: Language) -> tuple[tuple[str, str], ...]:
    period = closing.figures["period"]
    days = tell("{first} to {last}", first=tell.day(period["from"]), last=tell.day(period["to"]))
    shown = closing.head.shown_at.astimezone(LAST_ZONE).date().isoformat()
    return (
        (tell("Period"), days),
        (tell("Questionnaire"), f"{method.instrument}, {tell('version')} {method.version}"),
        (tell("Weights of the elements"), method.weights),
        (tell("Band table"), method.bands),
        (tell("Revision"), str(period["revision"])),
        (tell("Final since"), tell.day(closing.figures["final_on"])),
        (tell("On this page since"), tell.day(shown)),
    )


def _follow_up(realised: dict[str, Any] | None, tell: Language) -> str | None:
    if realised is None:
        return None
    return tell(
        "Of {actions} actions planned after {period}, {done} were done when the report was signed.",
        actions=str(realised["actions"]),
        period=tell.period(realised["period"]),
        done=str(realised["done"]),
    )
