"""The schema of an instrument file: what each field may hold by itself."""

from decimal import Decimal
from fractions import Fraction
from re import fullmatch
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, model_validator

# One character an item, and the column that stores sheets has 40.
MAX_ITEMS = 40
LANGUAGES = ("id", "en")


def _printable(text: str) -> str:
    if text != text.strip() or not text.isprintable():
        raise ValueError("must be one line of printable text without blanks around it")
    return text


def _weight(text: object) -> Fraction:
    if not isinstance(text, str) or not fullmatch(r"0\.\d{1,6}|1|[1-9]\d{0,4}/[1-9]\d{0,4}", text):
        raise ValueError('must be a decimal or a fraction in quotation marks, such as "0.111" or "1/9"')
    if (weight := Fraction(text)) == 0:
        raise ValueError("must be greater than 0")
    return weight


def _bound(text: object) -> Decimal:
    if not isinstance(text, str) or not fullmatch(r"\d{1,3}\.\d{2}", text):
        raise ValueError('must be an index with two decimals in quotation marks, such as "88.31"')
    return Decimal(text)


def _digit(number: int) -> int:
    if not 0 <= number <= 9:
        raise ValueError("must be 0 to 9, because a sheet writes one digit an item")
    return number


Text = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_printable)]
Code = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$")]
Label = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.]{0,14}$")]
# Weights and bounds are texts: a float such as 0.1 is not a tenth, and an index on a bound would get the wrong grade.
Weight = Annotated[Fraction, BeforeValidator(_weight)]
Bound = Annotated[Decimal, BeforeValidator(_bound)]
Digit = Annotated[StrictInt, AfterValidator(_digit)]


class _FilePart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _InLanguages(_FilePart):
    """Words in both languages, or in one, which then stands for the other, too."""

    @model_validator(mode="before")
    @classmethod
    def _one_for_both(cls, given: Any) -> Any:
        if isinstance(given, dict) and len(given) == 1:
            [(language, words)] = given.items()
            return dict.fromkeys(LANGUAGES, words) if language in LANGUAGES else given
        return given


class TextsPart(_InLanguages):
    """A text."""

    id: Text
    en: Text


class AnswersPart(_InLanguages):
    """The words of the answers, from the lowest score up."""

    id: Annotated[tuple[Text, ...], Field(max_length=10)]
    en: Annotated[tuple[Text, ...], Field(max_length=10)]


class ElementPart(_FilePart):
    """An element (*unsur*) that several questions ask about."""

    code: Code
    title: TextsPart


class ItemPart(_FilePart):
    """One question, of the element named or of one of its own."""

    code: Code
    element: Code | None = None
    dimension: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    title: TextsPart
    question: TextsPart
    answers: AnswersPart


class IndexPart(_FilePart):
    """What the composite is called."""

    name: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,9}$")]
    title: TextsPart


class ScalePart(_FilePart):
    """The lowest and the highest score."""

    low: Digit
    high: Digit


class SharePart(_FilePart):
    """What makes the figure a share of answers instead of a mean: from which score on an answer is positive.

    `pooled` counts every answer once, whichever question it is to; else the questions' shares are weighed.
    """

    positive_from: Digit
    pooled: bool = False


class BandPart(_FilePart):
    """One grade."""

    grade: Annotated[str, Field(pattern=r"^[A-Z][+-]?$")]
    lower: Bound
    words: TextsPart


class Definition(_FilePart):
    """A whole instrument file."""

    # Name, hyphen and version fit the 40 characters of a code.
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=24)]
    version: Label
    title: TextsPart
    older_rule: Literal["KEP/25/2004", "PermenPANRB 16/2014"] | None = None
    source: TextsPart | None = None
    default_mode: Label
    default_bands: Label
    index: IndexPart
    scale: ScalePart
    share: SharePart | None = None
    collected: Literal["ticketed", "open"] | None = None
    not_applicable: TextsPart | None = None
    weight_modes: Annotated[dict[Label, tuple[Weight, ...]], Field(min_length=1, max_length=9)]
    band_tables: Annotated[
        dict[Label, Annotated[tuple[BandPart, ...], Field(min_length=2, max_length=9)]],
        Field(min_length=1, max_length=9),
    ]
    elements: Annotated[tuple[ElementPart, ...], Field(max_length=MAX_ITEMS)] = ()
    items: Annotated[tuple[ItemPart, ...], Field(min_length=1, max_length=MAX_ITEMS)]
