"""The columns of the people's sheet in an appraiser's pack, each with what it holds in words. Pure."""

from typing import NamedTuple

from app.reports.rules.pack import Pack
from app.reports.sections.language import Language
from app.reports.sections.targets import MEANING


class PackColumn(NamedTuple):
    """A column: its heading and what it holds, in the reader's language; `wide` where it holds sentences."""

    title: str
    meaning: str
    wide: bool = False


def identity_columns(tell: Language) -> tuple[PackColumn, ...]:
    """Who it is about, what there is, and what it may be used for."""
    return (
        PackColumn(tell("Name"), tell("The person, as the signed report has the name; else as the directory has it.")),
        PackColumn(tell("NIP"), tell("Whole for readers who may see it, else all but the last three digits hidden.")),
        PackColumn(tell("Employee code"), tell("The code in the directory; it never changes.")),
        PackColumn(tell("Position"), tell("Position (jabatan) at the end of the period.")),
        PackColumn(tell("Grade (pangkat/golongan)"), tell("Grade (pangkat/golongan) at the end of the period.")),
        PackColumn(tell("Unit"), tell("The office at which the person was posted at the end of the period.")),
        PackColumn(tell("Revision"), tell("Which revision of the report this is; a higher one replaces the lower.")),
        PackColumn(tell("Final since"), tell("The day on which the report was signed; it never changes after that.")),
        PackColumn(
            tell("What there is"),
            tell("Whether the row has figures, or the reason why not. No figures say nothing about the person."),
            wide=True,
        ),
        PackColumn(
            tell("May be used for"),
            tell("What an appraiser may do with the figures. They alone decide nothing, and are no predikat."),
            wide=True,
        ),
    )


def result_columns(pack: Pack, tell: Language) -> tuple[PackColumn, ...]:
    """The figures of all questions together."""
    return (
        PackColumn(tell("Ratings (n)"), tell("How many ratings are counted.")),
        *_index_columns(pack.index_name, tell("The index of all questions together; 100 is the best."), tell),
        PackColumn(
            tell("Not told as complete"),
            tell(
                "Share of the ratings that leave a question unanswered (skipped, or not applicable) or are told "
                "with some that do. Above 20 % the interval "
                "may be too narrow."
            ),
        ),
        PackColumn(tell("Coverage (rated of served)"), tell("Of those who were served, how many rated, where known.")),
    )


def _index_columns(name: str, meaning: str, tell: Language) -> tuple[PackColumn, ...]:
    return (
        PackColumn(tell("{name}: index", name=name), meaning),
        PackColumn(tell("{name}: lower end", name=name), tell("Lower end of the 95 % interval of that index.")),
        PackColumn(tell("{name}: upper end", name=name), tell("Upper end of the 95 % interval of that index.")),
        PackColumn(tell("{name}: grade (mutu)", name=name), tell("Grade of that index, A to D, with its words.")),
    )


def figure_columns(title: str, tell: Language) -> tuple[PackColumn, ...]:
    """The figures of one question."""
    return (
        PackColumn(tell("{name}: answers (n)", name=title), tell("How many answered this question.")),
        *_index_columns(title, tell("The mean of the answers to this question as an index; 100 is the best."), tell),
        PackColumn(
            tell("{name}: against the period before", name=title),
            tell("Whether the mean differs from that of the period before by more than chance explains."),
        ),
    )


def evidence_columns(tell: Language) -> tuple[PackColumn, ...]:
    """Reply, note, and how the report is checked."""
    return (
        PackColumn(tell("Reply"), tell("Whether the person replied to the draft; the words stand on their own sheet.")),
        PackColumn(tell("Note"), tell("Whether there is a note to the draft; the words stand on their own sheet.")),
        PackColumn(tell("Report id"), tell("The number of the signed report.")),
        PackColumn(
            tell("Verification address"),
            tell("Where anybody can check that the report is as it was signed."),
            wide=True,
        ),
        PackColumn(tell("Digest of the report (SHA-256)"), tell("The fingerprint of the signed report."), wide=True),
    )


def target_columns(tell: Language) -> tuple[PackColumn, ...]:
    """Each target and what it came to, beside that of the office."""
    return (
        PackColumn(tell("Name"), tell("Whose report it is.")),
        PackColumn(tell("Employee code"), tell("The code in the directory; it never changes.")),
        PackColumn(tell("Figure"), tell("The index of all questions together, or one question.")),
        PackColumn(tell("Target"), tell("What the figure shall be, 100 at most; empty where only the office has one.")),
        PackColumn(tell("Answers (n)"), tell("How many answers the word rests on.")),
        PackColumn(tell("Index"), tell("What the figure is.")),
        PackColumn(tell("Lower end (97.5 %)"), tell("Lower end of the interval by which the word was chosen.")),
        PackColumn(tell("Upper end (97.5 %)"), tell("Upper end of the interval by which the word was chosen.")),
        PackColumn(tell("Attainment"), tell(MEANING), wide=True),
        PackColumn(tell("Target of the office"), tell("That of the office where the person was posted.")),
        PackColumn(tell("Attainment of the office"), tell("The word for the office, found in the same way.")),
    )
