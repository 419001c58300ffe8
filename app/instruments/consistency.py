"""Checks the fields of an instrument file against each other; every fault names its place and what to change."""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from math import lcm
from re import IGNORECASE, search

from app.instruments.definition import Definition
from app.instruments.faults import Fault

EXACT = "exact"

# PermenPANRB 14/2017: an IKM comes from these nine elements, keyed by code because forms swap their order.
SKM_ELEMENTS = (
    "PERSYARATAN",
    "PROSEDUR",
    "WAKTU",
    "BIAYA",
    "PRODUK",
    "KOMPETENSI",
    "PERILAKU",
    "PENGADUAN",
    "SARPRAS",
)

# The two indices share scale and bands, so only their names keep readers from mixing them up.
INDEX_TITLES = {
    "IKM": {"id": "Indeks Kepuasan Masyarakat", "en": "Public Satisfaction Index"},
    "IKL": {"id": "Indeks Kepuasan Layanan", "en": "Service Satisfaction Index"},
}
RESERVED_FOR_IKM = r"\b(IKM|SKM)\b|kepuasan masyarakat|public satisfaction"

# Rounded weights may miss 1 a little, never exceed it: an index above 100 would mean nothing.
LOWEST_SUM = Fraction(9, 10)

# Bounds the number of possible composite values, over which the interval is computed.
MAX_DENOMINATOR = 10_000


def faults(definition: Definition) -> Iterator[Fault]:
    """Every inconsistency of a file, with its place and what to change."""
    yield from _item_faults(definition)
    yield from _element_faults(definition)
    yield from _weight_faults(definition)
    yield from _share_faults(definition)
    yield from _band_faults(definition)
    yield from _name_faults(definition)


def _item_faults(definition: Definition) -> Iterator[Fault]:
    low, high = definition.scale.low, definition.scale.high
    if low >= high:
        yield Fault("scale", "low is {low} and high is {high}; high must be greater", {"low": low, "high": high})
    for code, times in Counter(item.code.casefold() for item in definition.items).items():
        if times > 1:
            yield Fault(f"items.{code}", "this code is used {times} times; every item needs its own", {"times": times})
    for item in definition.items:
        for language, words in (("id", item.answers.id), ("en", item.answers.en)):
            if len(words) != high - low + 1:
                place = f"items.{item.code}.answers.{language}"
                counts = {"answers": len(words), "low": low, "high": high, "needed": high - low + 1}
                yield Fault(place, "has {answers} answers; the scale {low} to {high} needs {needed}", counts)


def _element_faults(definition: Definition) -> Iterator[Fault]:
    declared = [element.code for element in definition.elements]
    alone = {item.code for item in definition.items if item.element is None}
    for code, times in Counter(map(str.casefold, declared)).items():
        if times > 1:
            yield Fault(
                f"elements.{code}", "this code is used {times} times; every element needs its own", {"times": times}
            )
    for code in declared:
        if code in alone:
            sentence = "a question with this code is an element by itself; let it name its element"
            yield Fault(f"elements.{code}", sentence)
        elif code not in {item.element for item in definition.items}:
            yield Fault(f"elements.{code}", "no question names it; remove it")
    for item in definition.items:
        if item.element is not None and item.element not in declared:
            place = f"items.{item.code}.element"
            sentence = "there is no element {element}; add it to [[elements]] with its title"
            yield Fault(place, sentence, {"element": item.element})


def _weight_faults(definition: Definition) -> Iterator[Fault]:
    if EXACT not in definition.weight_modes:
        yield Fault("weight_modes", "{mode} is missing", {"mode": EXACT})
    if definition.default_mode not in definition.weight_modes:
        yield Fault("default_mode", "there is no weight mode {mode}", {"mode": definition.default_mode})
    for mode, weights in definition.weight_modes.items():
        yield from _mode_faults(mode, weights, len(definition.items))


