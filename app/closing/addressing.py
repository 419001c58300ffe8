"""Which closing an address means: the period by its code, and the questionnaire where several were closed by."""

from collections.abc import Iterable, Sequence

from app.access.principals import Reach
from app.closing import store
from app.closing.tables import Period
from app.disclosure.reading import told_instruments
from app.disclosure.rules.calendar import Span, span_of
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.indices.reading import instrument_of
from app.instruments.registry import instruments_of


def asked(code: str) -> Span:
    """The span of a code. Raises `period-unknown`."""
    span = span_of(code)
    if span is None:
        raise Problem("period-unknown")
    return span


def closings_meant(closings: Sequence[Period], instrument: str | None) -> list[Period]:
    """Those of a period's closings that are by this questionnaire; left out, by the only one there is.

    Raises `period-open` and `instrument-ambiguous`.
    """
    chosen = _only((each.instrument for each in closings), instrument)
    found = [each for each in closings if each.instrument == chosen]
    if not found:
        raise Problem("period-open")
    return found


def newest(session: Session, reach: Reach, span: Span, instrument: str | None) -> Period:
    """The newest revision of a period closed under the reach's root. Raises what `closings_meant` does."""
    closings = store.periods_of(session, reach.agency_id, span.code)
    return closings_meant([each for each in closings if each.root == reach.root_key], instrument)[-1]


def planned_instrument(session: Session, agency_id: str, span: Span, instrument: str | None) -> str:
    """The questionnaire that a period's plan is about, closed or not; left out, the only one closed, or told, by.

    Raises `instrument-unknown` and `instrument-ambiguous`.
    """
    if instrument is not None:
        return instrument_of(session, agency_id, instrument).id
    closed = [each.instrument for each in store.periods_of(session, agency_id, span.code)]
    choices = closed or told_instruments(session, agency_id) or instruments_of(session, agency_id)
    chosen = _only(choices, None)
    assert chosen, "every agency has the shipped ones"
    return chosen


def _only(instruments: Iterable[str], named: str | None) -> str | None:
    if named is not None:
        return named
    choices = sorted(set(instruments))
    if len(choices) > 1:
        raise Problem("instrument-ambiguous", choices=", ".join(choices))
    return choices[0] if choices else None
