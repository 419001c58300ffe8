"""Personal links: the employee reads the own draft, replies once, and later reads the own final report.

Single purpose, expiring, digest stored.
"""

import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from app.access.keys import digest
from app.access.principals import Reach
from app.access.readings import Reading, readings_about
from app.access.rules.secret_texts import new_secret, read_secret
from app.closing import store
from app.closing.addressing import asked, newest
from app.closing.lifecycle import audit
from app.closing.notes import report_about
from app.closing.tables import DRAFT, Invitation, Period, Reply, Report
from app.directory.listing_store import office_parents
from app.directory.rules.office_tree import at_and_above
from app.foundation.problems import Problem
from app.foundation.storage.database import IntegrityError, Session

PREFIX = "crm_reply"
SHOWN_FOR = timedelta(days=366)


class Invited(NamedTuple):
    """Whose draft a token opens."""

    invitation: Invitation
    report: Report
    period: Period
    reply: Reply | None
    readings: Sequence[Reading]

    @property
    def document(self) -> Any:
        """The draft; once the period is final, the document that was signed."""
        envelope = self.report.envelope
        return json.loads(self.report.document) if envelope is None else json.loads(envelope)["document"]

    def may_reply(self, now: datetime) -> bool:
        """Whether a reply is taken now."""
        return self.reply is None and self.period.state == DRAFT and now < self.invitation.expires_at


class Drawn(NamedTuple):
    """Links of a draft that nobody can use so far: tokens by employee, and what will be kept of them."""

    period: Period
    tokens: Mapping[str, str]
    invitations: Sequence[Invitation]


def invite(session: Session, reach: Reach, code: str, instrument: str | None, now: datetime) -> Mapping[str, str]:
    """A token for every employee of a draft, by code; tokens given before end.

    Raises `period-open`, `period-final`, `instrument-ambiguous`.
    """
    drawn = draw_links(session, reach, code, instrument)
    keep_links(session, reach, drawn, now)
    return drawn.tokens


def draw_links(
    session: Session, reach: Reach, code: str, instrument: str | None, only: Collection[str] | None = None
) -> Drawn:
    """A token for every employee of a draft, or `only` for some of them. Raises what `invite` does."""
    period = newest(session, reach, asked(code), instrument)
    if period.state != DRAFT:
        raise Problem("period-final", revision=period.revision)
    tokens: dict[str, str] = {}
    invitations = []
    for report in store.reports_of(session, period):
        if report.kind != "employee" or (only is not None and report.unit not in only):
            continue
        made = new_secret(reach.agency_id)
        tokens[report.unit] = made.text(PREFIX)
        invitations.append(
            Invitation(
                agency_id=reach.agency_id,
                report_id=report.report_id,
                lookup=made.lookup,
                digest=digest(made.secret),
                expires_at=period.replies_end_at,
            )
        )
    return Drawn(period, tokens, invitations)


def keep_links(session: Session, reach: Reach, drawn: Drawn, now: datetime) -> None:
    """Let drawn links work; those that these employees had before end. Raises `period-final`."""
    period = newest(session, reach, asked(drawn.period.code), drawn.period.instrument)
    if period.state != DRAFT or period.revision != drawn.period.revision:
        raise Problem("period-final", revision=drawn.period.revision)
    store.put_invitations(session, drawn.invitations)
    audit(session, reach, "period.invited", period, now, invitations=len(drawn.invitations))


def open_invitation(session: Session, token: str, now: datetime) -> Invited:
    """What the token opens. Raises `link-unknown`, one answer for a wrong and a replaced one, and
    `reply-window-over` for the right one more than a year after its window."""
    given = read_secret(PREFIX, token)
    if given is None:
        raise Problem("link-unknown")
    for invitation in store.invitations_by_lookup(session, given.agency_id, given.lookup):
        if secrets.compare_digest(invitation.digest, digest(given.secret)):
            _refuse_after(invitation, now - SHOWN_FOR)
            report = store.find_report(session, invitation.agency_id, invitation.report_id)
            assert report is not None, "a foreign key holds it"
            reply = store.replies_to(session, report.agency_id, [report.report_id]).get(report.report_id)
            return Invited(
                invitation, report, store.period_of_report(session, report), reply, _readings(session, report, now)
            )
    raise Problem("link-unknown")


def _refuse_after(invitation: Invitation, moment: datetime) -> None:
    if moment >= invitation.expires_at:
        raise Problem("reply-window-over", until=invitation.expires_at.isoformat())


def _readings(session: Session, report: Report, now: datetime) -> Sequence[Reading]:
    """Who has read about the employee of this report within a year."""
    parents = office_parents(session, report.agency_id)
    above = frozenset[str]() if report.office is None else at_and_above(parents, report.office)
    return readings_about(session, report.agency_id, report.unit, above, now - SHOWN_FOR)


def reply(session: Session, token: str, text: str, now: datetime) -> None:
    """Keep the employee's words.

    Raises what `open_invitation` does, `reply-window-over` when the window is, and `reply-given` the second time.
    """
    invited = open_invitation(session, token, now)
    _refuse_after(invited.invitation, now)
    reach = Reach(invited.report.agency_id, invited.report.root or None, "employee")
    keep_reply(session, reach, invited.period, invited.report, text, now)


def enter(
    session: Session, reach: Reach, code: str, instrument: str | None, *, employee: str, text: str, now: datetime
) -> None:
    """Keep a reply that was handed in on paper.

    Raises `period-unknown`, `period-open`, `period-final`, `reply-window-over`, `report-unknown`, `reply-given`,
    `instrument-ambiguous`.
    """
    period = newest(session, reach, asked(code), instrument)
    if period.state != DRAFT:
        raise Problem("period-final", revision=period.revision)
    if now >= period.replies_end_at:
        raise Problem("reply-window-over", until=period.replies_end_at.isoformat())
    keep_reply(session, reach, period, report_about(session, period, employee), text, now)


def keep_reply(session: Session, reach: Reach, period: Period, report: Report, text: str, now: datetime) -> None:
    """Keep a reply to a draft whose window is open. Raises `reply-given`, `period-final`."""
    store.hold_period(session, period)
    if period.state != DRAFT:
        raise Problem("period-final", revision=period.revision)
    if store.replies_to(session, report.agency_id, [report.report_id]):
        raise Problem("reply-given")
    try:
        store.put_reply(
            session, Reply(agency_id=report.agency_id, report_id=report.report_id, text=text, replied_at=now)
        )
    except IntegrityError:
        raise Problem("reply-given") from None
    audit(session, reach, "period.replied", period, now, report=str(report.report_id))
