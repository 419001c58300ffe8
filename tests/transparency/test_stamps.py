"""Time stamps (RFC 3161): what an authority answers is looked at in full, each lie is refused, and openssl agrees."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, load_pem_x509_certificate
from cryptography.x509.oid import ExtendedKeyUsageOID

from app.transparency.rules import stamp_tokens
from app.transparency.rules.stamps import (
    LONGEST_STAMP,
    OtherStamp,
    Request,
    Trusted,
    checked,
    fresh,
    request_for,
    stamp_name,
    stamped_size,
    time_in,
    trusted,
)
from tests.effort import sized
from tests.transparency.authority import POLICY, Authority, Certified, Certifying, openssl

TEXT = "cermin.example.go.id/log/kota\n17\nsFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n"
OTHER = TEXT.replace("17", "18")
KEYS = Certifying()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority that certifies itself."""
    return KEYS.write(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def by(authority: Authority) -> Trusted:
    """Whoever trusts it."""
    return trusted(authority.root.read_bytes())


def now() -> datetime:
    return datetime.now(UTC)


def der(certificate: Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def embedded(authority: Authority) -> bytes:
    """The certificate that comes with its stamps."""
    return der(load_pem_x509_certificate((authority.folder / f"{authority.name}-signer.pem").read_bytes()))


def asked(*options: str, text: str = TEXT) -> bytes:
    """A query that the service would not make."""
    return openssl("ts", "-query", "-data", "/dev/stdin", *options, content=text.encode())


def renumbered(query: bytes, nonce: int) -> bytes:
    """The query with another nonce of the same length."""
    number = nonce.to_bytes(-(-nonce.bit_length() // 8), "big")
    assert query.count(number) == 1
    return query.replace(number, number[:-1] + bytes([number[-1] ^ 1]))


def imprinted(query: bytes) -> bytes:
    """The query about another text."""
    mine, other = (request_for(each).content for each in (TEXT, OTHER))
    start = mine.index(bytes.fromhex("0420")) + 2
    digest = query[start : start + 32]
    assert digest == mine[start : start + 32]
    return query.replace(digest, other[start : start + 32])


def test_what_an_authority_stamps_is_taken_and_openssl_takes_it_too(authority: Authority, by: Trusted) -> None:
    request = request_for(TEXT)
    stamp = authority.reply(request.content)
    at = fresh(stamp, TEXT, by, request.nonce, now())
    assert at == checked(stamp, TEXT, by) == checked(stamp, TEXT, by._replace(policy=POLICY)) == time_in(stamp)
    assert abs(at - now()) < timedelta(minutes=1)
    assert authority.verifies(stamp, TEXT)
    assert not authority.verifies(stamp, OTHER)


def test_every_request_has_a_nonce_of_its_own_and_asks_for_the_certificate() -> None:
    one, other = request_for(TEXT), request_for(TEXT)
    assert one.nonce != other.nonce
    assert one.nonce.bit_length() > 32
    told = openssl("ts", "-query", "-in", "/dev/stdin", "-text", content=one.content).decode()
    assert "Hash Algorithm: sha256" in told
    assert "Certificate required: yes" in told


Answer = Callable[[Authority, Request], bytes]
ANOTHER, CHANGED = "over something else", "not by a trusted authority, or was changed"
# What the authority answers, why it is refused, and whether openssl refuses it as well (it is not told the nonce).
LIES: dict[str, tuple[Answer, str, bool]] = {
    "nothing": (lambda _a, _r: b"", "cannot be read", True),
    "a page": (lambda _a, _r: b"<html>moved</html>", "cannot be read", True),
    "its first half": (lambda a, r: a.reply(r.content)[:500], "cannot be read", True),
    "more behind it": (lambda a, r: a.reply(r.content) + b"\0", "cannot be read", False),
    "too much": (lambda a, r: a.reply(r.content) + bytes(LONGEST_STAMP), "too long", False),
    "a refusal": (lambda a, r: a.reply(r.content, digests="sha512"), "gave no stamp (status 2)", True),
    "another text": (lambda a, r: a.reply(imprinted(r.content)), ANOTHER, True),
    "another digest": (lambda a, _r: a.reply(asked("-sha512", "-cert")), ANOTHER, False),
    "another nonce": (lambda a, r: a.reply(renumbered(r.content, r.nonce)), "another request", False),
    "no nonce": (lambda a, _r: a.reply(asked("-sha256", "-cert", "-no_nonce")), "another request", False),
    "an older answer": (lambda a, _r: a.reply(request_for(TEXT).content), "another request", False),
    "no certificate": (lambda a, r: a.reply(r.content.replace(b"\x01\x01\xff", b"\x01\x01\x00")), CHANGED, True),
    "a foreign signer": (lambda a, r: Certifying().write(a.folder / "foreign").reply(r.content), CHANGED, True),
    "expired": (lambda a, r: certified(a, Certified(days=(-30, -1))).reply(r.content), CHANGED, True),
    "not valid yet": (lambda a, r: certified(a, Certified(days=(1, 30))).reply(r.content), CHANGED, True),
    "a certificate for code": (
        lambda a, r: swapped(a, r, Certified(usages=(ExtendedKeyUsageOID.CODE_SIGNING,))),
        CHANGED,
        True,
    ),
    "one for stamps, not critical": (
        # As long as the one in its place.
        lambda a, r: swapped(a, r, Certified(name="Otoritas Uji...", is_critical=False)),
        CHANGED,
        True,
    ),
    "one that the stamp does not name": (lambda a, r: swapped(a, r, Certified(name="Otoritas Ujj")), CHANGED, True),
    "an hour": (lambda a, r: a.reply(r.content).replace(hour(0), hour(1)), CHANGED, True),
    "a signature with another bit": (lambda a, r: flipped(a.reply(r.content), -8), CHANGED, True),
}


def certified(authority: Authority, said: Certified) -> Authority:
    """The same authority with another certificate of its signer."""
    return KEYS.write(authority.folder / "other", certified=said)


def swapped(authority: Authority, request: Request, said: Certified) -> bytes:
    """A stamp with another certificate of the same key, issuer, number and length beside it."""
    there, instead = embedded(authority), der(KEYS.certificate(said))
    assert len(there) == len(instead)
    return authority.reply(request.content).replace(there, instead)


def hour(more: int) -> bytes:
    """The hour that is now, or a later one, as a stamp writes it."""
    return f"{now() + timedelta(hours=more):%Y%m%d%H}".encode()


def flipped(stamp: bytes, place: int) -> bytes:
    changed = bytearray(stamp)
    changed[place] ^= 1
    return bytes(changed)


@pytest.mark.parametrize("lie", LIES)
def test_each_lie_is_refused(authority: Authority, by: Trusted, lie: str) -> None:
    answer, told, openssl_refuses = LIES[lie]
    request = request_for(TEXT)
    stamp = answer(authority, request)
    with pytest.raises(ValueError, match="stamp") as refusal:
        fresh(stamp, TEXT, by, request.nonce, now())
    assert told in str(refusal.value)
    assert isinstance(refusal.value, OtherStamp) == (told == ANOTHER)
    if openssl_refuses:
        assert not authority.verifies(stamp, TEXT)


def test_a_clock_that_is_minutes_away_is_noticed(authority: Authority, by: Trusted) -> None:
    request = request_for(TEXT)
    stamp = authority.reply(request.content)
    for minutes in (-6, 6):
        with pytest.raises(ValueError, match="five minutes apart"):
            fresh(stamp, TEXT, by, request.nonce, now() + timedelta(minutes=minutes))
    fresh(stamp, TEXT, by, request.nonce, now() + timedelta(minutes=4))


def test_a_policy_that_is_named_is_asked_for(authority: Authority, by: Trusted) -> None:
    request = request_for(TEXT)
    stamp = authority.reply(request.content, policy="1.2.3.4.2")
    fresh(stamp, TEXT, by, request.nonce, now())
    with pytest.raises(ValueError, match=r"made under the policy 1\.2\.3\.4\.2"):
        fresh(stamp, TEXT, by._replace(policy=POLICY), request.nonce, now())


@pytest.mark.sized
def test_a_stamp_with_any_byte_changed_is_refused_or_says_the_same(authority: Authority, by: Trusted) -> None:
    stamp = authority.reply(request_for(TEXT).content)
    at, chance = checked(stamp, TEXT, by), Random(20_261_201)
    refused = 0
    n = sized(200, 5_000)
    for _ in range(n):
        changed = bytearray(stamp)
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        try:
            assert checked(bytes(changed), TEXT, by) == at
        except ValueError:
            refused += 1
    # The name of the algorithm beside the signature, and two numbers of versions, say nothing that is relied on.
    assert refused > n * 0.95


@pytest.mark.parametrize("digest", ["sha1", "sha256", "sha384", "sha512", "sha224"])
def test_whose_certificate_a_stamp_names_is_read_in_each_digest(authority: Authority, by: Trusted, digest: str) -> None:
    stamp = authority.reply(request_for(TEXT).content, named_by=digest)
    assert authority.verifies(stamp, TEXT)
    if digest == "sha224":
        with pytest.raises(ValueError, match="was changed"):
            checked(stamp, TEXT, by)
    else:
        checked(stamp, TEXT, by)


def test_a_stamp_that_names_no_certificate_is_refused(
    authority: Authority, by: Trusted, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamp = authority.reply(request_for(TEXT).content)
    monkeypatch.setattr(stamp_tokens, "NAMED", "1.2.3")
    with pytest.raises(ValueError, match="was changed"):
        checked(stamp, TEXT, by)


def test_names_of_files_are_those_of_stamps_and_no_others() -> None:
    for size in (1, 17, 999_999_999_999):
        assert stamped_size(stamp_name(size)) == size
    for name in (
        "0.tsr",
        "017.tsr",
        "17",
        "-1.tsr",
        "x.tsr",
        "17.tsr\n",
        "١.tsr",
        "17.tsr/",
        "../1.tsr",
        "1000000000000.tsr",
    ):
        assert stamped_size(f"stamps/{name}") is None, name


def test_a_file_without_certificates_trusts_nobody() -> None:
    for content in (b"", b"whatever", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        with pytest.raises(ValueError, match="no certificate"):
            trusted(content)
