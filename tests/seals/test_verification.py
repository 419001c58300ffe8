"""Every alteration of a sealed document is found and located, and nothing else is."""

import copy
import json
from base64 import urlsafe_b64decode
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from app.seals.rules.canonical_json import canonical, children, step
from app.seals.rules.verification import Outcome, Verdict, verify
from app.seals.signing import base64url, digest, key_id, public_bytes, sealed_bytes, sections, sign
from tests.effort import times

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
KEYS = {key_id(public_bytes(key)): public_bytes(key) for key in (KEY, OTHER)}
ID, OTHER_ID = KEYS

DOCUMENT: dict[str, Any] = {
    "title": "Laporan",
    "totals": {"n": 1200, "index": 88.31},
    "employees": [{"code": "E001", "items": [1, 2]}, {"code": "E002", "items": []}],
    "notes": [],
}

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


def altered(change: Any, document: Any = DOCUMENT) -> Any:
    """An envelope read from its file, and then changed by `change(envelope)`."""
    envelope = json.loads(json.dumps(sign(document, KEY)))
    change(envelope)
    return envelope


def setting(*path: Any, value: Any) -> Any:
    """A change that puts a value at a path of the envelope."""

    def change(envelope: Any) -> None:
        for name in path[:-1]:
            envelope = envelope[name]
        envelope[path[-1]] = value

    return change


def removing(*path: Any) -> Any:
    """A change that removes what is at a path of the envelope."""

    def change(envelope: Any) -> None:
        for name in path[:-1]:
            envelope = envelope[name]
        del envelope[path[-1]]

    return change


def places(verdict: Verdict) -> list[str]:
    """Where, and what happened there, a line each."""
    return [f"{place.change} {place.pointer}" for place in verdict.places]


def test_what_was_sealed_is_valid() -> None:
    assert verify(altered(lambda _: None), KEYS) == Verdict(Outcome.valid, key=ID)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (setting("document", "title", value="Palsu"), ["changed /document/title"]),
        (setting("document", "totals", "n", value=1201), ["changed /document/totals/n"]),
        (setting("document", "totals", "m", value=1), ["added /document/totals/m"]),
        (removing("document", "totals", "n"), ["removed /document/totals/n"]),
        (setting("document", "totals", value={}), ["removed /document/totals/n", "removed /document/totals/index"]),
        (setting("document", "totals", value=5), ["changed /document/totals"]),
        (setting("document", "title", value={"x": 1}), ["added /document/title/x"]),
        (setting("document", "notes", value={}), ["changed /document/notes"]),
        (setting("document", "notes", value=["baru"]), ["added /document/notes/0"]),
        (setting("document", "employees", 1, "items", value=[0]), ["changed /document/employees/1"]),
        (removing("document", "employees", 1), ["removed /document/employees/1"]),
        (removing("document", "employees", 0), ["changed /document/employees/0", "removed /document/employees/1"]),
        (removing("document", "employees"), ["removed /document/employees"]),
        (setting("document", "extra", value={"x": [1]}), ["added /document/extra"]),
        (setting("note", value="unsigned"), ["added /note"]),
        (setting("signature", "by/for", value="x"), ["added /signature/by~1for"]),
        (setting("document", "totals", "n", value=2**60), ["changed /document/totals/n"]),
        (setting("document", "title", value="\ud800"), ["changed /document/title"]),
        (setting("document", "totals", "\ud800", value=1), ["added /document/totals/\ud800"]),
    ],
)
def test_a_change_of_the_document_is_located(change: Any, where: list[str]) -> None:
    verdict = verify(altered(change), KEYS)
    assert (verdict.outcome, verdict.seal_altered, places(verdict)) == (Outcome.altered, False, where)


@pytest.mark.parametrize(
    ("document", "instead"), [(5, 6), ({}, []), ([1], {"0": 1}), ([[1]], {"0": {"0": 1}}), ("x", float("inf"))]
)
def test_a_document_that_became_another_kind_of_value_is_altered(document: Any, instead: Any) -> None:
    verdict = verify(altered(setting("document", value=instead), document), KEYS)
    assert verdict.outcome is Outcome.altered
    assert all(place.pointer.startswith("/document") for place in verdict.places)
    assert verdict.places


