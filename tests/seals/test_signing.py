"""Signing keys stay in their files, and envelopes hold what an outsider needs to check them."""

import json
from base64 import urlsafe_b64decode
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from app.seals import signing
from app.seals.rules.canonical_json import canonical
from app.seals.rules.envelopes import key_id, public_bytes, sections, sign
from app.seals.signing import SigningKeyFault, load_key, load_public, make_key

DOCUMENT: dict[str, Any] = {
    "title": "Laporan triwulan",
    "totals": {"n": 1200, "a/b": None},
    "employees": [{"code": "E001", "index": 88.31}, {"code": "E002", "index": 90}],
    "notes": [],
}


def test_an_envelope_holds_digests_of_every_section_and_a_signature_over_them() -> None:
    key = Ed25519PrivateKey.generate()
    envelope = sign(DOCUMENT, key)
    assert envelope.keys() == {"document", "sections", "digest", "signature"}
    assert envelope["document"] == DOCUMENT
    assert envelope["digest"] == sha256(canonical(DOCUMENT)).hexdigest()
    assert set(envelope["sections"]) == {
        "/title",
        "/totals",
        "/totals/n",
        "/totals/a~1b",
        "/employees",
        "/employees/0",
        "/employees/1",
        "/notes",
    }
    assert envelope["sections"]["/totals/n"] == sha256(b"1200").hexdigest()
    assert envelope["sections"]["/employees/0"] == sha256(b'{"code":"E001","index":88.31}').hexdigest()
    raw = key.public_key().public_bytes_raw()
    signature = envelope["signature"]
    assert (signature["algorithm"], signature["key"]) == ("Ed25519", sha256(raw).hexdigest()[:16])
    assert "=" not in signature["value"]
    # As an outsider with RFC 8785 and Ed25519 alone would check it.
    Ed25519PublicKey.from_public_bytes(raw).verify(
        urlsafe_b64decode(signature["value"] + "=="),
        canonical({"sections": envelope["sections"], "digest": envelope["digest"]}),
    )


def test_the_same_document_is_always_sealed_alike() -> None:
    key = Ed25519PrivateKey.generate()
    again = json.loads(json.dumps(dict(reversed(DOCUMENT.items()))))
    assert json.loads(json.dumps(sign(DOCUMENT, key))) == sign(again, key)


@pytest.mark.parametrize(("document", "pointers"), [(5, []), ([], []), ({}, []), ([[1], 2], ["/0", "/0/0", "/1"])])
def test_any_json_can_be_sealed(document: Any, pointers: list[str]) -> None:
    assert list(sign(document, Ed25519PrivateKey.generate())["sections"]) == pointers


@pytest.mark.parametrize("document", [{"x": [2**53]}, {"x": [1e20]}, {"x": [float("nan")]}])
def test_what_would_not_read_back_is_not_sealed(document: Any) -> None:
    with pytest.raises(ValueError, match=r"^/x/0: "):
        sign(document, Ed25519PrivateKey.generate())


def test_sections_take_any_mark() -> None:
    assert sections({"a": [1]}, str) == {"/a": "[1]", "/a/0": "1"}


def test_a_key_is_made_once_and_read_back(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "signing-key.pem"
    key = make_key(file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_bytes().startswith(b"-----BEGIN PRIVATE KEY-----")
    assert sorted(path.name for path in file.parent.iterdir()) == ["signing-key.pem", "signing-key.pub.pem"]
    public = public_bytes(key)
    assert public == public_bytes(load_key(file)) == load_public(signing.public_file(file))
    assert signing.public_file(file).read_bytes() == signing.public_pem(key)
    assert key_id(public) == sha256(public).hexdigest()[:16]


@pytest.mark.parametrize("taken", ["signing-key.pem", "signing-key.pub.pem"])
def test_nothing_is_ever_overwritten(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).write_text("kept")
    with pytest.raises(SigningKeyFault, match=rf"{taken} exists already"):
        make_key(tmp_path / "signing-key.pem")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(taken, "kept")]


def test_of_two_that_make_a_key_at_once_one_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "signing-key.pem"
    # Each finds the name free and only then writes.
    monkeypatch.setattr(Path, "exists", lambda _: False)

    def attempt(_: int) -> bytes | None:
        try:
            return public_bytes(make_key(file))
        except SigningKeyFault:
            return None

    with ThreadPoolExecutor(8) as threads:
        made = [public for public in threads.map(attempt, range(8)) if public is not None]
    assert made == [public_bytes(load_key(file))] == [load_public(signing.public_file(file))]
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o666])
def test_a_key_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "signing-key.pem"
    make_key(file)
    file.chmod(mode)
    with pytest.raises(SigningKeyFault, match="chmod 600"):
        load_key(file)
    file.chmod(0o400)
    load_key(file)


def foreign(encryption: Any = None) -> bytes:
    """A private key that is not ours: of another kind, or encrypted."""
    key = generate_private_key(SECP256R1()) if encryption is None else Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a key",
        b"-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
        foreign(),
        foreign(BestAvailableEncryption(b"sandi")),
        signing.public_pem(Ed25519PrivateKey.generate()),
    ],
)
def test_a_file_without_a_key_of_ours_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "signing-key.pem"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(SigningKeyFault, match="no Ed25519 key"):
        load_key(file)


def test_a_file_without_a_public_key_of_ours_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.pub.pem"
    other = generate_private_key(SECP256R1()).public_key()
    for content in (b"", foreign(), other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)):
        file.write_bytes(content)
        with pytest.raises(SigningKeyFault, match="no public Ed25519 key"):
            load_public(file)


def test_a_missing_file_is_missing(tmp_path: Path) -> None:
    for load in (load_key, load_public):
        with pytest.raises(FileNotFoundError):
            load(tmp_path / "tiada.pem")
