"""What the provider says about itself (OpenID Connect Discovery 1.0)."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.people.oidc.config import ProviderConfig
from app.people.oidc.faults import ProviderFault
from app.people.oidc.rules.addresses import is_usable
from app.people.oidc.rules.claims import texts


@dataclass(frozen=True)
class Metadata:
    """The provider's addresses, each checked; `names_itself`: it says in every answer who it is (RFC 9207)."""

    authorization: str
    token: str
    keys: str
    userinfo: str | None
    end_session: str | None
    names_itself: bool
    posts_secret: bool
    logs_out: bool


def discovery_address(issuer: str) -> str:
    """Where a provider describes itself."""
    return f"{issuer.rstrip('/')}/.well-known/openid-configuration"


def metadata_in(document: Mapping[str, object], config: ProviderConfig) -> Metadata:
    """What the document says. Raises `ProviderFault`."""
    if document.get("issuer") != config.issuer:
        raise ProviderFault("calls itself otherwise than CERMIN_OIDC_ISSUER")

    def address(name: str) -> str:
        found = document.get(name)
        if not isinstance(found, str) or not is_usable(found, config.hosts):
            raise ProviderFault(f"names no {name} that may be used: https, on the issuer's host or CERMIN_OIDC_HOSTS")
        return found

    def perhaps(name: str) -> str | None:
        return address(name) if name in document else None

    # Without the list there is one method, and it is not this one.
    methods = texts(document.get("token_endpoint_auth_methods_supported"))
    return Metadata(
        authorization=address("authorization_endpoint"),
        token=address("token_endpoint"),
        keys=address("jwks_uri"),
        userinfo=perhaps("userinfo_endpoint"),
        end_session=perhaps("end_session_endpoint"),
        names_itself=document.get("authorization_response_iss_parameter_supported") is True,
        posts_secret="client_secret_post" in methods,
        logs_out=document.get("backchannel_logout_supported") is True,
    )
