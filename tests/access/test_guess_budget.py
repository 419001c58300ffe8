"""Whose attempts are counted together."""

import pytest

from app.access.rules.guess_budget import GuessBudget, network_of


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8::1:2", "2001:db8::/64"),
        ("2001:db8:0:0:ffff::9", "2001:db8::/64"),
        ("2001:db8:0:1::9", "2001:db8:0:1::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_addresses_that_one_subscriber_has_are_one(address: str, whose: str) -> None:
    assert network_of(address) == whose


def test_a_subscriber_with_many_addresses_has_one_budget() -> None:
    budget = GuessBudget(budget=2, per_second=1.0)
    assert [budget.take(f"2001:db8::{n}", 0.0) for n in range(1, 4)] == [0, 0, 1]
    assert budget.take("2001:db8:0:1::1", 0.0) == 0
    budget.give_back("2001:db8::ffff", 0.0)
    assert budget.take("2001:db8::4", 0.0) == 0
