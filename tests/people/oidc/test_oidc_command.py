"""`cermin oidc check`, as an operator uses it, against a provider in another process."""

from collections.abc import Callable, Iterator
from re import search

import pytest
from typer.testing import CliRunner, Result

from app.cli import context
from app.cli.program import program
from app.people.oidc.provider import Provider
from app.people.oidc.rules.attempts import Attempt
from tests.house import CANARY_NIP
from tests.people.oidc.real_provider import CLIENT_SECRET, configured, sign_in_there

pytestmark = pytest.mark.sqlite_daily


@pytest.fixture
def run(issuer: str, url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Result]]:
    """Runs `cermin oidc check …`, and signs in there as `sub`."""
    addresses: list[str] = []

    def invoke(
        *arguments: str, sub: str = "siti", pasted: str | None = None, status: int = 0, **settings: str
    ) -> Result:
        context.settings.cache_clear()
        real = Provider.departure

        async def departure(provider: Provider, attempt: Attempt) -> str:
            addresses.append(await real(provider, attempt))
            return addresses[-1]

        def paste(*_: object, **__: object) -> str:
            return sign_in_there(addresses[-1], sub) if pasted is None else pasted

        with monkeypatch.context() as patched:
            for name, value in ({"database_url": url} | configured(issuer) | settings).items():
                patched.setenv(f"CERMIN_{name.upper()}", value)
            patched.setattr(Provider, "departure", departure)
            patched.setattr("app.cli.oidc.typer.prompt", paste)
            result = CliRunner().invoke(program, ("oidc", "check", *arguments))
        assert result.exit_code == status, (result.output, result.exception)
        return result

    yield invoke
    context.settings.cache_clear()


@pytest.mark.long
def test_an_operator_sees_what_the_provider_says(run: Callable[..., Result], issuer: str) -> None:
    path = "resource_access.cermin.roles"
    printed = run(oidc_role="user", oidc_role_claim=path, oidc_nip_claim="nip").stdout
    for expected in (f"{issuer}/oauth2/token", "ID token", "userinfo", path, "['user']", CANARY_NIP, "not named"):
        assert expected in printed
    assert search(rf"user at {path}\W+ID token, userinfo", printed)
    assert search(r"NIP at nip\W+one", printed)
    assert CLIENT_SECRET not in printed
    printed = run("--anew", sub="budi").stdout
    assert search(r"signed in just now\W+yes", printed)
    refused = run(sub="budi", oidc_role="user", oidc_role_claim=path, status=1)
    assert "would not come in" in refused.output
    only = run("--provider-only").stdout
    assert "leads back to" in only
    assert "state=" not in only


def test_an_operators_mistake_is_a_sentence(run: Callable[..., Result]) -> None:
    assert "The provider: cannot be reached (ConnectError)." in run(oidc_issuer="http://127.0.0.1:9", status=1).output
    assert "must be https" in run(oidc_issuer="http://sso.kota.example", status=1).output
    assert "belong together" in run(oidc_role="user", status=1).output
    assert "not the address" in run(pasted="http://localhost/?state=x&code=x", status=1).output
    assert "not the address" in run(pasted="", status=1).output
    assert "The provider refused: denied." in run(pasted="http://x/?error=denied%0a%1b[", status=1).output


def test_without_a_provider_there_is_nothing_to_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CERMIN_OIDC_ISSUER", raising=False)
    context.settings.cache_clear()
    result = CliRunner().invoke(program, ("oidc", "check"))
    assert result.exit_code == 1
    assert "CERMIN_OIDC_ISSUER is not set" in result.output
