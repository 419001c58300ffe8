"""How often a fault is tried, that an interrupted campaign goes on, and that harm once seen is not forgotten."""

from pathlib import Path
from random import Random

import pytest

from tests.faults.figures import Figures
from tests.faults.journal import Journal, table
from tests.faults.trials import Sizes, Trials

SIZES = Sizes(2, 100, 40)
GOOD = Figures(attempted=9, acknowledged=8, stored=8)


class Attempts:
    """Attempts that were made, each of which finds what it is told to find."""

    def __init__(self, found: Figures = GOOD) -> None:
        self.found = found
        self.sizes: list[int] = []
        self.drawn: list[float] = []

    def __call__(self, size: int, dice: Random) -> Figures:
        """Find it."""
        self.sizes.append(size)
        self.drawn.append(dice.random())
        return self.found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a campaign writes."""
    return tmp_path / "new" / "faults.jsonl"


def opened(file: Path, version: str = "one") -> Journal:
    return Journal.open(file, version)


def test_in_ci_each_fault_has_one_round_of_the_short_size() -> None:
    attempts = Attempts()
    Trials(Journal("one"), None).keep("kill", "kills", SIZES, attempts)
    assert attempts.sizes == [2]


def test_a_campaign_goes_on_where_it_was_interrupted(file: Path) -> None:
    first, then = Attempts(), Attempts()
    Trials(opened(file), 0.5).keep("kill", "kills", SIZES, first)
    assert first.sizes == [40, 10]
    Trials(opened(file), 1).keep("kill", "kills", SIZES, then)
    assert then.sizes == [40, 10]
    Trials(opened(file), 1).keep("kill", "kills", SIZES, never := Attempts())
    assert never.sizes == []
    # Each round has dice of its own, whose seed is written down.
    journal = opened(file)
    assert [Random(each.seed).random() for each in journal.rounds] == first.drawn + then.drawn
    # Another row, and another version, begin from nothing.
    Trials(opened(file), 1).keep("restart", "restarts", SIZES, other := Attempts())
    Trials(opened(file, "two"), 1).keep("kill", "kills", SIZES, newer := Attempts())
    assert other.sizes == newer.sizes == [40, 40, 20]


def test_a_round_that_did_harm_fails_now_and_whenever_the_campaign_goes_on(file: Path) -> None:
    with pytest.raises(AssertionError, match="broken"):
        Trials(opened(file), 0.1).keep("kill", "kills", SIZES, Attempts(Figures(acknowledged=1, lost=1)))
    with pytest.raises(AssertionError, match="broken"):
        Trials(opened(file), 0.2).keep("kill", "kills", SIZES, attempts := Attempts())
    assert attempts.sizes == [10]
    [_, line] = table(opened(file).rounds)
    assert line.split()[:3] == ["kill", "20", "kills"]
    assert line.endswith("broken")


def test_a_round_that_came_to_no_end_is_written_down_as_broken(file: Path) -> None:
    def hangs(_: int, __: Random) -> Figures:
        raise TimeoutError("the service stored nothing")

    with pytest.raises(TimeoutError):
        Trials(opened(file), None).keep("kill", "kills", SIZES, hangs)
    [kept] = opened(file).rounds
    assert (kept.verdict, kept.figures.strikes) == ("broken", 2)
    assert kept.why == "TimeoutError: the service stored nothing"


def test_where_nothing_was_acknowledged_nothing_is_proven() -> None:
    with pytest.raises(AssertionError, match="unknown"):
        Trials(Journal("one"), None).keep("kill", "kills", SIZES, Attempts(Figures(attempted=1)))


def test_a_service_that_breaks_the_promise_has_to_be_caught() -> None:
    trials = Trials(Journal("one"), 1)
    trials.catch("mutant", "kills", 3, "lost", caught := Attempts(Figures(lost=5)))
    trials.catch("mutant", "kills", 3, "lost", caught)
    assert caught.sizes == [3]
    with pytest.raises(AssertionError, match="missed"):
        trials.catch("another", "kills", 3, "lost", Attempts())
    [_, mutant, another] = table(trials.journal.rounds)
    assert mutant.endswith("caught")
    assert another.endswith("missed")


def test_the_table_adds_rounds_up_and_says_how_likely_harm_may_be_at_most() -> None:
    trials = Trials(Journal("one"), 1)
    trials.keep("kill", "kills", Sizes(1, 3_000, 1_500), Attempts())
    trials.keep("memory", "seconds", Sizes(1, 60, 60), Attempts())
    _, kills, seconds = table(trials.journal.rounds)
    assert kills.split() == ["kill", "3000", "kills", "18", "16", "0", "0", "0", "0", "0.00100", "kept"]
    assert seconds.split() == ["memory", "60", "seconds", "9", "8", "0", "0", "0", "0", "kept"]
