"""An office's index as a small picture (SVG) for other sites; never without its interval."""

from app.foundation.translations import translator
from app.pages.shell import templates_of
from app.web.public_words import ClosingWords

# A letter of the picture's type is at most so wide, in pixels; the browser fits the text to the box.
LETTER, MARGIN = 6.6, 12
templates = templates_of("app.web")


def badge(closing: ClosingWords, office: str, language: str) -> str:
    """The picture, with the same in a sentence for whoever does not see it."""
    unit, tell = closing.office(office), translator(language)
    name = f"{closing.name} · {closing.period}"
    if unit.value is None:
        said = tell("no figures")
        title = f"{unit.name}. {closing.title}, {closing.period}: {said}"
    else:
        said = f"{unit.value} ({unit.interval}) {unit.grade}"
        counted = f"{tell('95 % interval')} {unit.interval}; {tell('Ratings (n)')}: {unit.n}"
        title = f"{unit.name}. {closing.title}, {closing.period}: {unit.value} {unit.grade}; {counted}"
    return templates.get_template("public_badge.svg").render(
        language=language, title=title, name=name, said=said, left=_width(name), right=_width(said)
    )


def _width(text: str) -> int:
    return round(len(text) * LETTER) + MARGIN
