"""Every setting of the service. Only `main` and `cli` read them; all else is handed values."""

from enum import StrEnum
from ipaddress import ip_address, ip_network
from pathlib import Path
from re import ASCII, compile
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from app.foundation.storage.database import address

HOST = compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", ASCII)


def _address(url: str) -> str:
    # Checked here, so that a wrong address is reported like any other wrong setting and not by a traceback.
    address(url)
    return url


def _networks(text: str) -> str:
    for each in text.split(","):
        ip_network(each.strip())
    return text


def _hosts(text: str) -> str:
    names = text.lower().replace(",", " ").split()
    for each in names:
        if not (HOST.fullmatch(each) and len(each) <= 253):
            ip_address(each)
    if not names:
        raise ValueError("must be names or addresses, such as cermin.kota.lan,192.168.1.10")
    return " ".join(dict.fromkeys(names))


def _host(text: str) -> str:
    found = _hosts(text)
    if " " in found:
        raise ValueError("must be one name or address, such as mail.kota.go.id")
    return found


def _sendable(secret: SecretStr) -> SecretStr:
    # It goes into a header, where other characters are another secret at every provider.
    text = secret.get_secret_value()
    if not text or not text.isascii() or not text.isprintable():
        raise ValueError("must be printable ASCII characters")
    return secret


class Environment(StrEnum):
    """`production` refuses unsafe database settings and a secret that nobody chose."""

    development = "development"
    production = "production"


