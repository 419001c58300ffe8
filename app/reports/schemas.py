"""Reports and appraisal files on the wire, and in which formats they can be asked for."""

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pydantic import Field

from app.closing.schemas import IdentityOut, Revision
from app.directory.schemas import CodeText
from app.foundation.wire import WireModel
from app.indices.query import Code
from app.instruments.schemas import InstrumentId
from app.measures.schemas import PeriodCode
from app.reports.formats.appraisal_files import APPRAISAL_FORMATS
from app.reports.formats.pack_files import PACK_FORMATS
from app.reports.formats.registry import FORMATS

# The names come from the registries, so that a new format is one file and one line there. A type checker wants them
# written out, and is given the wider type.
if TYPE_CHECKING:
    ReportFormat: TypeAlias = str
    AppraisalFileFormat: TypeAlias = str
    PackFileFormat: TypeAlias = str
else:
    ReportFormat, AppraisalFileFormat = Literal[tuple(FORMATS)], Literal[tuple(APPRAISAL_FORMATS)]
    PackFileFormat = Literal[tuple(PACK_FORMATS)]


class LanguageQuery(WireModel):
    """In which language."""

    lang: Literal["id", "en"] | None = Field(None, description="Left out: what `Accept-Language` asks for.")


class FormatQuery(LanguageQuery):
    """In which format and language."""

    format: ReportFormat | None = Field(None, description="Left out: what `Accept` asks for.")


class AppraisalQuery(WireModel):
    """The employees of which closed period, in which format."""

    period: PeriodCode
    instrument: InstrumentId | None = Field(None, description="Left out: the only one it was closed by.")
    revision: Revision | None = Field(None, description="Left out: the newest.")
    appraiser: Code | None = Field(None, description="Only whom the directory names as appraised by this employee.")
    format: AppraisalFileFormat | None = Field(None, description="Left out: what `Accept` asks for.")


class PackQuery(LanguageQuery):
    """The people of which appraiser, of which closed period, in which format and language."""

    period: PeriodCode
    instrument: InstrumentId | None = Field(None, description="Left out: the only one it was closed by.")
    revision: Revision | None = Field(None, description="Left out: the newest that is final.")
    appraiser: Code | None = Field(
        None, description="Whose people, by the appraiser's employee code; a signed-in appraiser may leave it out."
    )
    format: PackFileFormat | None = Field(None, description="Left out: what `Accept` asks for.")


class EvidencePackQuery(LanguageQuery):
    """The surveys of which closed period."""

    period: PeriodCode
    instrument: InstrumentId | None = Field(None, description="Left out: the only one it was closed by.")


class AppraisalsOut(WireModel):
    """A row per employee with a report; `docs/appraisal-columns.md` says what the columns hold."""

    agency: str
    period: str
    items: tuple[dict[str, str | int | float | bool | None], ...]


class ReportOut(WireModel):
    """A report: the document, and once it is final the seal that `cermin verify` checks.

    `identity` is there for keys that see the NIP: the employee's, as the directory has it now. No seal covers it.
    `proof` (c2sp.org/tlog-proof) is there once a checkpoint of the log has the report (docs/log.md).
    """

    document: dict[str, Any]
    sections: dict[str, str] | None = None
    digest: str | None = None
    signature: dict[str, str] | None = None
    identity: IdentityOut | None = None
    proof: str | None = None


class SlipsIn(WireModel):
    """Of which office; null: of all. At most 500 slips are made at a time."""

    office: CodeText | None = None


class SlipsQuery(LanguageQuery):
    """By which questionnaire the period was closed, and in which language the sheets are."""

    instrument: InstrumentId | None = Field(None, description="Left out: the only one it was closed by.")
