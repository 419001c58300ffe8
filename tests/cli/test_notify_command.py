"""`cermin notify`: events, webhooks and sending by hand."""

from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import col, select
from typer.testing import CliRunner, Result

from app.access.principals import Role
from app.access.tables import AuditEvent
from app.cli import context
from app.cli.program import program
from tests.house import SECRET, House
from tests.notifications.messages import happened
from tests.notifications.receiver import receiving
from tests.people.persons import Door

pytestmark = pytest.mark.sqlite_daily
Run = Callable[..., Result]


@pytest.fixture
def run(house: House, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on the database of the house."""
    monkeypatch.setenv("CERMIN_DATABASE_URL", house.database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("CERMIN_SECRET", SECRET)
    monkeypatch.setenv("CERMIN_WEBHOOK_HOSTS", "127.0.0.1")
    context.settings.cache_clear()

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(program, ["notify", *map(str, arguments)])

    return run


def test_a_webhook_is_added_told_listed_switched_and_replayed(house: House, run: Run) -> None:
    with receiving() as receiver:
        made = run("webhook", "add", "kota", receiver.address, "--kind", "finding.raised", "--office", "dukcapil")
        assert made.exit_code == 0, made.output
        told, secret = made.stdout.splitlines()
        assert secret.startswith("whsec_")
        webhook = UUID(told.split()[1].rstrip(","))
        event = happened(house)
        assert "1 messages tried" in run("send").stdout
        assert receiver.ids == [str(event)]
        assert "0 messages tried" in run("send").stdout
        listed = run("webhook", "list", "kota").stdout
        assert receiver.address in listed
        assert secret not in listed
        shown = run("events", "kota").stdout
        assert str(event) in shown
        assert "finding.raised" in shown
        assert "1 events are delivered again" in run("webhook", "replay", "kota", webhook, "--event", event).stdout
        run("send")
        assert receiver.ids == [str(event)] * 2
        became = run("webhook", "deliveries", "kota", webhook, "--state", "delivered").stdout
        assert str(event) in became
        assert "http-204" in became or "http-200" in became
        assert str(event) not in run("webhook", "deliveries", "kota", webhook, "--state", "failed").stdout
        assert "switched off" in run("webhook", "off", "kota", webhook).stdout
        assert "asked" in run("webhook", "list", "kota").stdout
        assert "switched off; switch it on" in run("webhook", "replay", "kota", webhook).stderr
        assert "switched on" in run("webhook", "on", "kota", webhook).stdout
        assert "0 events are delivered again" in run("webhook", "replay", "kota", webhook).stdout


def test_a_person_is_subscribed_and_gets_a_link_to_confirm_the_address(
    house: House, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Door.open(house.database.url.render_as_string(hide_password=False)) as door:
        door.invite("Ani", Role.auditor, "dukcapil")
    assert "No server for mail" in run("mail", "address", "kota", "ani", "--address", "ani@kota.go.id").stderr
    for name, value in {"SMTP_HOST": "127.0.0.1", "SMTP_FROM": "c@kota.go.id", "PUBLIC_URL": "https://c.test"}.items():
        monkeypatch.setenv(f"CERMIN_{name}", value)
    context.settings.cache_clear()
    made = run("mail", "address", "kota", "ani", "--address", "ani@kota.go.id")
    assert "the link for ani" in made.stdout, made.output
    assert "no mail address" in run("mail", "address", "kota", "ani", "--address", "ani").stderr
    assert (
        "gets finding.raised weekly"
        in run(
            "mail",
            "subscribe",
            "kota",
            "ani@kota",
            "--kind",
            "finding.raised",
            "--often",
            "weekly",
            "--office",
            "dukcapil",
        ).stdout
    )
    shown = run("mail", "show", "kota", "ani").stdout
    assert "waits for the confirmation" in shown
    assert "ani@kota.go.id" not in shown
    assert [word in shown for word in ("finding.raised", "dukcapil", "weekly")] == [True] * 3
    # What no role of the person reaches cannot be chosen for anybody, either.
    for kind, office in (("device.silent", ""), ("finding.raised", "setda")):
        refused = run("mail", "subscribe", "kota", "ani", "--kind", kind, "--office", office)
        assert refused.exit_code == 1
        assert "Choose one of" in refused.stderr
    assert run("mail", "end", "kota", "ani", "--kind", "finding.raised", "--office", "dukcapil").exit_code == 0
    assert run("mail", "forget", "kota", "ani").exit_code == 0
    shown = run("mail", "show", "kota", "ani").stdout
    assert "address: none" in shown
    assert "finding.raised" not in shown
    assert "no person budi" in run("mail", "show", "kota", "budi").stderr
    assert "no person ani" in run("mail", "show", "desa", "ani").stderr
    with house.database.reading() as session:
        trail = session.exec(select(AuditEvent).where(col(AuditEvent.action).startswith("mail."))).all()
    told = {each.action for each in trail if each.actor.startswith("cli:")}
    assert told == {"mail.entered", "mail.subscribed", "mail.subscription-ended", "mail.removed"}


def test_the_letter_that_a_person_would_get_is_shown_and_written_and_not_sent(
    house: House, run: Run, tmp_path: Path
) -> None:
    url = house.database.url.render_as_string(hide_password=False)
    with Door.open(url) as door:
        for name, role, office, agency in (
            ("auditor", Role.auditor, None, "kota"),
            ("jayapura", Role.auditor, "upt-jayapura", "kota"),
            ("auditor", Role.auditor, None, "desa"),
        ):
            door.invite(name, role, office, login=name, agency=agency)
    for _ in range(2):
        happened(house)
    before = house.numbers()
    shown = run("preview", "kota", "auditor", "--language", "en")
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.startswith("Cermin: Findings of screening: 2\n\nFindings of screening: 2.")
    assert shown.stdout.count("/desk/finding?id=") == 2
    assert "Temuan penyaringan: 2." in run("preview", "kota", "auditor", "--language", "id").stdout
    file = tmp_path / "surat.eml"
    assert run("preview", "kota", "auditor", "--language", "en", "--out", file).exit_code == 0
    letter = message_from_bytes(file.read_bytes(), policy=default)
    assert letter["To"].endswith(".invalid")
    assert "Findings of screening: 2." in letter.get_content()
    # Of another office, of another agency, and nobody's.
    for agency, login in (("kota", "jayapura"), ("desa", "auditor")):
        assert "Nothing that happened is told to this person." in run("preview", agency, login).stderr
    assert "Nobody of kota signs in as tiada." in run("preview", "kota", "tiada").stderr
    assert "in id or en" in run("preview", "kota", "auditor", "--language", "fr").stderr
    assert house.numbers() == before


def test_a_key_pair_shows_its_public_half(run: Run) -> None:
    made = run("webhook", "add", "kota", "https://penerima.example.go.id/", "--signing", "v1a")
    assert made.stdout.splitlines()[1].startswith("whpk_")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("webhook", "add", "kota", "https://127.1/rahasia"), "Send an https address"),
        (("webhook", "add", "kota", ""), "Address is not valid."),
        (("webhook", "add", "kota", "https://x.example.go.id/", "--kind", "rating.new"), "Kinds is not valid."),
        (("webhook", "add", "kota", "https://x.example.go.id/", "--office", "tiada"), "no office with this code"),
        (("webhook", "add", "tiada", "https://x.example.go.id/"), "There is no agency tiada."),
        (("webhook", "list", "tiada"), "There is no agency tiada."),
        (("events", "tiada"), "There is no agency tiada."),
        (("webhook", "off", "kota", UUID(int=7)), "no webhook with this id"),
        (("webhook", "replay", "desa", UUID(int=7)), "no webhook with this id"),
    ],
)
def test_mistakes_get_a_sentence(run: Run, arguments: tuple[object, ...], sentence: str) -> None:
    ended = run(*arguments)
    assert ended.exit_code == 1
    assert sentence in ended.stderr
    assert "rahasia" not in ended.stderr
