"""Which units a response with measures may show beside the figures of the agency and of all its offices. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence

from app.disclosure.rules.ledger import Cell, Ledger, Month, Part, publish_allowed
from app.disclosure.rules.minimum import SMALLEST_N
from app.ratings.status import COUNTED
from app.ratings.tallies.rules.query_plan import By
from app.ratings.tallies.rules.sheet_rows import SheetRow, by_unit, grouped, size

Units = Mapping[str, Sequence[SheetRow]]
# One response covers two times, which stand for months in the ledger: the period asked for, and the one before.
NOW, THEN = "now", "then"


def at_enough_offices(rows: Sequence[SheetRow]) -> list[SheetRow]:
    """A person's sheets at the offices where at least ten rated, or all where there is no such office.

    A few sheets at another office could be computed by subtraction; without such an office all are shown or none.
    """
    enough = enough_offices(rows)
    return [row for row in rows if row.office in enough]


def enough_offices(rows: Sequence[SheetRow]) -> frozenset[str]:
    """The offices where a person has at least ten ratings; where there is none, all."""
    there = grouped(rows, lambda row: row.office)
    return frozenset(office for office, own in there.items() if size(own) >= SMALLEST_N) or frozenset(there)


def publishable_units(
    by: By, units: Units, earlier: Units, rows: Sequence[SheetRow], before: Sequence[SheetRow]
) -> tuple[Units, Units]:
    """The units that may be shown, and those of them whose period before may be shown too.

    `rows` and `before` are all sheets of the agency, `units` and `earlier` those of every unit in them.
    """
    ledger = Ledger([], parts_of(rows, NOW) + parts_of(before, THEN))
    now = _publish(ledger, by, units, rows, NOW)
    return now, _publish(ledger, by, {code: earlier[code] for code in now if code in earlier}, before, THEN)


def _publish(ledger: Ledger, by: By, units: Units, rows: Sequence[SheetRow], month: Month) -> Units:
    months = frozenset([month])
    offices = by_unit(rows, By.office)
    # Live figures of the agency and of every office are open to its readers, so they count as published first.
    publish_allowed(ledger, {"": (Cell(frozenset(offices), None, months), size(rows))})
    publish_allowed(ledger, {code: (Cell(frozenset([code]), None, months), size(own)) for code, own in offices.items()})
    asked = {
        code: (Cell(frozenset(row.office for row in own), code if by is By.employee else None, months), size(own))
        for code, own in units.items()
    }
    return {code: units[code] for code in sorted(publish_allowed(ledger, asked))}


def parts_of(rows: Sequence[SheetRow], month: Month) -> Counter[Part]:
    """The counted ratings of every part of one month."""
    parts: Counter[Part] = Counter()
    for row in rows:
        if row.standing == COUNTED:
            parts[Part(row.office, row.employee or "", month)] += row.n
    return parts
