"""What the report of an agency (or of the subtree a period was closed for) has beside its own figures."""

from app.closing.rules.report_documents.figures import Comparison, Index
from app.closing.rules.report_documents.parts import Part, Real, TicketCounts, UnitKind
from app.closing.rules.report_documents.standards import StandardShares
from app.closing.rules.report_documents.targets import Attainment
from app.disclosure.rules.released import Withheld


class OfficeLine(Part):
    """One office in the agency's table: the same figures as in the office's own report, null where it has none."""

    code: str
    name: str
    n: int | None
    held: int | None
    index: Index | None
    comparison: Comparison | None
    served: int | None = None
    coverage: Real | None = None
    channels: dict[str, int] | None = None
    tickets: TicketCounts | None = None
    held_reasons: dict[str, int] | None = None
    withheld: Withheld | None = None
    incomplete_percent: int | None = None
    targets: tuple[Attainment, ...] = ()
    standards: StandardShares | None = None


class Integrity(Part):
    """How the ratings of all offices with figures came about; see `app.closing.rules.integrity.integrity`."""

    offices: int
    offices_told: int
    rated: int | None
    served: int | None
    coverage: Real | None
    tickets: TicketCounts | None = None
    bursts: int | None = None
    held_reasons: dict[str, int] | None = None
    findings: dict[str, int | None] | None = None


class UnitChange(Part):
    """A unit whose figures a revision changed, with its number of ratings before and now."""

    kind: UnitKind
    unit: str
    n_before: int
    n: int
