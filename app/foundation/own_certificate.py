"""A certificate that the service makes itself, for offices without anybody else's: an authority of its own, and by that
a certificate which is renewed before it ends. Devices trust the authority once.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fcntl import LOCK_EX, flock
from ipaddress import ip_address, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from app.foundation.private_files import PRIVATE_FILE, make_folder

# Apple takes no certificate that lasts longer than 825 days, whoever signed it; others none of more than 398 that a
# public authority signed.
CERTIFICATE_LASTS, RENEWED_BEFORE = timedelta(days=397), timedelta(days=30)
# The authority is what people have to trust by hand: it outlives its certificates.
AUTHORITY_LASTS, AUTHORITY_RENEWED_BEFORE = timedelta(days=3_650), CERTIFICATE_LASTS
# Clocks of offices are wrong by minutes, and by an hour where somebody took daylight saving for real.
BACKDATED = timedelta(days=1)


@dataclass(frozen=True)
class OwnCertificate:
    """Where the files lie, and what an operator needs to know of them. `made` are those that were made just now."""

    authority: Path
    chain: Path
    key: Path
    fingerprint: str
    until: datetime
    made: tuple[str, ...]


@dataclass(frozen=True)
class _Pair:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def own_certificate(folder: Path, names: Sequence[str], now: datetime) -> OwnCertificate:
    """The certificate for these names and addresses; what is missing, about to end or for other names is made anew."""
    make_folder(folder)
    with _alone(folder):
        made = []
        authority = _read(folder, "authority")
        if authority is None or _ends(authority, now, AUTHORITY_RENEWED_BEFORE) or not _may_sign(authority, names):
            authority = _new_authority(names, now)
            _write(folder, "authority", authority)
            made.append("authority")
        own = _read(folder, "certificate")
        if own is None or _ends(own, now, RENEWED_BEFORE) or not _is_for(own, authority, names):
            own = _new_certificate(authority, names, now)
            _write(folder, "certificate", own, authority.certificate)
            made.append("certificate")
    return OwnCertificate(
        folder / "authority.pem",
        folder / "certificate.pem",
        folder / "certificate-key.pem",
        fingerprint_of(authority.certificate),
        own.certificate.not_valid_after_utc,
        tuple(made),
    )


def fingerprint_of(certificate: x509.Certificate) -> str:
    """SHA-256 of a certificate as devices show it."""
    return certificate.fingerprint(SHA256()).hex(":").upper()


def is_address(name: str) -> bool:
    """Whether a name is an IP address."""
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _new_authority(names: Sequence[str], now: datetime) -> _Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    # Two authorities of one name would be taken for each other where both are trusted.
    named = _named(f"Cermin {names[0]} {now:%Y-%m-%d} {os.urandom(3).hex()}")
    certificate = (
        _builder(named, named, key, now, AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(_constraints(names), critical=True)
        .sign(key, SHA256())
    )
    return _Pair(certificate, key)


def _new_certificate(authority: _Pair, names: Sequence[str], now: datetime) -> _Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    certificate = (
        # No name that could be a host's: it would be held against the authority's constraints.
        _builder(_named(f"Cermin {names[0]}"), authority.certificate.subject, key, now, CERTIFICATE_LASTS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(_general(names)), critical=False)
        .add_extension(signer, critical=False)
        .sign(authority.key, SHA256())
    )
    return _Pair(certificate, key)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, lasts: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now.astimezone(UTC) - BACKDATED)
        .not_valid_after(now.astimezone(UTC) + lasts)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _general(names: Iterable[str]) -> list[x509.GeneralName]:
    return [x509.IPAddress(ip_address(each)) if is_address(each) else x509.DNSName(each) for each in names]


def _constraints(names: Sequence[str]) -> x509.NameConstraints:
    """For these names alone: whoever steals the authority's key can pass for nobody else on devices that trust it."""
    permitted: list[x509.GeneralName] = [x509.DNSName(each) for each in names if not is_address(each)]
    addresses = [x509.IPAddress(ip_network(each)) for each in names if is_address(each)]
    versions = {each.value.version for each in addresses}
    every = {4: "0.0.0.0/0", 6: "::/0"}
    # A kind of which none is permitted would be free.
    excluded: list[x509.GeneralName] = [
        x509.IPAddress(ip_network(network)) for version, network in every.items() if version not in versions
    ]
    if not permitted:
        excluded.append(x509.DNSName(""))
    return x509.NameConstraints([*permitted, *addresses], excluded)


def _ends(pair: _Pair, now: datetime, before: timedelta) -> bool:
    certificate = pair.certificate
    return not certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc - before


def _may_sign(authority: _Pair, names: Sequence[str]) -> bool:
    extensions = authority.certificate.extensions
    return extensions.get_extension_for_class(x509.NameConstraints).value == _constraints(names)


def _is_for(own: _Pair, authority: _Pair, names: Sequence[str]) -> bool:
    try:
        own.certificate.verify_directly_issued_by(authority.certificate)
    except (ValueError, InvalidSignature):
        return False
    found = own.certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return found == x509.SubjectAlternativeName(_general(names))


def _read(folder: Path, name: str) -> _Pair | None:
    """A certificate and its key; None where they are missing, broken, or not of each other."""
    try:
        certificate = x509.load_pem_x509_certificates((folder / f"{name}.pem").read_bytes())[0]
        key = load_pem_private_key((folder / f"{name}-key.pem").read_bytes(), None)
        # As others have made them, they may lack what ours have.
        certificate.extensions.get_extension_for_class(
            x509.NameConstraints if name == "authority" else x509.SubjectAlternativeName
        )
    except (FileNotFoundError, ValueError, TypeError, x509.ExtensionNotFound):
        return None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        return None
    shown = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    same = certificate.public_key().public_bytes(*shown) == key.public_key().public_bytes(*shown)
    return _Pair(certificate, key) if same else None


def _write(folder: Path, name: str, pair: _Pair, *above: x509.Certificate) -> None:
    key = pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    chain = b"".join(each.public_bytes(Encoding.PEM) for each in (pair.certificate, *above))
    # The key first: a certificate without its key would be found and not fit, and be made anew.
    for file, content in ((folder / f"{name}-key.pem", key), (folder / f"{name}.pem", chain)):
        fresh = file.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        fresh.replace(file)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Of several processes that start at once one makes the files, and the others find them."""
    with os.fdopen(os.open(folder / "lock", os.O_RDWR | os.O_CREAT, PRIVATE_FILE), "wb") as lock:
        flock(lock, LOCK_EX)
        yield
