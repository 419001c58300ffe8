"""A national morning: kiosks of 24,000 offices, a third of which come back after a regional outage.

`python -m benchmarks.nation` prints the table of docs/capacity.md in both languages, in about a minute.
"""

from dataclasses import replace

from benchmarks.capacity import COMMAS
from benchmarks.capacity_model import MEASURED, Measured
from benchmarks.morning import Morning, Outcome, background, play

VARIANTS = {
    "rounds": Morning(noticed=False),
    "online": Morning(),
    "blip": Morning(away=2.0),
    "alike": Morning(jitter=False),
}
PROCESSES = (1, 2, 4)
# A process that is busier than this with the other kiosks has no room for those that return.
FULL = 0.95
WORDS = {
    "en": {
        "head": (
            "kiosks",
            "processes",
            "busy with others",
            "p50, s",
            "p99, s",
            "last, s",
            "refused",
            "replayed",
            "lost",
        ),
        "rounds": "as they are, back at the next round",
        "online": "as they are, all see it at once",
        "blip": "the same after two seconds only",
        "alike": "without any spreading, all at once",
        "too few": "too few",
        "unsent": "unsent",
    },
    "id": {
        "head": (
            "kios",
            "proses",
            "sibuk dengan yang lain",
            "p50, dtk",
            "p99, dtk",
            "terakhir, dtk",
            "ditolak",
            "diulang",
            "hilang",
        ),
        "rounds": "apa adanya, kembali pada putaran berikutnya",
        "online": "apa adanya, semua melihatnya serentak",
        "blip": "sama, setelah dua detik saja",
        "alike": "tanpa penyebaran, semua serentak",
        "too few": "terlalu sedikit",
        "unsent": "belum terkirim",
    },
}


def outcomes(size: Morning = VARIANTS["online"], costs: Measured = MEASURED) -> dict[tuple[str, int], Outcome | None]:
    """What came of each row of the table, of this `size`; None where so few processes have no room."""
    found: dict[tuple[str, int], Outcome | None] = {}
    for name, variant in VARIANTS.items():
        for processes in PROCESSES:
            one = replace(size, processes=processes, noticed=variant.noticed, away=variant.away, jitter=variant.jitter)
            found[name, processes] = play(one, costs) if background(one, costs) < FULL else None
    return found


def table(found: dict[tuple[str, int], Outcome | None], language: str = "en") -> list[str]:
    """The rows of docs/capacity.md, or of its Indonesian twin."""
    words = WORDS[language]
    lines = [f"| {' | '.join(words['head'])} |", "|---" * len(words["head"]) + "|"]
    for (name, processes), outcome in found.items():
        busy = background(replace(VARIANTS[name], processes=processes), MEASURED)
        cells = [words["too few"], *"–––––"] if outcome is None else _cells(outcome, str(words["unsent"]))
        told = [each if language == "en" else each.translate(COMMAS) for each in cells]
        lines.append(f"| {words[name]} | {processes} | {busy:.0%} | {' | '.join(told)} |")
    return lines


def _cells(outcome: Outcome, unsent: str) -> list[str]:
    moments = [f"{seconds:,.0f}" for seconds in (outcome.median, outcome.late, outcome.last)]
    # What a kiosk still holds when the morning ends is not lost, and no row may hide it.
    lost = f"{outcome.lost}" if not outcome.unsent else f"{outcome.lost} ({outcome.unsent:,} {unsent})"
    return [*moments, f"{outcome.refused:,}", f"{outcome.replayed:,}", lost]


def main() -> None:
    """Print the table in both languages."""
    found = outcomes()
    for language in WORDS:
        print("\n".join(table(found, language)))


if __name__ == "__main__":
    main()
