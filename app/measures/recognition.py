"""Who is recognised, and training needs of offices, in a period: of what is told of it, in the order of names."""

from app.indices.presenting import dimension_out
from app.measures.presenting import head_of
from app.measures.reading import MeasuresTable
from app.measures.rules.recognition import is_recognised
from app.measures.rules.unit_measures import UnitMeasures
from app.measures.schemas import RecognisedPersonOut, RecognitionOut, TrainingNeedOut, TrainingOut


def recognition_out(table: MeasuresTable) -> RecognitionOut:
    """The persons of a table whose service is recognised, by name: names alone, nobody comes first."""
    high = table.scoring.instrument.high
    found = [code for code, unit in table.units.items() if unit is not None and is_recognised(unit.comparison, high)]
    people = (RecognisedPersonOut(code=code, name=table.names.get(code, code)) for code in found)
    return RecognitionOut.model_validate(
        {**head_of(table), "rows": tuple(sorted(people, key=lambda each: (each.name.casefold(), each.code)))}
    )


def training_out(table: MeasuresTable) -> TrainingOut:
    """The training needs of the offices of a table: by the name of the office, questions in their order."""
    named = {code: table.names.get(code, code) for code in table.units}
    ordered = sorted(table.units.items(), key=lambda each: (named[each[0]].casefold(), each[0]))
    return TrainingOut.model_validate(
        {
            **head_of(table),
            "rows": tuple(
                need for code, unit in ordered if unit is not None for need in _needs_of(table, code, named[code], unit)
            ),
            "next": table.next,
        }
    )


def _needs_of(table: MeasuresTable, code: str, name: str, unit: UnitMeasures) -> list[TrainingNeedOut]:
    found = []
    for need in unit.needs:
        item = table.scoring.instrument.items[need.place]
        told = dimension_out(item, unit.figures.official.items[need.place], unit.figures.items[need.place])
        found.append(
            TrainingNeedOut(
                office=code,
                name=name,
                figure=told.code,
                title=told.title,
                n=told.n,
                index=told.index,
                interval=told.interval,
                reasons=tuple(each.value for each in need.reasons),
            )
        )
    return found
