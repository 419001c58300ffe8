"""`cermin witness`: watches an agency's log from outside and cosigns what goes on from what it has seen."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.context import fail, out
from app.foundation.clock import system_clock
from app.seals.signing import SigningKeyFault
from app.transparency.rules.notes import SIGNER, is_name, parse_key
from app.transparency.sources import source_of
from app.transparency.witness import Refused, WitnessPlace

FORKED, UNREADABLE = 1, 2


def witness(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Your name in policies, such as inspektorat.go.id/w1.")],
    log: Annotated[
        str | None, typer.Argument(metavar="[LOG_KEY]", help="The log's verifier key, from `cermin log show`.")
    ] = None,
    where: Annotated[str | None, typer.Argument(metavar="[WHERE]", help="The log's address or folder.")] = None,
    folder: Annotated[
        Path, typer.Option(metavar="DIR", help="Your key, what you have seen (seen.json), and what to hand out.")
    ] = Path("witness"),
) -> None:
    """Watch a log for somebody else and cosign it, unless it was rolled back, rewritten or forked: exit 1 if it was.

    Exit 2 if it cannot be read. With a name alone: make your key, and print what policies write of you.
    """
    place = WitnessPlace(folder, name)
    if not is_name(name):
        raise fail("A name has no spaces and no +.", UNREADABLE)
    try:
        if log is None or where is None:
            typer.echo(str(place.verifier()))
            return
        key = parse_key(log)
        if key.kind != SIGNER:
            raise fail("This is no key of a log.", UNREADABLE)
        found = place.cosign(key, source_of(where), system_clock())
    except Refused as refusal:
        raise fail(f"Not cosigned: {refusal}.", FORKED) from None
    except (ValueError, SigningKeyFault) as fault:
        raise fail(f"Not cosigned: {fault}.", UNREADABLE) from None
    except OSError as error:
        raise fail(f"{error.filename} cannot be used: {error.strerror}.", UNREADABLE) from None
    more = found.checkpoint.size - found.before
    out.print(
        f"cosigned {key.name} with {found.checkpoint.size} entries, {more} more than before: {found.file}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
