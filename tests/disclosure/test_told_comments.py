"""Comments are read one by one only from blocks of ten or more; a search chooses among them."""

from uuid import UUID

import pytest

from app.disclosure.rules.comments import ToldComment, readable


def block(number: int, n: int, text: str) -> list[ToldComment]:
    """So many comments of one block."""
    return [ToldComment(number, UUID(int=1_000 * number + place), text) for place in range(n)]


@pytest.mark.parametrize(
    ("search", "n"), [("", 12), ("antre", 12), ("ANTRE", 12), ("ａｎｔｒｅ", 12), ("sepi", 0), ("tiada", 0)]
)
def test_a_search_chooses_among_whole_blocks(search: str, n: int) -> None:
    told = [*block(1, 12, "Antrean panjang"), *block(2, 9, "Antrean, dan sepi")]
    found = readable(reversed(told), search)
    assert len(found) == n
    assert [each.comment_id for each in found] == sorted(each.comment_id for each in found)
