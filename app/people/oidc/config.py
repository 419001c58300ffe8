"""How the provider is set up, as typed values."""

from dataclasses import dataclass
from typing import Protocol

from pydantic import SecretStr

from app.foundation.startup_errors import StartupError
from app.people.oidc.rules.addresses import host_of, is_usable

CALLBACK = "/sign-in/oidc/callback"


@dataclass(frozen=True)
class ProviderConfig:
    """A provider and the one agency whose people sign in through it.

    `name` is what people call it, `contact` whom they ask about roles. `hosts` are those on which its addresses may
    lie. `role` must stand at `role_claim` for whoever comes in; `nip_claim` links employees; `second_factor` are
    values of `acr` and `amr` that stand for one.
    """

    issuer: str
    client_id: str
    client_secret: SecretStr | None
    agency: str
    public_url: str
    name: str
    contact: str | None
    scopes: str
    hosts: frozenset[str]
    role_claim: str | None
    role: str | None
    nip_claim: str | None
    second_factor: frozenset[str]

    @property
    def callback(self) -> str:
        """Where the provider leads people back to."""
        return f"{self.public_url}{CALLBACK}"


class ProviderValues(Protocol):
    """The settings that concern a provider."""

    @property
    def public_url(self) -> str | None: ...
    @property
    def oidc_issuer(self) -> str | None: ...
    @property
    def oidc_client_id(self) -> str | None: ...
    @property
    def oidc_client_secret(self) -> SecretStr | None: ...
    @property
    def oidc_agency(self) -> str | None: ...
    @property
    def oidc_name(self) -> str: ...
    @property
    def oidc_contact(self) -> str | None: ...
    @property
    def oidc_scopes(self) -> str: ...
    @property
    def oidc_hosts(self) -> str | None: ...
    @property
    def oidc_role_claim(self) -> str | None: ...
    @property
    def oidc_role(self) -> str | None: ...
    @property
    def oidc_nip_claim(self) -> str | None: ...
    @property
    def oidc_second_factor(self) -> str | None: ...


def provider_config(values: ProviderValues) -> ProviderConfig | None:
    """The provider of these settings, None without one. Raises `StartupError` for settings that contradict."""
    if values.oidc_issuer is None:
        return None
    named = {
        "CERMIN_OIDC_CLIENT_ID": values.oidc_client_id,
        "CERMIN_OIDC_AGENCY": values.oidc_agency,
        "CERMIN_PUBLIC_URL": values.public_url,
    }
    if missing := [name for name, value in named.items() if not value]:
        raise StartupError(f"CERMIN_OIDC_ISSUER is set: set also {', '.join(missing)}.")
    if (values.oidc_role is None) != (values.oidc_role_claim is None):
        raise StartupError("CERMIN_OIDC_ROLE and CERMIN_OIDC_ROLE_CLAIM belong together: set both or neither.")
    hosts = frozenset({host_of(values.oidc_issuer), *_words((values.oidc_hosts or "").lower())})
    if not is_usable(values.oidc_issuer, hosts):
        raise StartupError("CERMIN_OIDC_ISSUER must be https; http is for a provider on the machine itself.")
    return ProviderConfig(
        issuer=values.oidc_issuer,
        client_id=str(values.oidc_client_id),
        client_secret=values.oidc_client_secret,
        agency=str(values.oidc_agency),
        public_url=str(values.public_url),
        name=values.oidc_name,
        contact=values.oidc_contact,
        scopes=values.oidc_scopes,
        hosts=hosts,
        role_claim=values.oidc_role_claim,
        role=values.oidc_role,
        nip_claim=values.oidc_nip_claim,
        second_factor=frozenset(_words(values.oidc_second_factor)),
    )


def _words(text: str | None) -> list[str]:
    return (text or "").replace(",", " ").split()
