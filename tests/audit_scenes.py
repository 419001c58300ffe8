"""One request for each action that a key, or nobody's, can do over HTTP: what comes before it, and what it is about."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from app.access.audit_actions import AuditAction
from app.access.principals import Reach
from app.closing.replies import invite
from app.seals.signing import make_key
from tests.closing.steps import AFTER_THE_WINDOW, close, finalise, rated
from tests.closing.surveys import plan
from tests.house import House
from tests.integrity import reporting
from tests.notifications.messages import added, happened
from tests.ratings.visits import put
from tests.screening.office import lunch, ordinary, screen
from tests.standards.told import COUNTS, month, promise
from tests.standards.told import put as put_promises

KEY_FILE = "signing-key.pem"
OCTOBER = "/v1/periods/2026-10"
DEVICE = {"office": "dukcapil", "counter": "loket-1", "label": "Kios pintu masuk"}
HOURS = [{"weekday": 0, "opens": "08:00", "closes": "16:00"}]
VOLUME = {"office": "dukcapil", "service": "ktp-el", "date": "2026-11-02", "served": 48, "offered": 45}
TARGET = {"period": "2026-Q4", "employee": "E001", "figure": "index", "value": "88"}
RECEIVER = "https://penerima.example.go.id/kait?kunci=sangat-rahasia"
QUESTIONNAIRE = (Path(__file__).parent / "instruments" / "bogor-2011.toml").read_text("utf-8")
# What people wrote here, and what opens something: no row of the trail repeats it.
NOTE, REPLY, DECISION = "Loket sering penuh.", "Antrean dua kali lipat.", "Kunjungan sekolah"
WRITTEN = (NOTE, REPLY, DECISION, RECEIVER, reporting.WORDS, reporting.CONTACT, plan()["action"], plan()["owner"])


@dataclass(frozen=True)
class Asked:
    """A request, what its row is about (None: the id in the answer), and what it tells that no row may repeat."""

    method: str
    path: str
    key: str | None
    subject: str | None
    body: Any = None
    actor: str | None = None
    secret: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


Scene = Callable[[House], Asked]


def once(*given: Any, **named: Any) -> Scene:
    """A request that needs nothing before it."""
    return lambda _: Asked(*given, **named)


def _kiosk(what: str) -> Scene:
    def scene(house: House) -> Asked:
        made = house.post("/v1/devices", DEVICE, "admin").json()
        return Asked("POST", f"/v1/devices/{made['id']}/{what}", "admin", made["id"], secret=made["code"])

    return scene


def _pairing(house: House) -> Asked:
    made = house.post("/v1/devices", DEVICE, "admin").json()
    body = {"code": made["code"]}
    return Asked("POST", "/v1/devices/pair", None, made["id"], body, actor="pairing", secret=made["code"])


def _finding(what: str) -> Scene:
    def scene(house: House) -> Asked:
        ordinary(house)
        lunch(house)
        screen(house)
        [found] = house.get("/v1/findings", "auditor").json()["items"]
        return Asked("POST", f"/v1/findings/{found['id']}/{what}", "auditor", found["id"], {"note": DECISION})

    return scene


def _challenge(house: House) -> Asked:
    holder = reporting.new_holder()
    secret = holder.word(reporting.add(house, holder).json())
    return Asked("POST", f"{reporting.KEYS}/{holder.key_id}/challenge", "admin", holder.key_id, secret=secret)


def _proof(house: House) -> Asked:
    holder = reporting.new_holder()
    word = holder.word(reporting.add(house, holder).json())
    path = f"{reporting.KEYS}/{holder.key_id}/prove"
    return Asked("POST", path, "admin", holder.key_id, {"word": word}, secret=word)


def _retiring(house: House) -> Asked:
    [holder] = reporting.proved(house, n=1)
    return Asked("POST", f"{reporting.KEYS}/{holder.key_id}/retire", "admin", holder.key_id)


def _report(what: str, *before: str, method: str = "POST") -> Scene:
    def scene(house: House) -> Asked:
        reporting.opened(house)
        receipt = reporting.send(house).json()["receipt"]
        [report] = reporting.listed(house)
        for step in before:
            assert reporting.step(house, report["id"], step).status_code == 200
        if what == "erase":
            house.clock.now += timedelta(days=60)
        path = f"{reporting.REPORTS}/{report['id']}/{what}"
        return Asked(method, path, "auditor", report["id"], secret=receipt)

    return scene


def _webhook(what: str, *before: str, body: Any = None) -> Scene:
    def scene(house: House) -> Asked:
        made = added(house, RECEIVER)
        happened(house)
        for step in before:
            assert house.request("POST", f"/v1/webhooks/{made['id']}/{step}", "admin").status_code == 200
        return Asked("POST", f"/v1/webhooks/{made['id']}/{what}", "admin", made["id"], body, secret=made["secret"])

    return scene


def _october(house: House) -> None:
    put(house.database, [*rated("E001", 12), *rated("E002", 40, "433")])


def _closing(house: House) -> Asked:
    _october(house)
    house.release()
    return Asked("POST", f"{OCTOBER}/close", "supervisor", "kota 2026-10 r1", {})


def _note(house: House) -> Asked:
    _october(house)
    close(house)
    body = {"employee": "E001", "text": NOTE}
    return Asked("POST", f"{OCTOBER}/notes", "supervisor", "kota 2026-10 r1", body)


def _reply(house: House) -> Asked:
    _october(house)
    close(house)
    with house.database.writing() as session:
        token = invite(session, Reach("kota", None, "test"), "2026-10", None, house.clock.now)["E001"]
    body = {"token": token, "text": REPLY}
    return Asked("POST", "/v1/replies", None, "kota 2026-10 r1", body, actor="employee", secret=token)


def _reading(house: House) -> Asked:
    _october(house)
    house.release()
    return Asked("GET", "/v1/indices?from=2026-10-01&to=2026-10-31&employee=E001", "reader", "E001")


def _removal(house: House) -> Asked:
    assert house.put("/v1/targets", {"targets": [TARGET]}).status_code == 200
    return Asked("PUT", "/v1/targets", "supervisor", "E001", {"targets": [TARGET | {"value": None}]})


def _counting(house: House) -> Asked:
    assert put_promises(house, promise()).status_code == 200
    return Asked("POST", COUNTS, "queue", "kota", {"counts": [month()]})


def _planning(what: str, *items: dict[str, Any]) -> Scene:
    def scene(house: House) -> Asked:
        _october(house)
        house.release()
        body = {"office": "dukcapil", "items": items}
        return Asked("PUT", f"{OCTOBER}/{what}", "supervisor", "dukcapil 2026-10", body)

    return scene


def _revision(house: House) -> Asked:
    _october(house)
    close(house)
    finalise(house, Path(house.keys[KEY_FILE]))
    put(house.database, rated("E001", 10, "222"), start=2_000)
    house.release()
    return Asked("POST", f"{OCTOBER}/revise", "supervisor", "kota 2026-10 r2", {})


def _signing(house: House) -> Asked:
    _october(house)
    close(house)
    make_key(Path(house.keys[KEY_FILE]))
    house.clock.now += AFTER_THE_WINDOW
    return Asked("POST", f"{OCTOBER}/finalise", "supervisor", "kota 2026-10 r1", {})


def _public(what: str, *before: str) -> Scene:
    def scene(house: House) -> Asked:
        _october(house)
        close(house)
        finalise(house, Path(house.keys[KEY_FILE]))
        for step in before:
            assert house.post(f"{OCTOBER}/{step}", {}, "supervisor").status_code == 200
        return Asked("POST", f"{OCTOBER}/{what}", "supervisor", "kota 2026-10 r1", {})

    return scene


SCENES: Mapping[AuditAction, Scene] = {
    "agency.period": once("PUT", "/v1/agency", "admin", "kota", {"name": "kota", "period": "month"}),
    "agency.renamed": once("PUT", "/v1/agency", "admin", "kota", {"name": "Kota Baru", "period": "quarter"}),
    "device.added": once("POST", "/v1/devices", "admin", None, DEVICE),
    "device.code-renewed": _kiosk("code"),
    "device.paired": _pairing,
    "device.revoked": _kiosk("revoke"),
    "directory.exported": once("GET", "/v1/directory", "admin", "kota"),
    "finding.confirmed": _finding("confirm"),
    "finding.released": _finding("release"),
    "instrument.added": once("POST", "/v1/instruments", "admin", None, {"source": QUESTIONNAIRE}),
    "integrity-key.added": once(
        "POST",
        reporting.KEYS,
        "admin",
        None,
        {"recipient": "agency", "label": "Brankas", "jwk": reporting.PUBLIC_KEY},
    ),
    "integrity-key.challenged": _challenge,
    "integrity-key.proved": _proof,
    "integrity-key.retired": _retiring,
    "integrity-report.confirmed": _report("confirm", "forward"),
    "integrity-report.erased": _report("erase", "forward", "confirm"),
    "integrity-report.forwarded": _report("forward"),
    "integrity-report.taken": _report("hand-over", method="GET"),
    "integrity-setting.set": once(
        "PUT", reporting.SETTINGS, "admin", "kota", {"open": False, "retention_days": 30, "inspectorate": None}
    ),
    "opening.changed": once("PUT", "/v1/offices/dukcapil/opening", "admin", "dukcapil", {"hours": HOURS}),
    "period.closed": _closing,
    "period.finalised": _signing,
    "period.hidden": _public("withdraw", "publish"),
    "period.noted": _note,
    "period.planned": _planning("follow-ups", plan(element="speed")),
    "period.published": _planning(
        "publications", {"medium": "Papan", "published_on": "2026-11-02", "address": "Ruang tunggu"}
    ),
    "period.replied": _reply,
    "period.revised": _revision,
    "period.shown": _public("publish"),
    "persons.read": _reading,
    "promise.set": once("PUT", "/v1/promises", "admin", "ktp-el", {"promises": [promise()]}),
    "standards.stored": _counting,
    "target.removed": _removal,
    "target.set": once("PUT", "/v1/targets", "supervisor", "E001", {"targets": [TARGET]}),
    "volumes.stored": once("POST", "/v1/volumes", "queue", "kota", {"volumes": [VOLUME]}),
    "webhook.added": once("POST", "/v1/webhooks", "admin", None, {"address": RECEIVER}),
    "webhook.replayed": _webhook("replay", body={}),
    "webhook.switched-off": _webhook("off"),
    "webhook.switched-on": _webhook("on", "off"),
}