def _mode_faults(mode: str, weights: tuple[Fraction, ...], items: int) -> Iterator[Fault]:
    place, total = f"weight_modes.{mode}", sum(weights, Fraction(0))
    if len(weights) != items:
        yield Fault(place, "has {weights} weights for {items} items", {"weights": len(weights), "items": items})
    elif mode == EXACT and total != 1:
        sentence = "the weights sum to {total}; they must sum to exactly 1 (write a third as 1/3)"
        yield Fault(place, sentence, {"total": str(total)})
    elif not LOWEST_SUM <= total <= 1:
        sentence = "the weights sum to {total}; rounded weights must sum to 0.9 to 1"
        yield Fault(place, sentence, {"total": f"{float(total):g}"})
    elif lcm(*(weight.denominator for weight in weights)) > MAX_DENOMINATOR:
        yield Fault(place, "the common denominator exceeds {most}; use rounder weights", {"most": MAX_DENOMINATOR})


def _share_faults(definition: Definition) -> Iterator[Fault]:
    share, scale = definition.share, definition.scale
    if share is None:
        return
    if not scale.low < share.positive_from <= scale.high:
        bounds = {"low": scale.low, "high": scale.high}
        yield Fault("share.positive_from", "must lie above {low} and not above {high}, as the scale does", bounds)
    # Every answer counts once, so that a question answered by more counts for more: weights would say otherwise.
    if share.pooled and any(len(set(weights)) > 1 for weights in definition.weight_modes.values()):
        yield Fault("share.pooled", "all answers together have no weights; give every question the same")
    if definition.index.name in INDEX_TITLES:
        yield Fault("share", "{name} is a mean and no share of answers", {"name": definition.index.name})


def _band_faults(definition: Definition) -> Iterator[Fault]:
    if definition.default_bands not in definition.band_tables:
        yield Fault("default_bands", "there is no band table {table}", {"table": definition.default_bands})
    for table, bands in definition.band_tables.items():
        if len({band.grade for band in bands}) < len(bands):
            yield Fault(f"band_tables.{table}", "a grade occurs twice")
        for better, worse in pairwise(bands):
            if better.lower <= worse.lower:
                place = f"band_tables.{table}.{worse.grade}"
                bounds = {"worse": str(worse.lower), "better": str(better.lower), "grade": better.grade}
                yield Fault(place, "{worse} is not below {better} of {grade}; best band first", bounds)


def _name_faults(definition: Definition) -> Iterator[Fault]:
    name, title = definition.index.name, definition.index.title.model_dump()
    for known, its_title in INDEX_TITLES.items():
        # A file in one language has the same words for both.
        if (name == known) != (title["id"] in its_title.values() and title["en"] in its_title.values()):
            names = {"name": known, "indonesian": its_title["id"], "english": its_title["en"]}
            yield Fault("index", "{name} and '{indonesian}' ('{english}') belong together", names)
    if name in INDEX_TITLES and (definition.scale.low, definition.scale.high) != (1, 4):
        yield Fault("scale", "{name} is defined for answers 1 to 4", {"name": name})
    if name == "IKM":
        yield from _survey_faults(definition)
        return
    texts = (name, definition.title.id, definition.title.en, *title.values())
    if any(search(RESERVED_FOR_IKM, text, IGNORECASE) for text in texts):
        sentence = "IKM, SKM and their long names are reserved for instruments whose index is the IKM"
        yield Fault("title", sentence)


def _survey_faults(definition: Definition) -> Iterator[Fault]:
    asked = {item.element or item.code for item in definition.items}
    missing = [element for element in SKM_ELEMENTS if element not in asked]
    # Before 2017 other elements applied (fourteen in KEP/25/2004), and their results are IKM, too.
    if missing and definition.older_rule is None:
        sentence = (
            "an IKM needs all nine SKM elements, {missing} missing (bukan SKM penuh); "
            "name the index otherwise, or declare the older_rule that defines its elements"
        )
        yield Fault("items", sentence, {"missing": ", ".join(missing)})
