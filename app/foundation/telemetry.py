"""Logs as JSON lines and metrics for Prometheus. Neither ever holds what a person wrote or is called."""

import logging
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Generic, TextIO, TypeVar, cast

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

METRICS_TYPE = CONTENT_TYPE_LATEST
LONGEST_SENTENCE = 200

# Any other method is the sender's own word: as a label it could hold anything, and make endless time series.
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


Labels = TypeVar("Labels", bound=tuple[object, ...])


class Tally(Collector, Generic[Labels]):
    """Counts by their labels, which Prometheus reads as a counter; to be counted in one thread alone.

    Its own counters take a lock at every step, which costs a rating as much as its validation.
    """

    def __init__(self, name: str, documentation: str, labels: Sequence[str]) -> None:
        self._name, self._documentation, self._labels = name, documentation, labels
        self.counts: defaultdict[Labels, int] = defaultdict(int)

    def collect(self) -> Iterable[Metric]:
        """The counts of this moment."""
        family = CounterMetricFamily(self._name, self._documentation, labels=self._labels)
        # A copy, because the event loop goes on counting.
        for labels, n in dict(self.counts).items():
            family.add_metric([str(label) for label in labels], n)
        yield family


class Metrics:
    """The metrics of one process; each application has its own registry, so tests do not share counts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._answers: Tally[tuple[str, str, int]] = Tally(
            "cermin_http_answers", "Answers by method, route template and status.", ("method", "route", "status")
        )
        self._outcomes: Tally[tuple[str]] = Tally(
            "cermin_ratings",
            "Submitted ratings by what became of them: stored, replayed, or the code of the refusal.",
            ("outcome",),
        )
        self.registry.register(self._answers)
        self.registry.register(self._outcomes)
        self.silent_devices = Gauge(
            "cermin_devices_silent",
            "Paired kiosks of all agencies that were not seen for CERMIN_DEVICE_SILENT_MINUTES.",
            registry=self.registry,
        )
        self.release_age = Gauge(
            "cermin_release_age_seconds",
            "How long ago the agency whose figures are oldest got its newest release; looked at every minute.",
            registry=self.registry,
        )
        self.replica_age = Gauge(
            "cermin_replica_age_seconds",
            "How old the state of the read replica is, looked at every two seconds; +Inf where it does not answer, 0 "
            "where there is none.",
            registry=self.registry,
        )
        self.unstamped = Gauge(
            "cermin_checkpoints_unstamped",
            "Agencies whose newest checkpoint of the log has no time stamp, looked at every minute; 0 where no "
            "authority is set.",
            registry=self.registry,
        )
        self._reads = Counter(
            "cermin_figure_reads",
            "Readings of figures where there is a read replica, by what was read: replica or primary.",
            ("database",),
            registry=self.registry,
        )
        self.open_findings = Gauge(
            "cermin_findings_open",
            "Findings of screening, of all agencies, that wait for an auditor's decision.",
            registry=self.registry,
        )
        self.screening_failures = Counter(
            "cermin_screening_failures",
            "Offices that a night's screening could not finish; the next night looks at them again.",
            registry=self.registry,
        )
        self.rewriting_failures = Counter(
            "cermin_rewriting_failures",
            "Nights in which what stands apart from ratings could not be written anew; it is tried again.",
            registry=self.registry,
        )
        self.connections = Gauge("cermin_connections", "Open connections of clients.", registry=self.registry)
        self._connections_closed = Counter(
            "cermin_connections_closed",
            "Connections closed because no whole request head came (no-head), because the client took nothing of its "
            "answer (not-read), or because there were too many (crowded).",
            ("reason",),
            registry=self.registry,
        )
        self._notifications = Counter(
            "cermin_notifications",
            "Messages by channel (webhook, mail) and what became of the attempt: delivered, or refused.",
            ("channel", "outcome"),
            registry=self.registry,
        )
        self.queued = Gauge("cermin_ratings_queued", "Ratings waiting for their group commit.", registry=self.registry)

    def answered(self, method: str, route: str, status: int) -> None:
        """Count one answer; in the event loop."""
        self._answers.counts[method if method in METHODS else "other", route, status] += 1

    def submitted(self, outcome: str, n: int = 1) -> None:
        """Count `n` submitted ratings by what became of them; in the event loop."""
        self._outcomes.counts[(outcome,)] += n

    def read_from(self, database: str) -> None:
        """Count one reading of figures."""
        self._reads.labels(database).inc()

    def notified(self, channel: str, outcome: str) -> None:
        """Count one attempt to deliver a message."""
        self._notifications.labels(channel, outcome).inc()

    def closed_connection(self, reason: str) -> None:
        """Count a connection that was closed for this reason."""
        self._connections_closed.labels(reason).inc()

    def exposition(self) -> bytes:
        """All metrics in Prometheus' text format."""
        return generate_latest(self.registry)


class _UnfailingStream:
    """A stream that never fails: a full disk, or a reader that has gone, must not cost anybody an answer."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, words: str) -> None:
        """Write if it can be written."""
        with suppress(OSError, ValueError):
            self._stream.write(words)

    def flush(self) -> None:
        """Flush if it can be flushed."""
        with suppress(OSError, ValueError):
            self._stream.flush()


class LibraryEvents(logging.Handler):
    """Turns what libraries log (uvicorn, asyncio) into events like ours; an error's text and trace may hold values."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log the record by its logger's name, its sentence, and the kind of its error."""
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        about = {"error": error} if error else {}
        # The first line only: uvicorn and asyncio put traces into their sentences.
        sentence = record.getMessage().partition("\n")[0][:LONGEST_SENTENCE]
        structlog.get_logger(record.name).log(record.levelno, f"{record.name}.told", sentence=sentence, **about)


def configure_logging(level: str) -> None:
    """JSON lines on standard error, also of libraries; called by the entry points only."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=cast(TextIO, _UnfailingStream(sys.stderr))),
    )
    # Without a handler Python writes warnings of libraries as plain text, and no reader of JSON lines finds them.
    root = logging.getLogger()
    root.handlers = [
        *(each for each in root.handlers if not isinstance(each, LibraryEvents)),
        LibraryEvents(logging.WARNING),
    ]
    logging.captureWarnings(True)
