"""kill -9 of whoever tells and whoever sends: nothing that happened is forgotten, and what comes twice is the same."""

import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from app.access.principals import Role
from app.directory.listing_store import office_parents
from app.foundation.clock import system_clock
from app.notifications import subscriptions
from app.notifications.mail_store import mailbox_of
from app.notifications.mailboxes import Mailboxes
from app.outbox.store import newest_events
from app.outbox.tables import OutboxEvent
from tests.effort import sized
from tests.house import SECRET, House
from tests.notifications.dying import ACTION, MAIL_NOTED_FIRST, NOTED_FIRST, PUBLIC, TOLD_APART, sender
from tests.notifications.mail_server import mail_server, text_of
from tests.notifications.messages import told_of_all
from tests.people.persons import Door
from tests.screening.office import rows

pytestmark = pytest.mark.campaign
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Found:
    """What a campaign found: `lost` was done or told and never came, `altered` came twice and not alike.

    `letters` are those that came by mail, `unmailed` what was told and stands in none of them.
    """

    kills: int
    done: int
    untold: int
    lost: int
    phantoms: int
    twice: int
    altered: int
    letters: int
    unmailed: int
    mailed_twice: int
    mail_altered: int


# How often both processes are killed.
KILLS, KILLS_OF_MUTANTS = sized(10, 300), sized(30, 40)


def campaign(teller: House, kills: int, mutant: str = "") -> Found:
    """Kill so often, send the rest in peace, and compare."""
    url = teller.database.url.render_as_string(hide_password=False)
    with told_of_all(teller) as (receiver, _), mail_server() as server:
        subscribe(teller, url)
        program = [sys.executable, "-m", "tests.notifications.dying", url, str(kills), str(server.port), mutant]
        subprocess.run(program, cwd=ROOT, timeout=600, check=True)
        last = sender(teller.database, server.port)
        while rows(teller, "SELECT 1 FROM delivery WHERE state = 'waiting'") or rows(
            teller, "SELECT 1 FROM outbox_event WHERE spread_at IS NULL"
        ):
            last.run_if_due()
        came = defaultdict(list)
        for each in receiver.got:
            came[each.headers["webhook-id"]].append(each.body)
        letters = defaultdict(list)
        for letter in server.letters:
            letters[str(letter["Message-ID"])].append((str(letter["Subject"]), text_of(letter)))
    # Which letter tells of an event is noted before it is sent; a long one names not all of them.
    mailed = rows(teller, "SELECT event_id, letter_id FROM delivery WHERE channel = 'mail'")
    in_letters = {str(UUID(str(e))) for e, letter in mailed if letter and message_id(letter) in letters}
    done = {subject for (subject,) in rows(teller, f"SELECT subject FROM audit_event WHERE action = '{ACTION}'")}
    written = _events(teller)
    events, told = {str(each.event_id) for each in written}, {each.about["finding"] for each in written}
    return Found(
        kills=kills,
        done=len(done),
        untold=len(done ^ told),
        lost=len(events - came.keys()),
        phantoms=len(came.keys() - events),
        twice=sum(len(bodies) > 1 for bodies in came.values()),
        altered=sum(len(set(bodies)) > 1 for bodies in came.values()),
        letters=len(letters),
        unmailed=len(events - in_letters),
        mailed_twice=sum(len(each) > 1 for each in letters.values()),
        mail_altered=sum(len(set(each)) > 1 for each in letters.values()),
    )


def message_id(letter: object) -> str:
    """How the mail server knows a letter."""
    return f"<{UUID(str(letter))}@{urlsplit(PUBLIC).hostname}>"


def subscribe(teller: House, url: str) -> None:
    """An auditor who has confirmed an address, and wants to be told of every finding at once."""
    now, boxes = system_clock(), Mailboxes(SECRET.encode(), is_on=True)
    with Door.open(url) as door:
        person = door.who(door.join("Auditor", Role.auditor))
    with teller.database.writing() as session:
        boxes.enter(session, (person.agency_id, person.person_id), "auditor@kota.go.id", "id", now)
    with teller.database.writing() as session:
        mailbox = mailbox_of(session, person.agency_id, person.person_id)
        assert mailbox is not None
        mailbox.confirmed_at, mailbox.ask_due_at = now, None
        session.add(mailbox)
        asked = {"kind": "finding.raised", "office": "", "rhythm": "at-once"}
        subscriptions.subscribe(session, person, asked, office_parents(session, "kota"), now)


def _events(teller: House) -> list[OutboxEvent]:
    with teller.database.reading() as session:
        return list(newest_events(session, "kota", limit=1_000_000))


def test_nothing_is_lost_and_what_comes_twice_has_one_id(teller: House, store: str) -> None:
    found = campaign(teller, KILLS)
    sys.stdout.write(f"telling on {store}: {found}\n")
    # A campaign in which little happened proves little.
    assert found.done > KILLS
    assert found.letters > KILLS // 10
    assert (found.untold, found.lost, found.phantoms, found.altered) == (0, 0, 0, 0)
    assert (found.unmailed, found.mail_altered) == (0, 0)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_what_is_told_in_a_second_transaction_is_found(teller: House) -> None:
    assert campaign(teller, KILLS_OF_MUTANTS, TOLD_APART).untold > 0


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_what_is_noted_before_it_is_sent_is_found(teller: House) -> None:
    assert campaign(teller, KILLS_OF_MUTANTS, NOTED_FIRST).lost > 0


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_mail_that_is_noted_before_it_is_sent_is_found(teller: House) -> None:
    assert campaign(teller, KILLS_OF_MUTANTS, MAIL_NOTED_FIRST).unmailed > 0
