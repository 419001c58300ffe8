"""Webhooks on the pages of an administrator."""

from collections.abc import Callable

import pytest

from app.access.principals import Role
from app.notifications.sending import Sender
from tests.desk.browsing import Browser, facts_of, text_of, title_of
from tests.house import House
from tests.notifications.messages import added, happened, send
from tests.people.persons import PASSPHRASE, Door

ADDRESS = "https://penerima.example.go.id/kait"


@pytest.fixture
def administrator(house: House, door: Door, browser: Callable[[], Browser]) -> Browser:
    """Somebody who has just proved to be there."""
    one = browser()
    one.join(door, "Administrator", Role.administrator)
    return one


def test_a_webhook_is_added_and_its_secret_shown_once(house: House, administrator: Browser) -> None:
    made = administrator.submit(
        administrator.go("/desk/webhooks"), "/desk/webhooks/add", address=ADDRESS, kinds="finding.raised"
    )
    assert title_of(made) == "Webhook sudah ditambahkan"
    secret = facts_of(made)["Rahasia"]
    assert secret.startswith("whsec_")
    page = administrator.go("/desk/webhooks")
    assert secret not in page.text
    assert "penerima.example.go.id" in page.text
    assert "Temuan penyaringan" in text_of(page)
    [listed] = house.get("/v1/webhooks", "admin").json()["items"]
    assert listed["kinds"] == ["finding.raised"]
    pair = administrator.submit(page, "/desk/webhooks/add", address=ADDRESS, signing="v1a")
    assert facts_of(pair)["Kunci publik"].startswith("whpk_")


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"address": "http://127.0.0.1/"}, "Kirim alamat https"),
        ({"address": ""}, "wajib"),
        ({"address": ADDRESS, "kinds": "rating.new"}, "suatu jenis kejadian"),
        ({"address": ADDRESS, "office": "rsud-desa"}, "tidak memiliki kantor"),
        ({"address": ADDRESS, "signing": "v2"}, "tidak sah"),
    ],
)
def test_what_cannot_be_added_is_told_beside_its_field(
    administrator: Browser, sent: dict[str, str], sentence: str
) -> None:
    refused = administrator.send("POST", "/desk/webhooks/add", data=sent)
    assert refused.status_code == 422
    assert sentence in text_of(refused)


def test_messages_are_listed_sent_again_and_switched_off(house: House, administrator: Browser) -> None:
    # A name of nobody: what is sent there fails.
    webhook = added(house, "https://penerima.invalid/kait")["id"]
    path = f"/desk/webhook?id={webhook}"
    assert "Belum ada." in text_of(administrator.go(path))
    event = happened(house)
    assert house.services.of(Sender) is not None
    send(house)
    page = administrator.go(path)
    assert "menunggu" in text_of(page)
    assert "namanya tidak dikenal" in text_of(page)
    page = administrator.submit(page, "/desk/webhook/switch")
    assert "dimatikan" in text_of(page)
    page = administrator.submit(page, "/desk/webhook/switch")
    page = administrator.submit(page, "/desk/webhook/replay", event=str(event))
    assert "menunggu" in text_of(page)
    page = administrator.submit(administrator.submit(page, "/desk/webhook/switch"), "/desk/webhook/switch")
    page = administrator.submit(page, "/desk/webhook/replay")
    assert "menunggu" in text_of(page)
    assert administrator.send("POST", "/desk/webhook/replay", data={"id": webhook, "event": "x"}).status_code == 404


def test_whoever_has_not_proved_to_be_there_changes_nothing(house: House, administrator: Browser) -> None:
    webhook = added(house, ADDRESS)["id"]
    house.clock.now = house.clock.now.replace(minute=11)
    for path in ("add", "replay", "switch"):
        at = "/desk/webhooks/add" if path == "add" else f"/desk/webhook/{path}"
        sent = administrator.send("POST", at, data={"id": webhook, "address": ADDRESS})
        back = "webhooks" if path == "add" else f"webhook%3Fid%3D{webhook}"
        assert sent.headers["location"] == f"/desk/confirm?to={back}"
    assert "/desk/webhooks/add" not in administrator.go("/desk/webhooks").text
    assert "/desk/webhook/switch" not in administrator.go(f"/desk/webhook?id={webhook}").text
    proof = administrator.go("/desk/confirm?to=webhooks")
    administrator.submit(proof, "/desk/confirm", passphrase=PASSPHRASE, code=administrator.code())
    assert administrator.at == "/desk/webhooks"


def test_another_agencys_webhook_is_none(house: House, administrator: Browser) -> None:
    theirs = added(house, ADDRESS, "desa admin")["id"]
    assert administrator.go(f"/desk/webhook?id={theirs}").status_code == 404
    for path in ("replay", "switch"):
        assert administrator.send("POST", f"/desk/webhook/{path}", data={"id": theirs}).status_code == 404
