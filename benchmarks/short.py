"""`make bench-short`: what a rating costs beside the bare endpoint, in half a minute; CI shows it at every run.

It prints and judges nothing: a busy machine must fail no build. A loss is seen in the last column, which depends
least on who else uses the machine.
"""

from benchmarks.report import cost_lines
from benchmarks.stores import stores
from benchmarks.writes import BUSY, measure_service

ROUNDS, SECONDS = 2, 1


def main() -> None:
    """Measure both stores and print."""
    with stores(town=True) as both:
        writes = {}
        for store in both:
            writes[store.name], _ = measure_service(store, (BUSY,), ROUNDS, SECONDS)
    for line in cost_lines(writes):
        print(line)
    for name, figures in writes.items():
        mine, bare = figures["c", BUSY], figures["a", BUSY]
        print(f"(c) {name}: {mine.rate / bare.rate:.2f} × (a), p99 / p50 {mine.p99 / mine.p50:.1f}")


if __name__ == "__main__":
    main()
