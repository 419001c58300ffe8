"""Reads what surveys say beside their figures, and what is entered about them, for the makers of documents."""

import json
from collections.abc import Mapping
from itertools import islice
from typing import Any

from app.closing.inputs import Premises
from app.closing.store import releases_beside
from app.closing.survey import store as skm_store
from app.closing.survey.documents import WHOLE_UNIT, Former, Sources
from app.disclosure.rules.stored_releases import releases_in
from app.foundation.storage.database import Session
from app.indices.rules.calendar import Span
from app.instruments.model import Instrument

# How many periods of the same length the trend looks back.
FORMER_PERIODS = 7


def read_sources(session: Session, premises: Premises, root: str) -> Sources:
    """Everything within the period's months, and what was told before. Reports about a whole are those of this root."""
    agency_id, span = premises.agency_id, premises.span
    profiles: dict[str, dict[str, dict[str, int]]] = {}
    for office, attribute, value, n in skm_store.profile_counts(session, agency_id, span.first, span.last):
        profiles.setdefault(office, {}).setdefault(attribute, {})[value] = int(n)
    return Sources(
        profiles=profiles,
        raters=skm_store.raters(session, agency_id, span.first, span.last),
        comments=skm_store.comments(session, agency_id, span.first, span.last),
        former=_former(session, agency_id, root, span),
        quoted=releases_in(
            [each["comments"] for each in releases_beside(session, agency_id, span) if "comments" in each]
        ),
        trend=_trend(session, agency_id, root, span, premises.scoring.instrument),
    )


def _former(session: Session, agency_id: str, root: str, span: Span) -> dict[str, list[Former]]:
    found: dict[str, list[Former]] = {}
    for told in skm_store.surveys_overlapping(session, agency_id, span):
        if told.unit == WHOLE_UNIT and told.root != root:
            continue
        survey = json.loads(told.document)["survey"]
        former = Former(survey["profile"] or {}, survey["suggestions"], told.period == span.code)
        found.setdefault(told.unit, []).append(former)
    return found


def _trend(
    session: Session, agency_id: str, root: str, span: Span, instrument: Instrument
) -> dict[str, list[Mapping[str, Any]]]:
    """The index of former periods of the same length, of the newest final revision, by the same rules."""
    earlier = list(islice(_before(span), FORMER_PERIODS))[::-1]
    newest: dict[tuple[str, str], dict[str, Any]] = {}
    for told in skm_store.final_reports(session, agency_id, [each.code for each in earlier]):
        document = json.loads(told.document)
        whole = document["kind"] == "agency"
        if not whole or told.root == root:
            newest[WHOLE_UNIT if whole else told.unit, told.period] = document
    found: dict[str, list[Mapping[str, Any]]] = {}
    for (unit, period), document in sorted(newest.items(), key=lambda each: each[1]["period"]["from"]):
        index = document["figures"]["index"]
        if index and document["method"]["digest"] == instrument.digest:
            line = {"period": period, "n": document["n"], "index": index["value"], "grade": index["grade"]}
            found.setdefault(unit, []).append(line)
    return found


def _before(span: Span) -> Any:
    while True:
        span = span.before()
        yield span
