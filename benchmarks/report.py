"""The table of one run, as Markdown. Everything is a ratio to something measured beside it."""

import platform
from os import cpu_count

from benchmarks.batches import BatchFigures
from benchmarks.documents import DocumentFigures
from benchmarks.page_figures import PageFigures
from benchmarks.reads import ReadFigures
from benchmarks.writes import BUSY, CONNECTIONS, TEXTBOOK_CONNECTIONS, Figures, StoreFigures


def written(
    writes: dict[str, StoreFigures],
    batches: BatchFigures,
    reads: dict[str, ReadFigures],
    documents: DocumentFigures,
    pages: dict[str, PageFigures],
    rounds: int,
    seconds: int,
) -> str:
    """The figures with their goals."""
    lines = [
        f"Medians of {rounds} interleaved rounds of {seconds} s, {cpu_count()} cores shared by load generator, "
        f"service and database; Python {platform.python_version()}.",
        "",
        "| | connections | × (a) | × (b) | p50 × (b) | p99 / p50 |",
        "|---|---|---|---|---|---|",
        *(line for name, figures in writes.items() for line in _write_lines(name, figures)),
        "",
        f"Goals at {BUSY}: × (a) ≥ 1.5 on PostgreSQL and ≥ 1.2 on SQLite, × (b) ≥ 25, p99 / p50 ≤ 3; at 256 no fewer "
        f"answers than at {BUSY}.",
        "",
        *cost_lines({name: figures.service for name, figures in writes.items()}),
        "",
        f"Bare endpoint (a): {_per_connection(next(iter(writes.values())).service, 'a')} answers/s at "
        f"{', '.join(map(str, CONNECTIONS))} connections (to judge the machine, not the service).",
        "",
        "| | ratio | goal |",
        "|---|---|---|",
        f"| (d) batches of 500 ÷ COPY of 500 | {batches.service / batches.copy:.2f} | ≥ 0.45 |",
    ]
    for name, figures in reads.items():
        lines += [
            f"| an office's year, {name}: 10⁶ ÷ 10⁵ ratings | {figures.large / figures.small:.2f} | ≤ 1.5 |",
            f"| AVG … GROUP BY ÷ index over HTTP at 10⁶, {name} | {figures.average / figures.large:.0f} | ≥ 10 |",
        ]
    lines += [
        f"| peak memory of the process under load, {name} (MiB) | {figures.memory:.0f} | ≤ 250 |"
        for name, figures in writes.items()
    ]
    lines += document_lines(documents)
    return "\n".join([*lines, *(line for name, figures in pages.items() for line in page_lines(name, figures))])


def document_lines(figures: DocumentFigures) -> list[str]:
    """What reports cost."""
    return [
        f"| processor seconds for one employee's PDF, of a whole period | {figures.pdf_seconds:.3f} | ≤ 0.15 |",
        f"| processor seconds for the evidence pack (PEKPPP) of 200 offices | {figures.pack_seconds:.0f} | < 60 |",
        f"| peak memory of writing them (MiB) | {figures.pdf_memory:.0f} | ≤ 300 |",
        f"| an appraisal workbook of 100,000 rows, above one of one row (MiB) | {figures.bulk_memory:.1f} | ≤ 40 |",
        f"| p99 of a final report as JSON ÷ p99 of /healthz | {figures.json:.1f} | ≤ 3 |",
        f"| the same where the client has it already (304) | {figures.unchanged:.1f} | ≤ 3 |",
    ]


def page_lines(store: str, figures: PageFigures) -> list[str]:
    """What pages of the desk cost: beside `/healthz` under the same load, and with ten times as many ratings."""
    lines, n = [], f"{figures.ratings:,}"
    for name, large in figures.large.items():
        growth = large.processor / figures.small[name].processor
        lines += [
            f"| *{name}*, {store}: p99 ÷ p99 of /healthz at {n} ratings | {large.p99 / large.plain:.1f} | |",
            f"| its p99 and its processor time in ms | {large.p99:.0f}, {large.processor:.0f} | ≤ 50 |",
            f"| its processor time at {n} ratings ÷ a tenth of them | {growth:.2f} | ≤ 1.5 |",
        ]
    for name, page in figures.thousand.items():
        lines.append(f"| *{name}* of {figures.persons:,} employees, {store}: ms | {page.processor:.0f} | ≤ 150 |")
    return lines


def cost_lines(writes: dict[str, Figures]) -> list[str]:
    """Microseconds of the processor for one rating at `BUSY` connections; those of bare ASGI where it was measured."""
    lines = [
        f"| µs of the processor for a rating at {BUSY} connections | loop | writing thread | database "
        "| loop + thread ÷ that of (a) (goal 0.55) |",
        "|---|---|---|---|---|",
    ]
    for store, figures in writes.items():
        bare = figures["a", BUSY].cost
        for name, title in (("asgi", "bare ASGI"), ("a", "(a)"), ("c", f"(c) {store}")):
            if (name, BUSY) not in figures:
                continue
            own = figures[name, BUSY].cost
            # Of others than the service the server does nothing.
            server = f"{own.server:.0f}" if name == "c" and own.server else "–"
            lines.append(
                f"| {title} | {own.loop:.0f} | {own.threads:.0f} | {server} | {own.process / bare.process:.2f} |"
            )
    return lines


def _write_lines(store: str, figures: StoreFigures) -> list[str]:
    """The service's lines. (b) was measured beside (a) alone, so it is compared by way of (a)."""
    lines = []
    for n in CONNECTIONS:
        mine, bare = figures.service["c", n], figures.service["a", n]
        rate, slowness = mine.rate / bare.rate, mine.p50 / bare.p50
        compared = "– | –"
        if n in TEXTBOOK_CONNECTIONS:
            textbook, beside = figures.textbook["b", n], figures.textbook["a", n]
            times, of_p50 = rate / (textbook.rate / beside.rate), slowness / (textbook.p50 / beside.p50)
            compared = f"{times:.1f} | {of_p50:.2f}"
        lines.append(f"| (c) {store} | {n} | {rate:.2f} | {compared} | {mine.p99 / mine.p50:.1f} |")
    return lines


def _per_connection(figures: Figures, subject: str) -> str:
    return ", ".join(f"{figures[subject, connections].rate:.0f}" for connections in CONNECTIONS)
