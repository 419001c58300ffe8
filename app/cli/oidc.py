"""`cermin oidc check`: what the provider says, about itself and about whoever tries."""

from asyncio import run
from collections.abc import Iterator
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

import typer
from rich.table import Table
from rich.text import Text

from app.cli.context import err, fail, print_table, reporting_errors, settings
from app.foundation.clock import system_clock
from app.people.oidc.config import ProviderConfig, provider_config
from app.people.oidc.faults import ProviderFault
from app.people.oidc.metadata import Metadata
from app.people.oidc.provider import Provider, Seen
from app.people.oidc.rules.attempts import Attempt, Purpose, is_fresh, new_attempt
from app.people.oidc.rules.claims import Claims, claim_at, gave_second_factor, has_role, listed, moment, nip_in, texts

oidc = typer.Typer(help="Signing in through the agency's own provider, such as Keycloak.", no_args_is_help=True)

LONGEST_VALUE = 80


@oidc.callback()
def family() -> None:
    """Commands of this family have names of their own."""


@oidc.command("check")
def check(
    provider_only: Annotated[bool, typer.Option("--provider-only", help="Ask nobody to sign in.")] = False,
    anew: Annotated[
        bool, typer.Option("--anew", help="Let the provider ask anew, as before what is sensitive.")
    ] = False,
) -> None:
    """Ask the provider about itself, then sign in there yourself and see which claims it sends, and where.

    Opens no session and stores nothing. What it prints about you goes to standard output only.
    """
    with reporting_errors():
        config = provider_config(settings())
    if config is None:
        raise fail("CERMIN_OIDC_ISSUER is not set; see docs/keycloak.md.")
    provider = Provider(config, system_clock)
    try:
        metadata, keys = run(_described(provider))
        _print_facts(_about_itself(metadata, keys, config))
        if provider_only:
            return
        attempt = new_attempt(Purpose.sign_in, system_clock().timestamp(), fresh=anew)
        seen = run(provider.seen(attempt, _code(run(provider.departure(attempt)), attempt), everything=True))
    except ProviderFault as fault:
        raise fail(f"The provider: {fault.reason}.") from None
    _print_claims(seen)
    _print_facts(_about_somebody(seen, attempt, config))
    if config.role is not None and not has_role(seen.places, config.role_claim or "", config.role):
        raise fail(f"This account would not come in: {config.role} does not stand at {config.role_claim}.")


async def _described(provider: Provider) -> tuple[Metadata, int]:
    return await provider.metadata(), len((await provider.keys()).keys)


def _code(address: str, attempt: Attempt) -> str:
    err.print("Open this address in a browser and sign in:", highlight=False)
    typer.echo(address)
    err.print(
        "You are led back to Cermin, which says that it does not know this attempt. Copy the whole address from the "
        "browser's address bar and paste it here.",
        highlight=False,
    )
    sent = dict(parse_qsl(urlsplit(str(typer.prompt("Address", err=True)).strip()).query))
    if "error" in sent:
        known = "".join(each for each in sent["error"][:60] if each.isalnum() or each == "_")
        raise fail(f"The provider refused: {known}.")
    if sent.get("state") != attempt.state or "code" not in sent:
        raise fail("This is not the address to which the provider has led back just now.")
    return sent["code"]


def _about_itself(metadata: Metadata, keys: int, config: ProviderConfig) -> Iterator[tuple[str, str]]:
    yield "issuer", config.issuer
    yield "authorization", metadata.authorization
    yield "token", metadata.token
    yield "userinfo", metadata.userinfo or "none: roles and NIP must stand in the ID token or the access token"
    yield "keys for signatures", str(keys)
    yield "leads back to", config.callback
    yield "signs out there", metadata.end_session or "no: people stay signed in at the provider"
    logs_out = "yes" if metadata.logs_out else "not announced: whoever signs out there stays signed in here"
    yield "says who signed out there", logs_out


def _about_somebody(seen: Seen, attempt: Attempt, config: ProviderConfig) -> Iterator[tuple[str, str]]:
    auth_time = moment(seen.claims.get("auth_time"))
    yield "access token", seen.no_access or "read"
    if config.role_claim is not None and config.role is not None:
        found = [name for name, claims in _places(seen) if has_role([claims], config.role_claim, config.role)]
        yield f"{config.role} at {config.role_claim}", ", ".join(found) or "nowhere"
    if config.nip_claim is not None:
        yield f"NIP at {config.nip_claim}", "one" if nip_in(seen.places, config.nip_claim) else "none, or several"
    factor = gave_second_factor(seen.claims, config.second_factor)
    yield "second factor", "given there" if factor else "not said: administrators and auditors give one here, too"
    yield "session there (sid)", "named" if texts(claim_at(seen.claims, "sid")) else "not named: signs out by subject"
    if attempt.fresh:
        fresh = is_fresh(auth_time, attempt.started)
        yield "signed in just now", "yes" if fresh else "not said: nothing sensitive will be opened"
    else:
        yield "when (auth_time)", "said" if auth_time is not None else "not said; try --anew"


def _places(seen: Seen) -> Iterator[tuple[str, Claims]]:
    for name, claims in (("ID token", seen.claims), ("userinfo", seen.userinfo), ("access token", seen.access)):
        if claims is not None:
            yield name, claims


def _print_claims(seen: Seen) -> None:
    table = Table("where", "claim", "value")
    for name, claims in _places(seen):
        for path, value in listed(claims):
            # Text, because a claim may hold what rich takes for markup.
            table.add_row(name, Text(path), Text(value[:LONGEST_VALUE]))
    print_table(table)


def _print_facts(facts: Iterator[tuple[str, str]]) -> None:
    table = Table("", "")
    table.show_header = False
    for name, value in facts:
        table.add_row(Text(name), Text(value))
    print_table(table)
