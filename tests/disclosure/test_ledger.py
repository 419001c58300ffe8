"""What a ledger lets be told: figures are sums of whole blocks, and no block has one to nine ratings."""

from app.disclosure.rules.ledger import (
    Ledger,
    LedgerCell,
    LedgerPart,
    PublishedRelease,
    publish_allowed,
    with_emptied_parts,
)

JANUARY, FEBRUARY, MARCH = "2026-01", "2026-02", "2026-03"
QUARTER = frozenset({JANUARY, FEBRUARY, MARCH})


def months(**sizes: int) -> dict[LedgerPart, int]:
    """Ratings of one person at one office, by month."""
    codes = {"january": JANUARY, "february": FEBRUARY, "march": MARCH}
    return {LedgerPart("a", "p", codes[name]): n for name, n in sizes.items()}


def person(*when: str, offices: str = "a", employee: str = "p") -> LedgerCell:
    return LedgerCell(frozenset(offices), employee, frozenset(when))


def office(*when: str, offices: str = "a") -> LedgerCell:
    return LedgerCell(frozenset(offices), None, frozenset(when))


def test_a_figure_needs_ten_ratings_and_ratings_at_all() -> None:
    assert [Ledger([], months(january=n)).publish(person(JANUARY)) for n in (0, 9, 10)] == [False, False, True]


def test_a_month_is_not_told_if_the_rest_of_the_period_would_be() -> None:
    ledger = Ledger([], months(january=10, february=20, march=9))
    assert [ledger.publish(person(*when)) for when in (QUARTER, [FEBRUARY], [JANUARY])] == [True, True, False]
    # Together with nobody else's, two small months hide each other.
    ledger = Ledger([], months(january=20, february=6, march=5))
    assert [ledger.publish(person(*when)) for when in (QUARTER, [JANUARY])] == [True, True]


def test_the_same_figure_may_be_told_again() -> None:
    counts = months(january=12)
    ledger = Ledger([PublishedRelease(counts, [person(JANUARY)])], counts)
    assert ledger.publish(person(JANUARY))


def test_late_ratings_are_not_told_by_what_was_told_before_they_came() -> None:
    january = PublishedRelease(months(january=12), [person(JANUARY)])
    assert not Ledger([january], months(january=17)).publish(person(*QUARTER))
    assert Ledger([january], months(january=22)).publish(person(*QUARTER))
    # The five hide among February's.
    later = Ledger([january], months(january=17, february=30))
    assert [later.publish(person(*QUARTER)), later.publish(person(JANUARY))] == [True, False]


def test_ratings_that_were_held_meanwhile_are_not_told_either() -> None:
    former = [PublishedRelease(months(january=20), [person(JANUARY)])]
    assert not Ledger(former, months(january=15)).publish(person(JANUARY))
    gone = with_emptied_parts(former, {}, [JANUARY])
    assert gone == months(january=0)
    assert with_emptied_parts(former, {}, [FEBRUARY]) == {}


def test_what_is_left_of_a_part_is_not_told_either() -> None:
    """Ten of fourteen are held: the office less the colleague, whose figures stand, would tell the four."""
    before = {LedgerPart("a", "p", JANUARY): 14, LedgerPart("a", "q", JANUARY): 86}
    told_before = [office(JANUARY), person(JANUARY, employee="q"), person(JANUARY)]
    for left, may in ((9, False), (4, False), (1, False), (0, True)):
        after = before | {LedgerPart("a", "p", JANUARY): left}
        assert Ledger([PublishedRelease(before, told_before)], after).publish(office(JANUARY)) is may
    # Nor in a quarter with ten of another month, which are told as well.
    later = before | {
        LedgerPart("a", "p", JANUARY): 4,
        LedgerPart("a", "p", FEBRUARY): 10,
        LedgerPart("a", "q", FEBRUARY): 80,
    }
    assert not Ledger([PublishedRelease(before, told_before)], later).publish(office(JANUARY, FEBRUARY))


def test_of_a_part_the_latest_ratings_are_held() -> None:
    """Twelve, then fifteen more; ten are held, so five of the fifteen are left, which the first twelve would tell."""
    former = [PublishedRelease(months(january=n), [person(JANUARY)]) for n in (12, 27)]
    assert not Ledger(former, months(january=17)).publish(person(JANUARY))
    assert Ledger(former, months(january=12)).publish(person(JANUARY))
    # Held across both: what is left of the twelve is ten, and two are gone.
    assert not Ledger(former, months(january=10)).publish(person(JANUARY))


def test_what_is_released_is_told_as_ratings_that_come() -> None:
    former = [PublishedRelease(months(january=n), [person(JANUARY)]) for n in (30, 20)]
    assert Ledger(former, months(january=30)).publish(person(JANUARY))
    assert not Ledger(former, months(january=29)).publish(person(JANUARY))


def test_a_part_that_was_not_counted_then_has_grown_since_it_was() -> None:
    first = PublishedRelease(months(january=12), [person(JANUARY)])
    between = PublishedRelease({}, [])
    assert not Ledger([first, between], months(january=17)).publish(person(JANUARY))


def test_nobody_can_subtract_persons_from_their_office() -> None:
    counts = {LedgerPart("a", "p", JANUARY): 40, LedgerPart("a", "q", JANUARY): 12, LedgerPart("a", "r", JANUARY): 9}
    ledger = Ledger([], counts)
    assert ledger.publish(office(JANUARY))
    asked = {each: (person(JANUARY, employee=each), counts[LedgerPart("a", each, JANUARY)]) for each in "pqr"}
    assert publish_allowed(ledger, asked) == {"p"}


def test_nobody_can_subtract_offices_from_a_person() -> None:
    counts = {LedgerPart("a", "p", JANUARY): 40, LedgerPart("b", "p", JANUARY): 3, LedgerPart("b", "q", JANUARY): 30}
    ledger = Ledger([], counts)
    assert [ledger.publish(office(JANUARY, offices=each)) for each in "ab"] == [True, True]
    assert not ledger.publish(person(JANUARY, offices="ab"))
    assert ledger.publish(person(JANUARY, offices="a"))


def test_what_a_person_gained_is_not_told_by_the_office() -> None:
    """Both are told in January's report; then five more rate the person and seven more the others."""
    before = {LedgerPart("a", "p", JANUARY): 20, LedgerPart("a", "q", JANUARY): 20}
    after = {LedgerPart("a", "p", JANUARY): 25, LedgerPart("a", "q", JANUARY): 27}
    ledger = Ledger([PublishedRelease(before, [office(JANUARY), person(JANUARY)])], after)
    assert [ledger.publish(office(JANUARY)), ledger.publish(person(JANUARY))] == [True, False]


def test_the_last_held_are_taken_to_be_released_first() -> None:
    """Ten and ten more are held, then ten are released: what is counted is what was told before the second hold."""
    former = [PublishedRelease(months(january=n), [person(JANUARY)]) for n in (40, 30, 20)]
    assert Ledger(former, months(january=30)).publish(person(JANUARY))
    assert not Ledger(former, months(january=25)).publish(person(JANUARY))
    assert Ledger(former, months(january=40)).publish(person(JANUARY))
