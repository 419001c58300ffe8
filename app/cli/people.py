"""`cermin person invite|reset|list|grant|revoke|sessions|passkeys|readers`."""

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from app.access.principals import Role
from app.cli.context import actor, address, database, err, fail, out, print_table
from app.directory.catalogue_store import directory_version
from app.directory.store import find_employee
from app.foundation.clock import system_clock
from app.foundation.storage.database import Database, Session
from app.people import store
from app.people.faults import PeopleFault
from app.people.granting import Asked, Granter, grant, revoke
from app.people.inviting import Invitation, Invited, invite, invite_again
from app.people.listing import listed
from app.people.passkeys.store import passkeys_of
from app.people.readers import readers_of
from app.people.sessions import live_sessions
from app.people.signing_out import sign_out_everywhere
from app.people.tables import Person

person = typer.Typer(help="Persons who sign in: invitations, roles, sessions.", no_args_is_help=True)

AgencyCode = Annotated[str, typer.Argument(metavar="AGENCY", help="Code of the agency.")]
Login = Annotated[str, typer.Argument(metavar="LOGIN", help="Sign-in name, as `cermin person list` shows it.")]
Where = Annotated[str | None, typer.Option(help="Office at the top of the role's reach; left out: the whole agency.")]
RoleName = Annotated[
    Role, typer.Option("--role", help="supervisor, appraiser, employee, auditor, administrator or viewer.")
]


@person.command("invite")
def invite_person(
    agency: AgencyCode,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name as colleagues know it.")],
    role: RoleName,
    office: Where = None,
    employee: Annotated[str | None, typer.Option(help="Code of this person in the directory, if it is there.")] = None,
    login: Annotated[str | None, typer.Option(help="Sign-in name; left out: made from the name.")] = None,
) -> None:
    """Add a person with a role. The link to sign in is shown once, on standard output, and works for 72 hours."""
    by, now = Granter(actor()), system_clock()
    with database() as db:
        _require_agency(db, agency)
        try:
            with db.writing() as session:
                invited = invite(session, agency, Invitation(name, login, employee), Asked(role, office), by, now)
        except PeopleFault as fault:
            raise fail(str(fault)) from None
    _print_link(invited)


@person.command("reset")
def reset(agency: AgencyCode, login: Login) -> None:
    """A new link for somebody who lost the way in; passphrase, second factor and passkeys are chosen anew with it."""
    with database() as db, db.writing() as session:
        whose = _person(session, agency, login)
        invited = invite_again(session, whose, Granter(actor()), system_clock(), reset=True)
    _print_link(invited)


@person.command("list")
def list_persons(agency: AgencyCode) -> None:
    """Everybody who may sign in, with the roles in force."""
    table = Table("login", "name", "employee", "roles", "second factor", "state")
    now = system_clock()
    with database() as db:
        _require_agency(db, agency)
        with db.reading() as session:
            for each in listed(session, agency, store.persons_of(session, agency), now):
                who, held = each.person, [f"{row.role} of {row.office or 'the agency'}" for row in each.grants]
                cells = (who.login, who.name, who.employee or "", ", ".join(held))
                state = "link expired" if each.state == "expired" else each.state
                # Text, because a name may hold what rich takes for markup.
                table.add_row(*map(Text, cells), "yes" if who.totp else "", state)
    print_table(table)


@person.command("grant")
def grant_role(agency: AgencyCode, login: Login, role: RoleName, office: Where = None) -> None:
    """Give a person one more role."""
    with database() as db:
        try:
            with db.writing() as session:
                grant(session, _person(session, agency, login), Asked(role, office), Granter(actor()), system_clock())
        except PeopleFault as fault:
            raise fail(str(fault)) from None
    out.print(f"{login} is {role} of {office or 'the agency'}", markup=False, highlight=False)


