"""The peer group of statistics.md §6, which the vectors V6 to V10 are about."""

from collections.abc import Sequence

from app.measures.rules.formulas.between import PeerGroup, peer_group
from app.measures.rules.formulas.moments import Moments, item_moments

NAMES = ("E1", "E2", "E3", "E4", "E5", "E6", "E7", "E8")
HISTOGRAMS = (
    (0, 2, 10, 48),
    (1, 4, 18, 37),
    (0, 0, 2, 10),
    (3, 9, 30, 38),
    (0, 1, 3, 4),
    (2, 6, 40, 92),
    (0, 0, 0, 5),
    (6, 10, 24, 20),
)
PEERS = [item_moments(histogram) for histogram in HISTOGRAMS]


def group_of(peers: Sequence[Moments]) -> PeerGroup:
    """The spread of a group that has one."""
    found = peer_group(peers)
    assert found
    return found
