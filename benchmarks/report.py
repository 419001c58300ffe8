"""The table of one run, as Markdown. Everything is a ratio to something measured beside it."""

import platform
from os import cpu_count

from benchmarks.batches import BatchFigures
from benchmarks.documents import DocumentFigures
from benchmarks.page_figures import PageFigures
from benchmarks.reads import ReadFigures
from benchmarks.writes import CONNECTIONS, Figures


def written(
    writes: Figures,
    memory: dict[str, float],
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
        *_write_lines(writes, list(memory)),
        "",
        f"Bare endpoint (a): {_per_connection(writes, 'a')} answers/s at {', '.join(map(str, CONNECTIONS))} "
        "connections (to judge the machine, not the service).",
        "",
        "| | ratio | goal |",
        "|---|---|---|",
        f"| (d) batches of 500 ÷ COPY of 500 | {batches.service / batches.copy:.2f} | ≥ 0.35 |",
    ]
    for name, figures in reads.items():
        lines += [
            f"| an office's year, {name}: 10⁶ ÷ 10⁵ ratings | {figures.large / figures.small:.2f} | ≤ 1.5 |",
            f"| AVG … GROUP BY ÷ index over HTTP at 10⁶, {name} | {figures.average / figures.large:.0f} | ≥ 10 |",
        ]
    lines += [f"| peak memory of the process under load, {n} (MiB) | {m:.0f} | ≤ 250 |" for n, m in memory.items()]
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


def _write_lines(writes: Figures, names: list[str]) -> list[str]:
    return [
        f"| (c) {name} | {connections} | {mine.rate / bare.rate:.2f} | {mine.rate / textbook.rate:.1f} "
        f"| {mine.p50 / textbook.p50:.2f} | {mine.p99 / mine.p50:.1f} |"
        for name in names
        for connections in CONNECTIONS
        for mine, bare, textbook in [
            (writes[f"c {name}", connections], writes["a", connections], writes[f"b {name}", connections])
        ]
    ]


def _per_connection(writes: Figures, subject: str) -> str:
    return ", ".join(f"{writes[subject, connections].rate:.0f}" for connections in CONNECTIONS)
