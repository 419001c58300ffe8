"""Reads what is told of service standards, of offices and of several together."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from app.directory.listing_store import names_of
from app.disclosure.reading import read_standards
from app.disclosure.rules.calendar import Span
from app.disclosure.rules.due import month_code
from app.disclosure.rules.standards import ToldStandards
from app.foundation.rounding import rounded
from app.foundation.storage.database import Session
from app.measures.rules.standards import DoneSteps, KeptTime, ServiceStandard, standards
from app.measures.standard_schemas import HeldPromiseOut, ServiceStandardOut, StandardsOut, StepsOut, TimeOut
from app.ratings.rules.selection import By
from app.standards.rules.promise import History, Promise
from app.standards.store import promises_of


@dataclass(frozen=True)
class StandardsTold:
    """The blocks told of a period, what was promised when, and the names of services."""

    span: Span
    blocks: Sequence[ToldStandards]
    promises: Mapping[str, History]
    names: Mapping[str, str]

    def of_offices(self) -> Mapping[str, StandardsOut]:
        """What is told of each office by itself."""
        by_office: dict[str, list[ToldStandards]] = {}
        for block in self.blocks:
            if block.office is not None:
                by_office.setdefault(block.office, []).append(block)
        found = {code: self._out(blocks) for code, blocks in by_office.items()}
        return {code: told for code, told in found.items() if told is not None}

    def of_all(self, offices: Collection[str] | None) -> StandardsOut | None:
        """What is told of these offices together; None also counts what several tell together."""
        return self._out([each for each in self.blocks if offices is None or each.office in offices])

    def _out(self, blocks: Sequence[ToldStandards]) -> StandardsOut | None:
        found = standards(blocks, self.promises, month_code(self.span.first), month_code(self.span.last))
        if found is None:
            return None
        return StandardsOut(
            time=_time(found.time),
            steps=_steps(found.steps),
            services=tuple(_service(each, self.names.get(each.code)) for each in found.services),
        )


def standards_told(session: Session, agency_id: str, span: Span, offices: Collection[str] | None) -> StandardsTold:
    """What is told of a period at these offices (None: of the whole agency)."""
    blocks = read_standards(session, agency_id, span.first, span.last, offices)
    services = {block.service for block in blocks if block.service is not None}
    if not services:
        return StandardsTold(span, blocks, {}, {})
    names = names_of(session, agency_id, By.service, services)
    return StandardsTold(span, blocks, promises_of(session, agency_id, services), names)


def _service(told: ServiceStandard, name: str | None) -> ServiceStandardOut:
    return ServiceStandardOut(
        code=told.code,
        name=name,
        promises=tuple(held for each in told.promises if (held := _held(each)) is not None),
        time=_time(told.time),
        steps=_steps(told.steps),
    )


def _held(promise: Promise) -> HeldPromiseOut | None:
    if promise.promised is None or promise.source is None:
        return None
    amount, unit = promise.promised
    return HeldPromiseOut(valid_from=promise.valid_from, amount=amount, unit=unit, source=promise.source)


def _time(kept: KeptTime | None) -> TimeOut | None:
    if kept is None:
        return None
    share = kept.share
    return TimeOut(
        k=share.k,
        n=share.n,
        share=rounded(share.share),
        lower=rounded(share.lower),
        upper=rounded(share.upper),
        buckets=kept.buckets,
    )


def _steps(done: DoneSteps | None) -> StepsOut | None:
    if done is None:
        return None
    return StepsOut(
        n=done.services,
        due=done.due,
        done=done.done,
        share=rounded(done.share),
        lower=rounded(done.lower),
        upper=rounded(done.upper),
    )
