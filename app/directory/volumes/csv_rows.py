"""Reads served volumes from the rows of a CSV file, and finds their faults of form and against the directory."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeAlias

from pydantic import ValidationError

from app.directory.faults import Fault
from app.directory.rules.catalogue import Catalogue
from app.directory.volumes.volume import DayVolume, flaws_of
from app.directory.workbook.fields import Code, Count, OptionalCount, OptionalEmployeeCode, RecentDay
from app.directory.workbook.rows import Row, problems_of, read_row
from app.foundation.problem_codes import FIELD_MESSAGES

SHEET = "volumes"
COLUMNS = ("office", "service", "employee", "date", "served", "offered")

NumberedCells: TypeAlias = tuple[int, Mapping[str, str]]


class VolumeRow(Row):
    """A row of the file; `employee` and `offered` may be empty."""

    sheet = SHEET
    key_columns = ()
    office: Code
    service: Code
    employee: OptionalEmployeeCode
    date: RecentDay
    served: Count
    offered: OptionalCount


def read_volumes(
    lines: Iterable[NumberedCells], catalogue: Catalogue, now: datetime
) -> tuple[list[DayVolume], list[Fault]]:
    """The volumes of the rows that have the right form, and every fault of any row, by row."""
    numbers: list[int] = []
    volumes: list[DayVolume] = []
    faults: list[Fault] = []
    for number, cells in lines:
        try:
            row = read_row(VolumeRow, cells, now.date())
        except ValidationError as error:
            faults += [Fault(SHEET, number, column, problem) for column, problem in problems_of(error)]
            continue
        # Rows with a fault of form are left out, so places among the volumes are not row numbers.
        numbers.append(number)
        volumes.append(DayVolume(row.office, row.date, row.service, row.employee or "", row.served, row.offered))
    # Without a root: whoever works on the machine itself may write for every office.
    for place, field, code in flaws_of(volumes, catalogue, root=None, now=now):
        faults.append(Fault(SHEET, numbers[place], field, FIELD_MESSAGES[code]))
    return volumes, sorted(faults, key=lambda fault: fault.row or 0)
