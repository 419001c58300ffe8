"""Checks the form of codes, numbers and names: each function returns the value to keep, or raises ValueError.

The messages never repeat the value: it may be a NIP, or hold one.
"""

import re
from datetime import date

from app.directory.faults import Sentence
from app.directory.tables import ZONES

CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
EMPLOYEE_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")
REGION_CODE = re.compile(r"[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?")
NIP = re.compile(r"[0-9]{18}")

# Eighteen digits that begin like a birth date, however they are spaced: the usual ways to write a NIP.
NIP_WITHIN = re.compile(r"(?<![0-9])(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{6}[12][0-9]{3}(?![0-9])")
GAPS = re.compile(r"[\s.-]")

ZONE_NAMES = dict(zip(("WIB", "WITA", "WIT"), ZONES, strict=True)) | {zone: zone for zone in ZONES}

EARLIEST_BIRTH_YEAR = 1930
YOUNGEST = 15


def code(text: str) -> str:
    """The code of an agency, office, service, counter or family."""
    if not CODE.fullmatch(text):
        raise ValueError("write at most 40 small letters, digits and hyphens, not starting with a hyphen")
    return without_nip(text)


def employee_code(text: str) -> str:
    """The public code of an employee, which must not be the NIP."""
    if not EMPLOYEE_CODE.fullmatch(text):
        raise ValueError("write at most 40 letters, digits and hyphens, not starting with a hyphen")
    return without_nip(text)


def without_nip(text: str) -> str:
    """The text unless it holds a NIP, which would reveal birth date and sex to the public."""
    if NIP_WITHIN.search(GAPS.sub("", text)):
        raise ValueError("this is public and must not hold a NIP")
    return text


def region_code(text: str) -> str:
    """A region of the interior ministry's list: `73`, `73.71`, `73.71.09` or `73.71.09.1001`."""
    if not REGION_CODE.fullmatch(text):
        raise ValueError("write the ministry's region code as PP, PP.KK, PP.KK.CC or PP.KK.CC.DDDD")
    return text


def zone(text: str) -> str:
    """One of Indonesia's three time zones, by its own name or as WIB, WITA or WIT."""
    found = ZONE_NAMES.get(text) or ZONE_NAMES.get(text.upper())
    if found is None:
        raise ValueError(Sentence("write one of {zones} (or WIB, WITA, WIT)", zones=", ".join(ZONES)))
    return found


def nip(text: str, today: date) -> str:
    """A NIP, spaces removed: birth date, year and month (PPPK: a contract number), sex, serial number."""
    digits = "".join(text.split())
    if not NIP.fullmatch(digits):
        raise ValueError("a NIP has exactly 18 digits")
    # Digits 9 to 14 are not checked: a PPPK's number has a contract number where others have the month.
    if not _plausible_birth(digits[:8], today):
        raise ValueError("the first 8 digits of a NIP are a birth date (YYYYMMDD)")
    if digits[14] not in "12":
        raise ValueError("digit 15 of a NIP is 1 or 2")
    if digits.endswith("000"):
        # Serial numbers start at 001; a spreadsheet that took the NIP for a number ends it in zeros.
        raise ValueError("a spreadsheet has lost the last digits; format the column as text and type it again")
    return digits


def _plausible_birth(digits: str, today: date) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return EARLIEST_BIRTH_YEAR <= born.year <= today.year - YOUNGEST
