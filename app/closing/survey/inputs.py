"""Reads what a survey's report has beside its figures: profiles, comments, former reports, what people entered."""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain, islice

from app.closing.inputs import READ_TOGETHER, ClosingInputs
from app.closing.rules.documents import WHOLE_UNIT
from app.closing.rules.report_documents.reports import AgencyReport, AnyReport, parse_report
from app.closing.rules.report_documents.survey import FormerIndex, SurveyRecords
from app.closing.survey import store as skm_store
from app.closing.survey.documents import Sources
from app.closing.survey.records import records_about
from app.closing.survey.store import Surveyed
from app.disclosure import beside_store
from app.disclosure.beside_store import Respondents
from app.disclosure.rules.calendar import Span
from app.disclosure.rules.due import month_code
from app.disclosure.rules.profiles import Months, ProfileCount
from app.foundation.storage.database import Session
from app.instruments.model import Instrument

# How many periods of the same length the trend looks back.
FORMER_PERIODS = 7


class Surveys:
    """Reads what surveys have beside the figures: of offices some at a time, and of the whole in the end.

    Reports about a whole are those of this root.
    """

    def __init__(self, session: Session, inputs: ClosingInputs, root: str) -> None:
        self._session = session
        self._inputs = inputs
        self._root = root
        agency_id, span, instrument = inputs.agency_id, inputs.span, inputs.scoring.instrument
        self._months = Months(month_code(span.first), month_code(span.last))
        self._comments = beside_store.told_comments(session, agency_id, instrument.id, self._months)
        self._trend = _trend(session, agency_id, root, span, instrument)

    def of_offices(self, offices: Collection[str]) -> Sources:
        """What there is of these offices."""
        surveyed = [Respondents(self._inputs.scoring.instrument.id, office) for office in sorted(offices)]
        told = beside_store.told_profiles(self._session, self._inputs.agency_id, surveyed, self._months)
        profiles = {of.office: counts for of, counts in told.items()}
        return self._sources(profiles, {office: self._records(office) for office in offices})

    def of_the_whole(self) -> Sources:
        """What there is of all that is closed together."""
        return self._sources({WHOLE_UNIT: self._added_up()}, {WHOLE_UNIT: self._records(self._root)})

    def _added_up(self) -> list[ProfileCount]:
        """The respondents of all offices: of each value how many, whatever office and months they are of."""
        found: Counter[tuple[str, str, bool]] = Counter()
        offices = sorted(self._inputs.offices)
        for start in range(0, len(offices), READ_TOGETHER):
            some = offices[start : start + READ_TOGETHER]
            surveyed = [Respondents(self._inputs.scoring.instrument.id, office) for office in some]
            told = beside_store.told_profiles(self._session, self._inputs.agency_id, surveyed, self._months)
            for each in chain.from_iterable(told.values()):
                found[each.attribute, each.value, each.merged] += each.n
        return [
            ProfileCount(self._months, attribute, value, n, merged) for (attribute, value, merged), n in found.items()
        ]

    def _records(self, place: str) -> SurveyRecords:
        span, instrument = self._inputs.span, self._inputs.scoring.instrument.id
        return records_about(self._session, Surveyed(self._inputs.agency_id, place, span.code, instrument), span)

    def _sources(self, profiles: Mapping[str, Sequence[ProfileCount]], records: Mapping[str, SurveyRecords]) -> Sources:
        return Sources(profiles, self._comments, self._trend, records)


def _trend(
    session: Session, agency_id: str, root: str, span: Span, instrument: Instrument
) -> dict[str, list[FormerIndex]]:
    """The index of former periods of the same length, of the newest final revision, by the same rules."""
    earlier = list(islice(_before(span), FORMER_PERIODS))[::-1]
    newest: dict[tuple[str, str], AnyReport] = {}
    for stored in skm_store.final_reports(session, agency_id, instrument.id, [each.code for each in earlier]):
        report = _parsed(stored)
        whole = isinstance(report, AgencyReport)
        if not whole or stored.root == root:
            newest[WHOLE_UNIT if whole else stored.unit, stored.period] = report
    found: dict[str, list[FormerIndex]] = {}
    for (unit, period), report in sorted(newest.items(), key=lambda each: each[1].period.first):
        index = report.figures.index
        # Figures of another version of the questionnaire are no former ones of these.
        if index and report.method.digest == instrument.digest:
            line = FormerIndex(period=period, n=report.n, index=index.value, grade=index.grade)
            found.setdefault(unit, []).append(line)
    return found


def _parsed(stored: skm_store.StoredReport) -> AnyReport:
    return parse_report(json.loads(stored.document))


def _before(span: Span) -> Iterator[Span]:
    while True:
        span = span.before()
        yield span
