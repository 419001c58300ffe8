"""All rules applied to the sheets of one office: the blocks that are doubted, each sheet at most once. Pure."""

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from app.screening.rules.bursts import bursts
from app.screening.rules.one_device import DutyDay, one_devices
from app.screening.rules.one_hour import one_hours
from app.screening.rules.opening_hours import Week, outside_hours
from app.screening.rules.sheets import Block, DaySpan, ScreenedSheet
from app.screening.rules.straight_lines import straight_lines


class OfficeContext(NamedTuple):
    """The office's duty roster and opening hours, as far as they are known."""

    roster: Collection[DutyDay] = ()
    week: Week | None = None


def screen(sheets: Sequence[ScreenedSheet], office: OfficeContext, span: DaySpan) -> list[Block]:
    """The blocks doubted within the span; all sheets given serve as history.

    Narrow blocks come first, and each rule sees what those before it have left. Without a block another one may stand
    out, so the rules are repeated until they find nothing more: a second run changes nothing.
    """
    found: list[Block] = []
    while True:
        new, sheets = _apply_rules(sheets, office, span)
        blocks = [block for block in new if block.keys]
        # A block that holds no sheets would be found in every round, so it is taken from the last round alone.
        found += blocks
        if not blocks:
            return found + new


def _apply_rules(
    sheets: Sequence[ScreenedSheet], office: OfficeContext, span: DaySpan
) -> tuple[list[Block], Sequence[ScreenedSheet]]:
    """One round of all rules: their blocks, and the sheets with those marked as held that the blocks contain."""
    found: list[Block] = []
    rules: Sequence[Callable[[Sequence[ScreenedSheet]], list[Block]]] = (
        lambda left: bursts(left, span),
        lambda left: outside_hours(left, office.week, span),
        lambda left: one_hours(left, span),
        lambda left: one_devices(left, office.roster, span),
        lambda left: straight_lines(left, span),
    )
    for rule in rules:
        new = rule(sheets)
        taken = {key for block in new for key in block.keys}
        if taken:
            sheets = [sheet._replace(held=True) if sheet.key in taken else sheet for sheet in sheets]
        found += new
    return found, sheets
