"""Which units one answer about measures may tell of, beside the figures of the agency and of all its offices. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence

from app.disclosure.rules.ledger import Cell, Ledger, Month, Part, told
from app.disclosure.rules.minimum import SMALLEST_N
from app.ratings.status import COUNTED
from app.ratings.tallies.rules.query_plan import By
from app.ratings.tallies.rules.sheet_rows import SheetRow, by_unit, grouped, size

Units = Mapping[str, Sequence[SheetRow]]
# One answer knows two times: the period asked for, and the one before.
NOW, THEN = "now", "then"


def where_enough(rows: Sequence[SheetRow]) -> list[SheetRow]:
    """A person's sheets at the offices where at least ten rated; a few at another could be told by subtraction.

    Where there is no such office, all of them: together they are shown if they may be.
    """
    enough = enough_offices(rows)
    return [row for row in rows if row.office in enough]


def enough_offices(rows: Sequence[SheetRow]) -> frozenset[str]:
    """The offices where a person has at least ten ratings; where there is none, all."""
    there = grouped(rows, lambda row: row.office)
    return frozenset(office for office, own in there.items() if size(own) >= SMALLEST_N) or frozenset(there)


def tellable(
    by: By, units: Units, earlier: Units, rows: Sequence[SheetRow], before: Sequence[SheetRow]
) -> tuple[Units, Units]:
    """The units that may be told, and of the period before those of them that may be compared with it.

    `rows` and `before` are all sheets of the agency, `units` and `earlier` those of every unit in them.
    """
    ledger = Ledger([], parts_of(rows, NOW) + parts_of(before, THEN))
    now = _told(ledger, by, units, rows, NOW)
    return now, _told(ledger, by, {code: earlier[code] for code in now if code in earlier}, before, THEN)


def _told(ledger: Ledger, by: By, units: Units, rows: Sequence[SheetRow], month: Month) -> Units:
    months = frozenset([month])
    offices = by_unit(rows, By.office)
    told(ledger, {"": (Cell(frozenset(offices), None, months), size(rows))})
    told(ledger, {code: (Cell(frozenset([code]), None, months), size(own)) for code, own in offices.items()})
    asked = {
        code: (Cell(frozenset(row.office for row in own), code if by is By.employee else None, months), size(own))
        for code, own in units.items()
    }
    return {code: units[code] for code in sorted(told(ledger, asked))}


def parts_of(rows: Sequence[SheetRow], month: Month) -> Counter[Part]:
    """The counted ratings of every part of one month."""
    parts: Counter[Part] = Counter()
    for row in rows:
        if row.standing == COUNTED:
            parts[Part(row.office, row.employee or "", month)] += row.n
    return parts
