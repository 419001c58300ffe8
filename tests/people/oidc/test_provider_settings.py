"""Settings of a provider belong together, and those of the example to its realm."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.foundation.settings import Settings
from app.foundation.startup_errors import StartupError
from app.people.oidc.config import provider_config
from tests.desk.pages import THROUGH_A_PROVIDER

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "deploy" / "keycloak"
RIGHT: dict[str, Any] = {
    "public_url": "https://cermin.example.go.id/survei",
    "oidc_issuer": "https://sso.example.go.id/realms/kota",
    "oidc_client_id": "cermin",
    "oidc_agency": "kota",
}


def test_a_provider_is_set_up_by_few_settings() -> None:
    assert provider_config(Settings(public_url="https://cermin.example.go.id")) is None
    config = provider_config(Settings(**RIGHT, oidc_hosts="a.example, B.example:8443", oidc_second_factor="mfa gold"))
    assert config is not None
    assert config.callback == "https://cermin.example.go.id/survei/sign-in/oidc/callback"
    assert config.hosts == {"sso.example.go.id", "a.example", "b.example:8443"}
    assert config.second_factor == {"mfa", "gold"}
    assert (config.role, config.role_claim, config.nip_claim, config.client_secret) == (None, None, None, None)
    assert "rahasia" not in repr(provider_config(Settings(**RIGHT, oidc_client_secret="rahasia")))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"oidc_client_id": None}, "CERMIN_OIDC_CLIENT_ID"),
        ({"oidc_agency": None, "public_url": None}, "CERMIN_OIDC_AGENCY, CERMIN_PUBLIC_URL"),
        ({"oidc_role": "user"}, "belong together"),
        ({"oidc_role_claim": "groups"}, "belong together"),
        ({"oidc_issuer": "http://sso.example.go.id/realms/kota"}, "must be https"),
        ({"oidc_issuer": "https://user@sso.example.go.id/"}, "must be https"),
    ],
)
def test_settings_that_contradict_stop_the_start(changed: dict[str, Any], told: str) -> None:
    with pytest.raises(StartupError, match=told):
        provider_config(Settings(**RIGHT | changed))


def test_the_example_realm_and_its_settings_agree() -> None:
    realm = json.loads((EXAMPLE / "realm.json").read_text("utf-8"))
    lines = (EXAMPLE / "cermin.env").read_text("utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    values: dict[str, Any] = {name.removeprefix("CERMIN_").lower(): each for name, each in given.items()}
    config = provider_config(Settings(**values))
    assert config is not None
    [client] = realm["clients"]
    assert client["clientId"] == config.client_id
    assert client["redirectUris"] == [config.callback]
    attributes = client["attributes"]
    assert attributes["post.logout.redirect.uris"] == f"{config.public_url}/sign-in"
    told_at = attributes["backchannel.logout.url"].removeprefix(config.public_url)
    assert ("POST", told_at) in THROUGH_A_PROVIDER
    assert ("GET", config.callback.removeprefix(config.public_url)) in THROUGH_A_PROVIDER
    assert attributes["pkce.code.challenge.method"] == "S256"
    flows = {name for name in client if name.endswith("Enabled")}
    assert {name for name in flows if client[name]} == {"standardFlowEnabled"}
    # No secret that everybody knows.
    assert "secret" not in client
    assert config.role_claim == f"resource_access.{config.client_id}.roles"
    assert config.role in [role["name"] for role in realm["roles"]["client"][config.client_id]]
    assert all(user["clientRoles"] == {config.client_id: [config.role]} for user in realm["users"])
    assert all(password["temporary"] for user in realm["users"] for password in user["credentials"])
    # A NIP that people could edit themselves would link nobody safely.
    [profile] = realm["components"]["org.keycloak.userprofile.UserProfileProvider"]
    [shape] = profile["config"]["kc.user.profile.config"]
    [nip] = [each for each in json.loads(shape)["attributes"] if each["name"] == "nip"]
    assert nip["permissions"]["edit"] == ["admin"]
    [mapper] = client["protocolMappers"]
    assert (mapper["config"]["user.attribute"], mapper["config"]["id.token.claim"]) == ("nip", "true")
    keycloak = (EXAMPLE / "compose.yaml").read_text("utf-8")
    port = config.issuer.split(":")[2].split("/")[0]
    assert f"--http-port={port}" in keycloak
    assert config.issuer.endswith(f"/realms/{realm['realm']}")
    assert "- ./realm.json:/opt/keycloak/data/import/realm.json:ro" in keycloak


@pytest.mark.parametrize("name", ["keycloak.md", "keycloak.id.md"])
def test_the_guide_names_every_setting_and_address(name: str) -> None:
    guide = (ROOT / "docs" / name).read_text("utf-8")
    for setting in Settings.model_fields:
        if setting.startswith("oidc_"):
            assert f"`CERMIN_{setting.upper()}`" in guide, setting
    for path in ("/sign-in/oidc/callback", "/sign-in/oidc/back-channel-logout", "/sign-in`"):
        assert path in guide
