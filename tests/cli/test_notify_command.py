"""`cermin notify`: events, webhooks and sending by hand."""

from collections.abc import Callable
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from app.cli import context
from app.cli.program import program
from tests.house import SECRET, House
from tests.notifications.messages import happened
from tests.notifications.receiver import receiving

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
        assert "switched off" in run("webhook", "off", "kota", webhook).stdout
        assert "asked" in run("webhook", "list", "kota").stdout
        assert "switched off; switch it on" in run("webhook", "replay", "kota", webhook).stderr
        assert "switched on" in run("webhook", "on", "kota", webhook).stdout
        assert "0 events are delivered again" in run("webhook", "replay", "kota", webhook).stdout


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
