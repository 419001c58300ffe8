"""The cache of values that never change holds so much and no more."""

from app.foundation.recent_values import RecentValues


def kept(cache: RecentValues[str, str], keys: str) -> str:
    """Which of these keys are there; asking for all of them leaves their order as it was."""
    return "".join(key for key in keys if cache.find(key) is not None)


def test_what_was_asked_for_longest_ago_makes_room() -> None:
    cache = RecentValues[str, str](most=2)
    for key in "ab":
        cache.keep(key, key.upper())
    assert cache.find("a") == "A"
    cache.keep("c", "C")
    assert kept(cache, "abc") == "ac"


def test_sizes_count_together_and_one_that_is_too_large_is_not_kept() -> None:
    cache = RecentValues[str, str](most=10)
    cache.keep("a", "A", 4)
    cache.keep("b", "B", 4)
    cache.keep("whole", "W", 11)
    assert (kept(cache, "ab"), cache.find("whole")) == ("ab", None)
    cache.keep("c", "C", 9)
    assert kept(cache, "abc") == "c"


def test_a_value_kept_again_counts_once() -> None:
    cache = RecentValues[str, str](most=10)
    for value in ("first", "second"):
        cache.keep("a", value, 6)
    cache.keep("b", "B", 4)
    assert (cache.find("a"), cache.find("b")) == ("second", "B")
