"""`cermin notify mail show|address|forget|subscribe|end`: what a person is told by mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

import typer
from rich.table import Table
from rich.text import Text

from app.cli.context import actor, database, fail, out, print_table, secret, settings
from app.directory.catalogue_store import directory_version
from app.directory.listing_store import office_parents
from app.foundation.clock import system_clock
from app.foundation.storage.database import Session
from app.notifications import mail_store, subscriptions
from app.notifications.mail_config import mail_terms
from app.notifications.mailboxes import Mailboxes
from app.notifications.rules.rhythms import Rhythm
from app.notifications.tables import ANYWHERE
from app.outbox.rules.kinds import EventKind
from app.people import store
from app.people.faults import PeopleFault
from app.people.tables import Grant

mail = typer.Typer(help="What a person is told by mail.", no_args_is_help=True)

AgencyCode = Annotated[str, typer.Argument(metavar="AGENCY", help="Code of the agency.")]
Login = Annotated[str, typer.Argument(metavar="LOGIN", help="Sign-in name, as `cermin person list` shows it.")]
Kind = Annotated[EventKind, typer.Option(help="Kind of event, such as finding.raised.")]
Office = Annotated[str, typer.Option(help="This office and those below it; left out: all in reach.")]


@dataclass(frozen=True)
class Named:
    """A person by name, with the roles that are in force."""

    agency_id: str
    person_id: UUID
    roles: Sequence[Grant]


@mail.command("show")
def show(agency: AgencyCode, login: Login) -> None:
    """The state of the person's address, which is not shown, and what mail it gets."""
    table = Table("kind", "office", "how often", "since")
    with database() as db, db.reading() as session:
        whose = _named(session, agency, login)
        mailbox = mail_store.mailbox_of(session, agency, whose.person_id)
        for each in mail_store.subscriptions_of(session, agency, whose.person_id):
            office = each.office or "all in reach"
            table.add_row(each.kind, Text(office), each.rhythm, f"{each.since_at:%Y-%m-%d}")
    state = "none" if mailbox is None else "waits for the confirmation" if mailbox.confirmed_at is None else "confirmed"
    out.print(f"address: {state}", highlight=False)
    print_table(table)


@mail.command("address")
def address(
    agency: AgencyCode,
    login: Login,
    text: Annotated[str, typer.Option("--address", prompt=True, help="Left out, it is asked for.")],
    language: Annotated[Literal["id", "en"], typer.Option(help="In which letters are written.")] = "id",
) -> None:
    """Enter an address for a person; it is used once the link that is sent there was opened."""
    mailboxes = _mailboxes()
    if not mailboxes.is_on:
        raise fail("No server for mail is set up here (CERMIN_SMTP_HOST).")
    with database() as db:
        try:
            with db.writing() as session:
                whose = _named(session, agency, login)
                mailboxes.enter(session, (agency, whose.person_id), text.strip(), language, system_clock(), actor())
        except PeopleFault as fault:
            raise fail(str(fault)) from None
    out.print(f"the link for {login} is sent with the next letters", markup=False, highlight=False)


@mail.command("forget")
def forget(agency: AgencyCode, login: Login) -> None:
    """Forget a person's address, and end all mail there."""
    with database() as db, db.writing() as session:
        whose = _named(session, agency, login)
        _mailboxes().remove(session, agency, whose.person_id, system_clock(), actor())
    out.print(f"the address of {login} is forgotten", markup=False, highlight=False)


@mail.command("subscribe")
def subscribe(
    agency: AgencyCode,
    login: Login,
    kind: Kind,
    often: Annotated[Rhythm, typer.Option(help="at-once, daily, weekly or monthly.")] = Rhythm.daily,
    office: Office = ANYWHERE,
) -> None:
    """Subscribe a person to a kind of event that a role of this person reaches, or change how often."""
    with database() as db:
        try:
            with db.writing() as session:
                whose = _named(session, agency, login)
                asked = {"kind": kind, "office": office, "rhythm": often}
                parents = office_parents(session, agency)
                subscriptions.subscribe(session, whose, asked, parents, system_clock(), actor())
        except PeopleFault as fault:
            raise fail(str(fault)) from None
    out.print(f"{login} gets {kind} {often}", markup=False, highlight=False)


@mail.command("end")
def end(agency: AgencyCode, login: Login, kind: Kind, office: Office = ANYWHERE) -> None:
    """End a subscription of a person."""
    with database() as db, db.writing() as session:
        whose = _named(session, agency, login)
        subscriptions.end(session, agency, whose.person_id, kind, office, system_clock(), actor())
    out.print(f"{login} gets no {kind} any more", markup=False, highlight=False)


def _mailboxes() -> Mailboxes:
    return Mailboxes(secret(), is_on=mail_terms(settings()) is not None)


def _named(session: Session, agency: str, login: str) -> Named:
    if directory_version(session, agency) is None:
        raise fail(f"There is no agency {agency}.")
    found = store.person_called(session, agency, login.removesuffix(f"@{agency}"))
    if found is None:
        raise fail(f"The agency has no person {login}.")
    return Named(agency, found.person_id, store.grants_of(session, agency, [found.person_id]))
