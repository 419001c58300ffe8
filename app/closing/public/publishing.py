"""The decision to show the figures of a final period on the public page, and to take them back.

Either is one transaction with its audit row, and the former is recorded as a publication like one in a newspaper.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from app.access.principals import Reach
from app.closing import store
from app.closing.addressing import closings_meant
from app.closing.lifecycle import audit
from app.closing.public import store as public_store
from app.closing.public.schemas import PublicPageOut
from app.closing.rules.public_figures import AGENCY, OFFICE, SURVEY, Signed, public_figures
from app.closing.survey.plans import Place, Planned, add_publication, change_publication, mark_of, publications_of
from app.closing.survey.schemas import PublicationPart
from app.closing.tables import DRAFT, Period, PublicClosing, Report
from app.directory.store import lock_agency
from app.disclosure.rules.calendar import LAST_ZONE, Span
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.seals.rules.canonical_json import canonical

# What a reviewer reads in the list of media; it is kept as written, whatever the reader's language.
MEDIUM = "Halaman publik (Cermin)"


def public_address(agency_id: str, public_url: str | None) -> str:
    """Where everybody reads what an agency shows; without the host where the service does not know its own."""
    return f"{public_url or ''}/p/{agency_id}"


def publish(
    session: Session, reach: Reach, span: Span, instrument: str | None, now: datetime, public_url: str | None
) -> PublicPageOut:
    """Show the figures of the newest final revision, in the place of those of an earlier one.

    Raises `period-open`, `instrument-ambiguous`, and `period-draft` where nothing is final.
    """
    lock_agency(session, reach.agency_id)
    period = _newest_final(session, reach, span, instrument)
    figures = PublicClosing(
        agency_id=period.agency_id,
        root=period.root,
        code=period.code,
        instrument=period.instrument,
        revision=period.revision,
        first_on=period.first_on,
        last_on=period.last_on,
        shown_at=now,
        figures=canonical(_signed_figures(session, period)).decode(),
    )
    public_store.show(session, figures)
    address = public_address(reach.agency_id, public_url)
    about = Planned(span, None, period.instrument)
    if not _records(session, reach, about):
        day = now.astimezone(LAST_ZONE).date()
        item = PublicationPart(medium=MEDIUM, published_on=day, address=address)
        add_publication(session, reach, about, item, now)
    audit(session, reach, "period.shown", period, now)
    return page_out(figures, public_url)


def withdraw(session: Session, reach: Reach, span: Span, instrument: str | None, now: datetime) -> None:
    """Show nothing of a period any more; where nothing is shown, nothing happens. Raises what `publish` does."""
    lock_agency(session, reach.agency_id)
    period = _newest_final(session, reach, span, instrument)
    if public_store.shown_of(session, period) is None:
        return
    public_store.hide(session, period)
    about = Planned(span, None, period.instrument)
    # From the last on, so that the places of those before stay what they are.
    for place, item in reversed(_records(session, reach, about)):
        change_publication(session, reach, about, Place(place, mark_of(item)), None, now)
    audit(session, reach, "period.hidden", period, now)


def page_out(figures: PublicClosing, public_url: str | None) -> PublicPageOut:
    """What is shown, where and since when."""
    return PublicPageOut(
        period=figures.code,
        instrument=figures.instrument,
        office=figures.root or None,
        revision=figures.revision,
        shown_on=figures.shown_at.astimezone(LAST_ZONE).date(),
        address=public_address(figures.agency_id, public_url),
    )


def _newest_final(session: Session, reach: Reach, span: Span, instrument: str | None) -> Period:
    closings = [each for each in store.periods_of(session, reach.agency_id, span.code) if each.root == reach.root_key]
    meant = closings_meant(closings, instrument)
    final = [each for each in meant if each.state != DRAFT]
    if not final:
        raise Problem("period-draft", until=meant[-1].replies_end_at.isoformat())
    return final[-1]


def _signed_figures(session: Session, period: Period) -> dict[str, object]:
    signed = [
        _signed(report) for report in store.reports_of(session, period) if report.kind in (AGENCY, OFFICE, SURVEY)
    ]
    [whole] = [each for each in signed if each.kind == AGENCY]
    return public_figures(whole, [each for each in signed if each is not whole])


def _signed(report: Report) -> Signed:
    assert report.envelope is not None, "reports of a final revision are sealed"
    envelope = json.loads(report.envelope)
    return Signed(report.report_id, report.kind, envelope["digest"], envelope["document"])


def _records(session: Session, reach: Reach, about: Planned) -> Sequence[tuple[int, PublicationPart]]:
    items = publications_of(session, reach, about).items
    return [(place, item) for place, item in enumerate(items) if item.medium == MEDIUM]