@person.command("revoke")
def revoke_roles(
    agency: AgencyCode,
    login: Login,
    role: Annotated[Role | None, typer.Option("--role", help="This role only; left out: all of them.")] = None,
    office: Annotated[str | None, typer.Option(help="Only the role at this office.")] = None,
) -> None:
    """Take roles away; without --role or --office all of them, and every session ends."""
    now = system_clock()
    with database() as db:
        try:
            with db.writing() as session:
                whose = _person(session, agency, login)
                gone = [
                    revoke(session, agency, row.grant_id, Granter(actor()), now)
                    for row in store.grants_of(session, agency, [whose.person_id])
                    if role in (None, row.role) and office in (None, row.office)
                ]
                if role is None and office is None:
                    sign_out_everywhere(session, whose, Granter(actor()), now)
        except PeopleFault as fault:
            raise fail(str(fault)) from None
    if not gone:
        raise fail(f"{login} has no such role.")
    out.print(f"took {len(gone)} roles from {login}", markup=False, highlight=False)


@person.command("sessions")
def sessions(
    agency: AgencyCode,
    login: Annotated[str | None, typer.Argument(metavar="[LOGIN]", help="One person only.")] = None,
    end: Annotated[bool, typer.Option("--end", help="Sign this person out everywhere.")] = False,
) -> None:
    """Who is signed in now, in which browser, since when."""
    now = system_clock()
    with database() as db:
        _require_agency(db, agency)
        if end:
            _end(db, agency, login)
            return
        table = Table("login", "browser", "since", "seen", "second factor")
        with db.reading() as session:
            whose = None if login is None else _person(session, agency, login).person_id
            for row, someone in live_sessions(session, agency, whose, now):
                cells = (someone.login, row.browser, f"{row.started_at:%Y-%m-%d %H:%M}", f"{row.seen_at:%H:%M}")
                table.add_row(*map(Text, cells), "yes" if row.strong else "")
    print_table(table)


@person.command("readers")
def readers(
    agency: AgencyCode,
    employee: Annotated[str, typer.Argument(metavar="EMPLOYEE", help="Code of the employee in the directory.")],
) -> None:
    """Who has read figures about an employee within a year, for whoever asks and has no account."""
    table = Table("when (UTC)", "who", "as", "what", "period")
    with database() as db:
        _require_agency(db, agency)
        with db.reading() as session:
            if find_employee(session, agency, employee) is None:
                raise fail(f"The agency has no employee {employee}.")
            found = readers_of(session, agency, employee, system_clock())
    for each in found.readings:
        days = f"{each.first} to {each.last}" if each.first and each.last else ""
        cells = (found.names[each.actor] or each.actor, each.by, each.what, each.period or days)
        # Text, because a name may hold what rich takes for markup.
        table.add_row(f"{each.at:%Y-%m-%d %H:%M}", *map(Text, cells))
    print_table(table)


@person.command("passkeys")
def passkeys(
    agency: AgencyCode,
    login: Annotated[str | None, typer.Argument(metavar="[LOGIN]", help="One person only.")] = None,
) -> None:
    """Who has which passkeys, and when each was last used."""
    table = Table("login", "passkey", "added", "last used")
    with database() as db:
        _require_agency(db, agency)
        with db.reading() as session:
            persons = store.persons_of(session, agency) if login is None else [_person(session, agency, login)]
            for each in persons:
                for row in passkeys_of(session, agency, each.person_id):
                    used = "" if row.used_at is None else f"{row.used_at:%Y-%m-%d %H:%M}"
                    # Text, because a name may hold what rich takes for markup.
                    table.add_row(*map(Text, (each.login, row.name, f"{row.added_at:%Y-%m-%d}", used)))
    print_table(table)


def _end(db: Database, agency: str, login: str | None) -> None:
    if login is None:
        raise fail("Name the person whose sessions shall end.")
    now = system_clock()
    with db.writing() as session:
        whose = _person(session, agency, login)
        n = sign_out_everywhere(session, whose, Granter(actor()), now)
    out.print(f"ended {n} sessions of {login}", markup=False, highlight=False)


def _person(session: Session, agency: str, login: str) -> Person:
    # With or without the agency, as it is typed on the page.
    found = store.person_called(session, agency, login.removesuffix(f"@{agency}"))
    if found is None:
        raise fail(f"The agency has no person {login}.")
    return found


def _require_agency(db: Database, agency: str) -> None:
    with db.reading() as session:
        if directory_version(session, agency) is None:
            raise fail(f"There is no agency {agency}.")


def _print_link(invited: Invited) -> None:
    err.print(f"{invited.person.login}@{invited.person.agency_id} may sign in:", markup=False, highlight=False)
    typer.echo(f"{address()}/sign-in/link#{invited.code}")
