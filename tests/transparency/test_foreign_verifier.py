"""What another project's verifier makes of our files (aics-tlog, for Python 3.12 and newer)."""

from pathlib import Path
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.transparency.rules.merkle import consistency_proof, inclusion_proof, is_consistent, is_included, leaf_hash
from app.transparency.rules.notes import cosignature, parse_key, parse_note, signers
from app.transparency.rules.proofs import LogProof
from app.transparency.sources import FolderSource, PublishedTiles
from app.transparency.witness import WitnessPlace
from tests.effort import sized
from tests.house import House
from tests.transparency.houses import change, inventory, key_of, published
from tests.transparency.test_log import MANY
from tests.transparency.test_witness import NOW
from tests.transparency.trees import MemoryTiles, entries_of

aics = pytest.importorskip("aics_tlog", reason="the foreign verifier wants Python 3.12")


@pytest.mark.sized
@pytest.mark.long
def test_it_agrees_about_trees_and_proofs_both_ways() -> None:
    draw = Random(11)
    for _ in range(sized(40, 1_000)):
        size = draw.choice([1, 2, 3, 7, 8, 100, 255, 256, 257, draw.randrange(1, 700)])
        old, position = draw.randrange(0, size + 1), draw.randrange(size)
        entries = entries_of(size, draw.randrange(100))
        ours, theirs = MemoryTiles(entries), aics.MerkleTree(entries)
        root, old_root, leaf = theirs.root(), theirs.root(old), leaf_hash(entries[position])
        path, between = inclusion_proof(ours, position, size), consistency_proof(ours, old, size)
        assert path == theirs.inclusion_proof(position)
        assert aics.verify_leaf_inclusion(entries[position], position, size, path, root)
        assert is_included(leaf, position, size, theirs.inclusion_proof(position), root)
        if 0 < old < size:
            assert between == theirs.consistency_proof(old, size)
        assert aics.verify_consistency(old, size, old_root, root, between)
        assert is_consistent(old, old_root, size, root, theirs.consistency_proof(old, size) if 0 < old < size else [])


def test_it_accepts_a_published_and_cosigned_log(house: House, tmp_path: Path) -> None:
    inventory(house)
    change(house.database, MANY.format(first=1, end=300))
    published(house, tmp_path / "web")
    place = WitnessPlace(tmp_path / "witness", "insp.example/w1")
    log = key_of(house).verifier
    cosigned = place.cosign(log, FolderSource(tmp_path / "web"), NOW)
    reader = aics.FileSystemTileReader(tmp_path / "web")
    found = aics.verify_checkpoint(
        aics.parse_note(cosigned.file.read_bytes()),
        aics.parse_vkey(str(log)),
        [aics.parse_vkey(str(place.verifier()))],
        quorum=1,
    )
    assert (found.ok, found.size, found.witnesses) == (True, 300, ["insp.example/w1"])
    aics.audit_tiles(reader, 300, found.root)
    tiles = PublishedTiles(FolderSource(tmp_path / "web"))
    for position in (0, 255, 256, 299):
        path = aics.inclusion_proof_from_tiles(reader, position, 300)
        proof = LogProof(position, tuple(path), cosigned.note)
        number, within = divmod(position, 256)
        assert proof.holds(tiles.entries(number, 256 if number == 0 else 44)[within])


def test_we_accept_what_it_signs(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes([3]) * 32)
    name, theirs = "log.example/x", aics.vkey_from_ed25519("log.example/x", key.public_key())
    tree = aics.MerkleTree(entries_of(5))
    note = aics.sign_checkpoint(aics.Checkpoint(name, 5, tree.root()), key, name)

    ours = parse_key(aics.format_vkey(theirs))
    assert signers(parse_note(note.serialise().encode()), [ours]) == {ours}
    _, line = aics.sign_cosignature(key, "insp.example/w1", 1_767_000_000, name, 5, tree.root())
    mine = cosignature(note.text, "insp.example/w1", key, 1_767_000_000)
    assert (mine.name, mine.id, mine.value) == (line.name, line.key_id, line.signature)
