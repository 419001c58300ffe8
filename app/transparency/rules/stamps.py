"""Time stamps (RFC 3161) over checkpoints: what is asked of an authority, and whether its answer holds.

What is stamped is the text that the log and its witnesses sign: origin, size and root. It can be made again from the
tiles alone, and stays as it is when witnesses come.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampResponse

# An answer with its certificates has some kilobytes.
LONGEST_STAMP = 30_000
# How far the authority's clock and this machine's may be apart.
APART = timedelta(minutes=5)
SHA256_OID = "2.16.840.1.101.3.4.2.1"
GRANTED = 0
NAME = re.compile(r"stamps/([1-9][0-9]{0,11})\.tsr", re.ASCII)


class Trusted(NamedTuple):
    """Whose stamps are taken: the certificates that end their chains, and the policy that they must name, if any."""

    roots: Sequence["Certificate"]
    policy: str | None = None


class Request(NamedTuple):
    """What is sent to an authority, and the number that its answer must repeat."""

    content: bytes
    nonce: int


class OtherStamp(ValueError):
    """The stamp is over something else."""


def stamp_name(size: int) -> str:
    """The file of the stamp on the checkpoint of so many entries."""
    return f"stamps/{size}.tsr"


def stamped_size(name: str) -> int | None:
    """How many entries the checkpoint has whose stamp is the file of this name; None for any other name."""
    found = NAME.fullmatch(name)
    return None if found is None else int(found[1])


def trusted(pem: bytes, policy: str | None = None) -> Trusted:
    """Whoever is certified under the certificates in this file. Raises ValueError where there is none."""
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return Trusted(tuple(load_pem_x509_certificates(pem)), policy)
    except ValueError:
        raise ValueError("there is no certificate in PEM") from None


def request_for(text: str) -> Request:
    """What to ask of an authority: a stamp over this text, with its certificate."""
    # Loaded by whoever has to do with stamps, and not at every start: most installations have none.
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    asked = TimestampRequestBuilder().data(text.encode()).hash_algorithm(HashAlgorithm.SHA256).build()
    assert asked.nonce is not None, "the builder makes one"
    return Request(asked.as_bytes(), asked.nonce)


def time_in(stamp: bytes) -> datetime:
    """The time that a stamp tells, whoever made it. Raises ValueError for what is none."""
    return _read(stamp).tst_info.gen_time


def checked(stamp: bytes, text: str, by: Trusted, nonce: int | None = None) -> datetime:
    """When the text was stamped. Raises OtherStamp where it was another one, and ValueError with a sentence."""
    found = _read_over(stamp, text)
    told = found.tst_info
    if nonce is not None and told.nonce != nonce:
        raise ValueError("the stamp answers another request")
    if by.policy is not None and told.policy.dotted_string != by.policy:
        raise ValueError(f"the stamp was made under the policy {told.policy.dotted_string}")
    if not _is_signed(found, told.message_imprint.message, by.roots):
        raise ValueError("the stamp is not by a trusted authority, or was changed")
    return told.gen_time


def stamp_fault(stamp: bytes, text: str, by: Trusted | None) -> str | None:
    """Why a stamp is none of this text; None where it holds. Whoever made it counts where nobody is trusted (None)."""
    try:
        if by is None:
            _read_over(stamp, text)
        else:
            checked(stamp, text, by)
    except ValueError as fault:
        return str(fault)
    return None


def fresh(stamp: bytes, text: str, by: Trusted, nonce: int, now: datetime) -> datetime:
    """The same of an answer that has just come: it is to this request, and by a clock that agrees with ours."""
    at = checked(stamp, text, by, nonce)
    if abs(at - now) > APART:
        raise ValueError("the authority's clock and this machine's are more than five minutes apart")
    return at


def _read(stamp: bytes) -> "TimeStampResponse":
    """An answer that says it has a stamp. Raises ValueError with a sentence."""
    from rfc3161_client import decode_timestamp_response

    if len(stamp) > LONGEST_STAMP:
        raise ValueError("the stamp is too long")
    try:
        found = decode_timestamp_response(stamp)
        status = found.status
        if status == GRANTED:
            # All that is looked at below; what cannot be read is none.
            _ = found.tst_info.message_imprint, found.signed_data.signer_infos, found.tst_info.gen_time
    except ValueError:
        raise ValueError("the stamp cannot be read") from None
    if status != GRANTED:
        raise ValueError(f"the authority gave no stamp (status {status})")
    return found


def _read_over(stamp: bytes, text: str) -> "TimeStampResponse":
    """The same of an answer whose stamp is over this text. Raises OtherStamp where it is over another one."""
    found = _read(stamp)
    imprint = found.tst_info.message_imprint
    if imprint.hash_algorithm.dotted_string != SHA256_OID or imprint.message != sha256(text.encode()).digest():
        raise OtherStamp("the stamp is over something else")
    return found


def _is_signed(found: "TimeStampResponse", digest: bytes, roots: "Sequence[Certificate]") -> bool:
    from cryptography.x509 import load_der_x509_certificate
    from rfc3161_client import VerificationError, VerifierBuilder

    from app.transparency.rules.stamp_tokens import names

    try:
        # Signature, chain at the time that is told, and that the certificate is for stamps and for nothing else.
        VerifierBuilder(roots=list(roots)).build().verify(found, digest)
        [signer] = found.signed_data.signer_infos
        certificates = map(load_der_x509_certificate, found.signed_data.certificates)
        [named] = [
            each for each in certificates if (each.issuer, each.serial_number) == (signer.issuer, signer.serial_number)
        ]
        return names(found.time_stamp_token(), named)
    except (VerificationError, ValueError):
        return False
