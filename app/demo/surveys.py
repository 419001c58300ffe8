"""A survey of integrity zones on paper, of which the demo's agency knows counts alone: another questionnaire."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from random import Random

from app.demo.town import AGENCY_CODE
from app.directory.catalogue_cache import read_catalogue
from app.disclosure.rules.calendar import Span
from app.foundation.storage.database import Database
from app.instruments.model import Instrument
from app.instruments.registry import instruments_of
from app.ratings.csv_import.counts import NAMED, propose_counts, store_counts
from app.ratings.csv_import.csv_file import AnswersFile, CsvLine
from app.ratings.keys import KeyMaker

# The office that wants to be a zone free of corruption (WBK), and what people were asked about there.
OFFICE, SERVICE, SURVEY = "disdukcapil", "ktp-el", "ipkp-2021"
RESPONDENTS = 120
# How likely each answer is, the lowest first; not every question is answered as well as the others.
LIKELY = (1, 1, 3, 12, 48, 35)
WEAKER = (2, 3, 8, 30, 40, 17)


def count_answers(db: Database, keys: KeyMaker, month: Span, now: datetime, *, actor: str) -> None:
    """Import the counts of one month as `cermin counts import` does; again adds nothing."""
    catalogue = read_catalogue(db, AGENCY_CODE, now)
    assert catalogue is not None, "the demo's agency is there"
    with db.reading() as session:
        instrument = instruments_of(session, AGENCY_CODE)[SURVEY]
    lines = [CsvLine(row, cells) for row, cells in enumerate(_rows(instrument, month), start=2)]
    digest = sha256(repr(lines).encode()).hexdigest()
    proposal = propose_counts(AnswersFile(lines, (), digest), instrument, catalogue, keys, now)
    assert not proposal.faults, proposal.faults
    store_counts(db, proposal, actor=actor, now=now)


def _rows(instrument: Instrument, month: Span) -> Iterator[dict[str, str]]:
    answers = range(instrument.low, instrument.high + 1)
    for place, question in enumerate(instrument.codes):
        draw = Random(f"{question} {month.code}")  # noqa: S311 - a demo must repeat itself
        given = draw.choices(answers, WEAKER if place == 2 else LIKELY, k=RESPONDENTS)
        where: Mapping[str, str] = dict(zip(NAMED, (OFFICE, SERVICE, month.code, question), strict=True))
        yield {**where, **{str(answer): str(given.count(answer)) for answer in answers}}
