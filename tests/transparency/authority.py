"""A time-stamping authority of the tests' own: `openssl ts` behind HTTP, which answers, or lies, as a test wants."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NEEDED = "CERMIN_NEEDS_OPENSSL"
POLICY = "1.2.3.4.1"
SETTINGS = """
[tsa]
serial = {folder}/serial
default_policy = {policy}
digests = {digests}
signer_digest = sha256
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = {named_by}
"""
Lie = Callable[[bytes], bytes]


def openssl(*arguments: object, content: bytes = b"") -> bytes:
    """What the program writes; what it refuses fails."""
    program = shutil.which("openssl")
    if program is None:
        assert NEEDED not in os.environ, "openssl is missing"
        pytest.skip("needs openssl")
    done = subprocess.run([program, *map(str, arguments)], input=content, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@dataclass(frozen=True)
class Authority:
    """A root and a signer under it in one folder, and what `openssl ts` answers with them."""

    folder: Path
    name: str

    @property
    def root(self) -> Path:
        """The file of the root's certificate."""
        return self.folder / f"{self.name}-root.pem"

    def reply(
        self, query: bytes, *, digests: str = "sha256,sha512", policy: str = POLICY, named_by: str = "sha256"
    ) -> bytes:
        """The answer to a query."""
        (self.folder / "serial").write_text("01\n")
        settings = SETTINGS.format(folder=self.folder, digests=digests, policy=policy, named_by=named_by)
        (self.folder / "settings").write_text(settings)
        (self.folder / "query").write_bytes(query)
        signer = self.folder / f"{self.name}-signer.pem"
        return openssl(
            "ts", "-reply", "-config", self.folder / "settings", "-section", "tsa", "-queryfile", self.folder / "query",
            "-signer", signer, "-inkey", self.folder / f"{self.name}-signer.key",
        )  # fmt: skip

    def verifies(self, stamp: bytes, text: str) -> bool:
        """Whether `openssl ts -verify` takes the stamp of a text, as docs/log.md tells outsiders to ask it."""
        (self.folder / "stamp.tsr").write_bytes(stamp)
        (self.folder / "stamped.txt").write_text(text)
        try:
            told = openssl(
                "ts", "-verify", "-in", self.folder / "stamp.tsr", "-data", self.folder / "stamped.txt",
                "-CAfile", self.root,
            )  # fmt: skip
        except AssertionError:
            return False
        return b"Verification: OK" in told


@dataclass(frozen=True)
class Certified:
    """What stands in a signer's certificate."""

    name: str = "Otoritas Uji"
    usages: tuple[x509.ObjectIdentifier, ...] = (ExtendedKeyUsageOID.TIME_STAMPING,)
    is_critical: bool = True
    days: tuple[int, int] = (-30, 30)


class Certifying:
    """The keys of an authority, and certificates that differ in what a test is about."""

    def __init__(self) -> None:
        self._root = rsa.generate_private_key(65_537, 2_048)
        self._signer = ec.generate_private_key(ec.SECP256R1())

    def write(self, folder: Path, name: str = "uji", certified: Certified = Certified()) -> Authority:
        """Root and signer as files."""
        folder.mkdir(exist_ok=True)
        key = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        (folder / f"{name}-signer.key").write_bytes(self._signer.private_bytes(*key))
        (folder / f"{name}-root.pem").write_bytes(self._rooted().public_bytes(serialization.Encoding.PEM))
        signer = self.certificate(certified).public_bytes(serialization.Encoding.PEM)
        (folder / f"{name}-signer.pem").write_bytes(signer)
        return Authority(folder, name)

    def certificate(self, certified: Certified) -> x509.Certificate:
        """A certificate of the signer's key, always with the same issuer and number."""
        now = datetime.now(UTC)
        first, last = (now + timedelta(days=each) for each in certified.days)
        return (
            x509.CertificateBuilder()
            .subject_name(_name(certified.name))
            .issuer_name(_name("Akar Uji"))
            .public_key(self._signer.public_key())
            .serial_number(4_711)
            .not_valid_before(first)
            .not_valid_after(last)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage(certified.usages), critical=certified.is_critical)
            .sign(self._root, hashes.SHA256())
        )

    def _rooted(self) -> x509.Certificate:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(_name("Akar Uji"))
            .issuer_name(_name("Akar Uji"))
            .public_key(self._root.public_key())
            .serial_number(1)
            .not_valid_before(now - timedelta(days=400))
            .not_valid_after(now + timedelta(days=400))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(self._root, hashes.SHA256())
        )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@dataclass
class Served:
    """An authority that listens: what it was asked, and what it answers."""

    authority: Authority
    port: int = 0
    status: int = 200
    location: str | None = None
    lie: Lie | None = None
    endless: bool = False
    asked: list[bytes] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self.port}/tsa"


@contextmanager
def serving(authority: Authority) -> Iterator[Served]:
    """The authority at a port of this machine, until the block ends."""
    served = Served(authority)

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["content-length"]))
            served.asked.append(query)
            self.send_response(served.status)
            if served.location is not None:
                self.send_header("location", served.location)
            self.send_header("content-type", "application/timestamp-reply")
            self.end_headers()
            if served.endless:
                with_suppressed_ends(self.wfile.write)
            elif served.status == 200:
                self.wfile.write((served.lie or served.authority.reply)(query))

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    served.port = server.server_port
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def with_suppressed_ends(write: Callable[[bytes], object]) -> None:
    """Write until whoever reads has gone; no more than 64 MiB."""
    for _ in range(1_024):
        try:
            write(b"\0" * 65_536)
        except OSError:
            return
