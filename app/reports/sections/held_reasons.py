"""Why ratings are held, in words."""

from collections.abc import Mapping

from app.reports.sections.blocks import Cell
from app.reports.sections.language import Language
from app.reports.sections.results import count

REASONS = {
    "burst": "burst of ratings",
    "straight-lining": "the same answer to everything",
    "one-device": "one device",
    "one-hour": "one hour of a day",
    "outside-hours": "outside opening hours",
}


def without_answers(n: int | None, tell: Language) -> Cell:
    """A count that is told as none or as ten and more."""
    return tell("one to nine") if n is None else count(n)


def held_for(reasons: Mapping[str, int] | None, tell: Language) -> list[tuple[str, Cell]]:
    """How many ratings are held for each reason; nothing where none is."""
    known = [(reason, n) for reason, n in (reasons or {}).items() if reason in REASONS]
    return [(tell("Held: {reason}", reason=tell(REASONS[reason])), count(n)) for reason, n in known]
