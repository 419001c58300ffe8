"""Promised and real time on pages: the tables of reports, beside the answers about speed."""

from collections.abc import Iterator, Sequence

from app.desk.blocks import DeskBlock, Section
from app.indices.schemas import DimensionOut
from app.instruments.model import Instrument
from app.measures.standard_schemas import StandardsOut
from app.reports.sections.blocks import Facts, Range, Words
from app.reports.sections.language import Language
from app.reports.sections.results import CONFIDENCE, count, in_language, official
from app.reports.sections.standards import ANSWERED, MEANING, STEPS, standard_tables

SPEED = "speed"


def standards_sections(
    told: StandardsOut | None,
    tell: Language,
    instrument: Instrument | None = None,
    answers: Sequence[DimensionOut] = (),
) -> tuple[Section, ...]:
    """What is told of service standards: in brief beside `answers` by a questionnaire, else all; none without any."""
    if told is None:
        return ()
    blocks: list[DeskBlock] = [
        *_speed(instrument, answers, tell),
        *standard_tables(told, tell, brief=instrument is not None),
    ]
    blocks.append(Words(tell(MEANING)))
    if told.steps:
        blocks.append(Words(tell(STEPS)))
    return (Section(tuple(blocks), tell("Promised and real time")),)


def _speed(instrument: Instrument | None, answers: Sequence[DimensionOut], tell: Language) -> Iterator[Facts]:
    asking = {item.code for item in instrument.items if item.dimension == SPEED} if instrument else set()
    for each in answers:
        if each.code in asking and each.index is not None:
            question = tell(ANSWERED, question=in_language(each.title, tell))
            interval = Range(*map(official, each.interval)) if each.interval else None
            yield Facts(
                ((question, official(each.index)), (tell(CONFIDENCE), interval), (tell("Answers (n)"), count(each.n)))
            )
