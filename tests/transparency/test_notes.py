"""Signed notes, checkpoints and cosignatures: the examples of the specifications, and what is refused."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.transparency.rules.base64_text import decoded
from app.transparency.rules.checkpoints import Checkpoint, parse_checkpoint
from app.transparency.rules.merkle import EMPTY_ROOT
from app.transparency.rules.notes import (
    COSIGNER,
    SIGNER,
    Note,
    Signature,
    VerifierKey,
    cosignature,
    parse_key,
    parse_note,
    public_half,
    signed,
    signers,
    stamp_of,
)

# The examples of c2sp.org/signed-note and c2sp.org/tlog-cosignature.
KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
NOTE = """This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
"""
COSIGNED = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""  # noqa: E501 - as the specification prints it
OURS = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
THEIRS = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
LOG = VerifierKey("log.example/kota", SIGNER, public_half(OURS))
WITNESS = VerifierKey("insp.example/w1", COSIGNER, public_half(THEIRS))
TEXT = str(Checkpoint("log.example/kota", 7, bytes(32)))


def test_the_example_of_the_specification_verifies() -> None:
    key, note = parse_key(KEY), parse_note(NOTE.encode())
    assert str(key) == KEY
    assert str(note) == NOTE
    assert signers(note, [key, LOG]) == {key}


def test_the_example_of_a_cosigned_checkpoint_is_read() -> None:
    note = parse_note(COSIGNED.encode())
    assert str(note) == COSIGNED
    checkpoint = parse_checkpoint(note.text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert str(checkpoint) == note.text
    assert [each.name for each in note.signatures] == ["example.com/behind-the-sofa", "witness.example.com/w1"]
    assert stamp_of(note.signatures[1]) == 1_679_315_147


def test_what_is_signed_and_cosigned_verifies_and_nothing_else() -> None:
    note = signed(TEXT, LOG.name, OURS)
    line = cosignature(TEXT, WITNESS.name, THEIRS, 1_764_500_000)
    both = parse_note(str(Note(TEXT, (*note.signatures, line))).encode())
    assert signers(both, [LOG, WITNESS]) == {LOG, WITNESS}
    assert signers(both, [WITNESS]) == {WITNESS}
    assert stamp_of(both.signatures[1]) == 1_764_500_000
    # The same key for another purpose, or under another name, is another key.
    for other in (VerifierKey(LOG.name, COSIGNER, LOG.public), VerifierKey("log.example/desa", SIGNER, LOG.public)):
        assert signers(both, [other]) == frozenset()


@pytest.mark.parametrize("place", [0, 1])
def test_a_line_of_a_known_key_that_does_not_fit_spoils_the_note(place: int) -> None:
    lines = [*signed(TEXT, LOG.name, OURS).signatures, cosignature(TEXT, WITNESS.name, THEIRS, 5)]
    for value in (lines[place].value[:-1] + b"\x00", lines[place].value[:-1], lines[place].value + b"\x00"):
        forged = [*lines]
        forged[place] = lines[place]._replace(value=value)
        if forged[place] == lines[place]:
            continue
        with pytest.raises(ValueError, match="does not fit the note"):
            signers(Note(TEXT, tuple(forged)), [LOG, WITNESS])


def test_a_cosignature_of_another_time_or_text_does_not_fit() -> None:
    line = cosignature(TEXT, WITNESS.name, THEIRS, 5)
    later = line._replace(value=(6).to_bytes(8, "big") + line.value[8:])
    endless = cosignature(TEXT, WITNESS.name, THEIRS, 2**63)
    for text, each in ((TEXT, later), (TEXT, endless), (TEXT.replace("7", "8"), line)):
        with pytest.raises(ValueError, match="does not fit the note"):
            signers(Note(text, (each,)), [WITNESS])


def test_a_key_that_is_no_point_signs_nothing() -> None:
    nobody = VerifierKey("log.example/kota", SIGNER, bytes([2]) + bytes(31))
    line = Signature(nobody.name, nobody.id, bytes(64))
    with pytest.raises(ValueError, match="does not fit the note"):
        signers(Note(TEXT, (line,)), [nobody])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff\n\n", "not UTF-8"),
        (NOTE.replace("This", "This\t").encode(), "control characters"),
        (b"text\n", "no signatures"),
        (NOTE.encode() + b"\n", "no signatures"),
        (NOTE.encode()[:-1], "no signatures"),
        (NOTE.replace("— ", "- ").encode(), "a signature line is"),
        (NOTE.replace("example.com/foo ", "example.com+foo ").encode(), "a signature line is"),
        (NOTE.replace("Uw2Q", "Uw2").encode(), "not base64"),
        (b"text\n\n\xe2\x80\x94 name AAAAAA==\n", "too short"),
        (NOTE.encode() + b"\xe2\x80\x94 name AAAAAAA=\n" * 64, "too many"),
        (b"x" * 200_001, "too long"),
    ],
)
def test_what_is_no_note_is_refused(content: bytes, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse_note(content)


def test_sixteen_signatures_are_taken() -> None:
    assert len(parse_note(NOTE.encode() + b"\xe2\x80\x94 name AAAAAAA=\n" * 15).signatures) == 16


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.com/foo",
        KEY[:-1],
        KEY.replace("530d903a", "530d903b"),
        KEY.replace("example.com/foo", "example.com/fo"),
        f"{LOG.name}+00000000+{'AA' * 4}",
        "a b" + KEY.removeprefix("example.com/foo"),
    ],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="verifier key"):
        parse_key(text)


@pytest.mark.parametrize(
    "text",
    [
        "origin\n5\n",
        "origin\n\nAAAA\n",
        "origin\n05\nAAAA\n",
        "origin\n-5\nAAAA\n",
        "origin\n5\nAAAA\n",
        "origin\n5\n!\n",
        f"origin\n0\n{'A' * 43}=\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"checkpoint|empty log"):
        parse_checkpoint(text)


def test_an_empty_log_has_its_own_root_and_further_lines_are_left_alone() -> None:
    empty = Checkpoint("origin", 0, EMPTY_ROOT)
    assert parse_checkpoint(str(empty)) == empty
    assert parse_checkpoint(f"{empty}further\n") == empty


def test_base64_has_one_text_for_each_value() -> None:
    assert decoded("AA==") == b"\x00"
    for text in ("AB==", "AA", "AA==\n", "A-=="):
        with pytest.raises(ValueError):
            decoded(text)
