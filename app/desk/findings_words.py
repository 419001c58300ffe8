"""Findings in words: why, how they stand, what each number of a rule says."""

from collections.abc import Mapping

from app.reports.sections.blocks import Cell, Facts, Number
from app.reports.sections.held_reasons import REASONS
from app.reports.sections.language import Language

OTHER_REASONS = {"coverage-drop": "tickets that are hardly ever used"}
FINDING_STATUS_WORDS = {"held": "held", "noted": "noted only", "released": "released", "confirmed": "confirmed"}
# The rules of docs/screening.md, each in two sentences.
RULES = {
    "burst": "An hour holds far more ratings than such an hour usually does. By the usual swings that happens about "
    "once in 100,000 hours; fewer than 12 ratings are never a burst.",
    "outside-hours": "A kiosk sent these in an hour that lies wholly outside the opening hours and half an hour around "
    "them.",
    "one-hour": "More than 60 % of a person's day lies in one hour, though the person's days are otherwise spread.",
    "one-device": "More than 60 % of a person's week comes from one place that is not where the person works.",
    "straight-lining": "Far more sheets than the colleagues' have, and than the person's own other days, give one "
    "answer to every question, and the answers are spread otherwise than the colleagues'.",
    "coverage-drop": "Of the tickets armed for a person far fewer are used than of the colleagues', or than before. "
    "No sheet is doubted: those withheld were never written.",
}
NUMBERS = {
    "count": "How many",
    "of": "Of how many",
    "expected": "How many were to be expected",
    "size": "How far hours swing (small is wide)",
    "p": "How often chance alone does this or more (p)",
    "g": "Distance of the two shapes (G)",
    "before": "Own sheets compared with",
}
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
RELEASE = "Release: the sheets count again at once, for good, and no rule doubts them a second time."
CONFIRM = "Confirm: the sheets stay out of every figure for good. They stay stored and are shown as held."
EITHER = (
    "Figures follow with the release of the next night. A draft already drawn and a report already signed stay as they "
    "are; a revision of the period takes the change over if it is of ten ratings or more."
)
NO_SHEETS = "No sheet is held by this finding: either decision only records what you found out."


def reason_words(reason: str, tell: Language) -> str:
    """Why, as the beginning of a sentence."""
    words = tell({**REASONS, **OTHER_REASONS}[reason])
    return words[:1].upper() + words[1:]


def evidence(numbers: Mapping[str, float], tell: Language) -> Facts:
    """The numbers of the rule, each with what it says."""
    return Facts(tuple((tell(NUMBERS.get(name, name)), _figure(value)) for name, value in numbers.items()))


def _figure(value: float) -> Cell:
    """The number with as many digits as say something; chances are far too small for decimals."""
    if value == int(value):
        return Number(int(value))
    if abs(value) < 0.001:
        digit, power = f"{value:.0e}".split("e")
        return f"{digit} × 10{str(int(power)).translate(RAISED)}"
    return Number(value, 2 if abs(value) >= 0.01 else 4)
