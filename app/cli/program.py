"""The `cermin` program: its commands by name, each read from its file only when it is run."""

import gc
import sys
from importlib import import_module
from importlib.metadata import version
from types import ModuleType
from typing import Annotated, Any, NamedTuple

import typer
from typer._click import Command, Context
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from app.foundation.garbage_collection import collect_less_often


class Entry(NamedTuple):
    """Where a command, or a family of them, is found in this folder, and its sentence in `cermin --help`."""

    file: str
    name: str
    sentence: str


COMMANDS = {
    "agency": Entry("directory", "agency", "Agencies, the tenants of this installation."),
    "office": Entry("directory", "office", "Places of service."),
    "service": Entry("directory", "service", "Kinds of service."),
    "counter": Entry("directory", "counter", "Counters of an office."),
    "employee": Entry("directory", "employee", "The people who are rated."),
    "directory": Entry("workbook", "directory", "The whole directory from a workbook."),
    "instrument": Entry("instruments", "instrument", "Questionnaires: the shipped ones and an agency's own."),
    "key": Entry("keys", "key", "Keys of kiosks, apps, readers and others."),
    "person": Entry("people", "person", "Persons who sign in: invitations, roles, sessions."),
    "oidc": Entry("oidc", "oidc", "Signing in through the agency's own provider, such as Keycloak."),
    "device": Entry("devices", "device", "Kiosks: pairing them, how they are doing, ending them."),
    "screen": Entry("screening", "screen", "Screening: what it doubts and what is decided."),
    "notify": Entry("notify", "notify", "Telling people and machines what happened."),
    "volumes": Entry("volumes", "volumes", "How many people were served."),
    "promises": Entry("promises", "promises", "How long services take at most, and what was kept of it."),
    "targets": Entry("targets", "targets", "What figures shall be (SKP)."),
    "integrity": Entry("integrity", "integrity", "Integrity reports: received, handed over, erased."),
    "counts": Entry("counts", "counts", "Past results of which only counts are known."),
    "period": Entry("periods", "period", "Closing periods: draft, replies, final, revisions."),
    "simulate": Entry("simulate", "simulate", "Made-up traffic against a running service."),
    "signing-key": Entry("signing", "signing_key", "The key that seals reports."),
    "serve": Entry("service", "serve", "Serve HTTP until SIGTERM."),
    "certificate": Entry("service", "certificate", "Make the certificate of CERMIN_TLS_NAMES."),
    "setup": Entry("setting_up", "set_up", "Print the link that sets up an installation in a browser."),
    "migrate": Entry("maintenance", "migrate", "Bring the database to the newest schema."),
    "distribute": Entry(
        "distributing", "distribute", "Distribute the tables over the workers of a Citus cluster, by agency."
    ),
    "check": Entry("maintenance", "check", "Prove that blocks are what their ratings give."),
    "backup": Entry("backing_up", "back_up", "Write a verified backup while the service runs."),
    "restore": Entry("restoring", "restore", "Restore a backup into an empty place."),
    "maintain": Entry("maintaining", "maintain", "Look after the tables of ratings."),
    "tidy": Entry("tidying", "tidy", "Do now what the service does by the hour and by night."),
    "import": Entry("importing", "import_answers", "Import past answers from a CSV file."),
    "index": Entry("indices", "index", "Show the index of an agency."),
    "comment": Entry("comments", "comment", "What citizens wrote, and what became of it."),
    "follow-up": Entry("follow_up", "follow_up", "Show the plan that follows a period."),
    "recognition": Entry("recognition", "recognition", "Show whose service is recognised."),
    "training": Entry("recognition", "training", "Show where training helps the offices first."),
    "release": Entry("releasing", "release", "Release an agency's figures now."),
    "log": Entry("log", "log", "The log that outsiders can check: publishing it, witnesses, proofs."),
    "witness": Entry("witness", "witness", "Watch a log for somebody else and cosign it."),
    "report": Entry("reports", "report", "Write the reports of a closed period."),
    "evidence-pack": Entry("evidence_pack", "evidence_pack", "Write one ZIP for the review of services (PEKPPP)."),
    "verify": Entry("verify", "verify_file", "Check that a report is as it was signed."),
    "poster": Entry("posters", "poster", "Draw an office's poster, a sheet of A4."),
    "demo": Entry("demo", "demo", "Load the demo agency."),
}


class LazyCommands(TyperGroup):
    """The commands of the table: listed by their sentence, imported when one of them is run."""

    def __init__(self, **values: Any) -> None:
        listed = {name: TyperCommand(name, help=entry.sentence) for name, entry in COMMANDS.items()}
        super().__init__(**{**values, "commands": listed})

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, Command | None, list[str]]:
        """The command that the arguments name, imported now."""
        # To import them all costs four seconds of processor time, which every `cermin key issue` would pay.
        if args and args[0] in COMMANDS:
            self.commands[args[0]] = imported(args[0])
        return super().resolve_command(ctx, args)


def imported(name: str) -> Command:
    """The command of this name with its options, from its file."""
    entry = COMMANDS[name]
    found = getattr(_module(entry.file), entry.name)
    if isinstance(found, typer.Typer):
        found.rich_markup_mode = None
        return get_group(found)
    alone = typer.Typer(add_completion=False, rich_markup_mode=None)
    alone.command(name)(found)
    return get_command(alone)


def _module(file: str) -> ModuleType:
    """The file of a command. Nothing that is imported is ever let go, so looking for what was is a quarter of it."""
    gc.disable()
    try:
        return import_module(f"app.cli.{file}")
    finally:
        # Or the first collection afterwards would look through all of it once more.
        gc.freeze()
        gc.enable()


program = typer.Typer(
    cls=LazyCommands,
    name="cermin",
    no_args_is_help=True,
    # Its tracebacks print local variables, and these may be keys and secrets.
    pretty_exceptions_enable=False,
    # Drawing boxes around a help text costs twice what the rest of it does.
    rich_markup_mode=None,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cermin {version('cermin')}")
        raise typer.Exit


@program.callback()
def cermin(
    _: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Cermin: how citizens experienced public offices and the people at the counter."""


def main() -> None:
    """The console script."""
    for place, argument in enumerate(sys.argv[1:], start=1):
        if not _is_text(argument):
            typer.secho(f"Argument {place} is not UTF-8 text.", fg="red", err=True)
            sys.exit(1)
    collect_less_often()
    program()


def _is_text(argument: str) -> bool:
    """Bytes that are no text arrive as lone surrogates, which neither a database nor a terminal takes."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True
