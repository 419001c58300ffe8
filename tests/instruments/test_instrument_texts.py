"""What is said of a faulty instrument file is said in both languages."""

import ast
from importlib import resources

import pytest

from app.foundation.translations import catalogues, translator
from app.instruments.faults import Fault, InstrumentFault
from app.instruments.loading import KINDS, load_instrument


def sentences() -> set[str]:
    """Every text of a fault: what `Fault` is given, what `sentence` is set to, and what validators raise."""
    found = {text for text, _ in KINDS.values()}
    room = resources.files("app.instruments")
    for file in (*room.iterdir(), *room.joinpath("rules").iterdir()):
        if not file.name.endswith(".py"):
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="Fault"), args=[_, ast.Constant(value=str(text)), *_]):
                    found.add(text)
                case ast.Call(func=ast.Name(id="_fault"), args=[_, _, ast.Constant(value=str(text)), *_]):
                    found.add(text)
                case ast.Assign(targets=[ast.Name(id="sentence")], value=ast.Constant(value=str(text))):
                    found.add(text)
                case ast.Call(func=ast.Name(id="ValueError"), args=[ast.Constant(value=str(text))]):
                    found.add(text)
    return found


def test_every_fault_has_indonesian_words_with_the_same_values() -> None:
    found, known = sentences(), catalogues()["id"]
    assert len(found) > 35
    assert found - set(known) == set()
    for text in found:
        assert sorted(part.partition("}")[0] for part in text.split("{")[1:]) == sorted(
            part.partition("}")[0] for part in known[text].split("{")[1:]
        ), text


def test_a_fault_keeps_its_place_in_every_language() -> None:
    with pytest.raises(InstrumentFault) as caught:
        load_instrument("version = 1")
    told = [fault.in_words(translator("id")) for fault in caught.value.found]
    assert "version: harus berupa teks dalam tanda kutip" in told
    assert "items: tidak ada" in told
    assert [line.partition(":")[0] for line in told] == [line.partition(":")[0] for line in caught.value.faults]


def test_what_somebody_wrote_is_never_taken_for_a_text_with_values() -> None:
    assert str(Fault("x", "there is no weight mode {mode}", {"mode": "{0}"})) == "x: there is no weight mode {0}"
