"""A questionnaire from the rows of an XLSForm: the text of a file, or by row what cannot be taken. Pure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from re import fullmatch, sub

from app.instruments.faults import Fault, InstrumentFault

Row = Mapping[str, str]
# The first row of a sheet holds its headings.
FIRST_ROW = 2
# Columns that say nothing that a form would need: how a question looks, and helps to fill it in.
IGNORED = frozenset({"appearance", "hint", "guidance_hint"})
LANGUAGES = {"id": r"label(::.*\(id\)|::(bahasa )?indonesia)", "en": r"label(::.*\(en\)|::english)"}
BANDS = (
    ("A", "88.31", "Sangat Baik", "Very good"),
    ("B", "76.61", "Baik", "Good"),
    ("C", "65.00", "Kurang Baik", "Less than good"),
    ("D", "25.00", "Tidak Baik", "Poor"),
)
INDEX = ("IPL", "Indeks Penilaian Layanan", "Service Rating Index")


@dataclass(frozen=True)
class XlsForm:
    """The sheets of an XLSForm, a row each as heading → cell without the empty ones; empty rows are empty."""

    survey: Sequence[Row]
    choices: Sequence[Row]
    settings: Sequence[Row]


def instrument_text(form: XlsForm) -> str:
    """The text of the questionnaire's file. Raises InstrumentFault with every row that cannot be taken.

    Every question is an element by itself with the same weight; index and grades are those of the template.
    """
    found = (*_settings_faults(form), *_survey_faults(form), *_choice_faults(form))
    if found:
        raise InstrumentFault(*found)
    questions = [row for row in form.survey if row]
    scores, settings = _scores(form, _list_of(questions[0])), _settings(form)
    weight = _text(f"1/{len(questions)}" if len(questions) > 1 else "1")
    return "\n".join(
        (
            f"name = {_text(_name(settings['form_id']))}",
            f"version = {_text(settings['version'])}",
            'default_mode = "exact"',
            'default_bands = "2017"',
            f"title = {_texts({'id': settings.get('form_title', settings['form_id'])})}",
            f"index = {{ name = {_text(INDEX[0])}, title = {_texts({'id': INDEX[1], 'en': INDEX[2]})} }}",
            f"scale = {{ low = {min(scores)}, high = {max(scores)} }}",
            f"weight_modes.exact = [{', '.join([weight] * len(questions))}]",
            "[band_tables]",
            "2017 = [",
            *map(_band, BANDS),
            "]",
            *(line for row in questions for line in _item(form, row)),
            "",
        )
    )


def _band(band: tuple[str, str, str, str]) -> str:
    grade, lower, indonesian, english = band
    words = _texts({"id": indonesian, "en": english})
    return f"    {{ grade = {_text(grade)}, lower = {_text(lower)}, words = {words} }},"


def _item(form: XlsForm, row: Row) -> Iterator[str]:
    labels = _labels(row)
    title = row["name"].replace("_", " ").strip().capitalize()
    yield from ("", "[[items]]", f"code = {_text(row['name'])}", f"dimension = {_text(row['name'].lower())}")
    yield f"title = {_texts({'id': title})}"
    yield f"question = {_texts(labels)}"
    answers = sorted(_choices(form, _list_of(row)), key=lambda each: int(each["name"]))
    words = (f"{language} = [{', '.join(_text(_labels(each)[language]) for each in answers)}]" for language in labels)
    yield f"answers = {{ {', '.join(words)} }}"


def _settings_faults(form: XlsForm) -> Iterator[Fault]:
    settings = _settings(form)
    for heading in ("form_id", "version"):
        if heading not in settings:
            yield _fault("settings", 0, "{heading} is missing", heading=heading)
    if "form_id" in settings and not fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", _name(settings["form_id"])):
        yield _fault("settings", 0, "form_id must begin with a letter and have letters, digits, - and _ only")


def _survey_faults(form: XlsForm) -> Iterator[Fault]:
    questions = [(place, row) for place, row in enumerate(form.survey) if row]
    if not questions:
        yield _fault("survey", 0, "there is no question")
    first: tuple[int, int] | None = None
    for place, row in questions:
        kind = row.get("type", "")
        if not fullmatch(r"select_one \S+", kind):
            yield _fault("survey", place, "{kind} is no select_one question; take the row out", kind=kind or "-")
            continue
        yield from _question_faults(form, place, row)
        scores = _scores(form, _list_of(row))
        if not scores:
            continue
        scale = min(scores), max(scores)
        first = first or scale
        if scale != first:
            yield _fault("survey", place, "all questions of a questionnaire have one scale; this one has another")


def _question_faults(form: XlsForm, place: int, row: Row) -> Iterator[Fault]:
    if not fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,39}", row.get("name", "")):
        yield _fault("survey", place, "name must begin with a letter and have letters, digits and _ only, 40 at most")
    for heading in row:
        if heading in ("type", "name") or heading in IGNORED or heading.startswith("label"):
            continue
        yield _fault("survey", place, "the column {heading} is not taken; empty the cell", heading=heading)
    yield from _label_faults("survey", place, row)
    answers, languages = _choices(form, _list_of(row)), _labels(row).keys()
    if not answers:
        yield _fault("survey", place, "the sheet choices has no list {name}", name=_list_of(row))
    elif languages and any(_labels(each).keys() != languages for each in answers):
        yield _fault("survey", place, "the question and all its answers need the same languages")


def _choice_faults(form: XlsForm) -> Iterator[Fault]:
    asked = {_list_of(row) for row in form.survey if row.get("type", "").startswith("select_one ")}
    for place, row in enumerate(form.choices):
        if row.get("list_name") not in asked:
            continue
        if not fullmatch(r"\d", row.get("name", "")):
            yield _fault("choices", place, "name must be the score of the answer, 0 to 9")
        yield from _label_faults("choices", place, row)
    for name in sorted(asked & {row.get("list_name", "") for row in form.choices}):
        scores, first = _scores(form, name), _first(form, name)
        if scores and sorted(scores) != list(range(min(scores), max(scores) + 1)):
            yield _fault("choices", first, "the scores of {name} must follow one another, each once", name=name)
        elif len(scores) == 1:
            yield _fault("choices", first, "{name} has one answer; a question needs two at least", name=name)


def _label_faults(sheet: str, place: int, row: Row) -> Iterator[Fault]:
    if not _labels(row):
        yield _fault(sheet, place, "label is missing, in Indonesian (id) or English (en)")
    for heading in row:
        if heading.startswith("label") and heading != "label" and _language(heading) is None:
            sentence = "{heading} is not taken: words are in Indonesian (id) and English (en); empty the cell"
            yield _fault(sheet, place, sentence, heading=heading)


def _labels(row: Row) -> dict[str, str]:
    """The words by language; a label without one is Indonesian."""
    labels = {"id": row["label"]} if "label" in row else {}
    for heading, words in row.items():
        if language := _language(heading):
            labels[language] = words
    return labels


def _language(heading: str) -> str | None:
    for language, pattern in LANGUAGES.items():
        if fullmatch(pattern, heading.casefold()):
            return language
    return None


def _settings(form: XlsForm) -> Row:
    return form.settings[0] if form.settings else {}


def _choices(form: XlsForm, name: str) -> list[Row]:
    return [row for row in form.choices if row.get("list_name") == name]


def _first(form: XlsForm, name: str) -> int:
    return next(place for place, row in enumerate(form.choices) if row.get("list_name") == name)


def _scores(form: XlsForm, name: str) -> list[int]:
    return [int(row["name"]) for row in _choices(form, name) if fullmatch(r"\d", row.get("name", ""))]


def _list_of(row: Row) -> str:
    return row["type"].partition(" ")[2]


def _name(form_id: str) -> str:
    return sub(r"[_\s]+", "-", form_id.strip().lower())


def _fault(sheet: str, place: int, sentence: str, **values: str) -> Fault:
    return Fault(f"{sheet}.{place + FIRST_ROW}", sentence, values)


def _texts(texts: Mapping[str, str]) -> str:
    return "{ " + ", ".join(f"{language} = {_text(words)}" for language, words in texts.items()) + " }"


def _text(words: str) -> str:
    # A string of JSON is one of TOML; of what TOML forbids only DEL is let through, which is no printable text anyway.
    return json.dumps(words.replace("\x7f", " "), ensure_ascii=False)
