"""Which reports somebody may read."""

import pytest

from app.closing.rules.report_reach import ReportReach

PERSON, OFFICE, WHOLE = (
    ("employee", "E001", "dukcapil", ""),
    ("office", "dukcapil", "dukcapil", ""),
    ("agency", "", None, ""),
)
BELOW = ("agency", "upt", None, "upt")
EVERYTHING = ReportReach(None)
ONE_OFFICE = ReportReach({"dukcapil"})
NO_PERSONS = ReportReach(None, frozenset())
ONESELF = ReportReach(frozenset(), {"E001"})
COLLEAGUE = ReportReach(frozenset(), {"E002"})


@pytest.mark.parametrize(
    ("reach", "seen"),
    [
        (EVERYTHING, [PERSON, OFFICE, WHOLE, BELOW]),
        (ONE_OFFICE, [PERSON, OFFICE]),
        (ReportReach({"upt"}), [BELOW]),
        (NO_PERSONS, [OFFICE, WHOLE, BELOW]),
        (ONESELF, [PERSON]),
        (COLLEAGUE, []),
    ],
)
def test_a_report_is_read_by_whom_it_is_for(reach: ReportReach, seen: list[tuple[str, str, str | None, str]]) -> None:
    assert [each for each in (PERSON, OFFICE, WHOLE, BELOW) if reach.has(*each)] == seen
