"""Writes answer sheets: the answers in the order of the items, one character each (`"434"`, `"4-4"`)."""

from collections.abc import Mapping

from app.instruments.model import Instrument


class SheetFault(ValueError):
    """Answers that make no sheet: a stable code, the item it concerns, and what to change.

    Codes: `score-missing`, `score-unknown` (no item), `score-out-of-range`, `score-all-skipped` (no item).
    """

    def __init__(self, code: str, item: str | None, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.item = item
        self.message = message


def write_sheet(instrument: Instrument, scores: Mapping[str, int | None]) -> str:
    """The sheet of the answers by item code; None means that the question was skipped.

    Raises SheetFault.
    """
    # Every rating comes through here, so it is written in one go, and only a failure is looked into.
    marks = instrument.marks
    try:
        sheet = "".join([marks[scores[code]] for code in instrument.codes])
    except KeyError:
        raise _fault(instrument, scores) from None
    if len(scores) != len(sheet) or sheet == instrument.blank:
        raise _fault(instrument, scores)
    return sheet


def _fault(instrument: Instrument, scores: Mapping[str, int | None]) -> SheetFault:
    """The first fault; unknown codes first, since a misspelt code is also missing under its right name."""
    if not scores.keys() <= set(instrument.codes):
        # Not named: what stands in the place of an item may be a person's number, and answers get into logs.
        known = ", ".join(instrument.codes)
        return SheetFault("score-unknown", None, f"The items of {instrument.id} are {known}; another was sent.")
    for code in instrument.codes:
        if code not in scores:
            return SheetFault("score-missing", code, f"Send a score for {code}, or null if it was skipped.")
        if scores[code] not in instrument.marks:
            message = f"The score of {code} must be {instrument.low} to {instrument.high}, or null if skipped."
            return SheetFault("score-out-of-range", code, message)
    return SheetFault("score-all-skipped", None, "At least one question must be answered.")
