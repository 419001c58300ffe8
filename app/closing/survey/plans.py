"""What people enter about a survey: the plan that follows it, how far it was carried out, and where it was published.

How that becomes part of signed reports is in `records.py`.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from app.access.audit import record
from app.access.audit_actions import AuditAction
from app.access.principals import Reach
from app.closing.addressing import planned_instrument
from app.closing.rules.follow_up import Action, has_come, progress, today
from app.closing.survey import store as skm_store
from app.closing.survey.proposals import final_plan, proposed_elements
from app.closing.survey.schemas import (
    MOST_ITEMS,
    FollowUpPart,
    FollowUpsOut,
    ProgressOut,
    PublicationPart,
    PublicationsOut,
)
from app.closing.survey.store import Surveyed
from app.closing.tables import FollowUp, Publication
from app.directory.reach import require_office
from app.directory.store import lock_agency
from app.disclosure.rules.calendar import Span
from app.foundation.problems import Problem
from app.foundation.rounding import rounded
from app.foundation.storage.database import Session

# What was planned, apart from how it was carried out.
PLANNED = ("element", "problem", "action", "due_on", "owner")


class Planned(NamedTuple):
    """What somebody asks about: a period, and perhaps an office and a questionnaire."""

    span: Span
    office: str | None = None
    instrument: str | None = None


class Place(NamedTuple):
    """One action of a plan by its place, and what it was like when somebody looked at it (`mark_of`)."""

    number: int
    seen: str


def put_follow_ups(
    session: Session, reach: Reach, about: Planned, items: Sequence[FollowUpPart], now: datetime
) -> FollowUpsOut:
    """Replace the plan that follows a period. Raises what `surveyed` does, `plan-signed` and `done-ahead`.

    Of what a final report holds only the realisation changes, and actions may be added.
    """
    of = surveyed(session, reach, about)
    # The same lock that finalising takes: a plan must not change between the check and the signature.
    lock_agency(session, reach.agency_id)
    _put(session, reach, of, items, now)
    return follow_ups_of(session, reach, about, now, drafts=True)


def add_follow_up(session: Session, reach: Reach, about: Planned, item: FollowUpPart, now: datetime) -> int:
    """Add one action at the end of a plan; its place. Raises what `put_follow_ups` does."""
    of = surveyed(session, reach, about)
    lock_agency(session, reach.agency_id)
    items = _items(session, of)
    _refuse_full(items)
    _put(session, reach, of, [*items, item], now)
    return len(items)


def change_follow_up(
    session: Session, reach: Reach, about: Planned, place: Place, change: Mapping[str, object], now: datetime
) -> None:
    """Change some parts of one action. Raises what `put_follow_ups` does, and `plan-changed` where it is another."""
    of = surveyed(session, reach, about)
    lock_agency(session, reach.agency_id)
    items = _items(session, of)
    _refuse_changed(items, place)
    items[place.number] = FollowUpPart.model_validate(items[place.number].model_dump() | dict(change))
    _put(session, reach, of, items, now)


def mark_of(item: FollowUpPart | PublicationPart) -> str:
    """A short digest of an entry, by which one sees whether it is still the same."""
    return sha256(json.dumps(item.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()[:16]


def put_publications(
    session: Session, reach: Reach, about: Planned, items: Sequence[PublicationPart], now: datetime
) -> PublicationsOut:
    """Replace the record of a period's publication. Raises what `surveyed` does."""
    of = surveyed(session, reach, about)
    lock_agency(session, reach.agency_id)
    _publish(session, reach, of, items, now)
    return publications_of(session, reach, about)


def add_publication(session: Session, reach: Reach, about: Planned, item: PublicationPart, now: datetime) -> None:
    """Add one publication. Raises what `surveyed` does, and `plan-full`."""
    of = surveyed(session, reach, about)
    lock_agency(session, reach.agency_id)
    items = publications_of(session, reach, about).items
    _refuse_full(items)
    _publish(session, reach, of, [*items, item], now)


def change_publication(
    session: Session, reach: Reach, about: Planned, place: Place, item: PublicationPart | None, now: datetime
) -> None:
    """Put another in the place of a publication, or take it away. Raises what `surveyed` does, and `plan-changed`."""
    of = surveyed(session, reach, about)
    lock_agency(session, reach.agency_id)
    items = list(publications_of(session, reach, about).items)
    _refuse_changed(items, place)
    items[place.number : place.number + 1] = [] if item is None else [item]
    _publish(session, reach, of, items, now)


