"""Whoever reaches some offices sees what names them, and nothing that names none."""

import pytest

from app.people.rules.trail import is_about


@pytest.mark.parametrize(
    ("detail", "expected"),
    [({"office": "dukcapil"}, True), ({"office": "setda"}, False), ({}, False), ({"office": None}, False)],
)
def test_a_row_is_about_the_office_that_it_names(detail: dict[str, str | None], expected: bool) -> None:
    assert is_about(detail, {"dukcapil"}) is expected
