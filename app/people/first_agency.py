"""What an installation is set up with, and what is wrong with it, field by field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from unicodedata import normalize

from app.directory.rules.agency_periods import PERIODS
from app.directory.workbook import forms

LONGEST_NAME = 200
ZONES = ("WIB", "WITA", "WIT")
WRONG_CODE = "Write at most 40 small letters, digits and hyphens, such as kota-contoh; do not begin with a hyphen."
WRONG_NAME = "A name has 1 to 200 characters."
NIP_WITHIN = "This is public and must not hold a NIP."


@dataclass(frozen=True)
class FirstAgency:
    """An agency with its period, its first office, and the name of its first administrator."""

    name: str
    agency: str
    period: str
    office_name: str
    office: str
    zone: str
    administrator: str


def asked_for(sent: Mapping[str, str]) -> FirstAgency:
    """What a form asked for, without blanks around it."""
    return FirstAgency(**{name: sent.get(name, "").strip() for name in FirstAgency.__dataclass_fields__})


def faults_of(asked: FirstAgency) -> Iterator[tuple[str, str]]:
    """Every wrong field with a sentence, in the order of the form."""
    yield from name_faults("name", asked.name)
    yield from _code_faults("agency", asked.agency)
    if asked.period not in PERIODS:
        yield "period", "Choose a quarter or a month."
    yield from name_faults("office_name", asked.office_name)
    yield from _code_faults("office", asked.office)
    if asked.zone not in ZONES:
        yield "zone", "Choose one of the three time zones."
    yield from name_faults("administrator", asked.administrator)


def name_faults(field: str, name: str) -> Iterator[tuple[str, str]]:
    """What is wrong with a name that the public reads."""
    # As the directory keeps it: some characters are several then.
    if not name or len(normalize("NFC", name)) > LONGEST_NAME or not name.isprintable():
        yield field, WRONG_NAME
    elif _holds_nip(name):
        yield field, NIP_WITHIN


def _code_faults(field: str, code: str) -> Iterator[tuple[str, str]]:
    try:
        forms.code(code)
    except ValueError:
        yield field, NIP_WITHIN if _holds_nip(code) else WRONG_CODE


def _holds_nip(text: str) -> bool:
    try:
        forms.without_nip(text)
    except ValueError:
        return True
    return False
