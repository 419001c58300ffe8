"""Whether an agency takes integrity reports: its administrator says so, and two proved keys make it possible."""

from datetime import datetime

from app.access.audit import record
from app.access.principals import Reach
from app.directory.store import lock_agency
from app.foundation.problems import FieldError, Problem
from app.foundation.storage.database import Session
from app.integrity import store
from app.integrity.rules.kinds import ReportRecipient
from app.integrity.rules.public_keys import may_open
from app.integrity.schemas import IntegritySettingsIn, IntegritySettingsOut
from app.integrity.tables import IntegritySetting

# Where nobody has said how long what was confirmed is kept.
USUAL_RETENTION = 90


def require_whole(reach: Reach) -> None:
    """Raise `out-of-scope` for whoever does not answer for the whole agency: reports are never an office's matter."""
    if reach.root is not None or not reach.children:
        raise Problem("out-of-scope", what="the whole agency")


def get_settings(session: Session, reach: Reach) -> IntegritySettingsOut:
    """The settings of the agency. Raises `out-of-scope`."""
    require_whole(reach)
    return _out(session, reach.agency_id)


def put_settings(session: Session, reach: Reach, asked: IntegritySettingsIn, now: datetime) -> IntegritySettingsOut:
    """Change the settings; the same again changes nothing.

    Raises `out-of-scope`, and `invalid-request` (`keys-missing`) for reports that could not be sealed to two keys.
    """
    require_whole(reach)
    agency_id = reach.agency_id
    lock_agency(session, agency_id)
    if asked.open and not may_open(len(store.keys_in_use(session, agency_id)[ReportRecipient.agency])):
        raise Problem("invalid-request", errors=[FieldError("open", "keys-missing")])
    found = store.setting_of(session, agency_id, locked=True)
    row = found or _unset(agency_id)
    if found is None or _said(row) != asked:
        row.is_open, row.retention_days, row.inspectorate = asked.open, asked.retention_days, asked.inspectorate
        store.put(session, row)
        record(
            session,
            agency_id=agency_id,
            actor=reach.actor,
            action="integrity-setting.set",
            subject=agency_id,
            at=now,
            now="open" if asked.open else "closed",
            retention_days=asked.retention_days,
        )
    return _out(session, agency_id)


def recipients_open(session: Session, agency_id: str) -> tuple[ReportRecipient, ...]:
    """To whom reports of this agency can be sent now: nobody, the agency, or also its inspectorate."""
    setting = store.setting_of(session, agency_id)
    # Most agencies stop here; citizens' pages ask each time.
    if setting is None or not setting.is_open:
        return ()
    keys = store.keys_in_use(session, agency_id)
    if not may_open(len(keys[ReportRecipient.agency])):
        return ()
    if setting.inspectorate is None or not may_open(len(keys[ReportRecipient.inspectorate])):
        return (ReportRecipient.agency,)
    return (ReportRecipient.agency, ReportRecipient.inspectorate)


def _out(session: Session, agency_id: str) -> IntegritySettingsOut:
    said = _said(store.setting_of(session, agency_id) or _unset(agency_id))
    return IntegritySettingsOut(**said.model_dump(), taking=bool(recipients_open(session, agency_id)))


def _unset(agency_id: str) -> IntegritySetting:
    return IntegritySetting(agency_id=agency_id, is_open=False, retention_days=USUAL_RETENTION)


def _said(row: IntegritySetting) -> IntegritySettingsIn:
    return IntegritySettingsIn(open=row.is_open, retention_days=row.retention_days, inspectorate=row.inspectorate)
