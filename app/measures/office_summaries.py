"""What comparing takes of every office of an agency: read once for several periods, and kept in private files."""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from tempfile import TemporaryFile

from app.directory.listing_store import office_parents
from app.disclosure.reading import read_offices
from app.disclosure.rules.calendar import Span
from app.disclosure.rules.due import month_code
from app.disclosure.rules.released import Scope
from app.foundation.storage.database import Session
from app.indices.rules.figures import Scoring
from app.measures.rules.formulas.moments import Moments
from app.measures.rules.office_comparison import OfficeSummary, summary_of
from app.ratings.rules.selection import By


class OfficeSummaries:
    """The offices of one period that may be shown; a context, since its file goes with it.

    They are put in the order of their codes, and gone through as often as one likes.
    """

    def __init__(self) -> None:
        # It has no name, and nobody else can open it.
        self._file = TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - `__exit__` closes it

    def __enter__(self) -> "OfficeSummaries":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def put(self, code: str, summary: OfficeSummary) -> None:
        """Put the next office."""
        mix = [
            (service, answers.n, answers.first.as_integer_ratio(), answers.second.as_integer_ratio())
            for service, answers in summary.mix.items()
        ]
        self._file.write(json.dumps((code, mix, summary.items)) + "\n")

    def __iter__(self) -> Iterator[tuple[str, OfficeSummary]]:
        self._file.seek(0)
        for line in self._file:
            code, mix, items = json.loads(line)
            yield (
                code,
                OfficeSummary(
                    {service: Moments(n, Fraction(*first), Fraction(*second)) for service, n, first, second in mix},
                    items,
                ),
            )


@contextmanager
def office_summaries(
    session: Session, agency_id: str, scoring: Scoring, spans: Sequence[Span]
) -> Iterator[list[OfficeSummaries]]:
    """The offices of each of these periods, which should lie near each other: the sums of all are read once."""
    scopes = [(month_code(span.first), month_code(span.last)) for span in spans]
    first, last = min(span.first for span in spans), max(span.last for span in spans)
    with ExitStack() as files:
        found = [files.enter_context(OfficeSummaries()) for _ in spans]
        offices = office_parents(session, agency_id)
        for batch, sheets in read_offices(session, agency_id, scoring.instrument.id, first, last, offices):
            for (begins, ends), summaries in zip(scopes, found, strict=True):
                within = sheets.of_months(begins, ends).by(By.office, Scope(begins, ends, frozenset(batch)))
                for code, told in sorted(within.items()):
                    if (summary := summary_of(scoring, told)) is not None:
                        summaries.put(code, summary)
        yield found
