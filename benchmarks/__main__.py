"""`make bench`: measures everything in one run and writes the table into docs/performance.md."""

import argparse
from pathlib import Path

from benchmarks.batches import measure_batches
from benchmarks.documents import measure_documents
from benchmarks.growth import record
from benchmarks.pages import measure_pages
from benchmarks.reads import measure_reads
from benchmarks.report import written
from benchmarks.stores import stores
from benchmarks.writes import CONNECTIONS, measure_writes

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"


def main() -> None:
    """Run all parts; `--quick` shows that they run, its figures mean little."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--quick", action="store_true")
    chosen = parser.parse_args()
    rounds, seconds = (1, 1) if chosen.quick else (chosen.rounds, chosen.seconds)
    large = 100_000 if chosen.quick else 1_000_000
    with stores(town=True) as both:
        writes = measure_writes(both, rounds, seconds)
        batches = measure_batches(both[0], rounds, seconds)
        reads = {store.name: measure_reads(store, rounds, large // 10, large) for store in both}
    with stores() as fresh:
        persons = 50 if chosen.quick else 1_000
        pages = {each.name: measure_pages(each, 100 * rounds, large, persons) for each in fresh}
    documents = measure_documents(rounds, seconds, persons=50 if chosen.quick else 1_000)
    table = written(writes, batches, reads, documents, pages, rounds, seconds)
    print(table)
    if not chosen.quick:
        for name, figures in writes.items():
            for n in CONNECTIONS:
                rate = figures.service["c", n].rate / figures.service["a", n].rate
                record(f"write {name}", n, 100 * rate)
        before, _, rest = PAGE.read_text("utf-8").partition("<!-- figures -->")
        after = rest.partition("<!-- end of figures -->")[2]
        PAGE.write_text(f"{before}<!-- figures -->\n{table}\n<!-- end of figures -->{after}", "utf-8")


if __name__ == "__main__":
    main()
