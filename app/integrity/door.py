"""Takes integrity reports from anybody, and tells by a receipt what became of one. Nothing says who asked, or when.

What is stored has the office's day and no moment; receiving writes no audit row, no event and no line of a log, since
each of them has a time.
"""

import json
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from app.access.guesses import Guesses
from app.access.rules.checked_codes import CodeKind, canonical, code_digest, mark_in, new_code, printed
from app.access.rules.guess_budget import TokenBuckets, network_of
from app.directory.agency_marks import AgencyMarks
from app.directory.listing_store import agency_name
from app.directory.store import find_office
from app.directory.tables import Office
from app.foundation.clock import Clock, seconds_of
from app.foundation.problems import FieldError, Problem, busy
from app.foundation.storage.agency_scope import all_agencies, of_agency
from app.foundation.storage.database import Database, IntegrityError, Session
from app.foundation.translations import Translate
from app.integrity import store
from app.integrity.rules.days import forward_by
from app.integrity.rules.kinds import NAMES, PLAIN_WORDS, STATES, ReportKind, ReportRecipient, ReportState
from app.integrity.rules.plaintext import LONGEST_CONTACT, LONGEST_TEXT, About, Written, plaintext
from app.integrity.schemas import (
    IntegrityFormOut,
    IntegrityKindOut,
    IntegrityReceiptGiven,
    IntegrityReceiptOut,
    IntegrityReportIn,
)
from app.integrity.settings import recipients_open
from app.integrity.tables import IntegrityReport

# From one network address, behind which a whole town may be: so many at once, and then one in half a minute.
SENT_AT_ONCE, SENT_PER_SECOND = 30, 1 / 30
# In one agency on one day; more are no reports any more, and nobody could read them.
MOST_A_DAY = 300
# So often is a receipt's code drawn where it is taken.
DRAWS = 3
RECEIPTS = (CodeKind.receipt,)
# What the installation's secret is derived for.
PEPPER = "integrity-receipt"


