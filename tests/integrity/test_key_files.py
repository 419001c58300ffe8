"""Key files under a passphrase, as browsers save them, at the terminal."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path

import pytest
from joserfc import jwe
from joserfc.jwk import OctKey
from typer.testing import CliRunner

from app.cli.program import program
from app.integrity.key_files import is_under_passphrase, open_key_file
from app.integrity.sealing import public_half, seal
from tests.integrity.reporting import new_holder

PASSPHRASE = "empat kata yang tidak bersaudara: é"
HEADER = {"alg": "PBES2-HS512+A256KW", "enc": "A256GCM", "cty": "jwk+json", "p2c": 210_000}


def file_of(content: str, passphrase: str = PASSPHRASE, **header: object) -> bytes:
    """What a browser saves."""
    whole = HEADER | header
    names = [str(whole["alg"]), str(whole["enc"])]
    return f"{jwe.encrypt_compact(whole, content, OctKey.import_key(passphrase.encode()), names)}\n".encode()


def test_the_passphrase_opens_the_file_and_no_other_does() -> None:
    private = new_holder().private
    file = file_of(json.dumps(private))
    assert is_under_passphrase(file)
    for other in (f" {json.dumps(private)}".encode(), b"", b"\xff", b"surat biasa.", b"a.b.c.d", b"a.b.c.d.e.f"):
        assert not is_under_passphrase(other)
    # As another keyboard composes it.
    for passphrase in (PASSPHRASE, PASSPHRASE.replace("é", "e\u0301")):
        assert open_key_file(file, passphrase) == private
    for passphrase in ("", "x", PASSPHRASE + " "):
        assert open_key_file(file, passphrase) is None


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"a.b.c.d.e", b"surat biasa", file_of("[1]"), file_of("{"), file_of("{}", alg="PBES2-HS256+A128KW")],
    ids=range(7),
)
def test_what_is_no_key_file_of_ours_opens_nothing(content: bytes) -> None:
    assert open_key_file(content, PASSPHRASE) is None


def test_a_file_that_asks_for_days_of_work_is_refused_at_once() -> None:
    head, *rest = file_of("{}").strip().split(b".")
    header = json.loads(urlsafe_b64decode(head + b"=="))
    more = urlsafe_b64encode(json.dumps(header | {"p2c": 10**12}).encode()).rstrip(b"=")
    assert open_key_file(b".".join([more, *rest]), PASSPHRASE) is None


def test_the_terminal_asks_for_the_passphrase(tmp_path: Path) -> None:
    holder, sealed, key = new_holder(), tmp_path / "word.json", tmp_path / "key.jwk"
    public = public_half(holder.private)
    assert public is not None
    sealed.write_text(json.dumps(seal(b"kata", [public])))
    key.write_bytes(file_of(json.dumps(holder.private)))
    opening = ["integrity", "open", str(sealed), "--key", str(key)]
    opened = CliRunner().invoke(program, opening, input=f"{PASSPHRASE}\n")
    assert (opened.exit_code, opened.stdout.strip()) == (0, "kata"), opened.output
    refused = CliRunner().invoke(program, opening, input="salah\n")
    assert (refused.exit_code, refused.stdout.strip()) == (1, "")
    assert "its passphrase is another one" in " ".join(refused.stderr.split())
