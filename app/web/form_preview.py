"""What the rating pages ask of a questionnaire, as plain values: the words they show, and the faces they draw.

The pages themselves build this in the browser (`static/rating/words.js`, `faces.js`); a test holds both to each other.
"""

from dataclasses import dataclass
from math import ceil, floor

from app.instruments.model import Instrument, Item
from app.web.rating_files import OWN_QUESTIONS, WORDS


@dataclass(frozen=True)
class Face:
    """A face from unhappy to happy: one of four shades, and the paths of its mouth and brows."""

    mood: int
    mouth: str
    brows: str


@dataclass(frozen=True)
class AskedQuestion:
    """One question as a citizen sees it; `answers` are words with their face, from the lowest score up."""

    where: str
    title: str
    question: str
    language: str
    answers: tuple[tuple[str, Face], ...]


@dataclass(frozen=True)
class AskedForm:
    """All questions of a questionnaire in one language, and what the button says that goes past one."""

    language: str
    questions: tuple[AskedQuestion, ...]
    skip: str


def asked_form(instrument: Instrument, language: str) -> AskedForm:
    """The questions as the pages ask them in one of their languages."""
    words, total = WORDS[language], len(instrument.items)
    steps = range(instrument.low, instrument.high + 1)
    faces = tuple(face((score - instrument.low) / (instrument.high - instrument.low)) for score in steps)
    questions = []
    for number, item in enumerate(instrument.items, start=1):
        spoken, title, question, answers = _texts(instrument, item, language)
        where = words["question_of"].format(number=number, total=total)
        questions.append(AskedQuestion(where, title, question, spoken, tuple(zip(answers, faces, strict=True))))
    none = instrument.not_applicable
    return AskedForm(language, tuple(questions), words["skip"] if none is None else none.get(language, none["id"]))


def face(happiness: float) -> Face:
    """The face of an answer, from unhappy (0) to happy (1)."""
    bend, brow = _rounded((happiness - 0.5) * 34), _rounded((0.5 - happiness) * 10)
    side, high, low = f"{68 - bend / 2:g}", f"{29 - brow / 2:g}", f"{29 + brow / 2:g}"
    return Face(
        # The middle of an odd number of answers is not among the happy ones.
        min(3, max(0, ceil(happiness * 3 - 0.5))),
        f"M 27 {side} C 37 {68 + bend} 63 {68 + bend} 73 {side}",
        f"M 25 {high} L 41 {low} M 75 {high} L 59 {low}",
    )


def _texts(instrument: Instrument, item: Item, language: str) -> tuple[str, str, str, tuple[str, ...]]:
    """The language in which an item is asked, its title, its words, and those of its answers."""
    own = OWN_QUESTIONS[language].get(instrument.id, {}).get(item.code)
    if own is not None:
        return language, own["title"], own["question"], tuple(own["answers"])
    # Asked as the questionnaire writes it, in that language or else in Indonesian.
    spoken = language if language in item.question else "id"
    return spoken, item.title[spoken], item.question[spoken], item.answers[spoken]


def _rounded(number: float) -> int:
    # As browsers round: a half goes up.
    return floor(number + 0.5)
