"""The certificate that the service makes itself: for its names alone, kept from others, renewed in time."""

import ssl
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from app.foundation import own_certificate as making
from app.foundation.own_certificate import OwnCertificate, fingerprint_of, is_address, own_certificate

NAMES = ("cermin.kota.lan", "192.168.1.10")
NOW = datetime.now(UTC)


def loaded(file: Path) -> x509.Certificate:
    """The first certificate of a file."""
    return x509.load_pem_x509_certificates(file.read_bytes())[0]


def shakes(chain: Path, key: Path, trust: Path, name: str) -> bool:
    """Whether a client that trusts this file takes a server with that certificate for `name`."""
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=str(trust))
    server.load_cert_chain(chain, key)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = server.wrap_bio(to_server, to_client, server_side=True)
    theirs = client.wrap_bio(to_client, to_server, server_hostname=name)
    done: set[object] = set()
    while len(done) < 2:
        for one in (theirs, ours):
            try:
                one.do_handshake()
                done.add(one)
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError:
                return False
    return True


def takes(found: OwnCertificate, name: str) -> bool:
    """Whether a device that trusts the authority takes the service for `name`."""
    return shakes(found.chain, found.key, found.authority, name)


def test_a_device_that_trusts_the_authority_takes_the_service_under_its_names_alone(tmp_path: Path) -> None:
    found = own_certificate(tmp_path / "tls", NAMES, NOW)
    assert found.made == ("authority", "certificate")
    assert [takes(found, name) for name in NAMES] == [True, True]
    assert [takes(found, name) for name in ("bank.example", "192.168.1.11", "localhost")] == [False] * 3
    assert found.fingerprint == fingerprint_of(loaded(found.authority))
    assert len(found.fingerprint) == 95


def test_keys_are_for_the_services_own_user(tmp_path: Path) -> None:
    folder = tmp_path / "tls"
    own_certificate(folder, NAMES, NOW)
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("names", [NAMES, ("cermin.kota.lan",), ("192.168.1.10",), ("fd00::1", "cermin.kota.lan")])
def test_whoever_steals_the_authority_can_pass_for_nobody_else(tmp_path: Path, names: tuple[str, ...]) -> None:
    found = own_certificate(tmp_path / "tls", names, NOW)
    assert takes(found, names[0])
    stolen = making._read(tmp_path / "tls", "authority")
    assert stolen is not None
    for other in ("bank.example", "10.0.0.1", "fd00::2"):
        forged = making._new_certificate(stolen, (other,), NOW)
        chain, key = tmp_path / "forged.pem", tmp_path / "forged-key.pem"
        chain.write_bytes(forged.certificate.public_bytes(Encoding.PEM))
        key.write_bytes(forged.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        assert not shakes(chain, key, found.authority, other), other


@pytest.mark.parametrize(
    ("later", "made"),
    [
        (timedelta(), ()),
        (timedelta(days=366), ()),
        (timedelta(days=368), ("certificate",)),
        (timedelta(days=500), ("certificate",)),
        (timedelta(days=3_260), ("authority", "certificate")),
        (timedelta(days=4_000), ("authority", "certificate")),
        # A clock that was far ahead when it was made.
        (timedelta(days=-2), ("authority", "certificate")),
    ],
)
def test_it_is_renewed_before_it_ends(tmp_path: Path, later: timedelta, made: tuple[str, ...]) -> None:
    first = own_certificate(tmp_path, NAMES, NOW)
    again = own_certificate(tmp_path, NAMES, NOW + later)
    assert again.made == made
    # What people have trusted by hand stays, as long as it can.
    assert (again.fingerprint == first.fingerprint) == ("authority" not in made)
    assert again.until - (NOW + later) > timedelta(days=30)
    assert own_certificate(tmp_path, NAMES, NOW + later).made == ()


def test_for_other_names_it_is_made_anew(tmp_path: Path) -> None:
    first = own_certificate(tmp_path, NAMES, NOW)
    other = own_certificate(tmp_path, ("lain.kota.lan",), NOW)
    assert other.made == ("authority", "certificate")
    assert other.fingerprint != first.fingerprint
    assert loaded(other.authority).subject != x509.Name([])
    assert takes(other, "lain.kota.lan")
    assert not takes(other, NAMES[0])


@pytest.mark.parametrize("file", ["authority.pem", "authority-key.pem", "certificate.pem", "certificate-key.pem"])
@pytest.mark.parametrize("content", [None, b"", b"x", "another"])
def test_what_is_missing_or_broken_is_made_anew(tmp_path: Path, file: str, content: bytes | str | None) -> None:
    own_certificate(tmp_path / "a", NAMES, NOW)
    own_certificate(tmp_path / "b", NAMES, NOW)
    if content is None:
        (tmp_path / "a" / file).unlink()
    else:
        given = (tmp_path / "b" / file).read_bytes() if isinstance(content, str) else content
        (tmp_path / "a" / file).write_bytes(given)
    found = own_certificate(tmp_path / "a", NAMES, NOW)
    assert "certificate" in found.made
    assert takes(found, NAMES[0])


def test_a_certificate_that_others_made_is_none_of_ours(tmp_path: Path) -> None:
    found = own_certificate(tmp_path, NAMES, NOW)
    # Of the same form, but without what an authority of ours has.
    found.authority.write_bytes(found.chain.read_bytes())
    (tmp_path / "authority-key.pem").write_bytes(found.key.read_bytes())
    assert own_certificate(tmp_path, NAMES, NOW).made == ("authority", "certificate")


def test_of_several_processes_one_makes_it(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: own_certificate(tmp_path, NAMES, NOW), range(8)))
    assert len({each.fingerprint for each in found}) == 1
    assert sorted(each.made for each in found)[:-1] == [()] * 7
    assert takes(replace(found[0]), NAMES[0])


def test_names_are_told_from_addresses() -> None:
    assert [is_address(each) for each in ("10.0.0.1", "::1", "cermin.kota.lan", "10.0.0", "")] == [True, True] + [
        False
    ] * 3
