"""Any single mutation of any document is found and located, another writing is none, no JSON makes the check fail."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.seals.rules.canonical_json import canonical, children, step
from app.seals.rules.envelopes import sign
from app.seals.rules.verification import Outcome, Verdict, verify
from tests.effort import times
from tests.seals.envelopes import DOCUMENT, ID, KEY, KEYS, places

# Few letters, so that names meet; those that pointers escape among them.
names = st.text("ab/~0", max_size=2)
plain = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(-1e15, 1e15)
    | st.text(max_size=3)
    | st.sampled_from(["", 0, 1, False, True, "0"])
)
documents = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4), max_leaves=20
)


@given(documents, st.randoms(use_true_random=False))
def test_another_writing_of_the_same_document_is_no_alteration(document: Any, chance: Any) -> None:
    envelope = sign(document, KEY)
    assert verify(envelope, KEYS) == Verdict(Outcome.valid, key=ID)
    assert verify(rewritten(json.loads(json.dumps(envelope)), chance), KEYS).outcome is Outcome.valid


def rewritten(value: Any, chance: Any) -> Any:
    """The same JSON as another program may write it: members in another order, whole numbers with a point."""
    if isinstance(value, dict):
        members = [(name, rewritten(member, chance)) for name, member in value.items()]
        chance.shuffle(members)
        return dict(members)
    if isinstance(value, list):
        return [rewritten(element, chance) for element in value]
    return float(value) if type(value) is int else value


@st.composite
def mutations(draw: st.DrawFn) -> tuple[Any, Any, str]:
    """A document, the same with one mutation, and the section where it lies."""
    before: Any = draw(documents)
    after = copy.deepcopy(before)
    path: list[str | int] = []
    holder: Any = None
    value = after
    while (inner := list(children(value))) and draw(st.sampled_from([True, True, True, False])):
        holder = value
        name, value = draw(st.sampled_from(inner))
        path.append(name)
    kinds = ["replace", *(["remove"] if path else []), *(["add"] if isinstance(value, dict | list) else [])]
    kind = draw(st.sampled_from(kinds))
    if kind == "add" and isinstance(value, list):
        value.insert(draw(st.integers(0, len(value))), draw(documents))
    elif kind == "add":
        name = draw(names.filter(lambda free: free not in value))
        value[name] = draw(documents)
        path.append(name)
    elif kind == "remove":
        del holder[path[-1]]
        # What follows in an array moves up.
        path = path[:-1] if isinstance(holder, list) else path
    else:
        new = draw(documents.filter(lambda other: canonical(other) != canonical(value)))
        if holder is None:
            return before, new, "/document"
        holder[path[-1]] = new
    pointer = "/document"
    for name in path[:2]:
        pointer = step(pointer, name)
    return before, after, pointer


@pytest.mark.long
@given(mutations())
@times(5)
def test_any_single_mutation_of_any_document_is_found_and_located(mutation: tuple[Any, Any, str]) -> None:
    before, after, section = mutation
    envelope = sign(before, KEY)
    envelope["document"] = after
    verdict = verify(json.loads(json.dumps(envelope)), KEYS)
    assert (verdict.outcome, verdict.seal_altered) == (Outcome.altered, False)
    assert verdict.places
    for place in verdict.places:
        assert f"{place.pointer}/".startswith(f"{section}/"), (section, places(verdict))


@given(st.data())
def test_any_single_mutation_of_the_seal_is_found(data: st.DataObject) -> None:
    envelope = sign(DOCUMENT, KEY)
    part = data.draw(st.sampled_from(["digest", "sections", "signature"]))
    if part == "digest":
        holder, name = envelope, "digest"
    else:
        holder = envelope[part]
        name = data.draw(st.sampled_from(sorted(holder)))
    holder[name] = data.draw((documents | st.text(max_size=80)).filter(lambda value: value != holder[name]))
    assert verify(envelope, KEYS).outcome is not Outcome.valid


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec=None)), inner, max_size=3),
    max_leaves=8,
)


@given(anything, anything, anything | st.dictionaries(st.text(), st.text(), max_size=3), anything)
def test_no_json_makes_the_check_fail(whole: Any, document: Any, parts: Any, value: Any) -> None:
    signature = {"algorithm": "Ed25519", "key": ID, "value": value if isinstance(value, str) else ""}
    for envelope in (
        whole,
        {"document": document, "sections": parts, "digest": value, "signature": signature},
        {"document": document, "sections": {}, "digest": "", "signature": {**signature, "key": value}},
        {"document": document, "sections": parts, "digest": "", "signature": signature},
    ):
        assert verify(envelope, KEYS).outcome is not Outcome.valid