def follow_ups_of(session: Session, reach: Reach, about: Planned, now: datetime, *, drafts: bool) -> FollowUpsOut:
    """The plan that follows a period; `drafts`: what is proposed may come from a draft. Raises what `surveyed` does."""
    of = surveyed(session, reach, about)
    items = _items(session, of)
    found = progress([Action(each.status, each.due_on, each.done_on) for each in items], about.span.last, today(now))
    return FollowUpsOut(
        period=of.period,
        instrument=of.instrument,
        office=of.office or None,
        items=tuple(items),
        signed=len(final_plan(session, of)),
        progress=ProgressOut(
            actions=found.actions,
            done=found.done,
            on_time=found.on_time,
            overdue=found.overdue,
            share=None if found.share is None else rounded(found.share),
            median_days=None if found.median_days is None else rounded(found.median_days, 1),
        ),
        proposed=proposed_elements(session, of, {each.element for each in items}, drafts=drafts),
    )


def publications_of(session: Session, reach: Reach, about: Planned) -> PublicationsOut:
    """Where a period's results were made public. Raises what `surveyed` does."""
    of = surveyed(session, reach, about)
    rows = skm_store.publications(session, of)
    parts = PublicationPart.model_fields
    items = tuple(PublicationPart.model_validate(row.model_dump(include=set(parts))) for row in rows)
    return PublicationsOut(period=of.period, instrument=of.instrument, office=of.office or None, items=items)


def surveyed(session: Session, reach: Reach, about: Planned) -> Surveyed:
    """What is meant; without an office the reach's root, without a questionnaire the agency's only one.

    Raises `office-unknown`, `out-of-scope`, `instrument-unknown`, `instrument-ambiguous`.
    """
    if about.office is not None:
        require_office(session, reach, about.office)
    unit = reach.root_key if about.office is None else about.office
    instrument = planned_instrument(session, reach.agency_id, about.span, about.instrument)
    return Surveyed(reach.agency_id, unit, about.span.code, instrument)


def _items(session: Session, of: Surveyed) -> list[FollowUpPart]:
    rows = skm_store.follow_ups(session, of)
    return [FollowUpPart.model_validate(row.model_dump(include=set(FollowUpPart.model_fields))) for row in rows]


def _put(session: Session, reach: Reach, of: Surveyed, items: Sequence[FollowUpPart], now: datetime) -> None:
    """Write a whole plan. The caller holds the agency's lock."""
    signed = final_plan(session, of)
    if len(items) < len(signed) or any(_is_other(was, item) for was, item in zip(signed, items, strict=False)):
        raise Problem("plan-signed", n=len(signed))
    if ahead := [each.done_on for each in items if each.done_on is not None and not has_come(each.done_on, now)]:
        raise Problem("done-ahead", day=ahead[0].isoformat())
    rows = [FollowUp(**of._asdict(), place=place, **item.model_dump()) for place, item in enumerate(items)]
    skm_store.replace_rows(session, FollowUp, of, rows)
    _audit(session, reach, "period.planned", of, now, len(rows))


def _publish(session: Session, reach: Reach, of: Surveyed, items: Sequence[PublicationPart], now: datetime) -> None:
    rows = [Publication(**of._asdict(), place=place, **item.model_dump()) for place, item in enumerate(items)]
    skm_store.replace_rows(session, Publication, of, rows)
    _audit(session, reach, "period.published", of, now, len(rows))


def _refuse_full(items: Sequence[object]) -> None:
    if len(items) >= MOST_ITEMS:
        raise Problem("plan-full", n=MOST_ITEMS)


def _refuse_changed(items: Sequence[FollowUpPart | PublicationPart], place: Place) -> None:
    if not 0 <= place.number < len(items) or mark_of(items[place.number]) != place.seen:
        raise Problem("plan-changed")


def _is_other(was: Mapping[str, str], item: FollowUpPart) -> bool:
    now = item.model_dump(mode="json")
    return any(was[name] != now[name] for name in PLANNED)


def _audit(session: Session, reach: Reach, action: AuditAction, of: Surveyed, now: datetime, n: int) -> None:
    record(
        session,
        agency_id=reach.agency_id,
        actor=reach.actor,
        action=action,
        subject=f"{of.office or of.agency_id} {of.period}",
        at=now,
        instrument=of.instrument,
        office=of.office or None,
        n=n,
    )
