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
from app.instruments.model import Band, Element, Instrument, Item, Texts

# As much as the column holds that keeps an agency's own file.
MAX_LENGTH = 65_536


class InstrumentFault(ValueError):
    """An instrument file that cannot be used. `faults` has one `place: what to change` for each fault."""

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def load_instrument(text: str) -> Instrument:
    """The instrument described by a TOML text; raises InstrumentFault.

    A sub-question is an item of its own that names its element and shares its weight (1/18 and 1/18 for two).
    """
    document = _parse(text)
    try:
        definition = Definition.model_validate(document)
    except ValidationError as error:
        raise InstrumentFault(*(_sentence(fault, document) for fault in error.errors())) from None
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
        raise InstrumentFault(f"file: has {len(text)} characters; at most {MAX_LENGTH} are read")
    try:
        # In NFC, so that the same file saved on two systems has one digest.
        return tomllib.loads(normalize("NFC", text))
    except tomllib.TOMLDecodeError as error:
        raise InstrumentFault(f"file: is not valid TOML: {error}") from None
    except RecursionError:
        raise InstrumentFault("file: is nested too deeply") from None
    except ValueError:
        # Python reads no number of more than 4300 digits.
        raise InstrumentFault("file: holds a number that is too long") from None


def _digest(document: dict[str, Any]) -> str:
    # Of the document as parsed, not of the model: a field that a later release adds must not change
    # the digest of a version already in use. Comments and layout of the file do not count either.
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(canonical.encode()).hexdigest()


def _sentence(fault: Mapping[str, Any], document: object) -> str:
    kinds = {"missing": "is missing", "extra_forbidden": "is not a field of an instrument file"}
    message = kinds.get(fault["type"], fault["msg"].removeprefix("Value error, "))
    return f"{_place(fault['loc'], document)}: {message}"


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
        return node[step]
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
        low=definition.scale.low,
        high=definition.scale.high,
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
