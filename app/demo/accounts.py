"""Who signs in to the demo's pages: one person for each role, and a link for each at every start."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from app.access.principals import Role
from app.demo.half_year import ACTOR
from app.demo.people import EMPLOYEE_BY_CODE
from app.demo.town import AGENCY_CODE
from app.foundation.storage.database import Database, Session
from app.people.faults import PeopleFault
from app.people.granting import Asked, Granter
from app.people.inviting import Invitation, invite, invite_again
from app.people.store import person_called


class Account(NamedTuple):
    """Somebody with a role at an office (None: in the whole agency); `employee` is the code in the directory."""

    name: str
    role: Role
    office: str | None = None
    employee: str | None = None


class SignInLink(NamedTuple):
    """For whom, and the code of the link."""

    account: Account
    code: str


HEADED = "disdukcapil"
# The first of that office appraises the others of it, and E015 is one of these (`workbook.py`).
APPRAISER, EMPLOYEE = "E012", "E015"
ACCOUNTS = (
    Account("Kartika Sasmita", Role.supervisor),
    Account("Wahyu Nugroho", Role.supervisor, HEADED),
    Account(EMPLOYEE_BY_CODE[APPRAISER].name, Role.appraiser, HEADED, APPRAISER),
    Account(EMPLOYEE_BY_CODE[EMPLOYEE].name, Role.employee, HEADED, EMPLOYEE),
    Account("Ratna Puspita", Role.auditor),
    Account("Gita Permata", Role.administrator),
    Account("Made Suartika", Role.viewer),
)


def sign_in_links(db: Database, now: datetime) -> Iterator[SignInLink]:
    """A new link for everybody; who has signed in before chooses a passphrase anew with it, or never opens it.

    Whoever was given another part since, as one may in a demo, and cannot have this one beside it, gets no link.
    """
    for account in ACCOUNTS:
        try:
            with db.writing() as session:
                code = _link(session, account, now)
        except PeopleFault:
            continue
        yield SignInLink(account, code)


def _link(session: Session, account: Account, now: datetime) -> str:
    by, login = Granter(ACTOR), login_of(account)
    person = person_called(session, AGENCY_CODE, login)
    if person is not None:
        return invite_again(session, person, by, now, reset=True).code
    invitation = Invitation(account.name, login, account.employee)
    return invite(session, AGENCY_CODE, invitation, Asked(account.role, account.office), by, now).code


def login_of(account: Account) -> str:
    """The role as sign-in name, which is easy to remember; of two with one role, with the office."""
    return account.role.value if account.office is None or account.employee else f"{account.role}.{account.office}"
