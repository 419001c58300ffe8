"""Settings of a provider belong together, and those of the example to its realm."""

from pathlib import Path
from typing import Any

import pytest

from app.foundation.settings import Settings
from app.foundation.startup_errors import StartupError
from app.people.oidc.config import provider_config

ROOT = Path(__file__).parents[3]
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


@pytest.mark.parametrize("name", ["keycloak.md", "keycloak.id.md"])
def test_the_guide_names_every_setting_and_address(name: str) -> None:
    guide = (ROOT / "docs" / name).read_text("utf-8")
    for setting in Settings.model_fields:
        if setting.startswith("oidc_"):
            assert f"`CERMIN_{setting.upper()}`" in guide, setting
    for path in ("/sign-in/oidc/callback", "/sign-in/oidc/back-channel-logout", "/sign-in`"):
        assert path in guide
