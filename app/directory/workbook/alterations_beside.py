"""Says in rows what an import would change of targets and promises, which stand beside the directory."""

from collections.abc import Iterator

from app.directory.standards.setting import in_words
from app.directory.workbook.alteration import Alteration, Difference
from app.directory.workbook.changes import Before, Changes
from app.standards.rules.promise import Promise
from app.standards.store import promise_of
from app.targets.rules.target import shown


def target_alterations(changes: Changes, before: Before) -> Iterator[Alteration]:
    """The targets that are set or changed."""
    for target in changes.targets.changed:
        key, row = target.key, changes.targets.rows.get(target.key)
        known = before.directory.offices if key.kind == "office" else before.directory.employees
        unit = known.get(key.unit)
        was = None if row is None else str(shown(row.hundredths))
        yield Alteration(
            "targets",
            "new" if row is None else "changed",
            f"{key.period} · {key.instrument} · {key.unit} · {key.figure}",
            None if unit is None else unit.name,
            (Difference("value", was, str(target.value)),),
        )


def promise_alterations(changes: Changes, before: Before) -> Iterator[Alteration]:
    """The promises that are set or changed."""
    rows, services = changes.promises.rows, before.directory.services
    for promise in changes.promises.changed:
        stored, service = rows.get(promise.key), services.get(promise.service)
        was = None if stored is None else promise_of(stored)
        yield Alteration(
            "promises",
            "new" if was is None else "changed",
            f"{promise.service} · {promise.valid_from}",
            None if service is None else service.name,
            (
                Difference("amount", _promised(was), _promised(promise)),
                *(
                    [Difference("source", None if was is None else was.source, promise.source)]
                    if was is None or was.source != promise.source
                    else []
                ),
            ),
        )


def _promised(promise: Promise | None) -> str | None:
    return None if promise is None else in_words(promise.promised)
