"""The dates of survey tools and spreadsheets are read as they are written, and never guessed."""

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from app.ratings.csv_import.moments import checked_format, moment_of, order_problem
from tests.house import NOW

JAKARTA = ZoneInfo("Asia/Jakarta")


@pytest.mark.parametrize(
    ("written", "form", "moment"),
    [
        # Google Forms: its own CSV, and its sheet with American and with Indonesian settings.
        ("2026/09/03 10:15:42 AM GMT+7", None, "2026-09-03T03:15:42"),
        ("2026/09/03 12:15:42 AM GMT+8", None, "2026-09-02T16:15:42"),
        ("2026/09/03 12:15:42 PM GMT+5:30", None, "2026-09-03T06:45:42"),
        ("9/3/2026 22:15:42", "mdy", "2026-09-03T15:15:42"),
        ("03/09/2026 22.15.42", "dmy", "2026-09-03T15:15:42"),
        ("03/09/2026, 10:15:42\u202fPM", "dmy", "2026-09-03T15:15:42"),
        # LimeSurvey: as in its database, and as it shows dates.
        ("2026-09-03 22:15:42", None, "2026-09-03T15:15:42"),
        ("03.09.2026 22:15", "dmy", "2026-09-03T15:15:00"),
        # Kobo: of the telephone, with its offset, and in XLS-Form's short form.
        ("2026-09-03T22:15:42.123+07:00", None, "2026-09-03T15:15:42.123000"),
        ("2026-09-03T22:15:42.123456789+07", None, "2026-09-03T15:15:42.123456"),
        ("2026-09-03T15:15:42Z", "dmy", "2026-09-03T15:15:42"),
        ("2026-09-03T15:15:42 UTC", None, "2026-09-03T15:15:42"),
        ("2026-9-3", None, "2026-09-03T05:00:00"),
        ("3/9/2026", "dmy", "2026-09-03T05:00:00"),
        # What no other name fits.
        ("3 September 2026 22h15", "%d %B %Y %Hh%M", "2026-09-03T15:15:00"),
        ("20260903", "%Y%m%d", "2026-09-03T05:00:00"),
    ],
)
def test_the_shapes_of_survey_tools_are_read(written: str, form: str | None, moment: str) -> None:
    assert moment_of(written, JAKARTA, NOW, form).astimezone(UTC).isoformat().removesuffix("+00:00") == moment


@pytest.mark.parametrize(
    ("written", "form", "words"),
    [
        ("03/09/2026", None, "write the time as"),
        ("2026-09/03", None, "write the time as"),
        ("15/07/2026", "mdy", "no such day"),
        ("07/15/2026", "dmy", "no such day"),
        ("2026/09/03 13:15:42 PM", None, "no such day or time"),
        ("2026/09/03 0:15:42 AM", None, "no such day or time"),
        ("2026-09-03 24:00", None, "no such day or time"),
        ("2026-09-03T22:15:42+99:00", None, "no such day or time"),
        ("03/09/2026", "%d.%m.%Y", "not written as --time-format says, %d.%m.%Y"),
        ("45903.9", "dmy", "write the time as"),
    ],
)
def test_what_is_no_time_in_its_shape_is_a_fault(written: str, form: str | None, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        moment_of(written, JAKARTA, NOW, form)


@pytest.mark.parametrize("form", ["dmy", "mdy", "%d.%m.%Y %H.%M", "%Y%m%d", "%d/%m/%y", "%A, %d %B %Y"])
def test_a_format_is_an_order_or_a_pattern_with_a_whole_day(form: str) -> None:
    assert checked_format(form) == form


@pytest.mark.parametrize("form", ["", "ymd", "DD/MM/YYYY", "%d/%m", "%H:%M", "%Q", "%", "%Y-%m-%d %Y", "2001-02-03"])
def test_another_format_is_refused(form: str) -> None:
    with pytest.raises(ValueError, match="say dmy, mdy, or a pattern"):
        checked_format(form)


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["2026-09-03", "", "x"], None),
        (["2026-09-03", "03/04/2026", "5/6/2026 10:00"], (3, "nobody can tell whether the day or the month")),
        (["03/04/2026", "13/04/2026"], (3, "the day stands before the month; say --time-format dmy")),
        (["03/04/2026", "4/13/2026"], (3, "the month stands before the day; say --time-format mdy")),
        (["4/13/2026", "13/4/2026"], (2, "the day stands first in row 3 and the month in row 2; write them alike")),
        (["13/13/2026"], (2, "nobody can tell")),
    ],
)
def test_days_that_may_be_months_are_told_once_for_the_file(texts: list[str], told: tuple[int, str] | None) -> None:
    found = order_problem(enumerate(texts, 2))
    if told is None:
        assert found is None
    else:
        assert found is not None
        assert found[0] == told[0]
        assert told[1] in found[1]
