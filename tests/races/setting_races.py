"""Races of those who set an agency up: directory, questionnaires, kiosks, targets, promises."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from uuid import UUID, uuid4

from app.access.principals import Reach
from app.closing.targets.schemas import TargetIn
from app.closing.targets.setting import put_targets
from app.devices import pairing
from app.devices.schemas import DeviceIn
from app.directory import register
from app.directory.standards.schemas import PromiseIn
from app.directory.standards.setting import put_promises
from app.foundation.storage.installation import put_fact
from app.instruments.registry import add_own
from app.integrity.keys import add_key
from app.integrity.schemas import IntegrityKeyIn, IntegritySettingsIn
from app.integrity.settings import put_settings
from app.notifications.schemas import WebhookIn
from app.notifications.webhooks import WebhookTerms, add_webhook
from app.screening.opening_record import put_opening
from app.screening.schemas import OpeningIn, OpenOn
from tests.instruments.test_instrument_files import BOGOR
from tests.integrity.reporting import new_holder
from tests.races.town import DONE, KOTA, Case, Step, Town


def one_agency(town: Town) -> Case:
    code = f"kota-{uuid4().hex[:8]}"
    adds = town.writes(lambda s: register.add_agency(s, code=code, name="Kota", actor="test", now=town.house.clock.now))
    return Case(adds, adds)


def one_office(town: Town) -> Case:
    code, now = f"dinas-{uuid4().hex[:8]}", town.house.clock.now
    adds = town.writes(
        lambda s: register.add_office(s, agency_id="kota", actor="x", now=now, code=code, name="D", timezone="WIB")
    )
    return Case(adds, adds)


def one_questionnaire(town: Town) -> Case:
    text = BOGOR.replace('name = "', f'name = "x{uuid4().hex[:8]}-', 1)
    adds = town.writes(lambda s: add_own(s, "kota", text, actor="test", now=town.house.clock.now))
    return Case(adds, adds)


def two_questionnaires_of_one_name(town: Town) -> Case:
    text = BOGOR.replace('name = "', f'name = "x{uuid4().hex[:8]}-', 1)
    other = text.replace("Kabupaten Bogor", "Kabupaten Lain")
    assert other != text

    def adding(each: str) -> Step:
        return town.writes(lambda s: add_own(s, "kota", each, actor="test", now=town.house.clock.now))

    return Case(adding(text), adding(other))


def terms() -> pairing.PairingTerms:
    """Whoever adds kiosks."""
    return pairing.PairingTerms(KOTA, timedelta(days=1), None)


def new_kiosk(town: Town) -> tuple[UUID, str]:
    """A kiosk that waits, and its code."""
    desk = town.house.services.of(pairing.KioskPairing)
    asked = DeviceIn(office="dukcapil", counter="loket-1", label="Kios")
    with town.house.database.writing() as session:
        made = pairing.add_device(session, desk.pepper, terms(), asked, None, town.house.clock.now)
    return made.id, made.code


def one_new_code_of_a_kiosk(town: Town) -> Case:
    desk, (device_id, _) = town.house.services.of(pairing.KioskPairing), new_kiosk(town)
    renews = town.writes(lambda s: pairing.renew_code(s, desk.pepper, terms(), device_id, town.house.clock.now))
    return Case(renews, renews)


def one_code_of_a_kiosk(town: Town) -> Case:
    desk, (_, code) = town.house.services.of(pairing.KioskPairing), new_kiosk(town)

    def pairs() -> object:
        return desk.pair("127.0.0.1", code, town.house.clock.now)

    return Case(pairs, pairs)


def one_integrity_key(town: Town) -> Case:
    sent = IntegrityKeyIn.model_validate({"recipient": "agency", "label": "A", "jwk": new_holder().jwk})
    adds = town.writes(lambda s: add_key(s, KOTA, sent, town.house.clock.now))
    return Case(adds, adds)


def settings_of_integrity_reports(town: Town) -> Case:
    desa = Reach("desa", None, "test")
    sets = town.writes(
        lambda s: put_settings(s, desa, IntegritySettingsIn(open=False, retention_days=30), town.house.clock.now)
    )
    return Case(sets, sets)


def one_target(town: Town) -> Case:
    sent = [TargetIn(period="2027", office="dukcapil", value="88")]
    sets = town.writes(lambda s: put_targets(s, KOTA, sent, town.house.clock.now))
    return Case(sets, sets)


def one_promise(town: Town) -> Case:
    kept = {"amount": 3, "unit": "hours", "source": "SK 1/2026"}
    sent = [PromiseIn.model_validate({"service": "kk", "valid_from": "2027-01", **kept})]
    sets = town.writes(lambda s: put_promises(s, KOTA, sent, town.house.clock.now))
    return Case(sets, sets)


def one_week_of_hours(town: Town) -> Case:
    week = OpeningIn(hours=(OpenOn.model_validate({"weekday": 1, "opens": "08:00", "closes": "15:00"}),))
    sets = town.writes(lambda s: put_opening(s, KOTA, "dukcapil", week, town.house.clock.now))
    return Case(sets, sets)


def one_webhook(town: Town) -> Case:
    held = town.house.services.of(WebhookTerms)
    sent = WebhookIn(address="https://penerima.example.go.id/kait")
    adds = town.writes(lambda s: add_webhook(s, held, KOTA, sent, town.house.clock.now))
    return Case(adds, adds)


def one_fact(town: Town) -> Case:
    name = f"test-{uuid4().hex[:8]}"
    puts = town.writes(lambda s: put_fact(s, name, "x"))
    return Case(puts, puts)


# What the second of two is told.
CASES: Mapping[Callable[[Town], Case], str] = {
    one_agency: "the agency {} already exists",
    one_office: "the office {} already exists",
    one_questionnaire: DONE,
    two_questionnaires_of_one_name: "exists with other content",
    one_new_code_of_a_kiosk: DONE,
    one_code_of_a_kiosk: "pairing-refused",
    one_integrity_key: "invalid-request",
    settings_of_integrity_reports: DONE,
    one_target: DONE,
    one_promise: DONE,
    one_week_of_hours: DONE,
    one_webhook: DONE,
    one_fact: DONE,
}
