"""`cermin signing-key new|show` and `cermin verify`, as an operator or a citizen types them."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner, Result

from app.cli import context, verify
from app.cli.program import program
from app.seals.rules.envelopes import key_id, public_bytes, sign
from app.seals.signing import load_key, make_key, public_file, public_pem

Run = Callable[..., Result]

DOCUMENT = {"title": "Laporan", "totals": {"n": 1200}, "rows": list(range(200))}


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """Where the installation's key is to be."""
    return tmp_path / "var" / "signing-key.pem"


@pytest.fixture
def run(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs `cermin …`; no answer is ever a traceback."""
    monkeypatch.setenv("CERMIN_SIGNING_KEY_FILE", str(key_file))
    context.settings.cache_clear()

    def invoke(*arguments: object, status: int = 0) -> Result:
        result = CliRunner().invoke(program, [str(argument) for argument in arguments])
        assert result.exit_code == status, (result.output, result.exception)
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    yield invoke
    context.settings.cache_clear()


def report(folder: Path, key: Ed25519PrivateKey, change: Callable[[Any], None] = lambda _: None) -> Path:
    """A sealed report in a file, perhaps changed since."""
    envelope = json.loads(json.dumps(sign(DOCUMENT, key)))
    change(envelope)
    file = folder / "report.json"
    file.write_text(json.dumps(envelope), "utf-8")
    return file


def one_line(words: str) -> str:
    """Output without the line breaks of a narrow terminal."""
    return " ".join(words.split())


def test_a_new_key_says_its_id_and_where_its_public_half_is(run: Run, key_file: Path) -> None:
    result = run("signing-key", "new")
    public = public_bytes(load_key(key_file))
    assert result.stdout == f"key {key_id(public)}\npublic key in {key_file.with_name('signing-key.pub.pem')}\n"
    shown = run("signing-key", "show").stdout
    assert shown == f"key {key_id(public)}\n{public_file(key_file).read_text()}"
    assert "PRIVATE" not in result.output + shown


def test_a_key_may_lie_elsewhere(run: Run, key_file: Path, tmp_path: Path) -> None:
    other = tmp_path / "[bold]kunci.pem"
    assert f"public key in {tmp_path}/[bold]kunci.pub.pem" in run("signing-key", "new", "--file", other).stdout
    assert key_id(public_bytes(load_key(other))) in run("signing-key", "show", "--file", other).stdout
    assert not key_file.exists()


def test_a_key_is_never_overwritten(run: Run, key_file: Path) -> None:
    run("signing-key", "new")
    before = key_file.read_bytes()
    result = run("signing-key", "new", status=1)
    assert "never overwritten" in one_line(result.stderr)
    assert result.stdout == ""
    assert key_file.read_bytes() == before


def test_a_key_that_cannot_be_made_or_shown_is_told_in_a_sentence(run: Run, key_file: Path, tmp_path: Path) -> None:
    assert "There is no key" in run("signing-key", "show", status=1).stderr
    (tmp_path / "file").write_text("")
    assert "cannot be written" in run("signing-key", "new", "--file", tmp_path / "file" / "key.pem", status=1).stderr
    tmp_path.chmod(0o700)
    assert "cannot be read" in one_line(run("signing-key", "show", "--file", tmp_path, status=1).stderr)
    run("signing-key", "new")
    key_file.chmod(0o644)
    assert "chmod 600" in one_line(run("signing-key", "show", status=1).stderr)


def test_the_identity_beside_a_report_is_set_aside_and_said_to_be_unchecked(
    run: Run, key_file: Path, tmp_path: Path
) -> None:
    key = make_key(key_file)
    result = run("verify", report(tmp_path, key, lambda envelope: envelope.update(identity={"nip": "1"})))
    assert "no seal: it was not checked" in one_line(result.stdout)
    assert "valid: everything is as it was signed" in one_line(result.stdout)
    changed = report(tmp_path, key, lambda envelope: envelope.update(identity={"nip": "1"}, other=1))
    assert "added /other" in run("verify", changed, status=1).stdout


def test_a_report_as_it_was_signed_is_valid(run: Run, key_file: Path, tmp_path: Path) -> None:
    key = make_key(key_file)
    result = run("verify", report(tmp_path, key))
    assert result.stdout == f"valid: everything is as it was signed with key {key_id(public_bytes(key))}\n"


def test_an_altered_report_is_told_with_its_places(run: Run, key_file: Path, tmp_path: Path) -> None:
    key = make_key(key_file)
    name = key_id(public_bytes(key))

    def change(envelope: Any) -> None:
        envelope["document"]["totals"]["n"] = 1201
        envelope["document"]["\x1b[31mred\u202e"] = 1
        envelope["document"]["x" * 300] = 1

    result = run("verify", report(tmp_path, key, change), status=1)
    assert result.stdout.splitlines() == [
        f"altered: not all is as it was signed with key {name}",
        "  changed /document/totals/n",
        "  added '/document/\\x1b[31mred\\u202e'",
        f"  added /document/{'x' * 190}…",
    ]

    def empty(envelope: Any) -> None:
        envelope["document"]["rows"].clear()

    lines = run("verify", report(tmp_path, key, empty), status=1).stdout.splitlines()
    assert (len(lines), lines[-1]) == (102, "  and 100 more places")

    def reseal(envelope: Any) -> None:
        envelope["digest"] = "0" * 64

    result = run("verify", report(tmp_path, key, reseal), status=1)
    assert result.stdout.splitlines() == [
        f"altered: the seal itself was changed, or was not made with key {name}",
        "  changed /digest",
    ]


def test_an_unknown_key_is_named(run: Run, key_file: Path, tmp_path: Path) -> None:
    stranger = Ed25519PrivateKey.generate()
    name = key_id(public_bytes(stranger))
    file = report(tmp_path, stranger)
    for _ in range(2):
        result = run("verify", file, status=2)
        assert result.stdout == f"unknown key {name}: name the file of the public key with --keys\n"
        if not key_file.exists():
            make_key(key_file)

    def change(envelope: Any) -> None:
        envelope["document"]["title"] = "Palsu"

    lines = run("verify", report(tmp_path, stranger, change), status=2).stdout.splitlines()
    assert lines[1:] == [
        "whoever signed it, the report does not fit its own seal:",
        "  changed /document/title",
    ]


def test_public_keys_beside_the_own_one_are_trusted(run: Run, key_file: Path, tmp_path: Path) -> None:
    make_key(key_file)
    former = Ed25519PrivateKey.generate()
    file = report(tmp_path, former)
    run("verify", file, status=2)
    (key_file.parent / "2025.pub.pem").write_bytes(public_pem(former))
    run("verify", file)
    # A citizen has public halves only; the own key counts by itself, too.
    own = load_key(key_file)
    key_file.unlink()
    run("verify", report(tmp_path, own))
    (key_file.parent / "own.pem").write_bytes(b"")
    public_file(key_file).unlink()
    run("verify", report(tmp_path, own), status=2)


def test_the_own_key_needs_no_public_file(run: Run, key_file: Path, tmp_path: Path) -> None:
    own = make_key(key_file)
    public_file(key_file).unlink()
    run("verify", report(tmp_path, own))
    key_file.chmod(0o644)
    assert "chmod 600" in run("verify", report(tmp_path, own), status=2).stderr


def test_named_keys_are_trusted_and_no_others(run: Run, key_file: Path, tmp_path: Path) -> None:
    own, other = make_key(key_file), make_key(tmp_path / "keys" / "other.pem")
    file = report(tmp_path, other)
    run("verify", file, status=2)
    run("verify", file, "--keys", tmp_path / "keys")
    run("verify", file, "--keys", tmp_path / "keys" / "other.pub.pem")
    run("verify", file, "--keys", key_file.parent, "--keys", tmp_path / "keys")
    run("verify", report(tmp_path, own), "--keys", tmp_path / "keys", status=2)
    told = run("verify", file, "--keys", tmp_path / "keys" / "other.pem", status=2).stderr
    assert "holds no public Ed25519 key" in told
    assert "cannot be read: No such file" in run("verify", file, "--keys", tmp_path / "tiada", status=2).stderr


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "not JSON"),
        (b"%PDF-1.7", "cannot be read"),
        (b"\xff\xfe{}", "not JSON"),
        (b'{"digest": 1, "digest": 2}', "a name stands twice"),
        (b'{"document": NaN}', "NaN is no number"),
        (b"[" * 200_000, "nested too deep"),
        (b"1" * 10_000, "not JSON"),
    ],
)
def test_a_file_without_an_envelope_is_told_in_a_sentence(run: Run, tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "report.json"
    file.write_bytes(content)
    result = run("verify", file, status=2)
    assert told in result.stderr
    assert result.stdout == ""


def test_json_that_is_no_envelope_is_told_so(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    for content in ("5", "{}", json.dumps(DOCUMENT)):
        file.write_text(content)
        assert run("verify", file, status=2).stdout.startswith("not a signed report: ")


def test_a_file_that_cannot_be_read_is_told_in_a_sentence(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = tmp_path / "[red]tiada.json"
    assert run("verify", missing, status=2).stderr == f"{missing} cannot be read: No such file or directory.\n"
    assert "cannot be read: Is a directory" in run("verify", tmp_path, status=2).stderr
    file = tmp_path / "report.json"
    file.write_bytes(b"[" + b" " * 99)
    monkeypatch.setattr(verify, "LARGEST_FILE", 99)
    assert "larger than a report can be (99 bytes)" in run("verify", file, status=2).stderr
