"""Format-preserving encryption, FF1 of NIST SP 800-38G with no tweak: numbers of a size become numbers of that size.

What is scrambled looks drawn by chance to whoever has not the key, so that a short code can carry something and still
be guessed no sooner than a random one of its length. Pure.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

ROUNDS, BLOCK = 10, 16


class Shape(NamedTuple):
    """How many digits a number has, and of which base; half of them must fit into one block of the cipher."""

    base: int
    length: int

    @property
    def left(self) -> int:
        """Digits of the first half, the shorter one."""
        return self.length // 2

    @property
    def right(self) -> int:
        """Digits of the second half."""
        return self.length - self.left

    @property
    def split(self) -> int:
        """By which number one divides to get the first half, with the second as the rest."""
        return self._numbers(self.right)

    def _numbers(self, digits: int) -> int:
        return int(self.base**digits)

    def sizes(self) -> Iterator[int]:
        """Of each round, how many numbers the half has that it changes."""
        for turn in range(ROUNDS):
            yield self._numbers(self.right if turn % 2 else self.left)


def scrambled(key: bytes, shape: Shape, number: int) -> int:
    """The number that stands for this one under the key."""
    mixed = _mixing(key, shape)
    left, right = divmod(number, shape.split)
    for turn, size in enumerate(shape.sizes()):
        left, right = right, (left + mixed(turn, right)) % size
    return left * shape.split + right


def unscrambled(key: bytes, shape: Shape, number: int) -> int:
    """The number for which this one stands."""
    mixed = _mixing(key, shape)
    left, right = divmod(number, shape.split)
    for turn, size in reversed(list(enumerate(shape.sizes()))):
        left, right = (right - mixed(turn, left)) % size, left
    return left * shape.split + right


def _mixing(key: bytes, shape: Shape) -> Callable[[int, int], int]:
    """What a round adds to one half, from its number and the other half (steps 2 to 6.iv of Algorithm 7)."""
    # Here, because a start need not read the library.
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    # The standard's PRF is CBC over two blocks of which the first is always the same. ECB of single blocks is what CBC
    # is made of, and one object serves all rounds.
    cipher = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 - as said above
    head = bytes([1, 2, 1]) + shape.base.to_bytes(3) + bytes([ROUNDS, shape.left])
    first = int.from_bytes(cipher.update(head + shape.length.to_bytes(4) + bytes(4)))
    width = ((shape.split - 1).bit_length() + 7) // 8
    taken = 4 * ((width + 3) // 4) + 4

    def mixed(turn: int, half: int) -> int:
        block = first ^ (turn << (8 * width) | half)
        return int.from_bytes(cipher.update(block.to_bytes(BLOCK))[:taken])

    return mixed
