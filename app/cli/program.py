"""The `cermin` program: one family of commands per file of this folder."""

import sys

import typer

from app.cli import counts, devices, directory, instruments, keys, periods, screening, service, signing, volumes
from app.cli.context import err
from app.cli.demo import demo
from app.cli.importing import import_answers
from app.cli.indices import index
from app.cli.posters import poster
from app.cli.releasing import release
from app.cli.reports import report
from app.cli.simulate import simulate
from app.cli.verify import verify_file

program = typer.Typer(
    name="cermin",
    help="Cermin: how citizens experienced public offices and the people at the counter.",
    no_args_is_help=True,
    # Its tracebacks print local variables, and these may be keys and secrets.
    pretty_exceptions_enable=False,
)
program.add_typer(directory.agency, name="agency")
program.add_typer(directory.office, name="office")
program.add_typer(directory.service, name="service")
program.add_typer(directory.counter, name="counter")
program.add_typer(directory.employee, name="employee")
program.add_typer(directory.directory, name="directory")
program.add_typer(instruments.instrument, name="instrument")
program.add_typer(keys.key, name="key")
program.add_typer(devices.device, name="device")
program.add_typer(screening.screen, name="screen")
program.add_typer(volumes.volumes, name="volumes")
program.add_typer(counts.counts, name="counts")
program.add_typer(periods.period, name="period")
program.add_typer(simulate, name="simulate")
program.add_typer(signing.signing_key, name="signing-key")
program.command("serve")(service.serve)
program.command("migrate")(service.migrate)
program.command("check")(service.check)
program.command("tidy")(service.tidy)
program.command("import")(import_answers)
program.command("index")(index)
program.command("release")(release)
program.command("report")(report)
program.command("verify")(verify_file)
program.command("poster")(poster)
program.command("demo")(demo)


def main() -> None:
    """The console script."""
    for place, argument in enumerate(sys.argv[1:], start=1):
        if not _is_text(argument):
            err.print(f"Argument {place} is not UTF-8 text.", style="red", highlight=False)
            sys.exit(1)
    program()


def _is_text(argument: str) -> bool:
    """Bytes that are no text arrive as lone surrogates, which neither a database nor a terminal takes."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True
