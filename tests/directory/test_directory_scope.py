"""The tree of offices, against definitions simple enough to be believed."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.directory.rules.office_tree import in_cycles, parents_first, subtree

Parents = Mapping[str, str | None]
CODES = "abcdefgh"

graphs = st.dictionaries(st.sampled_from(CODES), st.none() | st.sampled_from(CODES))
trees = st.lists(st.integers(0, 7), max_size=8).map(
    lambda picks: {CODES[i]: (None if pick >= i else CODES[pick]) for i, pick in enumerate(picks)}
)


def ancestors(parents: Parents, office: str) -> set[str]:
    """Every office reached by going up at least once."""
    found: set[str] = set()
    at = parents.get(office)
    while at is not None and at not in found:
        found.add(at)
        at = parents.get(at)
    return found


@given(graphs, st.sampled_from(CODES))
def test_a_subtree_is_the_office_and_all_that_have_it_above_them(parents: Parents, root: str) -> None:
    below = {office for office in parents if office == root or root in ancestors(parents, office)}
    assert subtree(parents, root) == (below if root in parents else frozenset())


@given(graphs)
def test_an_office_is_in_a_circle_if_it_is_above_itself(parents: Parents) -> None:
    assert in_cycles(parents) == {office for office in parents if office in ancestors(parents, office)}


@given(trees)
def test_parents_come_first(parents: Parents) -> None:
    order = parents_first(parents, parents)
    assert sorted(order) == sorted(parents)
    for office, parent in parents.items():
        assert parent is None or order.index(parent) < order.index(office)


def test_parents_outside_the_file_are_there_already() -> None:
    assert parents_first(["b", "a"], {"a": "elsewhere", "b": "a"}) == ["a", "b"]


@pytest.mark.parametrize("depth", [5_000])
def test_a_deep_tree_needs_no_deep_stack(depth: int) -> None:
    parents: Parents = {str(i): str(i - 1) if i else None for i in range(depth)}
    assert len(subtree(parents, "0")) == depth
    assert in_cycles(parents) == frozenset()
    assert parents_first(parents, parents) == [str(i) for i in range(depth)]