def other_signature(envelope: Any) -> None:
    """The same digests, signed with another trusted key, under the name of the first."""
    value = OTHER.sign(sealed_bytes(envelope["digest"], envelope["sections"]))
    envelope["signature"]["value"] = base64url(value)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (setting("digest", value="0" * 64), ["changed /digest"]),
        (setting("sections", "/title", value="0" * 64), ["changed /sections", "changed /document/title"]),
        (removing("sections", "/title"), ["changed /sections", "added /document/title"]),
        (setting("sections", "/x/y/z", value=""), ["changed /sections", "removed /document/x/y/z"]),
        (setting("sections", "", value=""), ["changed /sections", "removed /document"]),
        (setting("sections", "/\ud800", value=""), ["changed /sections", "removed /document/\ud800"]),
        (setting("digest", value="\ud800"), ["changed /digest"]),
        (setting("signature", "value", value="AAAA"), ["changed /signature"]),
        (setting("signature", "value", value="A"), ["changed /signature"]),
        (setting("signature", "value", value="é"), ["changed /signature"]),
        (setting("signature", "key", value=OTHER_ID), ["changed /signature"]),
        (other_signature, ["changed /signature"]),
    ],
)
def test_a_change_of_the_seal_is_told_as_such(change: Any, where: list[str]) -> None:
    verdict = verify(altered(change), KEYS)
    assert (verdict.outcome, verdict.seal_altered, places(verdict)) == (Outcome.altered, True, where)


def test_document_and_seal_changed_together_are_both_told() -> None:
    def reseal(envelope: Any) -> None:
        envelope["document"]["title"] = "Palsu"
        envelope["digest"] = digest(envelope["document"])
        envelope["sections"] = sections(envelope["document"], digest)

    verdict = verify(altered(reseal), KEYS)
    assert (verdict.seal_altered, places(verdict)) == (True, ["changed /signature"])

    def half(envelope: Any) -> None:
        envelope["document"]["title"] = "Palsu"
        envelope["digest"] = "0" * 64

    verdict = verify(altered(half), KEYS)
    assert (verdict.seal_altered, places(verdict)) == (True, ["changed /signature", "changed /document/title"])


def test_another_spelling_of_the_signature_is_an_altered_seal() -> None:
    envelope = altered(lambda _: None)
    value = envelope["signature"]["value"]
    spelt = next(
        text
        for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        if (text := value[:-1] + last) != value and urlsafe_b64decode(text + "==") == urlsafe_b64decode(value + "==")
    )
    for other in (spelt, f"{value}=", f"{value}\n", f" {value}"):
        envelope["signature"]["value"] = other
        assert places(verify(envelope, KEYS)) == ["changed /signature"]


def test_an_unknown_key_is_named_and_what_does_not_fit_is_told_all_the_same() -> None:
    envelope = altered(lambda _: None)
    assert verify(envelope, {}) == Verdict(Outcome.unknown_key, key=ID)
    envelope["document"]["title"] = "Palsu"
    verdict = verify(envelope, {OTHER_ID: KEYS[OTHER_ID]})
    assert (verdict.outcome, verdict.key, places(verdict)) == (Outcome.unknown_key, ID, ["changed /document/title"])


@pytest.mark.parametrize(
    ("envelope", "told"),
    [
        (None, "the envelope: "),
        ([], "the envelope: "),
        ("text", "the envelope: "),
        (DOCUMENT, "/document: "),
        *((altered(removing(name)), f"/{name}: ") for name in ("document", "sections", "digest", "signature")),
        (altered(setting("sections", value=[])), "/sections: "),
        (altered(setting("sections", "/title", value=1)), "/sections/~1title: "),
        (altered(setting("digest", value=None)), "/digest: "),
        (altered(setting("signature", value="x")), "/signature: "),
        (altered(setting("signature", "algorithm", value="none")), "/signature/algorithm: "),
        (altered(setting("signature", "key", value=1)), "/signature/key: "),
        (altered(removing("signature", "value")), "/signature/value: "),
    ],
)
def test_what_is_no_envelope_is_told_with_its_reason(envelope: Any, told: str) -> None:
    verdict = verify(envelope, KEYS)
    assert verdict.outcome is Outcome.malformed
    assert (verdict.reason or "").startswith(told)


def test_a_document_nested_without_end_is_altered_and_not_a_fault() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert verify(altered(setting("document", "title", value=deep)), KEYS).outcome is Outcome.altered


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
