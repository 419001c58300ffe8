"""Policies: the example of tlog-policy, quorums, and what is refused; proofs as tlog-proof writes them."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.transparency.rules.checkpoints import Checkpoint
from app.transparency.rules.entries import report_entry
from app.transparency.rules.merkle import inclusion_proof, tree_root
from app.transparency.rules.notes import COSIGNER, SIGNER, Note, VerifierKey, cosignature, public_half, signed
from app.transparency.rules.policies import parse_policy
from app.transparency.rules.proofs import HEADER, LogProof, parse_proof
from app.transparency.rules.report_proofs import NotInLog, accepted_proof
from tests.transparency.trees import MemoryTiles, entries_of

ORIGIN = "log.example/kota"
NAMES = ("X1", "X2", "X3", "Y1", "Y2", "Y3")


def key(number: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


LOG_KEY, KEYS = key(1), {name: key(number) for number, name in enumerate(NAMES, start=2)}
LOG = VerifierKey(ORIGIN, SIGNER, public_half(LOG_KEY))
WITNESSES = {name: VerifierKey(f"{name}.example", COSIGNER, public_half(each)) for name, each in KEYS.items()}
# The example of the specification.
POLICY = f"""# Two organisations
log {LOG} https://log.example/kota

witness X1 {WITNESSES["X1"]}
witness X2 {WITNESSES["X2"]}  https://x2.example
\twitness\tX3 {WITNESSES["X3"]}
group X-witnesses 2 X1 X2 X3

witness Y1 {WITNESSES["Y1"]}
witness Y2 {WITNESSES["Y2"]}
witness Y3 {WITNESSES["Y3"]}
group Y-witnesses any Y1 Y2 Y3

  # Both of them
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def note_of(*names: str, log: bool = True, origin: str = ORIGIN, entries: int = 5) -> Note:
    """A checkpoint cosigned by these witnesses."""
    tiles = MemoryTiles(entries_of(entries))
    text = str(Checkpoint(origin, entries, tree_root(tiles, entries)))
    lines = signed(text, ORIGIN, LOG_KEY).signatures if log else ()
    return Note(text, (*lines, *(cosignature(text, WITNESSES[name].name, KEYS[name], 7) for name in names)))


@pytest.mark.parametrize("names", [("X1", "X2", "Y1"), ("X2", "X3", "Y3"), NAMES])
def test_a_quorum_of_groups_is_reached(names: tuple[str, ...]) -> None:
    assert parse_policy(POLICY.encode()).judge(note_of(*names)) == set(names)


@pytest.mark.parametrize("names", [(), ("X1", "Y1"), ("X1", "X2", "X3"), ("Y1", "Y2", "Y3")])
def test_a_quorum_that_is_not_reached_is_said(names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"too few witnesses .* the policy asks for X-and-Y"):
        parse_policy(POLICY.encode()).judge(note_of(*names))


def test_a_checkpoint_of_another_log_or_without_its_signature_is_refused() -> None:
    policy = parse_policy(f"log {LOG}\nquorum none".encode())
    assert policy.judge(note_of()) == frozenset()
    for note in (note_of("X1", log=False), note_of(origin="log.example/desa")):
        with pytest.raises(ValueError, match="no log of the policy"):
            policy.judge(note)


