"""Trees, proofs and tiles: known values of RFC 6962, the examples of tlog-tiles, and properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.transparency.rules.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
    root_of,
    tree_root,
)
from app.transparency.rules.tiles import Tile, bundle, bundle_name, tile_name, tiles_since, unbundled
from tests.effort import sized
from tests.transparency.trees import MemoryTiles, entries_of

# The entries and roots of the reference implementation of Certificate Transparency.
KNOWN = {
    "": "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "00": "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "10": "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "2021": "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "3031": "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "40414243": "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "5051525354555657": "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "606162636465666768696a6b6c6d6e6f": "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
SIZES = st.one_of(st.integers(1, 40), st.integers(250, 520), st.just(sized(1_030, 65_537)))
# Trees are made once: an example is about one place in one of them.
_trees: dict[int, MemoryTiles] = {}


def tiles_of(size: int) -> MemoryTiles:
    if size not in _trees:
        _trees[size] = MemoryTiles(entries_of(size))
    return _trees[size]


def test_roots_are_those_of_the_reference() -> None:
    entries = [bytes.fromhex(each) for each in KNOWN]
    for size, root in enumerate(KNOWN.values(), start=1):
        assert root_of(list(map(leaf_hash, entries[:size]))).hex() == root
        assert tree_root(MemoryTiles(entries), size).hex() == root
    assert root_of([]) == tree_root(MemoryTiles([]), 0) == EMPTY_ROOT
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(st.data())
def test_every_entry_is_proven_and_nothing_else_is(data: st.DataObject) -> None:
    size = data.draw(SIZES)
    position, tiles = data.draw(st.integers(0, size - 1)), tiles_of(size)
    root, leaf = tree_root(tiles, size), leaf_hash(entries_of(size)[position])
    path = inclusion_proof(tiles, position, size)
    assert is_included(leaf, position, size, path, root)
    other = data.draw(st.integers(0, size + 2).filter(lambda each: each != position))
    assert not is_included(leaf, other, size, path, root)
    assert not is_included(leaf_hash(b"other"), position, size, path, root)
    assert not is_included(leaf, position, size, [*path, root], root)
    assert not is_included(leaf, position, size, path, leaf) or size == 1
    if path:
        assert not is_included(leaf, position, size, path[:-1], root)
        place, bit = data.draw(st.integers(0, len(path) - 1)), data.draw(st.integers(0, 255))
        assert not is_included(leaf, position, size, flipped(path, place, bit), root)


@given(st.data())
def test_every_beginning_is_consistent_and_nothing_else_is(data: st.DataObject) -> None:
    size = data.draw(SIZES)
    old, tiles = data.draw(st.integers(0, size)), tiles_of(size)
    old_root, root = tree_root(tiles, old), tree_root(tiles, size)
    path = consistency_proof(tiles, old, size)
    assert is_consistent(old, old_root, size, root, path)
    forked = leaf_hash(b"forked")
    assert not is_consistent(old, forked, size, root, path)
    assert not is_consistent(old, old_root, size, forked, path) or old == 0
    assert not is_consistent(old, old_root, size, root, [*path, forked])
    assert not is_consistent(size + 1, old_root, size, root, path)
    if path:
        assert not is_consistent(old, old_root, size, root, path[:-1])
        place, bit = data.draw(st.integers(0, len(path) - 1)), data.draw(st.integers(0, 255))
        assert not is_consistent(old, old_root, size, root, flipped(path, place, bit))


def flipped(path: list[bytes], place: int, bit: int) -> list[bytes]:
    """A path in which one bit is another."""
    step = bytearray(path[place])
    step[bit // 8] ^= 1 << bit % 8
    return [*path[:place], bytes(step), *path[place + 1 :]]


def test_what_no_tree_has_is_not_proven() -> None:
    tiles = tiles_of(5)
    for position in (-1, 5):
        with pytest.raises(ValueError, match="a tree of 5 entries has none at"):
            inclusion_proof(tiles, position, 5)
    for old in (-1, 6):
        with pytest.raises(ValueError, match="does not begin with one of"):
            consistency_proof(tiles, old, 5)
    assert not is_consistent(3, EMPTY_ROOT, 5, EMPTY_ROOT, [])
    assert not is_consistent(1, EMPTY_ROOT, 2, EMPTY_ROOT, [EMPTY_ROOT] * 3)
    assert not is_consistent(0, EMPTY_ROOT, 5, EMPTY_ROOT, [EMPTY_ROOT])
    assert not is_consistent(5, EMPTY_ROOT, 5, EMPTY_ROOT, [EMPTY_ROOT])


def test_files_have_the_names_of_the_specification() -> None:
    assert tile_name(Tile(1, 1_234_067, 256)) == "tile/1/x001/x234/067"
    assert tile_name(Tile(0, 0, 17)) == "tile/0/000.p/17"
    assert bundle_name(1_000, 256) == "tile/entries/x001/000"
    assert bundle_name(273, 112) == "tile/entries/273.p/112"


def test_a_tree_of_seventy_thousand_has_the_tiles_of_the_specification() -> None:
    tiles = list(tiles_since(0, 70_000))
    assert [sum(each.level == level for each in tiles) for level in range(4)] == [274, 2, 1, 0]
    assert [each for each in tiles if each.width < 256] == [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
    assert list(tiles_since(0, 256)) == [(0, 0, 256), (1, 0, 1)]
    assert list(tiles_since(0, 0)) == []


@given(st.integers(0, 1_000), st.integers(0, 1_000))
def test_what_is_new_is_what_the_former_tree_did_not_have(old: int, more: int) -> None:
    size = old + more
    former, now = set(tiles_since(0, old)), set(tiles_since(0, size))
    assert set(tiles_since(old, size)) == now - former


@given(st.lists(st.binary(max_size=40)))
def test_bundles_give_back_their_entries(entries: list[bytes]) -> None:
    content = bundle(entries)
    assert unbundled(content) == entries
    if entries:
        with pytest.raises(ValueError, match="ends within an entry"):
            unbundled(content + b"\x00")
        with pytest.raises(ValueError, match="ends within an entry"):
            unbundled(content + b"\x00\x02x")


def test_every_pair_of_small_trees_is_consistent_and_no_path_is_too_long() -> None:
    for size in range(1, 34):
        tiles = tiles_of(size)
        root = tree_root(tiles, size)
        for old in range(size + 1):
            path = consistency_proof(tiles, old, size)
            assert is_consistent(old, tree_root(tiles, old), size, root, path)
            assert not is_consistent(old, tree_root(tiles, old), size, root, [*path, root, root])
        for position, entry in enumerate(entries_of(size)):
            path = inclusion_proof(tiles, position, size)
            assert is_included(leaf_hash(entry), position, size, path, root)
            assert not is_included(leaf_hash(entry), position, size, [*path, root, root], root)