class Settings(BaseSettings):
    """Read from `CERMIN_…` environment variables; the README's table explains each."""

    model_config = SettingsConfigDict(env_prefix="CERMIN_", extra="ignore", frozen=True, hide_input_in_errors=True)

    environment: Environment = Environment.development
    database_url: Annotated[str, AfterValidator(_address)] = "sqlite:///var/cermin.db"
    # A replica of it that some readers may read (docs/decisions/0037-read-replica.md), and how old its state may be.
    read_database_url: Annotated[str, AfterValidator(_address)] | None = None
    read_lag_seconds: Annotated[float, Field(ge=5, le=3_600)] = 30.0
    # With the role that owns PostgreSQL's tables, where the service has another (docs/operating.md).
    owner_url: Annotated[str, AfterValidator(_address)] | None = None
    secret: Annotated[SecretStr, Field(min_length=32)] | None = None
    secret_file: Path = Path("var/secret")
    signing_key_file: Path = Path("var/signing-key.pem")
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    # Its path, if it has one, is where a proxy passes requests on from: plain characters, which nobody escapes.
    public_url: Annotated[str, Field(pattern=r"^https?://[^\s/?#]+(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*$")] | None = None
    # A second port over TLS, with a certificate that the service makes itself (docs/signing-in.md).
    tls_port: Annotated[int, Field(ge=0, le=65_535)] | None = None
    tls_names: Annotated[str, AfterValidator(_hosts)] | None = None
    certificate_folder: Path = Path("var/tls")
    # For offices without certificates: whoever shares their network can read what is typed.
    passphrases_readable_on_network: bool = False
    # Signing in through an agency's own provider (docs/sign-in.md); without an issuer there is none.
    oidc_issuer: Annotated[str, Field(pattern=r"^https?://[^\s?#]+$", max_length=255)] | None = None
    oidc_client_id: Annotated[str, Field(pattern=r"^[\x21-\x7e]+$", max_length=255)] | None = None
    oidc_client_secret: Annotated[SecretStr, AfterValidator(_sendable)] | None = None
    oidc_agency: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")] | None = None
    oidc_name: Annotated[str, Field(min_length=1, max_length=60)] = "SSO"
    oidc_contact: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    oidc_scopes: Annotated[str, Field(pattern=r"^openid( [\x21\x23-\x5b\x5d-\x7e]+)*$")] = "openid profile"
    oidc_hosts: Annotated[str, Field(min_length=1)] | None = None
    oidc_role_claim: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    oidc_role: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    oidc_nip_claim: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    oidc_second_factor: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    # Hosts of a private network that webhooks may lead to (docs/notifications.md).
    webhook_hosts: Annotated[str, AfterValidator(_hosts)] | None = None
    # Mail to whoever asks for it; without a server there is none.
    smtp_host: Annotated[str, AfterValidator(_host)] | None = None
    smtp_port: Annotated[int, Field(ge=1, le=65_535)] = 587
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_username: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    smtp_password: Annotated[SecretStr, AfterValidator(_sendable)] | None = None
    smtp_from: Annotated[str, Field(pattern=r"^[^\s@<>\"]+@[^\s@<>\"]+$", max_length=254)] | None = None
    trusted_proxies: Annotated[str, AfterValidator(_networks)] | None = None
    # Where the nightly inventory writes the log's files, a folder for each agency (docs/log.md); without it nowhere.
    log_folder: Path | None = None
    # Who says when the log's checkpoints were there (RFC 3161), and whose word is taken; without them nobody.
    timestamp_url: Annotated[str, Field(pattern=r"^https?://[^\s?#]+(\?[^\s#]*)?$", max_length=500)] | None = None
    timestamp_roots: Path | None = None
    timestamp_policy: Annotated[str, Field(pattern=r"^[0-2](\.(0|[1-9][0-9]{0,39})){1,30}$")] | None = None
    language: Literal["id", "en"] = "id"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    late_limit_days: Annotated[int, Field(ge=1, le=3_660)] = 35
    comment_retention_days: Annotated[int, Field(ge=1, le=3_660)] = 365
    # Left out: for ever. Two whole years of appraisal stay beside the running one (docs/decisions/0029-partitions.md).
    rating_retention_months: Annotated[int, Field(ge=36, le=1_200)] | None = None
    # A rating may come 35 days late and is still screened, with a week to spare (docs/decisions/0011-traces.md).
    trace_days: Annotated[int, Field(ge=1, le=3_660)] = 42
    screen_at: Annotated[int, Field(ge=0, le=23)] = 1
    reply_working_days: Annotated[int, Field(ge=0, le=60)] = 5
    pairing_minutes: Annotated[int, Field(ge=1, le=1_440)] = 15
    device_silent_minutes: Annotated[int, Field(ge=1, le=43_200)] = 60
    # Wide enough for a kiosk that was offline for a week (docs/decisions/0013-limits-by-arrival.md).
    device_per_hour: Annotated[int, Field(ge=0, le=1_000_000)] = 600
    device_burst: Annotated[int, Field(ge=1, le=1_000_000)] = 3_000
    device_interval_seconds: Annotated[float, Field(ge=0, le=60)] = 3.0
    # Kiosks that were offline come late; what comes later still waits for ten (docs/decisions/0016-releases.md).
    release_after_days: Annotated[int, Field(ge=0, le=60)] = 5
    reads_per_hour: Annotated[int, Field(ge=0, le=1_000_000)] = 3_600
    longest_period_days: Annotated[int, Field(ge=31, le=36_600)] = 1_100

    queue_length: Annotated[int, Field(ge=1, le=100_000)] = 2_048
    group_length: Annotated[int, Field(ge=1, le=2_000)] = 512
    writers: Annotated[int, Field(ge=1, le=16)] = 1
    pool_size: Annotated[int, Field(ge=2, le=200)] = 8
    # Without these two, requests hung behind a locked table for seconds and committed after the client had given up.
    statement_timeout_ms: Annotated[int, Field(ge=100, le=60_000)] = 2_200
    lock_timeout_ms: Annotated[int, Field(ge=50, le=60_000)] = 1_500
    connections: Annotated[int, Field(ge=16, le=60_000)] = 4_096
    receive_seconds: Annotated[float, Field(gt=0, le=300)] = 15.0
    # Below a minute with the cache's grace of five seconds: a revoked key is refused everywhere within 60 seconds.
    key_cache_seconds: Annotated[float, Field(ge=0, le=55)] = 30.0
    directory_cache_seconds: Annotated[float, Field(ge=0, le=60)] = 5.0

    @classmethod
    def settings_customise_sources(cls, *_: Any, **sources: Any) -> tuple[PydanticBaseSettingsSource, ...]:
        """Where settings are read from: the call, then the environment; no `.env` file, no folder of secrets."""
        return sources["init_settings"], sources["env_settings"]

    @property
    def answer_seconds(self) -> float:
        """How long one request may wait for the database in all."""
        # A little more than the longest statement, so that one that takes too long is ended by the server's word.
        return self.statement_timeout_ms / 1_000 + 0.1

    @property
    def certified_names(self) -> tuple[str, ...]:
        """The names and addresses of the own certificate: those that are set, else that of the public address."""
        if self.tls_names is not None:
            return tuple(self.tls_names.split())
        host = urlsplit(self.public_url).hostname if self.public_url else None
        return () if host is None else (host,)

    @property
    def base_path(self) -> str:
        """The path under which the service is reached (`/cermin`), empty at the root of a host."""
        return urlsplit(self.public_url).path if self.public_url else ""
