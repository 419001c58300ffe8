"""Settings come from the environment, within bounds, and unfit ones stop the start."""

import ast
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy import text

import app
from app.foundation.secret import fingerprint
from app.foundation.settings import Environment, Settings
from app.foundation.startup_errors import StartupError
from app.foundation.storage.database import Database
from app.foundation.storage.installation import claim_secret
from app.foundation.storage.tables import Installation
from tests.downgrading import downgrade
from tests.house import SECRET, House
from tests.postgres import owning

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

ROOT = Path(app.__file__).parent

# Setting → the least and the greatest value, and those just outside.
BOUNDS: dict[str, tuple[float, float, float, float]] = {
    "port": (0, 65_535, -1, 65_536),
    "tls_port": (0, 65_535, -1, 65_536),
    "smtp_port": (1, 65_535, 0, 65_536),
    "late_limit_days": (1, 3_660, 0, 3_661),
    "comment_retention_days": (1, 3_660, 0, 3_661),
    "rating_retention_months": (36, 1_200, 35, 1_201),
    "trace_days": (1, 3_660, 0, 3_661),
    "screen_at": (0, 23, -1, 24),
    "reply_working_days": (0, 60, -1, 61),
    "pairing_minutes": (1, 1_440, 0, 1_441),
    "device_silent_minutes": (1, 43_200, 0, 43_201),
    "device_per_hour": (0, 1_000_000, -1, 1_000_001),
    "device_burst": (1, 1_000_000, 0, 1_000_001),
    "device_interval_seconds": (0, 60, -0.1, 60.1),
    "longest_period_days": (31, 36_600, 30, 36_601),
    "release_after_days": (0, 60, -1, 61),
    "reads_per_hour": (0, 1_000_000, -1, 1_000_001),
    "queue_length": (1, 100_000, 0, 100_001),
    "group_length": (1, 2_000, 0, 2_001),
    "writers": (1, 16, 0, 17),
    "pool_size": (2, 200, 1, 201),
    "statement_timeout_ms": (100, 60_000, 99, 60_001),
    "lock_timeout_ms": (50, 60_000, 49, 60_001),
    "connections": (16, 60_000, 15, 60_001),
    "receive_seconds": (0.001, 300, 0, 300.1),
    "read_lag_seconds": (5, 3_600, 4.9, 3_601),
    # A revoked key is refused everywhere within a minute, whatever is set.
    "key_cache_seconds": (0, 55, -0.1, 60.1),
    "directory_cache_seconds": (0, 60, -0.1, 60.1),
}
WORDS = {
    "environment": ("production", "staging"),
    "owner_url": ("postgresql://cermin@database/cermin", "mysql://cermin@database/cermin"),
    "language": ("en", "fr"),
    "public_url": ("https://cermin.example.go.id", "cermin.example.go.id"),
    "log_level": ("debug", "trace"),
    "tls_names": ("cermin.kota.lan 192.168.1.10 ::1", "cermin_1.kota.lan"),
    "trusted_proxies": ("127.0.0.1,10.0.0.0/8", "proxy"),
    "webhook_hosts": ("antrean.kota.lan 192.168.1.20", "https://antrean.kota.lan"),
    "timestamp_url": ("https://tsa.example.go.id/tsr?a=b", "tsa.example.go.id"),
    "timestamp_policy": ("1.2.3.4.1", "1.2.03"),
    "smtp_host": ("mail.kota.go.id", "mail.kota.go.id cadangan.kota.go.id"),
    "smtp_security": ("tls", "ssl"),
    "smtp_username": ("cermin", ""),
    "smtp_password": ("rahasia", "r\u00e1hasia"),
    "smtp_from": ("cermin@kota.go.id", "Cermin <cermin@kota.go.id>"),
    "secret": ("x" * 32, "x" * 31),
    "passphrases_readable_on_network": ("True", "perhaps"),
    "oidc_issuer": ("https://sso.example.go.id/realms/kota", "https://sso.example.go.id/?realm=kota"),
    "oidc_client_id": ("cermin", ""),
    "oidc_client_secret": ("rahasia", "r\u00e1hasia"),
    "oidc_agency": ("kota", "kota lama"),
    "oidc_name": ("Keycloak", ""),
    "oidc_contact": ("Bagian Organisasi", ""),
    "oidc_scopes": ("openid profile groups", "profile"),
    "oidc_hosts": ("login.example.go.id", ""),
    "oidc_role_claim": ("resource_access.cermin.roles", ""),
    "oidc_role": ("user", ""),
    "oidc_nip_claim": ("nip", ""),
    "oidc_second_factor": ("mfa", ""),
}
FREE = {
    "database_url",
    "read_database_url",
    "secret_file",
    "signing_key_file",
    "host",
    "certificate_folder",
    "log_folder",
    "timestamp_roots",
}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """No setting of whoever runs the tests counts."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"CERMIN_{name.upper()}", raising=False)
    return monkeypatch


def start(url: str, keys: dict[str, str], **changed: Any) -> None:
    """Start the service and end it again."""
    with House.open(url, keys, **changed):
        pass


def test_every_setting_has_its_place_in_these_tests() -> None:
    assert Settings.model_fields.keys() == BOUNDS.keys() | WORDS.keys() | FREE


@pytest.mark.long
def test_a_setting_is_read_from_its_variable_and_kept_within_its_bounds(bare_environment: pytest.MonkeyPatch) -> None:
    for name, (least, greatest, below, above) in BOUNDS.items():
        for value in (least, greatest):
            bare_environment.setenv(f"CERMIN_{name.upper()}", str(value))
            assert getattr(Settings(), name) == value
        for wrong in (str(below), str(above), "x", ""):
            bare_environment.setenv(f"CERMIN_{name.upper()}", wrong)
            with pytest.raises(ValidationError, match=name):
                Settings()
        bare_environment.delenv(f"CERMIN_{name.upper()}")


def test_a_setting_of_few_words_takes_no_other(bare_environment: pytest.MonkeyPatch) -> None:
    for name, (good, bad) in WORDS.items():
        bare_environment.setenv(f"CERMIN_{name.upper()}", good)
        value = getattr(Settings(), name)
        assert (value.get_secret_value() if isinstance(value, SecretStr) else str(value)) == good
        bare_environment.setenv(f"CERMIN_{name.upper()}", bad)
        with pytest.raises(ValidationError, match=name):
            Settings()
        bare_environment.delenv(f"CERMIN_{name.upper()}")


def test_without_any_variable_the_service_can_be_tried_at_once() -> None:
    values = Settings()
    assert values.environment is Environment.development
    assert values.database_url == "sqlite:///var/cermin.db"
    assert values.host == "127.0.0.1"
    assert values.secret is None


def test_other_variables_are_none_of_our_business(bare_environment: pytest.MonkeyPatch) -> None:
    bare_environment.setenv("CERMIN_TIADA", "x")
    bare_environment.setenv("PORT", "x")
    assert Settings() == Settings()


def test_settings_do_not_change_and_do_not_tell_the_secret() -> None:
    values = Settings(secret=SECRET)
    with pytest.raises(ValidationError):
        values.port = 1  # type: ignore[misc]  # wrong on purpose
    assert SECRET not in repr(values) + str(values) + values.model_dump_json()


def test_a_wrong_setting_is_refused_without_its_value(bare_environment: pytest.MonkeyPatch) -> None:
    for name, value in {"secret": "rahasia", "port": "rahasia", "database_url": "rahasia"}.items():
        bare_environment.setenv(f"CERMIN_{name.upper()}", value)
        with pytest.raises(ValidationError, match=name) as refused:
            Settings()
        assert value not in str(refused.value)
        bare_environment.delenv(f"CERMIN_{name.upper()}")


@pytest.mark.long
def test_only_entry_points_read_the_environment() -> None:
    reading = set()
    for file in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv"):
                reading.add(f"{file.relative_to(ROOT)}: {node.attr}")
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Settings":
                reading.add(str(file.relative_to(ROOT)))
    # Handed on to PostgreSQL's tools as it is, with a password beside it; nothing is read there.
    handed_on = {"foundation/storage/backups/postgresql.py: environ"}
    assert {place for place in reading if not place.startswith("cli/")} == handed_on


@pytest.mark.long
def test_a_database_that_is_not_migrated_is_not_served(furnished: tuple[str, dict[str, str]]) -> None:
    url, keys = furnished
    downgrade(url, "base")
    with pytest.raises(StartupError, match="cermin migrate"):
        start(url, keys)


def test_another_secret_than_the_first_is_refused(furnished: tuple[str, dict[str, str]]) -> None:
    url, keys = furnished
    start(url, keys)
    start(url, keys)
    with pytest.raises(StartupError, match="CERMIN_SECRET"):
        start(url, keys, secret="another secret, long enough to be one as well")


def test_a_secret_that_was_made_is_kept_in_its_file(furnished: tuple[str, dict[str, str]], tmp_path: Path) -> None:
    url, keys = furnished
    file = tmp_path / "kept" / "secret"
    start(url, keys, secret=None, secret_file=file)
    made = file.read_bytes()
    assert len(made) == 64
    assert file.stat().st_mode & 0o777 == 0o600
    start(url, keys, secret=None, secret_file=file)
    assert file.read_bytes() == made
    with pytest.raises(StartupError, match="CERMIN_SECRET"):
        start(url, keys, secret=None, secret_file=tmp_path / "other")


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_two_processes_may_start_for_the_first_time_at_once(database: Database) -> None:
    ours = SECRET.encode()
    with ThreadPoolExecutor(1) as threads:
        with database.writing() as session:
            # One process has recorded the secret and not yet committed when the other looks.
            session.add(Installation(name="secret", value=fingerprint(ours)))
            session.flush()
            other = threads.submit(claim_secret, database, ours)
            wait([other], timeout=0.3)
        other.result()
    claim_secret(database, ours)


def test_a_file_without_a_whole_secret_is_not_taken_for_one(
    furnished: tuple[str, dict[str, str]], tmp_path: Path
) -> None:
    url, keys = furnished
    file = tmp_path / "secret"
    for content in (b"", b"\n", b"terlalu pendek", b"x" * 31):
        file.write_bytes(content)
        with pytest.raises(StartupError):
            start(url, keys, secret=None, secret_file=file)


def test_when_all_connections_are_taken_a_reader_is_told_so(
    furnished: tuple[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, keys = furnished
    with House.open(url, keys, pool_size=2, key_cache_seconds=55) as house:
        assert house.get("/v1/offices").status_code == 200
        pool = house.services.database.reader
        # Seconds in the service.
        monkeypatch.setattr(pool.pool, "_timeout", 0.05)
        with ExitStack() as stack:
            # PostgreSQL's lane has one of the two for itself.
            for _ in range(2 if house.database.is_sqlite else 1):
                stack.enter_context(pool.connect())
            response = house.get("/v1/offices")
        assert (response.status_code, response.json()["code"]) == (503, "busy")
        assert house.get("/v1/offices").status_code == 200


def test_an_instrument_that_changed_since_it_was_used_is_refused(
    furnished: tuple[str, dict[str, str]],
) -> None:
    url, keys = furnished
    database = Database(url)
    with database.writing() as session:
        session.execute(text("UPDATE instrument_version SET digest = 'x' WHERE agency_id = 'desa'"))
    database.dispose()
    with pytest.raises(StartupError, match="desa/ikl-1"):
        start(url, keys)


def test_production_wants_a_secret_that_somebody_chose_where_processes_may_share_the_database(
    furnished: tuple[str, dict[str, str]], store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, keys = furnished
    # Where the secret's file is looked for unless somebody says where it lies.
    monkeypatch.chdir(tmp_path)
    if store == "sqlite":
        start(url, keys, secret=None, environment="production")
        return
    with pytest.raises(StartupError, match="CERMIN_SECRET"):
        start(url, keys, secret=None, environment="production")
    # A file that somebody names is one that processes share.
    (shared := tmp_path / "shared").write_text(SECRET)
    start(url, keys, secret=None, environment="production", secret_file=shared)
    start(url, keys, environment="production")


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_production_refuses_a_database_that_may_lose_what_was_acknowledged(
    furnished: tuple[str, dict[str, str]],
) -> None:
    url, keys = furnished
    database = Database(url)
    with owning(database) as session:
        name = session.execute(text("SELECT current_database()")).scalar_one()
        session.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
    database.dispose()
    with pytest.raises(StartupError, match="synchronous_commit off"):
        start(url, keys, environment="production")
    start(url, keys)
