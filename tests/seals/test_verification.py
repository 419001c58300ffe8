"""Every alteration of a sealed document is found and located: each kind of it, one after the other."""

from base64 import urlsafe_b64decode
from typing import Any

import pytest

from app.seals.rules.envelopes import base64url, digest, sealed_bytes, sections
from app.seals.rules.verification import Outcome, Verdict, verify
from tests.seals.envelopes import DOCUMENT, ID, KEYS, OTHER, OTHER_ID, altered, places, removing, setting


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
