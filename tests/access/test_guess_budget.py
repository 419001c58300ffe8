"""Whose attempts are counted together."""

import pytest

from app.access.rules.guess_budget import NO_ADDRESS, PER_SECRET, SHARED, Attempt, GuessBudget, network_of


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8::1:2", "2001:db8::/64"),
        ("2001:db8:0:0:ffff::9", "2001:db8::/64"),
        ("2001:db8:0:1::9", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        # Whatever a proxy passes on that is no address has one budget.
        ("testclient", NO_ADDRESS),
        ("", NO_ADDRESS),
        ("unknown", NO_ADDRESS),
        ("_7f3a", NO_ADDRESS),
        ("192.0.2.7.example", NO_ADDRESS),
    ],
)
def test_addresses_that_one_subscriber_has_are_one(address: str, whose: str) -> None:
    assert network_of(address) == whose


GOOD = Attempt(True, 0)


def test_a_subscriber_with_many_addresses_has_one_budget() -> None:
    budget = GuessBudget(budget=2, per_second=1.0)
    assert [budget.take(f"2001:db8::{n}", 0.0) for n in range(1, 4)] == [GOOD, GOOD, Attempt(False, 1)]
    assert budget.take("2001:db8:0:1::1", 0.0) == GOOD
    budget.give_back(GOOD, "2001:db8::ffff", 0.0)
    assert budget.take("2001:db8::4", 0.0) == GOOD


def test_who_holds_a_right_secret_is_not_shut_out_by_others_behind_the_same_address() -> None:
    budget = GuessBudget(budget=2, per_second=1.0)
    for n in range(2):
        assert budget.take("a", 0.0, f"wrong {n}") == GOOD
    # Well-formed ones are looked up still, but a wrong one is told to wait.
    for n in range(SHARED):
        assert budget.take("a", 0.0, f"wrong again {n}") == Attempt(True, 1)
    assert budget.take("a", 0.0, "right") == Attempt(False, 1)
    budget.give_back(Attempt(True, 1), "a", 0.0)
    assert budget.take("a", 0.0, "right") == Attempt(True, 1)
    # What has not even the form of a secret needs no look.
    assert budget.take("a", 0.0) == Attempt(False, 1)
    assert budget.take("a", 0.02, "right") == Attempt(True, 1)
    assert budget.take("a", 1.0, "right") == GOOD
    assert budget.take("192.0.2.1", 0.0, "right") == GOOD


def test_who_tries_the_same_over_and_over_uses_up_that_one_alone() -> None:
    budget = GuessBudget(budget=1_000, per_second=1.0)
    for _ in range(PER_SECRET):
        assert budget.take("192.0.2.1", 0.0, "old") == GOOD
        budget.count_wrong("192.0.2.1", 0.0, "old")
    assert budget.take("192.0.2.1", 0.0, "old") == Attempt(False, 10)
    for address, secret in (("192.0.2.1", "new"), ("192.0.2.2", "old")):
        assert budget.take(address, 0.0, secret) == GOOD
    assert budget.take("192.0.2.1", 10.0, "old") == GOOD


def test_a_right_secret_may_be_shown_by_many_at_once() -> None:
    budget = GuessBudget(budget=1_000, per_second=1.0)
    assert all(budget.take("a", 0.0, "right") == GOOD for _ in range(500))