def test_one_witness_can_be_the_quorum_and_addresses_are_kept() -> None:
    policy = parse_policy(f"log {LOG}\nwitness X2 {WITNESSES['X2']} https://x2.example\nquorum X2\n".encode())
    assert policy.judge(note_of("X2")) == {"X2"}
    assert policy.witnesses["X2"].url == "https://x2.example"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "nothing of a quorum"),
        (f"log {LOG}\nlog {LOG}\nquorum none", "line 2 of the policy: .* twice"),
        (f"log {WITNESSES['X1']}\nquorum none", "not one of a log"),
        (f"witness X1 {LOG}\nquorum none", "not one of a witness"),
        (f"witness none {WITNESSES['X1']}\nquorum none", "the name none is taken"),
        (f"witness X {WITNESSES['X1']}\nwitness X {WITNESSES['X2']}\nquorum none", "the name X is taken"),
        (f"witness X {WITNESSES['X1']}\nwitness Y {WITNESSES['X1']}\nquorum none", "twice"),
        ("quorum X1", "no line above says who X1 is"),
        ("quorum none\nquorum none", "one quorum"),
        ("group g any X1\nquorum g", "no line above"),
        (f"witness X {WITNESSES['X1']}\ngroup g 2 X\nquorum g", "cannot ask for 2"),
        (f"witness X {WITNESSES['X1']}\ngroup g 0 X\nquorum g", "cannot ask for 0"),
        (f"witness X {WITNESSES['X1']}\ngroup g any X\ngroup h any X\nquorum h", "member twice"),
        ("group g any\nquorum g", "no line of a policy"),
        ("log\nquorum none", "no line of a policy"),
        ("log x\nquorum none", "verifier key"),
        ("whatever", "no line of a policy"),
        ("quorum none\r\n", "control characters"),
        ("#" * 200_001, "too long"),
    ],
)
def test_what_is_no_policy_is_refused_with_its_line(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse_policy(text.encode())


def test_bytes_that_are_no_text_mean_nothing() -> None:
    name = b"w\xff\xfe"
    line = b"witness " + name + f" {WITNESSES['X1']}\n".encode()
    policy = parse_policy(f"log {LOG}\n".encode() + line + b"quorum " + name)
    assert len(policy.judge(note_of("X1"))) == 1


def proof_of(position: int, entries: int = 5, *names: str) -> LogProof:
    path = inclusion_proof(MemoryTiles(entries_of(entries)), position, entries)
    return LogProof(position, tuple(path), note_of(*names, entries=entries))


@pytest.mark.parametrize(("position", "entries"), [(0, 1), (0, 2), (3, 5), (4, 5), (299, 300)])
def test_a_proof_reads_back_and_holds_for_its_entry_alone(position: int, entries: int) -> None:
    written = str(proof_of(position, entries, "X1"))
    read = parse_proof(written.encode())
    assert str(read) == written
    assert read.holds(entries_of(entries)[position])
    assert not read.holds(b"another")


def test_what_nobody_vouches_for_changes_nothing_but_the_place_of_a_stamp() -> None:
    written = str(proof_of(3)).replace("index", "extra Zm9v\nindex")
    read = parse_proof(written.encode())
    assert (str(read), read.stamp) == (written, b"foo")
    assert read._replace(stamp=b"") == parse_proof(str(proof_of(3)).encode())


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (HEADER, "c2sp.org/tlog-proof@v2", "a proof begins with"),
        ("index 3", "index 03", "names the index"),
        ("index 3\n", "", "names the index"),
        ("index 3", "extra !\nindex 3", "extra line of a proof is not base64"),
        ("index 3", "index 3\nAAAA", "no list of hashes"),
        ("index 3", "index 3\n!", "path of a proof is not base64"),
        ("index 3", "index 3\n" + "\n".join(["A" * 43 + "="] * 64), "no list of hashes"),
        ("index", "ïndex", "not text"),
        (f"{ORIGIN}\n5\n", f"{ORIGIN}\n", "checkpoint"),
        ("\n\n", "\n", "is not text"),
    ],
)
def test_what_is_no_proof_is_refused(old: str, new: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse_proof(str(proof_of(3)).replace(old, new).encode())


def test_a_header_alone_is_no_proof() -> None:
    with pytest.raises(ValueError, match="names the index"):
        parse_proof(f"{HEADER}\n\n".encode())


def test_a_report_is_accepted_by_its_own_proof_alone() -> None:
    envelope = {"digest": "ab", "signature": {"value": "sig"}}
    entry = report_entry("ab", "sig")
    text = str(Checkpoint(ORIGIN, 1, tree_root(MemoryTiles([entry]), 1)))
    proof = LogProof(0, (), signed(text, ORIGIN, LOG_KEY))
    policy = parse_policy(f"log {LOG}\nquorum none".encode())
    assert accepted_proof(envelope, str(proof).encode(), policy) == (proof, frozenset())
    for other in ({"digest": "ac", "signature": {"value": "sig"}}, {"digest": "ab", "signature": {"value": "si"}}):
        with pytest.raises(NotInLog, match="not about this report"):
            accepted_proof(other, str(proof).encode(), policy)
