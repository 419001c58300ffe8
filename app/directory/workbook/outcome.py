"""What came of checking or importing a workbook, as JSON: another process sends it, and it is kept for a page."""

from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from app.directory.faults import Fault, Sentence
from app.directory.workbook.preview import Preview

Value: TypeAlias = "int | str | StoredSentence"


class StoredSentence(BaseModel):
    """A sentence and its values, so that it can still be translated into any language."""

    model_config = ConfigDict(frozen=True)
    text: str
    values: dict[str, Value] = Field(default_factory=dict)

    @classmethod
    def of(cls, sentence: str) -> "StoredSentence":
        """The sentence as it is kept."""
        if not isinstance(sentence, Sentence):
            return cls(text=sentence)
        values = {name: _kept(value) for name, value in sentence.values.items()}
        return cls(text=sentence.text, values=values)

    @property
    def sentence(self) -> str:
        """The sentence again."""
        # Without values it is its own text, whatever braces stand in it.
        return (
            Sentence(self.text, **{name: _again(value) for name, value in self.values.items()})
            if self.values
            else self.text
        )


def _kept(value: object) -> "int | str | StoredSentence":
    if isinstance(value, Sentence):
        return StoredSentence.of(value)
    return value if isinstance(value, int) else str(value)


def _again(value: "int | str | StoredSentence") -> object:
    return (
        Sentence(value.text, **{name: _again(each) for name, each in value.values.items()})
        if isinstance(value, StoredSentence)
        else value
    )


class StoredFault(BaseModel):
    """A fault, as it is kept."""

    model_config = ConfigDict(frozen=True)
    sheet: str
    row: int | None
    column: str | None
    problem: StoredSentence


class Faulty(BaseModel):
    """The workbook has faults, all of which are here; nothing was written."""

    model_config = ConfigDict(frozen=True)
    kind: Literal["faulty"] = "faulty"
    kept: tuple[StoredFault, ...]

    @classmethod
    def of(cls, faults: tuple[Fault, ...]) -> "Faulty":
        """These faults."""
        return cls(
            kept=tuple(
                StoredFault(sheet=f.sheet, row=f.row, column=f.column, problem=StoredSentence.of(f.problem))
                for f in faults
            )
        )

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Every fault, in reading order."""
        return tuple(Fault(each.sheet, each.row, each.column, each.problem.sentence) for each in self.kept)


class Checked(BaseModel):
    """What the workbook would change of the directory in this version, or (`imported`) has changed."""

    model_config = ConfigDict(frozen=True)
    kind: Literal["checked", "imported"]
    version: UUID
    preview: Preview


Outcome: TypeAlias = Annotated[Faulty | Checked, Field(discriminator="kind")]
OUTCOME: TypeAdapter[Faulty | Checked] = TypeAdapter(Outcome)
