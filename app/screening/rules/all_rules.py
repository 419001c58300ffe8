"""All rules over the sheets of one office: which blocks are doubted, each sheet once. Pure."""

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from app.screening.rules.bursts import bursts
from app.screening.rules.one_device import DutyDay, one_devices
from app.screening.rules.one_hour import one_hours
from app.screening.rules.opening_hours import Week, outside_hours
from app.screening.rules.sheets import Block, HourSpan, ScreenedSheet
from app.screening.rules.straight_lines import straight_lines


class OfficeContext(NamedTuple):
    """What is known of the office beside its sheets."""

    roster: Collection[DutyDay] = ()
    week: Week | None = None


def screen(sheets: Sequence[ScreenedSheet], premises: OfficeContext, span: HourSpan) -> list[Block]:
    """The blocks doubted within the span; all sheets given are history.

    Narrow blocks come first, and each rule sees what those before it have left. A block once taken out may show
    another that hid behind it, so this goes on until nothing more is found: a second look finds nothing new.
    """
    found: list[Block] = []
    while True:
        new, sheets = _once(sheets, premises, span)
        blocks = [block for block in new if block.keys]
        # What holds no sheets would be found again and again: it is taken from the last look alone.
        found += blocks
        if not blocks:
            return found + new


def _once(
    sheets: Sequence[ScreenedSheet], premises: OfficeContext, span: HourSpan
) -> tuple[list[Block], Sequence[ScreenedSheet]]:
    """One look by every rule: its blocks, and the sheets with those held that they hold."""
    found: list[Block] = []
    rules: Sequence[Callable[[Sequence[ScreenedSheet]], list[Block]]] = (
        lambda left: bursts(left, span),
        lambda left: outside_hours(left, premises.week, span),
        lambda left: one_hours(left, span),
        lambda left: one_devices(left, premises.roster, span),
        lambda left: straight_lines(left, span),
    )
    for rule in rules:
        new = rule(sheets)
        taken = {key for block in new for key in block.keys}
        if taken:
            sheets = [sheet._replace(held=True) if sheet.key in taken else sheet for sheet in sheets]
        found += new
    return found, sheets
