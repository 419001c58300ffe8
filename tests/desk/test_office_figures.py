"""An office's figures in words: every state that they may have, without a database."""

from dataclasses import replace
from typing import Any

import pytest

from app.desk.blocks import LinkedTable, Links, Numbers
from app.desk.office_figures import OfficeFigures, alarms_of, sections_of, sentence
from app.indices.schemas import IndexIntervalOut, IndexOut
from app.instruments.schemas import TextsOut
from app.measures.alarm_schemas import AlarmsOut, DropOut
from app.measures.rules.alarms import AlarmState
from app.measures.schemas import ChangeOut, CollectionOut, MeasuredDimensionOut, UnitMeasuresOut
from app.reports.sections.blocks import Headline, Table, Words
from app.reports.sections.language import language

TELL = {code: language(code) for code in ("id", "en")}


def change(lower: float, upper: float) -> ChangeOut:
    """A change with this interval."""
    return ChangeOut(difference=(lower + upper) / 2, lower=lower, upper=upper, p=0.5)


def dimension(code: str, index: str | None, changed: ChangeOut | None = None) -> MeasuredDimensionOut:
    """One question."""
    return MeasuredDimensionOut(
        code=code,
        title=TextsOut(id=f"{code} id", en=f"{code} en"),
        n=None if index is None else 1_234,
        mean=None if index is None else "3.5000",
        index=index,
        grade=None if index is None else "B",
        words=None,
        interval=None if index is None else ("80.00", "90.00"),
        top=None,
        change=changed,
        histogram=None,
    )


def unit(code: str = "dukcapil", **changed: Any) -> UnitMeasuresOut:
    """An office with figures."""
    values: dict[str, Any] = {
        "code": code,
        "name": code.title(),
        "suppressed": False,
        "n": 1_234,
        "waiting": None,
        "incomplete_percent": 0,
        "held": 0,
        "index": IndexOut(
            name="IKL",
            mean="3.3840",
            mean_interval=None,
            value="84.60",
            grade="B",
            words=TextsOut(id="Baik", en="Good"),
            interval=IndexIntervalOut(confidence=0.95, lower="83.10", upper="86.00", n=1_200),
        ),
        "change": change(-0.1, 0.2),
        "dimensions": (
            dimension("speed", "81.00", change(-0.3, -0.1)),
            dimension("transparency", "79.50"),
            dimension("friendliness", "93.00", change(0.1, 0.3)),
            dimension("other", None),
        ),
        "comparison": None,
        "collection": CollectionOut(
            served=4_000,
            coverage=0.31,
            bounds=None,
            sample=351,
            sample_reached=True,
            channels=None,
            services=None,
        ),
        "alarms": None,
        "channel_mix": None,
    }
    return UnitMeasuresOut(**values | changed)


def figures(own: UnitMeasuresOut | None = None, **changed: Any) -> OfficeFigures:
    """What is told of October."""
    given = OfficeFigures("2026-10", "2026-09", "ikl-1", ("ikl-1",), "dukcapil", own or unit(), None, ())
    return replace(given, **changed)


@pytest.mark.parametrize(
    ("given", "indonesian", "english"),
    [
        (figures(), "Oktober 2026: 84,60 (B), tidak jelas berubah.", "October 2026: 84.60 (B), not clearly changed."),
        (
            figures(unit(change=change(0.1, 0.2))),
            "Oktober 2026: 84,60 (B), lebih baik daripada periode sebelumnya.",
            "October 2026: 84.60 (B), better than in the period before.",
        ),
        (
            figures(unit(change=change(-0.2, -0.1))),
            "Oktober 2026: 84,60 (B), lebih rendah daripada periode sebelumnya.",
            "October 2026: 84.60 (B), lower than in the period before.",
        ),
        (figures(unit(change=None)), "Oktober 2026: 84,60 (B).", "October 2026: 84.60 (B)."),
        (
            figures(unit(index=None)),
            "Oktober 2026: terlalu sedikit penilaian untuk disampaikan tersendiri.",
            "October 2026: too few ratings to be told by themselves.",
        ),
    ],
)
def test_the_answer_is_one_sentence(given: OfficeFigures, indonesian: str, english: str) -> None:
    assert (sentence(given, TELL["id"]), sentence(given, TELL["en"])) == (indonesian, english)


