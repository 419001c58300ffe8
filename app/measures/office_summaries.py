"""What comparing takes of every office of an agency: read once for several periods, and kept in private files."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from fractions import Fraction

from app.directory.listing_store import office_parents
from app.disclosure.reading import read_offices
from app.disclosure.rules.calendar import Span
from app.disclosure.rules.due import month_code
from app.disclosure.rules.released import Scope
from app.foundation.storage.database import Session
from app.foundation.waiting_lines import WaitingLines
from app.indices.rules.figures import Scoring
from app.measures.rules.formulas.moments import Moments
from app.measures.rules.office_comparison import OfficeSummary, summary_of
from app.ratings.rules.selection import By


class OfficeSummaries:
    """The offices of one period that may be shown, in the order of their codes; gone through as often as one likes."""

    def __init__(self, lines: WaitingLines) -> None:
        self._lines = lines

    def put(self, code: str, summary: OfficeSummary) -> None:
        """Put the next office."""
        mix = [
            (service, answers.n, answers.first.as_integer_ratio(), answers.second.as_integer_ratio())
            for service, answers in summary.mix.items()
        ]
        self._lines.put((code, mix, summary.items))

    def __iter__(self) -> Iterator[tuple[str, OfficeSummary]]:
        for code, mix, items in self._lines:
            of_services = {
                service: Moments(n, Fraction(*first), Fraction(*second)) for service, n, first, second in mix
            }
            yield code, OfficeSummary(of_services, items)


@contextmanager
def office_summaries(
    session: Session, agency_id: str, scoring: Scoring, spans: Sequence[Span]
) -> Iterator[list[OfficeSummaries]]:
    """The offices of each of these periods, which should lie near each other: the sums of all are read once."""
    scopes = [(month_code(span.first), month_code(span.last)) for span in spans]
    first, last = min(span.first for span in spans), max(span.last for span in spans)
    with ExitStack() as files:
        found = [OfficeSummaries(files.enter_context(WaitingLines())) for _ in spans]
        offices = office_parents(session, agency_id)
        for batch, sheets in read_offices(session, agency_id, scoring.instrument.id, first, last, offices):
            for (begins, ends), summaries in zip(scopes, found, strict=True):
                within = sheets.of_months(begins, ends).by(By.office, Scope(begins, ends, frozenset(batch)))
                for code, told in sorted(within.items()):
                    if (summary := summary_of(scoring, told)) is not None:
                        summaries.put(code, summary)
        yield found
