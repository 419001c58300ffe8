"""`cermin notify events|preview|send`, `cermin notify webhook add|list|off|on|deliveries|replay`, and `… mail`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from pydantic import ValidationError
from rich.table import Table
from rich.text import Text

from app.access.principals import Reach
from app.cli.context import actor, database, fail, out, print_table, secret, settings
from app.cli.notify_mail import mail
from app.cli.reports import writing
from app.directory.catalogue_store import directory_version
from app.foundation.clock import system_clock
from app.foundation.problems import Problem
from app.foundation.storage.database import Database, Session
from app.foundation.telemetry import Metrics
from app.foundation.translations import translator
from app.notifications import webhooks
from app.notifications.mail_config import mail_terms
from app.notifications.mailboxes import Mailboxes
from app.notifications.previewing import Looked, digest_for
from app.notifications.schemas import DeliveryQuery, DeliveryState, WebhookIn
from app.notifications.sending import Sender
from app.notifications.wiring import sender_of, terms_of
from app.outbox.store import newest_events
from app.people.store import person_called
from app.reports.sections.language import language as language_named

notify = typer.Typer(help="Telling people and machines what happened.", no_args_is_help=True)
webhook = typer.Typer(help="Addresses that are told what happened.", no_args_is_help=True)
notify.add_typer(webhook, name="webhook")
notify.add_typer(mail, name="mail")

AgencyCode = Annotated[str, typer.Argument(metavar="AGENCY", help="Code of the agency.")]
WebhookId = Annotated[UUID, typer.Argument(metavar="WEBHOOK", help="Id, as `cermin notify webhook list` shows it.")]


@notify.command("events")
def events(
    agency: AgencyCode, limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many at most.")] = 50
) -> None:
    """What happened that is told, the newest first: codes and ids alone."""
    table = Table("id", "when (UTC)", "kind", "office", "about", "spread")
    with database() as db, db.reading() as session:
        _check_agency(session, agency)
        for event in newest_events(session, agency, limit=limit):
            about = ", ".join(f"{name} {value}" for name, value in event.about.items())
            table.add_row(
                str(event.event_id),
                f"{event.happened_at:%Y-%m-%d %H:%M:%S}",
                event.kind,
                event.office or "",
                Text(about),
                "" if event.spread_at is None else f"{event.spread_at:%H:%M:%S}",
            )
    print_table(table)


@notify.command("send")
def send() -> None:
    """Send now what is due, as the service does every few seconds; not while a running service does."""
    with database() as db:
        n = _sender(db).run_if_due()
    out.print(f"{n} messages tried")


@notify.command("preview")
def preview(
    agency: AgencyCode,
    login: Annotated[str, typer.Argument(metavar="NAME", help="By which the person signs in, without @AGENCY.")],
    file: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.eml", help="As a letter that mail programs open.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="id or en (CERMIN_LANGUAGE).")] = None,
) -> None:
    """Show the mail that a person would get about what happened lately; nothing is sent, and no mail server needed."""
    if language not in (None, "id", "en"):
        raise fail("Letters are written in id or en.")
    values = settings()
    base = values.public_url or f"http://{values.host}:{values.port}"
    looked = Looked(values.smtp_from or "cermin@example.invalid", system_clock(), base)
    with database() as db, db.reading() as session:
        _check_agency(session, agency)
        person = person_called(session, agency, login)
        if person is None:
            raise fail(f"Nobody of {agency} signs in as {login}.")
        letter = digest_for(session, agency, person.person_id, looked, language_named(language or values.language))
    if letter is None:
        raise fail("Nothing that happened is told to this person.")
    if file is None:
        typer.echo(f"{letter['Subject']}\n\n{letter.get_content()}")
        return
    with writing():
        file.write_bytes(letter.as_bytes())
    out.print(f"{file} written", markup=False, highlight=False)


@webhook.command("add")
def add(
    agency: AgencyCode,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Where it is told, by https.")],
    kind: Annotated[list[str] | None, typer.Option(help="Only events of this kind; may be repeated.")] = None,
    office: Annotated[str | None, typer.Option(help="Only of this office and those below it.")] = None,
    signing: Annotated[str, typer.Option(help="v1 (shared secret) or v1a (key pair).")] = "v1",
) -> None:
    """Add a webhook; its shared secret is shown once."""
    try:
        given = {"address": address, "kinds": tuple(kind or ()), "office": office, "signing": signing}
        asked = WebhookIn.model_validate(given)
    except ValidationError as error:
        # The name of the field only: the address may let whoever knows it in somewhere.
        raise fail(f"{str(error.errors()[0]['loc'][0]).capitalize()} is not valid.") from None
    with database() as db, _told(), db.writing() as session:
        _check_agency(session, agency)
        terms = terms_of(secret(), settings().webhook_hosts)
        made = webhooks.add_webhook(session, terms, _reach(agency), asked, system_clock())
    out.print(f"webhook {made.id}, {'secret' if made.secret else 'public key'}:", highlight=False)
    typer.echo(made.secret or made.public_key)


@webhook.command("list")
def list_webhooks(agency: AgencyCode) -> None:
    """Every webhook of the agency."""
    table = Table("id", "address", "kinds", "office", "signing", "off")
    with database() as db, db.reading() as session:
        _check_agency(session, agency)
        found = webhooks.list_webhooks(session, terms_of(secret(), settings().webhook_hosts), _reach(agency))
    for each in found.items:
        cells = (str(each.id), each.address or "", ", ".join(each.kinds), each.office or "", each.signing)
        table.add_row(*map(Text, (*cells, each.off_because or "")))
    print_table(table)


@webhook.command("off")
def switch_off(agency: AgencyCode, webhook_id: WebhookId) -> None:
    """Tell a webhook nothing more, and drop what waits for it."""
    _switch(agency, webhook_id, on=False)


@webhook.command("on")
def switch_on(agency: AgencyCode, webhook_id: WebhookId) -> None:
    """Tell a webhook of what happens from now on."""
    _switch(agency, webhook_id, on=True)


@webhook.command("deliveries")
def deliveries(
    agency: AgencyCode,
    webhook_id: WebhookId,
    state: Annotated[DeliveryState | None, typer.Option(help="waiting, delivered, failed or dropped.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many at most.")] = 50,
) -> None:
    """What became of each event, the newest first."""
    table = Table("event", "happened (UTC)", "kind", "office", "state", "tries", "outcome")
    with database() as db, _told(), db.reading() as session:
        query = DeliveryQuery(state=state, limit=limit)
        for each in webhooks.list_deliveries(session, _reach(agency), webhook_id, query).items:
            at = f"{each.happened_at:%Y-%m-%d %H:%M:%S}"
            cells = (str(each.event), at, each.kind, each.office or "", each.state, str(each.attempts))
            table.add_row(*map(Text, (*cells, each.outcome or "")))
    print_table(table)


@webhook.command("replay")
def replay(
    agency: AgencyCode,
    webhook_id: WebhookId,
    event: Annotated[UUID | None, typer.Option(help="This event; without it all that failed or were dropped.")] = None,
) -> None:
    """Have events delivered again, each with the id it had before."""
    with database() as db, _told(), db.writing() as session:
        n = webhooks.replay(session, _reach(agency), webhook_id, event, system_clock())
    out.print(f"{n} events are delivered again")


def _switch(agency: str, webhook_id: UUID, *, on: bool) -> None:
    terms = terms_of(secret(), settings().webhook_hosts)
    with database() as db, _told(), db.writing() as session:
        webhooks.switch(session, terms, _reach(agency), webhook_id, on=on, now=system_clock())
    out.print(f"webhook {webhook_id} switched {'on' if on else 'off'}")


def _sender(db: Database) -> Sender:
    values, key = settings(), secret()
    mail = mail_terms(values)
    return sender_of(
        db,
        system_clock,
        Metrics(),
        terms_of(key, values.webhook_hosts),
        Mailboxes(key, is_on=mail is not None),
        mail=mail,
        public_url=values.public_url,
    )


def _reach(agency: str) -> Reach:
    return Reach(agency, None, actor())


def _check_agency(session: Session, agency: str) -> None:
    # Otherwise a misspelt agency would look like one of which there is nothing to tell.
    if directory_version(session, agency) is None:
        raise fail(f"There is no agency {agency}.")


@contextmanager
def _told() -> Iterator[None]:
    """End the command with the sentence of what is refused."""
    try:
        yield
    except Problem as problem:
        document = problem.document(translator("en"))
        errors = [each["message"] for each in document.get("errors", ())]
        raise fail("\n".join(errors) or str(document["detail"])) from None
