"""Nothing ever published, added and subtracted in any way, tells about one to nine ratings."""

from itertools import combinations

import numpy as np
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from app.disclosure.rules.closing import Subject, Withheld, decide
from app.disclosure.rules.ledger import Cell, Part, PublishedRelease, with_emptied_parts
from app.disclosure.rules.stored_releases import release_out, releases_in
from app.indices.rules.calendar import months_until, span_of
from tests.effort import times

MONTHS = [month.code for month in months_until(span_of("2026-04").last, 4)]  # type: ignore[union-attr]  # a code of a month
PERIODS = [*MONTHS, "2026-Q1"]
OFFICES = "ab"
PERSONS = "pqr"


def subjects(counts: dict[Part, int], stood: dict[tuple[str, str], int]) -> list[Subject]:
    """The agency, its offices and the persons at the offices where ten rated them, as reports are about them."""

    def subject(kind: str, code: str, offices: frozenset[str], employee: str | None) -> Subject:
        months = {
            month: sum(
                n
                for part, n in counts.items()
                if part.month == month and part.office in offices and employee in (None, part.employee)
            )
            for month in MONTHS
        }
        return Subject(kind, code, offices, employee, months, stood.get((kind, code)))

    return [
        subject("agency", "all", frozenset(OFFICES), None),
        *(subject("office", code, frozenset(code), None) for code in OFFICES),
        *(subject("employee", code, frozenset(OFFICES), code) for code in PERSONS),
    ]


class Differencing(RuleBasedStateMachine):
    """Ratings come, late ones too, some are held and released, periods are closed and revised in any order.

    An attacker keeps every report. Of a part the latest ratings are held, and of these the last held come back first,
    as the ledger takes it (decision 8 names what another order would tell).
    """

    def __init__(self) -> None:
        super().__init__()
        # Groups of citizens that came together, and how many they are.
        self.arrivals: list[tuple[Part, int]] = []
        # Which of them are held, in the order in which they were.
        self.held: list[int] = []
        self.kept: list[dict[str, object]] = []
        self.stood: dict[str, dict[tuple[str, str], int]] = {}
        # What the attacker has: for each published figure, which arrivals it counts.
        self.seen: set[tuple[int, ...]] = set()

    @rule(
        office=st.sampled_from(OFFICES),
        employee=st.sampled_from(["", *PERSONS]),
        month=st.sampled_from(MONTHS),
        n=st.integers(1, 14),
    )
    def rate(self, office: str, employee: str, month: str, n: int) -> None:
        """Some citizens rate."""
        self.arrivals.append((Part(office, employee, month), n))

    @rule(chosen=st.integers(0, 99), n=st.integers(1, 14))
    def hold(self, chosen: int, n: int) -> None:
        """Screening doubts some of the ratings of one office, employee and month."""
        if not self.arrivals:
            return
        part = self.arrivals[chosen % len(self.arrivals)][0]
        for place in reversed(range(len(self.arrivals))):
            if self.arrivals[place][0] == part and place not in self.held and n:
                n -= self._taken(place, n)
                self.held.append(place)

    @rule(n=st.integers(1, 14))
    def release(self, n: int) -> None:
        """An auditor lets some count again."""
        while self.held and n:
            place = self.held.pop()
            size = self.arrivals[place][1]
            if size > n:
                self._taken(place, n)
                self.held.append(len(self.arrivals) - 1)
            n -= min(n, size)

    def _taken(self, place: int, n: int) -> int:
        """Split a group of citizens that only some of them leave: the others become a group of their own."""
        part, size = self.arrivals[place]
        if size <= n:
            return size
        self.arrivals[place] = (part, n)
        self.arrivals.append((part, size - n))
        rest = len(self.arrivals) - 1
        self.seen = {(*figure, rest) if place in figure else figure for figure in self.seen}
        return n

    @rule(code=st.sampled_from(PERIODS))
    def publish(self, code: str) -> None:
        """The period is closed or revised, and the attacker gets what is new."""
        span = span_of(code)
        assert span is not None
        whole, before = frozenset(span.month_codes), frozenset(span.before().month_codes)
        counts: dict[Part, int] = {}
        for place, (part, n) in enumerate(self.arrivals):
            if place not in self.held:
                counts[part] = counts.get(part, 0) + n
        former = releases_in(self.kept)
        asked = subjects(counts, self.stood.get(code, {}))
        showings, release = decide(
            asked,
            whole=whole,
            before=before,
            trend=frozenset(month for month in MONTHS if month <= max(whole)),
            counts=with_emptied_parts(former, counts, MONTHS),
            former=former,
        )
        self.kept.append(release_out(release))
        for subject in asked:
            showing = showings[subject.kind, subject.code]
            if showing.withheld or not showing.is_new:
                continue
            self.stood.setdefault(code, {})[subject.kind, subject.code] = subject.n(whole)
            spans = [whole, *([before] if showing.before else []), *(frozenset([month]) for month in showing.months)]
            self.seen |= {self._counted(Cell(subject.offices, subject.employee, months)) for months in spans}

    def _counted(self, cell: Cell) -> tuple[int, ...]:
        return tuple(
            place
            for place, (part, _) in enumerate(self.arrivals)
            if place not in self.held
            and part.office in cell.offices
            and part.month in cell.months
            and cell.employee in (None, part.employee)
        )

    @invariant()
    def no_sum_of_figures_isolates_one_to_nine(self) -> None:
        """No group of one to nine ratings is a combination of published figures."""
        rows = np.array(
            [[float(place in figure) for place in range(len(self.arrivals))] for figure in sorted(self.seen)]
        )
        if not len(rows):
            return
        # Arrivals that every figure counts alike can never be told apart.
        alike: dict[tuple[float, ...], list[int]] = {}
        for place, (_, n) in enumerate(self.arrivals):
            alike.setdefault(tuple(rows[:, place]), []).append(n)
        alike.pop((0.0,) * len(rows), None)
        columns, sizes = np.array(list(alike)).T, [sum(each) for each in alike.values()]
        rank = np.linalg.matrix_rank(columns)
        small = [place for place, size in enumerate(sizes) if size < 10]
        for length in range(1, min(len(small), 4) + 1):
            for group in combinations(small, length):
                if sum(sizes[place] for place in group) < 10:
                    wanted = np.array([[float(place in group) for place in range(len(sizes))]])
                    assert np.linalg.matrix_rank(np.vstack([columns, wanted])) > rank, group

    @invariant()
    def every_figure_is_about_ten(self) -> None:
        """No figure counts fewer."""
        assert all(sum(self.arrivals[place][1] for place in figure) >= 10 for figure in self.seen)


