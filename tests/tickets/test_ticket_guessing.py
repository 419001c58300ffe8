"""The budget for refused tickets: spent, refilled, kept apart by address, bounded in memory."""

from app.tickets.guessing import GuessBudget


def test_the_budget_is_spent_and_comes_back_one_by_one() -> None:
    budget = GuessBudget(budget=3, per_second=0.5)
    for _ in range(3):
        assert budget.seconds_to_wait("a", 10.0) == 0
        budget.refused("a", 10.0)
    assert budget.seconds_to_wait("a", 10.0) == 2
    assert budget.seconds_to_wait("b", 10.0) == 0
    assert budget.seconds_to_wait("a", 11.0) == 1
    assert budget.seconds_to_wait("a", 12.0) == 0
    budget.refused("a", 12.0)
    assert budget.seconds_to_wait("a", 12.0) == 2
    assert budget.seconds_to_wait("a", 1_000.0) == 0


def test_a_clock_that_steps_back_gives_nothing_away() -> None:
    budget = GuessBudget(budget=1, per_second=1.0)
    budget.refused("a", 100.0)
    assert budget.seconds_to_wait("a", 50.0) == 1


def test_the_address_longest_silent_is_forgotten_first() -> None:
    budget = GuessBudget(budget=1, per_second=1.0, most=2)
    for address in ("a", "b", "a", "c"):
        budget.refused(address, 0.0)
    assert [budget.seconds_to_wait(address, 0.0) for address in "abc"] == [2, 0, 1]
