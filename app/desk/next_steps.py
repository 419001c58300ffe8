"""What an agency still needs up to its first rating: each step leads to the page where it is done."""

from app.desk.blocks import Task, Tasks
from app.desk.navigation import HOURS, PEOPLE, entries_for
from app.devices.store import has_paired
from app.directory.listing_store import counters_page, services_page
from app.disclosure.untold_store import has_counted
from app.foundation.storage.database import Session
from app.people import store
from app.people.signed_in import SignedIn
from app.reports.sections.language import Language
from app.screening.store import has_hours

DIRECTORY, KIOSKS = "/desk/directory", "/desk/kiosks"


def next_steps(session: Session, found: SignedIn, tell: Language) -> Tasks:
    """The steps that are still to be done, of those that have a page in this person's menu."""
    agency_id = found.agency_id
    reached = {entry.address for entry in entries_for(found)}
    paired = has_paired(session, agency_id)
    unrated = paired and not has_counted(session, agency_id)
    steps = (
        (not has_catalogue(session, agency_id), tell("Enter services, counters and employees"), DIRECTORY),
        (not has_hours(session, agency_id), tell("Say when the offices are open"), HOURS.address),
        (not paired, tell("Connect the first kiosk"), KIOSKS),
        (unrated, tell("Give the first rating at the kiosk"), KIOSKS),
        (len(store.persons_of(session, agency_id)) < 2, tell("Invite those who will see the figures"), PEOPLE.address),
    )
    waiting = [(text, address) for waits, text, address in steps if waits]
    tasks = tuple(Task(text, address) for text, address in waiting if address in reached)
    rest = tell("What is still missing is done at the terminal.") if waiting else tell("Kiosks can rate.")
    return Tasks(tasks, rest)


def has_catalogue(session: Session, agency_id: str) -> bool:
    """Whether there is something that can be rated at a kiosk: a service, and a counter."""
    counters = counters_page(session, agency_id, within=None, only=None, after=("", ""), limit=1)
    return bool(counters) and bool(services_page(session, agency_id, among=None, after=None, limit=1))
