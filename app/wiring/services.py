"""The services of a process, made of its settings: what routes answer with."""

from datetime import timedelta

from app.access.authentication import Authenticator
from app.access.guard import PersonGate
from app.access.guesses import LinkGuesses
from app.access.readings import Readings
from app.devices.heartbeats import Heartbeats
from app.devices.kiosk_tags import KioskTags
from app.devices.pairing import KioskPairing
from app.devices.store import keys_of_devices
from app.directory.agency_marks import AgencyMarks
from app.directory.uploads import Uploads
from app.directory.versions import DirectoryVersions
from app.directory.workbook.apart import WorkbookProcess
from app.foundation.clock import Clock
from app.foundation.secret import derive
from app.foundation.settings import Settings
from app.foundation.storage.database import Database
from app.foundation.telemetry import Metrics
from app.integrity.door import PEPPER as RECEIPT_PEPPER
from app.integrity.door import IntegrityDoor
from app.measures.cache import MeasuresCache
from app.notifications.mail_config import mail_terms
from app.notifications.mailboxes import Mailboxes
from app.notifications.wiring import sender_of, terms_of
from app.people.keys.keeping import KioskKeys
from app.people.oidc.config import provider_config
from app.people.oidc.door import Providers
from app.people.passkeys.door import Passkeys
from app.people.passkeys.rules.parties import relying_party
from app.people.passphrases import Passphrases
from app.people.sessions import Sessions
from app.people.setting_up import SetUp
from app.people.signing_in import SignIn
from app.reports.sealed_cache import SealedReportCache
from app.transparency.authority import stamp_authority
from app.transparency.nightly import LogNaming, NightlyInventory
from app.transparency.stamping import Stamping
from app.upkeep import Upkeep, UpkeepTerms
from app.web.public_answers import PublicAnswers
from app.wiring.databases import figure_reads


def services_of_rooms(
    settings: Settings, database: Database, clock: Clock, secret: bytes, metrics: Metrics
) -> tuple[object, ...]:
    """The services of single rooms, but for those that belong to an event loop (app/wiring/lifespan.py)."""
    marks = AgencyMarks()
    versions = DirectoryVersions(database, clock, settings.directory_cache_seconds)
    return (
        SealedReportCache(),
        MeasuresCache(),
        PublicAnswers(),
        Authenticator(database, clock, settings.key_cache_seconds),
        figure_reads(settings, database, metrics),
        Readings(database, clock, settings.reads_per_hour),
        marks,
        versions,
        KioskTags(versions),
        Heartbeats(database),
        KioskPairing(database, marks, derive(secret, "pairing"), clock),
        KioskKeys(keys_of_devices),
        LinkGuesses(clock),
        IntegrityDoor(database, marks, derive(secret, RECEIPT_PEPPER), clock),
        *_workbooks(database, clock),
        *_people(settings, database, clock, secret),
        *_notifications(settings, database, clock, secret, metrics),
        _inventory(settings, database, clock, secret),
        _stamping(settings, database, clock, metrics),
        Upkeep(database, clock, _upkeep_terms(settings, secret)),
    )


def _people(settings: Settings, database: Database, clock: Clock, secret: bytes) -> tuple[object, ...]:
    """The services by which persons sign in and are recognised."""
    sessions = Sessions(
        database, clock, readable_allowed=settings.passphrases_readable_on_network, public_url=settings.public_url
    )
    sign_in = SignIn(database, clock, secret, sessions, Passphrases())
    providers = Providers.of(provider_config(settings), database, clock, secret, sessions, sign_in)
    passkeys = Passkeys(database, clock, secret, sessions, sign_in, relying_party(settings.public_url))
    set_up = SetUp(database, clock, secret, sessions)
    return sessions, PersonGate(sessions.principal), sign_in, providers, passkeys, set_up


def _notifications(
    settings: Settings, database: Database, clock: Clock, secret: bytes, metrics: Metrics
) -> tuple[object, ...]:
    """The services by which people and machines are told what happened."""
    terms, mail = terms_of(secret, settings.webhook_hosts), mail_terms(settings)
    mailboxes = Mailboxes(secret, is_on=mail is not None)
    url = settings.public_url
    return terms, mailboxes, sender_of(database, clock, metrics, terms, mailboxes, mail=mail, public_url=url)


def _workbooks(database: Database, clock: Clock) -> tuple[object, ...]:
    """The services that take workbooks of the directory."""
    process = WorkbookProcess(database)
    return process, Uploads(database, clock, process)


def _inventory(settings: Settings, database: Database, clock: Clock, secret: bytes) -> NightlyInventory:
    """The nightly inventory, whose roots go into the log."""
    return NightlyInventory(
        database,
        clock,
        LogNaming(secret, settings.public_url),
        late_days=settings.late_limit_days,
        trace_days=settings.trace_days,
        folder=settings.log_folder,
    )


def _stamping(settings: Settings, database: Database, clock: Clock, metrics: Metrics) -> Stamping:
    """The time stamps on what the log signs."""
    authority = stamp_authority(settings)
    return Stamping(database, clock, authority, folder=settings.log_folder, missing=metrics.unstamped.set)


def _upkeep_terms(settings: Settings, secret: bytes) -> UpkeepTerms:
    """How the tables of ratings are looked after."""
    return UpkeepTerms(
        secret,
        settings.screen_at,
        settings.rating_retention_months,
        timedelta(days=settings.late_limit_days),
        timedelta(days=settings.trace_days),
    )
