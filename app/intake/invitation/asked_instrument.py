"""Which questionnaire a citizen's page asks: the one in its address, if it may be answered that way."""

from app.foundation.problems import FieldError, Problem
from app.foundation.storage.database import Session
from app.instruments.loading import shipped
from app.instruments.model import Collected, Instrument
from app.instruments.registry import instruments_of


def asked_instrument(session: Session, agency_id: str, name: str, way: Collected) -> Instrument:
    """The agency's questionnaire of this id.

    Raises `instrument-unknown`, and `invalid-request` where it takes no answers this way.
    """
    # The agency's own are read only for other ids: almost every citizen is asked a shipped one.
    found = shipped().get(name) or instruments_of(session, agency_id).get(name)
    if found is None:
        raise Problem("instrument-unknown")
    if not found.takes(way):
        raise Problem("invalid-request", errors=[FieldError("instrument", f"instrument-{found.collected}-only")])
    return found
