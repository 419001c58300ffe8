"""`cermin verify`: checks that a report is as it was signed, and shows where it is not."""

import json
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any, NamedTuple, NoReturn

import typer
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from app.cli.context import err, out, settings
from app.foundation.startup_errors import StartupError
from app.seals.keyring import by_id, trusted_keys
from app.seals.rules.verification import Outcome, Verdict, verify
from app.seals.signing import SigningKeyFault, load_public
from app.transparency.rules.policies import Policy, parse_policy
from app.transparency.rules.proofs import LogProof
from app.transparency.rules.report_proofs import NotInLog, accepted_proof
from app.transparency.rules.stamps import OtherStamp, Trusted, checked, trusted
from app.transparency.stamp_config import trusted_stamps

LARGEST_FILE = 50_000_000
PDF = b"%PDF"
PROOF = ".tlog-proof"
MOST_PLACES = 100
LONGEST_WORD = 200

STATUS = {Outcome.valid: 0, Outcome.altered: 1, Outcome.unknown_key: 2, Outcome.malformed: 2}


class StampQuestion(NamedTuple):
    """The time stamp that was named, if one was, and whose stamps count."""

    stamp: bytes | None
    by: Trusted | None


def verify_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A report with its seal (JSON), or its PDF.")],
    keys: Annotated[
        list[Path] | None,
        typer.Option(metavar="FOLDER_OR_FILE", help="Public keys to trust instead of this installation's own."),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also check that a log of this policy has the report (tlog-policy)."),
    ] = None,
    proof: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The proof (.tlog-proof), where the report has none inside.")
    ] = None,
    stamp: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The time stamp of its checkpoint (.tsr), where the proof has none inside."),
    ] = None,
    timestamp_roots: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Certificates (PEM) of the authority whose stamps count, as the setting says."
        ),
    ] = None,
) -> None:
    """Check that a report is as it was signed: exit 0 if it is, 1 if it was altered, 2 if that cannot be decided.

    With a policy: and that a log has it, as far as the witnesses of the policy have seen, and since when an authority
    says so. Nothing is asked online.
    """
    try:
        known = trusted_keys(settings().signing_key_file) if keys is None else named_keys(keys)
        terms = None if policy is None else parse_policy(read(policy))
        content = read(file)
        envelope = envelope_in(content)
        inside = _proof_in(content, envelope)
        found = inside if proof is None else read(proof)
        asked = _question(stamp, timestamp_roots, policy)
    except (SigningKeyFault, ValueError) as fault:
        _refuse(f"{fault}.")
    except OSError as error:
        _refuse(f"{error.filename} cannot be read: {error.strerror}.")
    # A reader who may see the NIP gets it beside the sealed report, since the seal must hold for everybody else, too.
    has_identity = isinstance(envelope, dict) and envelope.pop("identity", None) is not None
    verdict = verify(envelope, known)
    if has_identity:
        out.print("the identity beside the report is of the directory and has no seal: it was not checked")
    status, lines = STATUS[verdict.outcome], [*verdict_lines(verdict)]
    if verdict.outcome is Outcome.valid and isinstance(envelope, dict):
        status, told = proof_verdict(envelope, found, terms, asked)
        lines += told
    for line in lines:
        out.print(line, markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(status)


def proof_verdict(
    envelope: Mapping[str, Any], proof: bytes | None, policy: Policy | None, asked: StampQuestion
) -> tuple[int, list[str]]:
    """What a valid report's proof comes to: the exit status, and lines; none where nobody asked and there is none."""
    if policy is None:
        return 0, ["log: not checked; there is a proof, which --policy checks"] if proof else []
    if proof is None:
        return 2, ["log: pending: the report comes without a proof; take it again, or name the proof with --proof"]
    try:
        accepted = accepted_proof(envelope, proof, policy)
    except NotInLog as fault:
        return 1, [f"log: {printable(str(fault))}"]
    except ValueError as fault:
        return 2, [f"log: {printable(str(fault))}"]
    checkpoint, seen = accepted.proof.checkpoint, ", ".join(sorted(accepted.witnesses))
    place = f"entry {accepted.proof.position} of {checkpoint.size} in {printable(checkpoint.origin)}"
    status, told = stamp_verdict(accepted.proof, asked)
    return status, [f"log: {place}, seen by {printable(seen) if seen else 'no witness'}", *told]


def stamp_verdict(proof: LogProof, asked: StampQuestion) -> tuple[int, list[str]]:
    """What the time stamp of an accepted proof's checkpoint comes to. None is as good, unless one was named."""
    stamp = asked.stamp or proof.stamp
    if not stamp:
        return 0, ["stamp: none; no authority says since when the log has it"] if asked.by else []
    if asked.by is None:
        return 0, ["stamp: not checked; there is one, which --timestamp-roots checks"]
    try:
        at = checked(stamp, proof.note.text, asked.by)
    except OtherStamp as fault:
        return 1, [f"stamp: {fault}"]
    except ValueError as fault:
        return 2, [f"stamp: {printable(str(fault))}"]
    return 0, [f"stamp: the log had it by {at:%Y-%m-%d %H:%M:%S} UTC, as the authority says"]


def _question(file: Path | None, roots: Path | None, policy: Path | None) -> StampQuestion:
    """What was asked about the time stamp. Raises ValueError where that cannot be answered."""
    try:
        by = trusted_stamps(settings()) if roots is None else trusted(read(roots), settings().timestamp_policy)
    except StartupError as fault:
        raise ValueError(str(fault).removesuffix(".")) from None
    if file is not None and (by is None or policy is None):
        raise ValueError("A time stamp is checked with --timestamp-roots, of a proof that --policy takes")
    return StampQuestion(None if file is None else read(file), by)


def _proof_in(content: bytes, envelope: object) -> bytes | None:
    """The proof beside the envelope, or attached to the PDF; it stands outside of what is signed."""
    if isinstance(envelope, dict) and isinstance(envelope.get("proof"), str):
        return str(envelope.pop("proof")).encode()
    if not content.startswith(PDF):
        return None
    return next((found for name, found in _attachments(content) if name.endswith(PROOF)), None)


class _NoReport(ValueError):
    """A PDF holds no report; the message says why."""


def envelope_in(file: bytes) -> object:
    """The envelope that a file holds, a PDF as its attachment; ValueError says why there is none."""
    try:
        return json.loads(
            attached_to(file).decode() if file.startswith(PDF) else file.decode(),
            object_pairs_hook=_unambiguous,
            parse_constant=_no_number,
        )
    except _NoReport:
        raise
    except RecursionError:
        raise ValueError("The file is nested too deep") from None
    except ValueError as error:
        raise ValueError(f"The file is not JSON: {printable(str(error))}") from None


def attached_to(pdf: bytes) -> bytes:
    """The one JSON file attached to a PDF; ValueError if there is none."""
    attachments = [(name, content) for name, content in _attachments(pdf) if name.endswith(".json")]
    if len(attachments) != 1:
        raise _NoReport("The PDF has no sealed report attached; a draft has none")
    return attachments[0][1]


def _attachments(pdf: bytes) -> list[tuple[str, bytes]]:
    """Every file attached to a PDF, with its name; ValueError if it cannot be read."""
    try:
        return [
            (name, bytes(content))
            for name, contents in PdfReader(BytesIO(pdf)).attachments.items()
            for content in contents
        ]
    except (PyPdfError, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        # What a reader makes of a damaged file is not limited to its own errors.
        raise _NoReport("The PDF cannot be read") from None


def read(file: Path) -> bytes:
    """The bytes of a file that is not too large."""
    with file.open("rb") as handle:
        content = handle.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise ValueError(f"{file} is larger than a report can be ({LARGEST_FILE:,} bytes)")
    return content


def named_keys(places: Iterable[Path]) -> dict[str, bytes]:
    """The public keys in these files and folders, by id."""
    files = [file for place in places for file in (sorted(place.glob("*.pub.pem")) if place.is_dir() else [place])]
    return by_id(load_public(file) for file in files)


def verdict_lines(verdict: Verdict) -> Iterable[str]:
    """The verdict in words, a line each."""
    match verdict.outcome:
        case Outcome.valid:
            yield f"valid: everything is as it was signed with key {verdict.key}"
        case Outcome.malformed:
            yield f"not a signed report: {printable(verdict.reason or '')}"
        case Outcome.unknown_key:
            yield f"unknown key {printable(verdict.key or '')}: name the file of the public key with --keys"
            if verdict.places:
                yield "whoever signed it, the report does not fit its own seal:"
        case Outcome.altered if verdict.seal_altered:
            yield f"altered: the seal itself was changed, or was not made with key {verdict.key}"
        case _:
            yield f"altered: not all is as it was signed with key {verdict.key}"
    for place in verdict.places[:MOST_PLACES]:
        yield f"  {place.change} {printable(place.pointer)}"
    if len(verdict.places) > MOST_PLACES:
        yield f"  and {len(verdict.places) - MOST_PLACES} more places"


def printable(text: str) -> str:
    """Text of a stranger's file, made safe for a terminal."""
    # Escape sequences could colour a forged report green, or worse.
    short = text if len(text) <= LONGEST_WORD else f"{text[:LONGEST_WORD]}…"
    return short if short.isprintable() else ascii(short)


def _unambiguous(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object, refused if a name stands in it twice."""
    # Programs differ in which of the two they show, so one signature would cover two readings (RFC 8259 §4).
    found = dict(members)
    if len(found) < len(members):
        raise ValueError("a name stands twice in one object")
    return found


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _refuse(message: str) -> NoReturn:
    err.print(message, style="red", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(2)
