"""Which offices somebody reaches is read of their own branch of the tree, and is the same as of the whole tree."""

from collections.abc import Iterator
from random import Random

import pytest

from app.access.principals import Reach
from app.directory.listing_store import codes_by_name, count_offices, office_branches, office_codes, office_parents
from app.directory.reach import offices_asked_for, offices_in_reach, require_office
from app.directory.rules.office_tree import at_and_above, subtree
from app.directory.rules.reach import offices_asked
from app.directory.tables import Office
from app.foundation.problems import Problem
from app.foundation.storage.database import Database, Session


@pytest.fixture
def session(furnished: tuple[str, dict[str, str]]) -> Iterator[Session]:
    """A tree of forty more offices by lot, and the same codes in another agency as another tree."""
    database = Database(furnished[0])
    draw = Random(7)
    for agency in ("kota", "desa"):
        codes = [f"o-{number:02}" for number in range(40)]
        for number, code in enumerate(codes):
            # One after the other: an office is there before those below it.
            with database.writing() as writing:
                parent = draw.choice([None, *codes[:number]]) if number else None
                writing.add(Office(agency_id=agency, code=code, name=code, parent=parent, timezone="Asia/Makassar"))
    with database.snapshot() as reading:
        yield reading
    database.dispose()


def test_a_branch_is_what_lies_below_an_office_and_above_it(session: Session) -> None:
    parents = office_parents(session, "kota")
    assert count_offices(session, "kota") == len(parents) > 40
    for code in parents:
        found = office_branches(session, "kota", code)
        assert found.keys() == subtree(parents, code) | at_and_above(parents, code)
        assert found.items() <= parents.items()
    both = office_branches(session, "kota", "o-03", "o-17")
    assert both == office_branches(session, "kota", "o-03") | office_branches(session, "kota", "o-17")
    assert office_branches(session, "kota", None) == office_branches(session, "kota", "o-03", None) == parents
    assert office_branches(session, "kota", "nowhere") == office_branches(session, "nobody", "o-03") == {}


def test_reach_is_the_same_as_by_the_whole_tree(session: Session) -> None:
    parents = office_parents(session, "kota")
    outcomes = set()
    for root in (None, "o-00", "o-01", "o-05", "dukcapil"):
        reach = Reach("kota", root, "test")
        assert offices_in_reach(session, reach) == (None if root is None else subtree(parents, root))
        for office in (None, "o-00", "o-02", "o-21", "upt-makassar", "nowhere"):
            for children in (False, True):
                try:
                    expected = offices_asked(parents, reach, office, children=children)
                    whole = len(expected) == len(parents)
                    assert offices_asked_for(session, reach, office, children=children) == (expected, whole)
                    if office is not None:
                        require_office(session, reach, office)
                    outcomes.add(str(whole))
                except Problem as problem:
                    outcomes.add(problem.code)
                    with pytest.raises(Problem, match=problem.code):
                        offices_asked_for(session, reach, office, children=children)
                    with pytest.raises(Problem, match=problem.code):
                        require_office(session, reach, office or "")
    assert outcomes == {"True", "False", "office-unknown", "out-of-scope"}


def test_a_tree_of_one_top_is_the_whole_agency(furnished: tuple[str, dict[str, str]]) -> None:
    database = Database(furnished[0])
    with database.snapshot() as session:
        parents = office_parents(session, "kota")
        top = next((code for code in parents if subtree(parents, code) == parents.keys()), None)
        found = offices_asked_for(session, Reach("kota", top, "test"), None, children=True)
    database.dispose()
    assert found == (frozenset(parents), True)


def test_offices_are_listed_a_part_at_a_time(session: Session) -> None:
    parents = office_parents(session, "kota")
    for root in (None, "o-00", "o-01", "o-39"):
        within = set(parents) if root is None else subtree(parents, root)
        assert count_offices(session, "kota", root) == len(within)
        codes: list[str] = []
        after = None
        while some := office_codes(session, "kota", root, after=after, limit=7):
            codes += some
            after = some[-1]
        assert codes == sorted(within)
        below = [
            code
            for skip in range(0, len(parents) + 7, 7)
            for code in codes_by_name(session, "kota", root, skip=skip, limit=7)
        ]
        assert sorted(below) == sorted(within - {root})
        assert [each for each in below if each.startswith("o-")] == sorted(each for each in below if each[:2] == "o-")
    assert count_offices(session, "kota", "nowhere") == 0
    assert list(codes_by_name(session, "kota", "nowhere", skip=0, limit=7)) == []
