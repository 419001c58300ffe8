"""Field types of a workbook's rows: each reads a cell, checks its form and gives its value."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from app.directory.faults import Sentence
from app.directory.workbook import forms
from app.directory.workbook.cells import Cell, count_of, day_of, moment_of, optional_count_of, required_text_of, text_of
from app.foundation.days import EARLIEST
from app.standards.rules.promise import Unit
from app.targets.rules.target import INDEX

VALUE = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?")
MONTH = re.compile(r"2[0-9]{3}-(0[1-9]|1[0-2])")
DEFAULT_INSTRUMENT = "ikl-1"
UNITS: Mapping[str, Unit] = {
    **{unit.value: unit for unit in Unit},
    "menit": Unit.minutes,
    "jam": Unit.hours,
    "hari-kerja": Unit.working_days,
}


def _nip(text: str, info: ValidationInfo) -> str:
    assert info.context is not None, "rows are read by read_row, which hands the day down"
    return forms.nip(text, today=info.context["today"])


def _codes(cell: Cell) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in (text_of(cell) or "").split(";"))
    codes = tuple(part for part in parts if part)
    if len(set(codes)) < len(codes):
        raise ValueError("a service is named twice")
    return codes


def _not_before_service(day: date) -> date:
    if day < EARLIEST:
        raise ValueError(Sentence("the year must be {first} or later", first=EARLIEST.year))
    return day


def _hundredths(cell: Cell) -> int:
    text = required_text_of(cell).replace(",", ".")
    if not VALUE.fullmatch(text):
        raise ValueError("write the target with at most two decimals, such as 88.00")
    return int(Decimal(text) * 100)


def _month(cell: Cell) -> str:
    # A spreadsheet makes the first day of the month of 2027-01, where the column is not text.
    if isinstance(cell, date):
        return f"{day_of(cell):%Y-%m}"
    text = required_text_of(cell)
    if not MONTH.fullmatch(text):
        raise ValueError("write the month as 2027-01")
    return text


def _unit(cell: Cell) -> Unit | None:
    text = text_of(cell)
    if text is None:
        return None
    named = UNITS.get(text.lower().replace(" ", "-"))
    if named is None:
        raise ValueError("write minutes, hours or working-days")
    return named


Required = BeforeValidator(required_text_of)
Optional = BeforeValidator(text_of)
# Names and positions are public; somebody in a hurry pastes a NIP into them.
WithoutNip = AfterValidator(forms.without_nip)

Code = Annotated[str, Required, AfterValidator(forms.code)]
OptionalCode = Annotated[Annotated[str, AfterValidator(forms.code)] | None, Optional]
Codes = Annotated[tuple[Annotated[str, AfterValidator(forms.code)], ...], BeforeValidator(_codes)]
EmployeeCode = Annotated[str, Required, AfterValidator(forms.employee_code)]
OptionalEmployeeCode = Annotated[Annotated[str, AfterValidator(forms.employee_code)] | None, Optional]
Name = Annotated[str, Required, Field(max_length=200)]
PublicName = Annotated[Name, WithoutNip]
Zone = Annotated[str, Required, AfterValidator(forms.zone)]
RegionCode = Annotated[Annotated[str, AfterValidator(forms.region_code)] | None, Optional]
Nip = Annotated[Annotated[str, AfterValidator(_nip)] | None, Optional]
Position = Annotated[Annotated[str, Field(max_length=200), WithoutNip] | None, Optional]
Grade = Annotated[Annotated[str, Field(max_length=20), WithoutNip] | None, Optional]
Day = Annotated[date, BeforeValidator(day_of)]
RecentDay = Annotated[Day, AfterValidator(_not_before_service)]
Moment = Annotated[datetime, BeforeValidator(moment_of)]
Period = Annotated[str, Required, Field(max_length=10)]
Instrument = Annotated[str, BeforeValidator(lambda cell: text_of(cell) or DEFAULT_INSTRUMENT), Field(max_length=40)]
Figure = Annotated[str, BeforeValidator(lambda cell: text_of(cell) or INDEX), Field(max_length=40)]
Hundredths = Annotated[int, BeforeValidator(_hundredths)]
Month = Annotated[str, BeforeValidator(_month)]
PromisedUnit = Annotated[Unit | None, BeforeValidator(_unit)]
Source = Annotated[Annotated[str, Field(max_length=300)] | None, Optional]
Count = Annotated[int, BeforeValidator(count_of)]
OptionalCount = Annotated[int | None, BeforeValidator(optional_count_of)]
