"""Attack: the time of an answer tells how much of a guessed secret is right. No secret is compared by `==`."""

import ast
from collections.abc import Iterator
from pathlib import Path
from re import compile as pattern

import pytest

APP = Path(__file__).parents[2] / "app"
# How names end that hold a secret, or what is derived from one.
SECRET = pattern(r"(^|_)(secret|passphrase|password|token|proof|mac|hmac|otp|pepper|pin|nonce|cookie|csrf|recovery)$")
# Comparisons of something that bears such a name and is none: (file, what is compared).
HARMLESS = {
    # Both come from the person who chooses a new passphrase, in one form.
    ("people/signing_in.py", "passphrase != repeated"),
    # Two stored digests: whether the passphrase was changed since it was checked.
    ("people/signing_in.py", "fresh.passphrase == person.passphrase"),
    # Our own question's, which travels openly: the authority's answer has to be to this question.
    ("transparency/rules/stamps.py", "told.nonce != nonce"),
}


def named(side: ast.expr) -> str:
    """The last name of an expression: of `given.secret` and of `secret(x)` it is `secret`."""
    match side:
        case ast.Call(func=called):
            return named(called)
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
        case _:
            return ""


def compared(source: str) -> Iterator[str]:
    """What is compared by `==` or `!=` and has the name of a secret; constants are no guesses."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Compare):
            continue
        sides = [node.left, *node.comparators]
        equal = any(isinstance(each, ast.Eq | ast.NotEq) for each in node.ops)
        guessed = not any(isinstance(side, ast.Constant) for side in sides)
        if equal and guessed and any(SECRET.search(named(side)) for side in sides):
            yield ast.unparse(node)


def test_no_secret_is_compared_by_equality() -> None:
    found = {
        (str(file.relative_to(APP)), comparison)
        for file in APP.rglob("*.py")
        for comparison in compared(file.read_text("utf-8"))
    }
    assert found == HARMLESS


@pytest.mark.parametrize(
    "source", ["a.secret == b", "given != proof(x)", "sent['password'] == passphrase", "f(x).token == y.token"]
)
def test_the_rule_sees_a_planted_comparison(source: str) -> None:
    assert list(compared(source)) != []


def test_the_rule_leaves_other_comparisons_alone() -> None:
    assert list(compared("a.kind == b.kind or secret is None or token == '' or digest(a) in kept")) == []
