"""Whatever is refused is said in both languages."""

import ast
from importlib import resources

from app.access.principals import Role
from app.foundation.translations import catalogues, translator
from app.people.faults import PeopleFault


def sentences() -> set[str]:
    """Every string of the room that is a sentence for somebody, not a docstring."""
    people = resources.files("app.people")
    found = set()
    for file in (file for name in (".", "rules", "oidc", "passkeys") for file in people.joinpath(name).iterdir()):
        # Descriptions of wire models are for the API's document, which is in English.
        if not file.name.endswith(".py") or file.name == "schemas.py":
            continue
        tree = ast.parse(file.read_text("utf-8"))
        said = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        nodes = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node not in said)
        found |= {node.value for node in nodes if isinstance(node.value, str)}
    # Whoever sets up the service reads English.
    return {text for text in found if " " in text and text.endswith(".") and "CERMIN_" not in text}


def test_every_refusal_has_indonesian_words() -> None:
    found = sentences()
    assert len(found) > 20
    assert (found | set(Role)) - set(catalogues()["id"]) == set()


def test_a_refusal_translates_its_roles() -> None:
    fault = PeopleFault(
        "Whoever audits an office has no other part in it: this person is {other} there, and cannot be {role}.",
        other="appraiser",
        role="auditor",
    )
    assert "pejabat penilai" in fault.in_words(translator("id"))
    assert "is appraiser there" in str(fault)
