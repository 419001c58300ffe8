"""Actions of a plan in words: elements by their titles, status as word and sign, what is overdue."""

from collections.abc import Mapping
from datetime import date

from app.closing.rules.follow_up import is_overdue
from app.closing.survey.schemas import FollowUpPart
from app.instruments.model import Instrument
from app.reports.sections.language import Language
from app.reports.sections.survey_plan import STATUSES

# Beside the word, never instead of it.
SIGNS = {"planned": "○", "started": "◐", "done": "●", "dropped": "✕"}
OVERDUE = "▲"


def element_titles(instrument: Instrument, tell: Language) -> Mapping[str, str]:
    """What each element of the questionnaire is called, in its order."""
    return {each.code: each.title[tell.code] for each in instrument.elements}


def element_about(instrument: Instrument, code: str) -> str:
    """The element of this code, or that which a question of this code asks about; empty where there is none."""
    for each in instrument.elements:
        if code == each.code or code in {instrument.items[place].code for place in each.places}:
            return each.code
    return ""


def status_words(item: FollowUpPart, on: date, tell: Language) -> str:
    """`▲ Direncanakan, terlambat`, or the status alone."""
    word = tell(STATUSES[item.status])
    if is_overdue(item.status, item.due_on, on):
        return f"{OVERDUE} {tell('{status}, overdue', status=word)}"
    return f"{SIGNS[item.status]} {word}"


def due_words(item: FollowUpPart, on: date, tell: Language) -> str:
    """The day it is due, and for how many days it is overdue."""
    day = tell.day(item.due_on.isoformat())
    if not is_overdue(item.status, item.due_on, on):
        return day
    return tell("{day}, overdue for {n} days", day=day, n=str((on - item.due_on).days))
