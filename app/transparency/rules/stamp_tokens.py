"""Whose certificate a time stamp names (RFC 3161 §2.4.2, RFC 5816): the digest of it that its signature covers.

rfc3161-client checks the signature and the chain, and finds the signer by issuer and number. That it is that very
certificate, as `openssl ts` wants to see as well, is looked at here.
"""

from typing import Annotated

from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.x509 import Certificate, ObjectIdentifier

SHA2: dict[str, type[HashAlgorithm]] = {
    "2.16.840.1.101.3.4.2.1": SHA256,
    "2.16.840.1.101.3.4.2.2": SHA384,
    "2.16.840.1.101.3.4.2.3": SHA512,
}
# The attribute of 1999 knows SHA-1 alone; a second certificate with the same issuer and number is no question of that.
NAMED_BY_SHA1, NAMED = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"


@asn1.sequence
class _Attribute:
    kind: ObjectIdentifier
    values: asn1.SetOf[asn1.TLV]


@asn1.sequence
class _Signer:
    version: int
    issuer_and_number: asn1.TLV
    digest_algorithm: asn1.TLV
    attributes: Annotated[asn1.SetOf[_Attribute], asn1.Implicit(0)]
    signature_algorithm: asn1.TLV
    signature: bytes
    unsigned: Annotated[asn1.SetOf[_Attribute] | None, asn1.Implicit(1)]


@asn1.sequence
class _Content:
    kind: ObjectIdentifier
    content: Annotated[bytes, asn1.Explicit(0)]


@asn1.sequence
class _SignedData:
    version: int
    digest_algorithms: asn1.SetOf[asn1.TLV]
    content: _Content
    certificates: Annotated[asn1.SetOf[asn1.TLV], asn1.Implicit(0)]
    crls: Annotated[asn1.SetOf[asn1.TLV] | None, asn1.Implicit(1)]
    signers: asn1.SetOf[_Signer]


@asn1.sequence
class _Token:
    kind: ObjectIdentifier
    content: Annotated[_SignedData, asn1.Explicit(0)]


@asn1.sequence
class _Algorithm:
    kind: ObjectIdentifier
    parameters: asn1.Null | None


@asn1.sequence
class _IssuerAndNumber:
    issuer: asn1.TLV
    number: int


@asn1.sequence
class _Named:
    # Left out: SHA-256, and before RFC 5816 SHA-1.
    algorithm: _Algorithm | None
    digest: bytes
    issuer_and_number: _IssuerAndNumber | None


@asn1.sequence
class _AllNamed:
    certificates: list[_Named]
    policies: list[asn1.TLV] | None


def names(token: bytes, signer: Certificate) -> bool:
    """Whether the signed part of a token names this certificate as its signer's. Raises ValueError."""
    [found] = asn1.decode_der(_Token, token).content.signers.as_list()
    named = [
        (kind, first)
        for attribute in found.attributes.as_list()
        if (kind := attribute.kind.dotted_string) in (NAMED, NAMED_BY_SHA1)
        for value in attribute.values.as_list()
        for first in value.parse(_AllNamed).certificates[:1]
    ]
    return bool(named) and all(_digest(signer, kind, each) == each.digest for kind, each in named)


def _digest(certificate: Certificate, attribute: str, named: _Named) -> bytes:
    if attribute == NAMED_BY_SHA1:
        return certificate.fingerprint(SHA1())  # noqa: S303  # what the format has
    algorithm = SHA256 if named.algorithm is None else SHA2.get(named.algorithm.kind.dotted_string)
    return certificate.fingerprint(algorithm()) if algorithm else b""
