"""What another project's implementation of RFC 6962 makes of our trees and proofs, and of broken ones (pymerkle)."""

from collections.abc import Sequence
from copy import copy
from random import Random

from pymerkle import ConsistencyProof, InclusionProof, InmemoryTree, InvalidProof

from app.transparency.rules.merkle import (
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
    tree_root,
)
from tests.transparency.trees import MemoryTiles, entries_of

LARGEST, MUTATIONS = 300, 1_000
ENTRIES = entries_of(LARGEST)
SIZES = (1, 2, 3, 7, 8, 9, 100, 128, 255, 256, 257, LARGEST)


def foreign_tree(entries: Sequence[bytes]) -> InmemoryTree:
    """The other project's tree of these entries."""
    tree = InmemoryTree(algorithm="sha256")
    for entry in entries:
        tree.append_entry(entry)
    return tree


OURS, THEIRS = MemoryTiles(ENTRIES), foreign_tree(ENTRIES)


def our_inclusion(position: int, size: int) -> InclusionProof:
    """Our proof, as the other project takes one: the hash of the entry first, and on which side each step stands."""
    proof = copy(THEIRS.prove_inclusion(position + 1, size))
    proof.path = [leaf_hash(ENTRIES[position]), *inclusion_proof(OURS, position, size)]
    return proof


def as_rfc(proof: ConsistencyProof) -> list[bytes]:
    """The other project's proof of consistency as RFC 6962 writes it.

    It goes down to one entry of the part that is new where the RFC takes that part's root, and it keeps the hash of
    the old tree where the RFC leaves it out.
    """
    is_old = [bool(each) for each in proof.subset]
    new = proof.path[0]
    split = is_old.index(True)
    for bit, step in zip(proof.rule[: split - 1], proof.path[1:split], strict=False):
        new = proof.hasher.hash_pair(step, new) if bit else proof.hasher.hash_pair(new, step)
    # Where the old tree is one complete subtree its root is known.
    old = [] if sum(is_old) == 1 else proof.path[split : split + 1]
    return [*old, *([new] if split else []), *proof.path[split + 1 :]]


def is_taken(proof: InclusionProof, position: int, size: int, root: bytes) -> bool:
    """Whether the other project takes a proof of inclusion."""
    try:
        proof.verify(leaf_hash(ENTRIES[position]), root, index=position + 1, size=size, algorithm="sha256")
    except InvalidProof:
        return False
    return True


def is_taken_between(proof: ConsistencyProof, old: int, size: int, roots: tuple[bytes, bytes]) -> bool:
    """Whether the other project takes a proof of consistency."""
    try:
        proof.verify(*roots, prior_size=old, later_size=size, algorithm="sha256")
    except InvalidProof:
        return False
    return True


def test_roots_and_proofs_are_the_same() -> None:
    draw = Random(11)
    for size in SIZES:
        root = tree_root(OURS, size)
        assert root == THEIRS.get_root(size)
        for position in {0, size - 1, draw.randrange(size)}:
            assert inclusion_proof(OURS, position, size) == THEIRS.prove_inclusion(position + 1, size).path[1:]
            assert is_taken(our_inclusion(position, size), position, size, root)
        for old in {1, size, draw.randint(1, size)} - {size}:
            theirs = THEIRS.prove_consistency(old, size)
            assert is_taken_between(theirs, old, size, (tree_root(OURS, old), root))
            assert as_rfc(theirs) == consistency_proof(OURS, old, size), (old, size)


def test_both_refuse_a_thousand_broken_proofs() -> None:
    draw = Random(12)
    for number in range(MUTATIONS):
        size = draw.choice(SIZES[2:])
        root = THEIRS.get_root(size)
        if number % 2:
            position = draw.randrange(size)
            proof = our_inclusion(position, size)
            proof.path = broken(draw, proof.path, first=1)
            assert not is_taken(proof, position, size, root)
            assert not is_included(leaf_hash(ENTRIES[position]), position, size, proof.path[1:], root)
        else:
            old = draw.randint(1, size - 1)
            between = copy(THEIRS.prove_consistency(old, size))
            whole = between.path
            # What the RFC leaves out is not broken in its form.
            while as_rfc(between) == consistency_proof(OURS, old, size):
                between.path = broken(draw, whole)
            roots = THEIRS.get_root(old), root
            assert not is_taken_between(between, old, size, roots)
            assert not is_consistent(old, roots[0], size, root, as_rfc(between)), (old, size)


def broken(draw: Random, path: Sequence[bytes], first: int = 0) -> list[bytes]:
    """A path of which one hash is another, two stand in the other order, one is missing, or one is too many."""
    kept, place = list(path), draw.randrange(first, len(path))
    match draw.randrange(4):
        case 0:
            changed = bytearray(kept[place])
            changed[draw.randrange(32)] ^= 1 << draw.randrange(8)
            kept[place] = bytes(changed)
        case 1 if place + 1 < len(kept):
            kept[place], kept[place + 1] = kept[place + 1], kept[place]
        case 2 if len(kept) > first + 1:
            del kept[place]
        case _:
            kept.insert(place, draw.randbytes(32))
    return kept
