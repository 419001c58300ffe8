"""Of two who do the same at once the second is told what it would be told a moment later, and nobody gets a 500."""

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import pytest

import app
from app.access import keys
from app.directory.faults import DirectoryFault
from app.foundation.problems import Problem
from app.instruments.faults import InstrumentFault
from app.people.faults import PeopleFault
from tests.races import closing_races, people_races, setting_races
from tests.races.overlap import second_of_two
from tests.races.town import DONE, Case, Step, Town

CASES = {**people_races.CASES, **setting_races.CASES, **closing_races.CASES}
FAULTS = (DirectoryFault, InstrumentFault, PeopleFault, keys.KeyFault)


def told(outcome: Future[object]) -> str:
    """What somebody is told."""
    error = outcome.exception()
    if error is None:
        return DONE
    if isinstance(error, Problem):
        return error.code
    assert isinstance(error, FAULTS), repr(error)
    return str(error)


def a_moment_later(step: Step) -> Future[object]:
    """The same when nobody does anything beside it."""
    outcome = Future[object]()
    try:
        outcome.set_result(step())
    except Exception as error:
        outcome.set_exception(error)
    return outcome


@pytest.mark.parametrize("kind", CASES, ids=lambda kind: kind.__name__)
def test_the_second_of_two_is_told_what_it_is_told_a_moment_later(town: Town, kind: Callable[[Town], Case]) -> None:
    case = kind(town)
    at_once = told(second_of_two(town.house.database, case.first, case.second, commits=case.commits))
    before, _, after = CASES[kind].partition("{}")
    assert before in at_once
    assert after in at_once
    assert told(a_moment_later(case.second)) == at_once


def test_no_row_is_looked_for_and_written_afterwards() -> None:
    # `Session.merge` does; `upsert.put` writes in one statement.
    rooms = Path(app.__file__).parent
    assert [str(each) for each in rooms.rglob("*.py") if "session.merge(" in each.read_text("utf-8")] == []
