"""`cermin signing-key new|show`."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.context import fail, out, settings
from app.seals import signing
from app.seals.rules.envelopes import key_id, public_bytes
from app.seals.signing import SigningKeyFault

signing_key = typer.Typer(help="The key that seals reports.", no_args_is_help=True)

KeyFile = Annotated[Path | None, typer.Option(help="File of the key (CERMIN_SIGNING_KEY_FILE).", show_default=False)]


@signing_key.command("new")
def new(file: KeyFile = None) -> None:
    """Make a key, and its public half in a file beside it to hand out. Nothing is overwritten."""
    place = file or settings().signing_key_file
    try:
        key = signing.make_key(place)
    except SigningKeyFault as fault:
        raise fail(f"{fault}.") from None
    except OSError as error:
        raise fail(f"{place} cannot be written: {error.strerror}.") from None
    out.print(f"key {key_id(public_bytes(key))}", highlight=False)
    out.print(f"public key in {signing.public_file(place)}", markup=False, highlight=False, soft_wrap=True)


@signing_key.command("show")
def show(file: KeyFile = None) -> None:
    """The key's id and its public half; the secret half is never shown."""
    place = file or settings().signing_key_file
    try:
        key = signing.load_key(place)
    except SigningKeyFault as fault:
        raise fail(f"{fault}.") from None
    except FileNotFoundError:
        raise fail(f"There is no key in {place}; make one with `cermin signing-key new`.") from None
    except OSError as error:
        raise fail(f"{place} cannot be read: {error.strerror}.") from None
    out.print(f"key {key_id(public_bytes(key))}", highlight=False)
    # Bare on standard output, so that it can be written to a file for whoever verifies.
    typer.echo(signing.public_pem(key).decode(), nl=False)
