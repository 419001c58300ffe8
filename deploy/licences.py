"""Lists what the service installs with its licence; ends with 1 where one is not among those that we take.

`make licences`. What a library says of itself is read: its licence expression (PEP 639), or else its classifier, or
else the old field. A licence that is new here fails until somebody has read it and put it below.
"""

import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Each may be installed beside a service under Apache-2.0 and handed on with it. Those of files and libraries (MPL,
# LGPL) ask that their own changed source be given along; we change none, and whoever has the service may replace them.
TAKEN = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "LGPL-3.0-only", "MIT", "MIT-0", "MPL-2.0",
    "OFL-1.1", "PSF-2.0", "Zlib",
}  # fmt: skip
# What they are called where no expression stands. The classifier "BSD License" does not say which: both are taken.
CALLED = {
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "SIL Open Font License 1.1 (OFL-1.1)": "OFL-1.1",
}
# What says nothing of itself: read in its LICENSE file.
READ = {"pyxform": "BSD-2-Clause"}
ABSENT = "not for this machine"


def libraries(requirements: str) -> list[tuple[str, str]]:
    """Name and version of everything that a requirements file pins."""
    return sorted(set(re.findall(r"^([\w.-]+)==([^\s;\\]+)", requirements, re.MULTILINE)))


def licence_of(name: str) -> str:
    """The licence that an installed library says it has, as an expression; empty where it says none."""
    try:
        told = metadata(name)
    except PackageNotFoundError:
        return ABSENT
    if expressions := told.get_all("License-Expression"):
        return str(expressions[0])
    classified = [each.rpartition(" :: ")[2] for each in told.get_all("Classifier") or [] if each.startswith("License")]
    said = [each for each in classified if each != "OSI Approved"] or told.get_all("License") or []
    return " AND ".join(sorted({CALLED.get(each, each) for each in said if each})) or READ.get(name, "")


def is_taken(expression: str) -> bool:
    """Whether every licence of an expression is one that we take; of a choice (`OR`) one of them is enough."""
    if expression == ABSENT:
        return True
    choices = re.split(r"\s+OR\s+", expression.strip("()"))
    return any(all(part.strip("() ") in TAKEN for part in re.split(r"\s+AND\s+", choice)) for choice in choices)


def main() -> int:
    """Print the list; 1 where something is not taken."""
    found = [(name, version, licence_of(name)) for name, version in libraries(_requirements())]
    for name, version, licence in found:
        sys.stdout.write(f"{name}\t{version}\t{licence or 'says none'}\n")
    refused = [name for name, _, licence in found if not is_taken(licence)]
    if refused:
        sys.stderr.write(f"Not among the licences that we take: {', '.join(refused)} (deploy/licences.py)\n")
    return 1 if refused else 0


def _requirements() -> str:
    return (ROOT / "requirements" / "run.txt").read_text("utf-8")


if __name__ == "__main__":
    sys.exit(main())
