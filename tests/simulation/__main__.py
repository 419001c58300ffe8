"""Run seeds: `python -m tests.simulation SEED` replays one and tells its story; `FIRST LAST` runs many."""

import sys
import time

from tests.simulation.world import run

# After how many seeds it says how far it is.
OFTEN = 500


def main(arguments: list[str]) -> int:
    """Replay one seed, or run a range; 1 if a promise was broken."""
    if len(arguments) == 1:
        outcome = run(int(arguments[0]))
        print("\n".join(outcome.trace))
        print(outcome.broken or "kept")
        return int(outcome.broken is not None)
    began, failed = time.process_time(), 0
    first, last = map(int, arguments)
    for seed in range(first, last):
        outcome = run(seed)
        if outcome.broken:
            failed += 1
            print(f"seed {seed}: {outcome.broken}", flush=True)
        if (tried := seed - first + 1) % OFTEN == 0:
            print(f"{tried} of {last - first} seeds, {failed} broken", file=sys.stderr, flush=True)
    print(f"{last - first} seeds, {failed} broken, {time.process_time() - began:.1f} s of processor")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