TestDifferencing = Differencing.TestCase
TestDifferencing.settings = times(0.8)


def closing(subject: Subject, *, former: tuple[PublishedRelease, ...] = ()) -> tuple[Withheld | None, bool]:
    counts = {Part("a", subject.employee or "", month): n for month, n in subject.months.items()}
    month = frozenset(["2026-01"])
    showings, _ = decide(
        [subject], whole=month, before=frozenset(["2025-12"]), trend=month, counts=counts, former=former
    )
    showing = showings[subject.kind, subject.code]
    return showing.withheld, showing.is_new


def test_a_report_says_why_it_has_no_figures() -> None:
    def office(n: int) -> Subject:
        return Subject("office", "a", frozenset("a"), None, {"2026-01": n})

    told = PublishedRelease({Part("a", "", "2026-01"): 20}, [Cell(frozenset("a"), None, frozenset(["2026-01"]))])
    assert closing(office(9)) == (Withheld.few, True)
    assert closing(office(10)) == (None, True)
    assert closing(office(25), former=(told,)) == (Withheld.difference, True)


def test_a_former_revision_stands_where_fewer_than_ten_came() -> None:
    def office(n: int) -> Subject:
        return Subject("office", "a", frozenset("a"), None, {"2026-01": n}, n_before=20)

    told = PublishedRelease({Part("a", "", "2026-01"): 20}, [Cell(frozenset("a"), None, frozenset(["2026-01"]))])
    assert [closing(office(n), former=(told,))[1] for n in (20, 29, 30)] == [False, False, True]


def test_of_what_was_told_only_what_was_counted_is_kept() -> None:
    counted, other = Part("a", "p", "2026-01"), Part("b", "", "2026-01")
    person = Cell(frozenset("a"), "p", frozenset(["2026-01"]))
    [kept] = releases_in([release_out(PublishedRelease({counted: 12, other: 5}, [person]))])
    assert kept == PublishedRelease({counted: 12}, [person])
