"""An answer sheet is the answers as written, one character an item: `"434"`, `"4-4"`."""

from collections.abc import Mapping

from app.instruments.model import Instrument

ECHO_LIMIT = 40


class SheetFault(ValueError):
    """A sheet that cannot be counted: a stable code, the item it concerns, and what to change.

    Codes: `score-missing`, `score-unknown`, `score-out-of-range`, `score-all-skipped` (no item) from
    writing, `sheet-malformed` (no item) from reading.
    """

    def __init__(self, code: str, item: str | None, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.item = item
        self.message = message


def write_sheet(instrument: Instrument, scores: Mapping[str, int | None]) -> str:
    """The sheet of the answers by item code; None means that the question was skipped.

    Raises SheetFault. On the path of every rating: the faults are looked for only when there is one.
    """
    marks = instrument.marks
    try:
        sheet = "".join([marks[scores[code]] for code in instrument.codes])
    except KeyError:
        raise _fault(instrument, scores) from None
    if len(scores) != len(sheet) or sheet == instrument.blank:
        raise _fault(instrument, scores)
    return sheet


def read_sheet(instrument: Instrument, sheet: str) -> tuple[int | None, ...]:
    """The answers in the order of the items, None where skipped. Raises SheetFault (`sheet-malformed`)."""
    readings = instrument.readings
    if len(sheet) != len(instrument.items) or any(mark not in readings for mark in sheet):
        message = (
            f"A sheet of {instrument.id} has {len(instrument.items)} characters, "
            f"each {instrument.low} to {instrument.high} or - for a skipped question."
        )
        raise SheetFault("sheet-malformed", None, message)
    return tuple([readings[mark] for mark in sheet])


def _fault(instrument: Instrument, scores: Mapping[str, int | None]) -> SheetFault:
    """The first fault; unknown codes first, since a misspelt code is also missing under its right name."""
    for code in scores:
        if code not in instrument.codes:
            known = ", ".join(instrument.codes)
            message = f"{instrument.id} has no item {code[:ECHO_LIMIT]!r}; its items are {known}."
            return SheetFault("score-unknown", code[:ECHO_LIMIT], message)
    for code in instrument.codes:
        if code not in scores:
            return SheetFault("score-missing", code, f"Send a score for {code}, or null if it was skipped.")
        if scores[code] not in instrument.marks:
            message = f"The score of {code} must be {instrument.low} to {instrument.high}, or null if skipped."
            return SheetFault("score-out-of-range", code, message)
    return SheetFault("score-all-skipped", None, "At least one question must be answered.")
