"""Questionnaires to choose from in a form, by what they are called."""

from collections.abc import Iterable

from app.instruments.model import Instrument
from app.reports.sections.language import Language


def instrument_choices(known: Iterable[Instrument], tell: Language) -> tuple[tuple[str, str], ...]:
    """Id, and title with the id, of each questionnaire, by title."""
    choices = ((each.id, f"{each.titles[tell.code]} ({each.id})") for each in known)
    return tuple(sorted(choices, key=lambda each: (each[1], each[0])))
