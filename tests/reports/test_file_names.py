"""No two reports of a period are one file on a disk that ignores case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reports.rules.file_names import file_part

CODES = st.text("aAbBlL0-", min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("code", "is_employee", "part"),
    [
        ("E017", True, "E017"),
        ("e017", True, "e017~1"),
        ("Ab-C", True, "Ab-C~2"),
        ("1990-01", True, "1990-01"),
        ("disdukcapil", False, "disdukcapil"),
        ("Dis", False, "Dis~1"),
        ("ALL", False, "ALL"),
        # An office may be called so, and a survey of everything beside it.
        ("all", False, "all~7"),
    ],
)
def test_a_code_as_it_is_usually_written_is_its_own_name(code: str, is_employee: bool, part: str) -> None:
    assert file_part(code, is_employee=is_employee) == part


@given(CODES, CODES, st.booleans())
def test_two_codes_are_two_files_whatever_the_disk_makes_of_capitals(one: str, other: str, is_employee: bool) -> None:
    parts = [file_part(code, is_employee=is_employee).casefold() for code in (one, other)]
    assert (parts[0] == parts[1]) is (one == other)
