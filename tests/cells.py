"""Cells and blocks for tests of pure rules, from counts of sheets."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.disclosure.rules.cells import Cell, cell_of
from app.disclosure.rules.released import Released, ReleasedBlock
from app.instruments.model import SKIPPED, Instrument

MONTH = "2026-09"


def block(instrument: Instrument, sheets: Mapping[str, int], **shared: Any) -> ReleasedBlock:
    """A told block of these sheets, of one month; composites as the gate would tell them."""
    complete = all(SKIPPED not in sheet for sheet in sheets)
    first = shared.pop("first_month", shared.get("month", MONTH))
    last = shared.pop("last_month", shared.pop("month", first))
    service = shared.pop("service", "s")
    return ReleasedBlock(
        standing=shared.pop("standing", "counted"),
        office=shared.pop("office", "a"),
        employee=shared.pop("employee", "p"),
        first_month=first,
        last_month=last,
        service=service,
        service_mode=shared.pop("service_mode", service or "s"),
        channel=shared.pop("channel", "kiosk"),
        cell=cell_of(instrument, sheets, joint=shared.pop("joint", complete)),
        **shared,
    )


def told(blocks: Sequence[ReleasedBlock] = (), waiting: int = 0) -> Released:
    """What is told of a row with these blocks."""
    return Released(list(blocks), waiting)


def cell(instrument: Instrument, sheets: Mapping[str, int]) -> Cell:
    """The cell of these sheets with its composites, whatever is skipped."""
    return cell_of(instrument, sheets)
