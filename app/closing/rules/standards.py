"""What a report keeps of service standards. Pure."""

from app.closing.rules.report_documents.standards import Standards, StandardShares
from app.instruments.model import Instrument
from app.measures.standard_schemas import StandardsOut

SPEED = "speed"


def standards_part(told: StandardsOut, instrument: Instrument) -> Standards:
    """What is told, and which questions of the questionnaire ask about speed."""
    speed = tuple(item.code for item in instrument.items if item.dimension == SPEED)
    return Standards.model_validate({**told.model_dump(mode="json"), "speed": speed})


def in_a_line(part: Standards) -> StandardShares:
    """The same of all services together, as an office's line in the agency's table has it."""
    time = part.time.plain() if part.time else None
    return StandardShares.model_validate(
        {
            "time": time and {name: value for name, value in time.items() if name != "buckets"},
            "steps": part.steps.plain() if part.steps else None,
        }
    )
