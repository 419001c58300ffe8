"""The grains of the tallies: few and coarse, because a grain that is too fine does not compress.

This list is data: the statements that count, that change the status of sheets and that check the tallies are
all made from it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Grain:
    """Sheets are counted per unit and period; a grain without `split` merges services and channels."""

    name: str
    unit: str
    by_month: bool
    split: bool


OFFICE_MONTH = Grain("office-month", unit="office", by_month=True, split=True)
OFFICE_DAY = Grain("office-day", unit="office", by_month=False, split=False)
AGENCY_MONTH = Grain("agency-month", unit="agency_id", by_month=True, split=True)

# Sorted by name, as the keys of tallies are: writers that lock rows in one order do not deadlock.
GRAINS = (AGENCY_MONTH, OFFICE_DAY, OFFICE_MONTH)