class ReceiptGuesses(Guesses):
    """Guesses at receipts by network address."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, "too-many-receipts", ("receipt-unknown",))


class IntegrityDoor:
    """The door of one process; the pepper keys the digests of receipts."""

    def __init__(self, database: Database, marks: AgencyMarks, pepper: bytes, clock: Clock) -> None:
        self._database = database
        self._marks = marks
        self._pepper = pepper
        self._clock = clock
        self._guesses = ReceiptGuesses(clock)
        self._seconds = seconds_of(clock)
        self._pace = TokenBuckets(size=SENT_AT_ONCE, per_second=SENT_PER_SECOND)

    def is_open(self, agency_id: str) -> bool:
        """Whether the agency takes reports now: pages lead to the form only then."""
        with of_agency(agency_id), self._database.reading() as session:
            return bool(recipients_open(session, agency_id))

    def form(self, agency_id: str, tell: Translate) -> IntegrityFormOut:
        """What a form for reports shows (blocking). Raises `integrity-closed`, also where there is no such agency."""
        with of_agency(agency_id), self._database.reading() as session:
            recipients = recipients_open(session, agency_id)
            setting = store.setting_of(session, agency_id)
            if not recipients or setting is None:
                raise Problem("integrity-closed")
            keys = store.keys_in_use(session, agency_id)
            name = agency_name(session, agency_id)
        return IntegrityFormOut(
            agency=agency_id,
            name=name,
            kinds=tuple(
                IntegrityKindOut(code=kind, name=tell(NAMES[kind]), words=tell(PLAIN_WORDS[kind]))
                for kind in ReportKind
            ),
            recipients=recipients,
            inspectorate=setting.inspectorate if ReportRecipient.inspectorate in recipients else None,
            retention_days=setting.retention_days,
            longest_text=LONGEST_TEXT,
            longest_contact=LONGEST_CONTACT,
            keys=tuple(key.key_id for recipient in recipients for key in keys[recipient]),
        )

    def take(self, sent: IntegrityReportIn, address: str) -> IntegrityReceiptGiven:
        """Seal and store a report; its receipt, which nobody can show again (blocking).

        Raises `integrity-closed`, `too-many-integrity-reports`, `integrity-day-full`, and `invalid-request`
        (`office-unknown`, `recipient-closed`).
        """
        if wait := self._pace.take(network_of(address), self._seconds()):
            raise Problem("too-many-integrity-reports", headers={"Retry-After": str(wait)}, seconds=wait)
        for _ in range(DRAWS):
            code = new_code(self._pepper, sent.agency, CodeKind.receipt)
            with suppress(IntegrityError), of_agency(sent.agency), self._database.writing() as session:
                return self._taken(session, sent, code, self._clock())
        raise busy()

    def receipt(self, code: str, address: str, tell: Translate) -> IntegrityReceiptOut:
        """What became of a report (blocking). Raises `receipt-unknown` and `too-many-receipts`."""
        given = canonical(code, RECEIPTS)
        digest, mark = code_digest(self._pepper, given), mark_in(self._pepper, given)
        guess = self._guesses.attempt(address, given and given[:4])
        with guess, all_agencies(), self._database.reading() as session:
            found = self._marks.find(session, mark, lambda agencies: store.report_with(session, agencies, digest))
            if found is None:
                raise Problem("receipt-unknown")
        state = ReportState(found.state)
        return IntegrityReceiptOut(
            kind=ReportKind(found.kind),
            recipient=ReportRecipient(found.recipient),
            state=state,
            words=tell(STATES[state]),
            received_on=found.received_on,
            forward_by=forward_by(found.received_on),
            forwarded_on=found.forwarded_on,
            confirmed_on=found.confirmed_on,
            erased_on=found.erased_on,
        )

    def _taken(self, session: Session, sent: IntegrityReportIn, code: str, now: datetime) -> IntegrityReceiptGiven:
        setting, recipients = store.setting_of(session, sent.agency), recipients_open(session, sent.agency)
        if setting is None or not recipients:
            raise Problem("integrity-closed")
        if sent.recipient not in recipients:
            raise Problem("invalid-request", errors=[FieldError("recipient", "recipient-closed")])
        office = find_office(session, sent.agency, sent.office)
        if office is None or not office.active:
            raise Problem("invalid-request", errors=[FieldError("office", "office-unknown")])
        today = _today(office, now)
        if store.received_on(session, sent.agency, today) >= MOST_A_DAY:
            raise _full(office, now)
        about = About(sent.agency, sent.office, sent.kind, sent.recipient, today)
        # Here, because most agencies take no such reports, and nobody else needs what seals them.
        from app.integrity.sealing import seal

        # Held, so that a report is never sealed to a key that is retired in the same moment.
        keys = store.keys_in_use(session, sent.agency, held=True)[sent.recipient]
        sealed = seal(plaintext(Written(sent.text, sent.contact or None), about), keys)
        report = IntegrityReport(
            agency_id=sent.agency,
            # Random, as ids of comments are: the house's other ids tell the moment.
            report_id=uuid4(),
            digest=code_digest(self._pepper, code),
            office=sent.office,
            kind=sent.kind,
            recipient=sent.recipient,
            received_on=today,
        )
        store.add_report(session, report, json.dumps(sealed, separators=(",", ":")), setting.retention_days)
        return IntegrityReceiptGiven(
            receipt=printed(code),
            kind=sent.kind,
            recipient=sent.recipient,
            received_on=today,
            forward_by=forward_by(today),
        )


def _full(office: Office, now: datetime) -> Problem:
    """The problem of a day that has as many reports as it may, with the seconds until the next one."""
    zone = ZoneInfo(office.timezone)
    midnight = datetime.combine(_today(office, now) + timedelta(days=1), time(), zone)
    wait = max(1, int((midnight - now).total_seconds()))
    return Problem("integrity-day-full", headers={"Retry-After": str(wait)}, seconds=wait)


def _today(office: Office, now: datetime) -> date:
    return now.astimezone(ZoneInfo(office.timezone)).date()
