"""The table of faults names tests that are there, in both languages the same, and says of each what is not shown."""

import pytest

from tests.release.test_threat_model import functions, named_in, rows

DOCUMENTS = ("docs/faults.md", "docs/faults.id.md")
# What a cell says where there is no test.
NONE = {"docs/faults.md": "none yet", "docs/faults.id.md": "belum ada"}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_fault_has_a_test_that_is_there_or_says_that_it_has_none(document: str) -> None:
    found = rows(document)
    assert len(found) >= 17
    for fault, asked, test, remains in found:
        assert all((fault, asked, remains)), fault
        named = list(named_in(test))
        # Nothing that looks like a test is left unread, and nothing is left out in silence.
        assert len(named) == test.count("`test_"), fault
        assert (test == NONE[document]) == (named == []), fault
        assert [each for each in named if each[1] not in functions(each[0])] == [], fault


def test_both_languages_name_the_same_tests() -> None:
    told = [[list(named_in(row[2])) for row in rows(each)] for each in DOCUMENTS]
    assert told[0] == told[1]
