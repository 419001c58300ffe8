"""What an agency's periods are called."""

import pytest

from app.directory.rules.agency_periods import PERIODS, period_called


def test_every_length_has_its_name_and_no_other_has_one() -> None:
    assert {name: period_called(months) for name, months in PERIODS.items()} == {"quarter": "quarter", "month": "month"}
    with pytest.raises(KeyError):
        period_called(2)
