"""The threat model names measures and tests that are there, in both languages the same."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import dropwhile, takewhile

import pytest

from tests.test_documentation import ROOT, read

DOCUMENTS = ("docs/threat-model.md", "docs/threat-model.id.md")
# A file of tests and the names that follow it, up to the next one.
NAMED = re.compile(r"\[(tests/[\w/]+\.py)\]\(\.\./\1\): ((?:`test_\w+`(?:, )?)+)")


def rows(document: str) -> list[list[str]]:
    """The rows of the first table: threat, measure, test."""
    table = dropwhile(lambda line: not line.startswith("| "), read(document).splitlines())
    lines = [line for line in takewhile(lambda line: line.startswith("|"), table) if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]


def named_in(cell: str) -> Iterator[tuple[str, str]]:
    """Each test that a cell names, by file and name."""
    for file, names in NAMED.findall(cell):
        for name in re.findall(r"`(\w+)`", names):
            yield file, name


@cache
def functions(file: str) -> frozenset[str]:
    """The names of the tests in a file."""
    return frozenset(node.name for node in ast.parse(read(file)).body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_threat_has_a_measure_and_a_test_that_are_there(document: str) -> None:
    found = rows(document)
    assert len(found) >= 20
    for threat, measure, test in found:
        files = re.findall(r"\]\(\.\./([\w/.-]+)\)", measure)
        assert files, threat
        assert [file for file in files if not (ROOT / file).is_file()] == [], threat
        named = list(named_in(test))
        assert named, threat
        # Nothing that looks like a test is left unread.
        assert len(named) == test.count("`test_"), threat
        assert [each for each in named if each[1] not in functions(each[0])] == [], threat


def test_both_languages_say_the_same() -> None:
    told = [
        [(re.findall(r"\]\(([^)]+)\)", row[1]), list(named_in(row[2]))) for row in rows(each)] for each in DOCUMENTS
    ]
    assert told[0] == told[1]
    assert read(DOCUMENTS[0]).count("\n- ") == read(DOCUMENTS[1]).count("\n- ")
