"""The town of the simulation: two agencies with two offices each, kiosks and an app."""

from datetime import UTC, date, datetime
from random import Random
from types import SimpleNamespace
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from app.access.principals import KeyKind, Principal
from app.directory.rules.catalogue import Catalogue, OfficeEntry
from app.directory.rules.postings import Stay
from app.instruments.loading import shipped
from app.notifications.tables import Webhook
from app.ratings.schemas import RatingIn
from tests.simulation.connections import POISON

AGENCIES, OFFICES, SERVICES, EMPLOYEES = ("kab", "kota"), ("north", "south"), ("ktp-el", "kk"), ("E001", "E002")
ITEMS = ("speed", "transparency", "friendliness")
# Shortly before the screening hour (2:00 WIB) of a night in which the month before falls due.
BEGIN = datetime(2027, 2, 5, 18, 58, tzinfo=UTC)
JANUARY = datetime(2027, 1, 20, 2, tzinfo=UTC)
SHEETS = ("111", "434", "444", "343", "234", "344")


def catalogue(agency_id: str) -> Catalogue:
    """An agency's directory."""
    return Catalogue(
        agency_id=agency_id,
        version=UUID(int=0),
        offices={office: OfficeEntry(office, None, ZoneInfo("Asia/Jakarta")) for office in OFFICES},
        services=frozenset(SERVICES),
        counters={},
        employees=frozenset(EMPLOYEES),
        postings={employee: (Stay(date(2020, 1, 1), None, OFFICES[n]),) for n, employee in enumerate(EMPLOYEES)},
    )


CATALOGUES = {agency: catalogue(agency) for agency in AGENCIES}
# What a process's caches of the directory and the questionnaires give; they are always fresh here.
CATALOGUE_CACHE = SimpleNamespace(
    cached=CATALOGUES.__getitem__, current=lambda agency_id, at_most=None: CATALOGUES[agency_id]
)
INSTRUMENT_CACHE = SimpleNamespace(
    cached=lambda agency_id: shipped(), current=lambda agency_id, *, fresh=False: shipped()
)

# Who is told of an agency's events: two receivers each. The secret is as `whsec_…` has it.
WEBHOOKS = tuple(
    Webhook(
        agency_id=agency,
        webhook_id=UUID(int=1_000 + 10 * place + number),
        address=f"https://receiver-{number}.{agency}.test/",
        kinds=[],
        signing="v1",
        secret="whsec_" + "c2ltdWxhdGlvbi1zaW11bGF0aW9uLTE=",
        added_at=BEGIN,
    )
    for place, agency in enumerate(AGENCIES)
    for number in range(2)
)


class Sender(NamedTuple):
    """A kiosk or an app with its key."""

    name: str
    principal: Principal

    @property
    def is_device(self) -> bool:
        """Whether quotas hold for it."""
        return self.principal.kind is KeyKind.device


def senders(dice: Random) -> list[Sender]:
    """The kiosks and apps of a run."""
    found = []
    for n in range(dice.randint(2, 5)):
        agency, office = dice.choice(AGENCIES), dice.choice(OFFICES)
        key = UUID(int=dice.getrandbits(128))
        if dice.random() < 0.7:
            found.append(Sender(f"kiosk-{n}", Principal(agency, KeyKind.device, key, office, "1")))
        else:
            found.append(Sender(f"app-{n}", Principal(agency, KeyKind.app, key, office)))
    return found


def id_of(moment: datetime, dice: Random) -> UUID:
    """A UUIDv7 of this moment."""
    ms = int(moment.timestamp() * 1_000)
    return UUID(int=ms << 80 | 7 << 76 | dice.getrandbits(12) << 64 | 0b10 << 62 | dice.getrandbits(62))


def sheet(sender: Sender, moment: datetime, dice: Random, *, may_poison: bool) -> RatingIn:
    """What a citizen answers."""
    answers = dice.choice(SHEETS)
    office = sender.principal.office
    assert office is not None
    return RatingIn(
        id=id_of(moment, dice),
        service=dice.choice(SERVICES),
        employee=EMPLOYEES[OFFICES.index(office)] if dice.random() < 0.5 else None,
        scores=dict(zip(ITEMS, map(int, answers), strict=True)),
        comment=POISON if may_poison and dice.random() < 0.05 else None,
        # A kiosk's key says where it stands.
        office=None if sender.is_device else office,
        channel=None if sender.is_device else "mobile",
    )


def changed(original: RatingIn, dice: Random) -> RatingIn:
    """Another content under the same id."""
    scores = {**original.scores, "speed": (original.scores["speed"] or 1) % 4 + 1}
    return original.model_copy(update={"scores": scores})
