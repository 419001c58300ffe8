"""`cermin integrity key-…|open`: keys of whoever opens integrity reports, made and used away from the server."""

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.table import Table

from app.access.principals import Reach
from app.cli.context import actor, fail, out, print_table
from app.cli.integrity_step import step
from app.foundation.private_files import PRIVATE_FILE
from app.integrity import keys
from app.integrity.key_files import is_under_passphrase, open_key_file
from app.integrity.rules.kinds import ReportRecipient
from app.integrity.rules.open311 import sealed_in
from app.integrity.rules.plaintext import read_plaintext, readable
from app.integrity.schemas import IntegrityChallenge, IntegrityKeyIn
from app.integrity.sealing import new_private_key, open_sealed, public_half

AgencyCode = Annotated[str, typer.Argument(metavar="AGENCY", help="Code of the agency.")]
KeyId = Annotated[str, typer.Argument(metavar="KEY", help="Thumbprint, as `cermin integrity key-list` shows it.")]
JsonFile = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)]
LARGEST_FILE = 1_000_000


def key_make(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Where the private half goes (0600). Never overwritten.")
    ],
) -> None:
    """Make a key on the machine of its holder: the private half into FILE, the public one to standard output.

    It needs no database and no service. The private half is never brought to the server; keep a copy of it.
    """
    made = new_private_key()
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "w") as handle:
            json.dump(made, handle)
    except FileExistsError:
        raise fail(f"{file} is there already; a key that is overwritten opens nothing any more.") from None
    except OSError as error:
        raise fail(f"{file} cannot be written: {error.strerror}.") from None
    typer.echo(json.dumps({name: value for name, value in made.items() if name != "d"}))


def open_file(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A hand-over file, or a challenge.")
    ],
    key: Annotated[
        Path,
        typer.Option(
            "--key", exists=True, dir_okay=False, help="File of the private half; also one that a browser saved."
        ),
    ],
) -> None:
    """Open what is sealed in a file, with a private half; needs no database and no service."""
    sealed = _sealed(_read(file))
    private = _private(key)
    if sealed is None:
        raise fail(f"{file} holds nothing that is sealed.")
    if not isinstance(private, dict) or public_half(private) is None or "d" not in private:
        raise fail(f"{key} holds no private key, or its passphrase is another one.")
    opened = open_sealed(sealed, private)
    if opened is None:
        raise fail("This key does not open it: it was sealed to others, or was changed.")
    typer.echo(_words(opened))


def key_add(
    agency: AgencyCode,
    file: JsonFile,
    label: Annotated[str, typer.Option(help="Whose key it is and where it is kept.")],
    recipient: Annotated[ReportRecipient, typer.Option(help="Whose reports it opens.")] = ReportRecipient.agency,
) -> None:
    """Add the public half of a key; prints a word sealed to it, which its holder opens and which proves it."""
    try:
        asked = IntegrityKeyIn.model_validate({"recipient": recipient, "label": label, "jwk": _read(file)})
    except ValidationError as error:
        faults = "; ".join(f"{each['loc'][-1]}: {each['msg']}" for each in error.errors(include_input=False))
        raise fail(f"{file} is no public key, or the label is none ({faults}).") from None
    with step(agency) as (session, now):
        _print(keys.add_key(session, _reach(agency), asked, now))


def key_challenge(agency: AgencyCode, key: KeyId) -> None:
    """Seal a new word to a key, in the place of the one before; also to try whether a key is still there."""
    with step(agency) as (session, now):
        _print(keys.challenge_key(session, _reach(agency), key, now))


def key_prove(
    agency: AgencyCode,
    key: KeyId,
    word: Annotated[str, typer.Option(prompt="The word that was sealed", help="What `cermin integrity open` showed.")],
) -> None:
    """Take the word that was sealed as proof that the key can be opened; from then on reports are sealed to it."""
    with step(agency) as (session, now):
        found = keys.prove_key(session, _reach(agency), key, word, now)
    out.print(f"key {found.id} is proved", highlight=False, soft_wrap=True)


def key_retire(agency: AgencyCode, key: KeyId) -> None:
    """Seal nothing more to a key; with fewer than two left, no reports are taken."""
    with step(agency) as (session, now):
        found = keys.retire_key(session, _reach(agency), key, now)
        left = keys.list_keys(session, _reach(agency)).open
    out.print(f"key {found.id} is retired", highlight=False, soft_wrap=True)
    out.print(f"reports are taken for: {', '.join(left) or 'nobody'}")


def key_list(agency: AgencyCode) -> None:
    """The public keys that reports are sealed to, and those that were retired."""
    table = Table("key", "recipient", "label", "added", "proved", "retired")
    with step(agency) as (session, _):
        found = keys.list_keys(session, _reach(agency))
    for each in found.items:
        moments = (each.added_at, each.proved_at, each.retired_at)
        table.add_row(each.id, each.recipient, each.label, *("" if at is None else f"{at:%Y-%m-%d}" for at in moments))
    print_table(table)
    out.print(f"reports are taken for: {', '.join(found.open) or 'nobody'}")


def _print(made: IntegrityChallenge) -> None:
    typer.echo(f"key {made.id}, to be proved until {made.until:%Y-%m-%d %H:%M} UTC with the word in:", err=True)
    # Bare on standard output, so that it can be written to a file for the holder.
    typer.echo(json.dumps(made.sealed))


def _words(opened: bytes) -> str:
    """What was sealed, without anything that a terminal would take for a command."""
    try:
        found = read_plaintext(opened)
    except ValueError:
        return readable(opened.decode("utf-8", "replace"))
    about = found.get("about")
    lines = [f"{name}: {value}" for name, value in about.items()] if isinstance(about, dict) else []
    contact = found.get("contact")
    lines += [f"contact: {contact}"] if contact else []
    return readable("\n".join([*lines, "", str(found.get("text", ""))]))


def _sealed(found: Any) -> dict[str, Any] | None:
    # The answer of the API has its list under a name.
    return sealed_in(found.get("requests", found.get("sealed", found)) if isinstance(found, dict) else found)


def _private(file: Path) -> Any:
    """What a key file holds; its passphrase is asked for where it has one."""
    try:
        with file.open("rb") as handle:
            content = handle.read(LARGEST_FILE)
    except OSError:
        content = b"{"
    if not is_under_passphrase(content):
        return _read(file)
    return open_key_file(content, typer.prompt("Passphrase of the key file", hide_input=True, err=True))


def _read(file: Path) -> Any:
    try:
        with file.open("rb") as handle:
            return json.loads(handle.read(LARGEST_FILE))
    except (OSError, ValueError, RecursionError):
        raise fail(f"{file} is no JSON that can be read.") from None


def _reach(agency: str) -> Reach:
    return Reach(agency, None, actor())
