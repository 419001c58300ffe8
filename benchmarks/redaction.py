"""How the time of redaction grows with a hostile text: `python -m benchmarks.redaction`.

Each piece is repeated up to the longest comment, and up to eight times that. Linear is 8, quadratic 64; and no comment
should cost much more than an ordinary one of the same length. Processor time, the least of several runs.
"""

from time import thread_time

from app.ratings.redaction import redact
from app.ratings.schemas import LONGEST_COMMENT
from tests.ratings.test_redaction import HOSTILE, OPENING

ORDINARY = "Berkas masuk 12-03-2026 jam 10.30 belum selesai, sudah 3x ke loket 5. "


def cost(text: str) -> float:
    """Seconds of processor time, which other processes do not lengthen; the least of several runs."""
    times = []
    for _ in range(5):
        start = thread_time()
        redact(text)
        times.append(thread_time() - start)
    return min(times)


def filled(piece: str, length: int) -> str:
    """The piece again and again, after an opening that makes every expression look at it."""
    return (OPENING + piece * length)[:length]


def main() -> None:
    """Print the worst growth and the worst price."""
    pieces = HOSTILE.split("|")
    ordinary = cost((ORDINARY * LONGEST_COMMENT)[:LONGEST_COMMENT])
    costs = {piece: cost(filled(piece, LONGEST_COMMENT)) for piece in pieces}
    growth = {piece: cost(filled(piece, 8 * LONGEST_COMMENT)) / costs[piece] for piece in pieces}
    worst, dearest = max(growth, key=lambda piece: growth[piece]), max(costs, key=lambda piece: costs[piece])
    print(f"eight times the length costs at most {growth[worst]:.1f} times as much ({worst!r})")
    print(f"the dearest comment costs {costs[dearest] / ordinary:.1f} times an ordinary one ({dearest!r})")


if __name__ == "__main__":
    main()
