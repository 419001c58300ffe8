"""Loads an instrument from the text of its file; all faults are reported at once, each with its place."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib import resources
from types import MappingProxyType
from typing import Any
from unicodedata import normalize

from pydantic import ValidationError

from app.instruments.consistency import faults
from app.instruments.definition import AnswersPart, BandPart, Definition, ItemPart, TextsPart
from app.instruments.faults import Fault, InstrumentFault
from app.instruments.model import Band, Collected, Element, Instrument, Item, Texts

# As much as the column holds that keeps an agency's own file.
MAX_LENGTH = 65_536
# A name of n parts (`a.b.c`) takes the reader n² steps: of thirty thousand it took seven seconds. No line of words has
# so many.
MOST_DOTS = 200


# What pydantic finds wrong, by its kind: a sentence, and which of its own values stand in it.
KINDS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "missing": ("is missing", {}),
    "extra_forbidden": ("is not a field of an instrument file", {}),
    "string_type": ("must be a text in quotation marks", {}),
    "string_too_short": ("must not be empty", {}),
    "string_too_long": ("has more than {most} characters", {"most": "max_length"}),
    "string_pattern_mismatch": ("has the wrong form; it must match {pattern}", {"pattern": "pattern"}),
    "int_type": ("must be a whole number", {}),
    "tuple_type": ("must be a list in square brackets", {}),
    "dict_type": ("must be a table with fields of its own", {}),
    "model_type": ("must be a table with fields of its own", {}),
    "too_short": ("needs at least {least} entries", {"least": "min_length"}),
    "too_long": ("has more than {most} entries", {"most": "max_length"}),
    "literal_error": ("must be one of {choices}", {"choices": "expected"}),
}


def load_instrument(text: str) -> Instrument:
    """The instrument described by a TOML text; raises InstrumentFault.

    A sub-question is an item of its own that names its element and shares its weight (1/18 and 1/18 for two).
    """
    document = _parse(text)
    try:
        definition = Definition.model_validate(document)
    except ValidationError as error:
        raise InstrumentFault(*(_fault(found, document) for found in error.errors())) from None
    if found := tuple(faults(definition)):
        raise InstrumentFault(*found)
    return _built(definition, _digest(document))


@cache
def shipped() -> Mapping[str, Instrument]:
    """The instruments that come with the service, by id; read once from the package's own files."""
    files = resources.files("app.instruments").joinpath("definitions").iterdir()
    texts = [file.read_text("utf-8") for file in files if file.name.endswith(".toml")]
    instruments = sorted(map(load_instrument, texts), key=lambda instrument: instrument.id)
    return MappingProxyType({instrument.id: instrument for instrument in instruments})


def template_text() -> str:
    """An instrument file to begin with."""
    return resources.files("app.instruments").joinpath("template.toml").read_text("utf-8")


def _parse(text: str) -> dict[str, Any]:
    if len(text) > MAX_LENGTH:
        raise InstrumentFault(
            Fault("file", "has {length} characters; at most {most} are read", {"length": len(text), "most": MAX_LENGTH})
        )
    if any(line.count(".") > MOST_DOTS for line in text.split("\n")):
        raise InstrumentFault(Fault("file", "is nested too deeply"))
    try:
        # In NFC, so that the same file saved on two systems has one digest.
        return tomllib.loads(normalize("NFC", text))
    except tomllib.TOMLDecodeError as error:
        raise InstrumentFault(Fault("file", "is not valid TOML: {error}", {"error": str(error)})) from None
    except RecursionError:
        raise InstrumentFault(Fault("file", "is nested too deeply")) from None
    except ValueError:
        # Python reads no number of more than 4300 digits.
        raise InstrumentFault(Fault("file", "holds a number that is too long")) from None


def _digest(document: dict[str, Any]) -> str:
    # Of the document as parsed, not of the model: a field that a later release adds must not change
    # the digest of a version already in use. Comments and layout of the file do not count either.
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(canonical.encode()).hexdigest()


def _fault(found: Mapping[str, Any], document: object) -> Fault:
    place, context = _place(found["loc"], document), found.get("ctx", {})
    if found["type"] not in KINDS:
        return Fault(place, found["msg"].removeprefix("Value error, "))
    text, names = KINDS[found["type"]]
    values = {name: str(context[kept]).replace(" or ", ", ") for name, kept in names.items()}
    return Fault(place, text, values)


def _place(path: Sequence[int | str], node: object) -> str:
    """A path like `items.speed.question.en`: items and bands by code, as nobody counts them in a long file."""
    names = []
    for step in path:
        node = _inside(node, step)
        names.append(_name(node, step))
    return ".".join(names)


def _inside(node: Any, step: int | str) -> object:
    # A path also names what is missing, and marks a wrong key with a step of its own.
    if isinstance(step, int):
        # Words in one language stand for the other, too, which the file then has no list of.
        return node[step] if isinstance(node, list) and step < len(node) else None
    return node.get(step) if isinstance(node, dict) else None


def _name(node: object, step: int | str) -> str:
    if isinstance(step, str):
        return step
    own = (node.get("code") or node.get("grade")) if isinstance(node, dict) else None
    return own if isinstance(own, str) else str(step + 1)


def _built(definition: Definition, digest: str) -> Instrument:
    tables = {name: tuple(map(_band, bands)) for name, bands in definition.band_tables.items()}
    items = tuple(map(_item, definition.items))
    return Instrument(
        id=f"{definition.name}-{definition.version}",
        name=definition.name,
        version=definition.version,
        titles=_texts(definition.title),
        index_name=definition.index.name,
        index_title=_texts(definition.index.title),
        older_rule=definition.older_rule,
        source=None if definition.source is None else _texts(definition.source),
        low=definition.scale.low,
        high=definition.scale.high,
        positive_from=definition.share.positive_from if definition.share else None,
        pooled=definition.share is not None and definition.share.pooled,
        not_applicable=None if definition.not_applicable is None else _texts(definition.not_applicable),
        collected=None if definition.collected is None else Collected(definition.collected),
        elements=_elements(definition, items),
        items=items,
        weight_modes=MappingProxyType(dict(definition.weight_modes)),
        default_mode=definition.default_mode,
        band_tables=MappingProxyType(tables),
        default_bands=definition.default_bands,
        digest=digest,
    )


def _item(part: ItemPart) -> Item:
    texts = (_texts(part.title), _texts(part.question), _answers(part.answers))
    return Item(part.code, part.element or part.code, part.dimension, *texts)


def _elements(definition: Definition, items: Sequence[Item]) -> tuple[Element, ...]:
    titles = {item.code: item.title for item in items}
    titles |= {element.code: _texts(element.title) for element in definition.elements}
    places: dict[str, list[int]] = {}
    for place, item in enumerate(items):
        places.setdefault(item.element, []).append(place)
    return tuple(Element(code, titles[code], tuple(of_it)) for code, of_it in places.items())


def _band(part: BandPart) -> Band:
    return Band(part.grade, part.lower, _texts(part.words))


def _texts(part: TextsPart) -> Texts:
    return MappingProxyType({"id": part.id, "en": part.en})


def _answers(part: AnswersPart) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({"id": part.id, "en": part.en})