def blocks(given: OfficeFigures, kind: type[Any]) -> list[Any]:
    """The blocks of one kind."""
    return [block for section in sections_of(given, TELL["en"]) for block in section.blocks if isinstance(block, kind)]


def test_each_dimension_has_its_interval_and_its_change_in_words() -> None:
    [table] = blocks(figures(), Table)
    told = [[TELL["en"].cell(cell) for cell in row] for row in table.rows]
    assert told[0] == [
        "speed en",
        "1,234",
        "81.00",
        "80.00 – 90.00",
        "B",
        "−0.2000",
        "−0.3000 – −0.1000",
        "lower than in the period before",
    ]
    assert told[1][-3:] == ["–", "–", "nothing to compare with"]
    assert told[2][-3:] == ["+0.2000", "+0.1000 – +0.3000", "better than in the period before"]
    [headline] = blocks(figures(), Headline)
    assert dict(headline.beside)["Change"] == "not clearly changed"


def test_the_two_lowest_are_named_with_the_lowest_first() -> None:
    lowest, _ = blocks(figures(), Numbers)
    assert [item.name for item in lowest.items] == ["transparency en", "speed en"]
    assert lowest.items[0].strip == "1,234 answers, grade B"
    # Of two there is nothing to choose.
    two = unit(dimensions=(dimension("a", "80.00"), dimension("b", "70.00")))
    assert len(blocks(figures(two), Numbers)) == 1


def test_coverage_says_of_how_many_and_whether_they_are_enough() -> None:
    def strips(**changed: Any) -> list[str]:
        collection = unit().collection
        assert collection is not None
        own = unit(collection=collection.model_copy(update=changed))
        return [item.strip for item in blocks(figures(own), Numbers)[-1].items]

    assert strips() == ["of 4,000 who were served", "the sample of 351 is reached"]
    assert strips(sample_reached=False)[1] == "the sample of 351 is not reached"
    assert strips(served=None, coverage=None, sample=None) == [
        "How many were served is not reported; nothing is assumed.",
        "What sample is needed depends on how many were served.",
    ]
    [words] = [each for each in blocks(figures(unit(waiting="<10")), Words) if "wait" in each.text]
    assert words.text == "Ratings that wait, or are told in larger sums only: <10"


def test_offices_stand_by_name_and_those_without_figures_among_them() -> None:
    below = (unit("upt-b", index=None, n=None, change=None), unit("upt-a"))
    table = blocks(figures(below=below), Table)[-1]
    told = [[TELL["en"].cell(cell) for cell in row] for row in table.rows]
    assert [row[0] for row in told] == ["Upt-A", "Upt-B"]
    assert told[1][1:] == ["–", "–", "–", "–", "nothing to compare with"]
    assert not isinstance(table, LinkedTable)


def test_drops_come_first_at_most_seven_by_name() -> None:
    def fallen(code: str, state: AlarmState) -> UnitMeasuresOut:
        drop = DropOut(state=state, week="2026-W40" if state is AlarmState.alarm else None)
        meaning = "a reason to look, not a verdict"
        return unit(code, alarms=AlarmsOut(meaning=meaning, index=drop, dimensions={}, low_answers=None))

    below = tuple(fallen(f"upt-{n}", AlarmState.alarm) for n in range(9, 0, -1))
    told = alarms_of(figures(fallen("dukcapil", AlarmState.none), below=below), TELL["en"])
    assert [words.title for words in told] == [f"Upt-{n}" for n in range(1, 8)]
    assert all("not a verdict" in words.text for words in told)
    assert alarms_of(figures(), TELL["en"]) == ()


def test_the_period_before_and_other_questionnaires_are_a_link_away() -> None:
    [links] = blocks(figures(instruments=("ikl-1", "skm-2017")), Links)
    assert links.items == (
        ("September 2026", "/desk/office?instrument=ikl-1&period=2026-09"),
        ("skm-2017", "/desk/office?instrument=skm-2017"),
    )
