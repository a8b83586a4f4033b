"""Sets of customers as bits, a block of so many numbers each, which are put together without a look at each customer.

A block of few is stored as their places in it, two bytes each, which take less than a bit for each number.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from sys import byteorder

BLOCK = 32_768
BYTES = BLOCK // 8
MOST_PLACES = 1_500
"""More are stored as bits."""

Block = bytes | memoryview
"""As the database gives it."""
Bits = Mapping[int, int]
"""{block: a number of which the n-th bit stands for the n-th customer of the block}."""


def place_of(customer: int) -> tuple[int, int]:
    """(block, place in it)."""
    return divmod(customer, BLOCK)


def bits_of(customers: Iterable[int]) -> Bits:
    places: defaultdict[int, list[int]] = defaultdict(list)
    for customer in customers:
        block, place = place_of(customer)
        places[block].append(place)
    return {block: _number(some) for block, some in places.items()}


def customers_of(bits: Bits) -> Iterator[int]:
    for block, number in bits.items():
        start = block * BLOCK
        # Digits of a text are found faster than bits of a number.
        digits = f"{number:b}"[::-1]
        place = digits.find("1")
        while place >= 0:
            yield start + place
            place = digits.find("1", place + 1)


def count_of(bits: Bits) -> int:
    return sum(number.bit_count() for number in bits.values())


def in_all(sets: Collection[Bits]) -> Bits:
    first, *others = sorted(sets, key=len)
    common = dict(first)
    for other in others:
        common = {block: both for block, number in common.items() if (both := number & other.get(block, 0))}
    return common


def in_any(sets: Iterable[Bits]) -> Bits:
    together: defaultdict[int, int] = defaultdict(int)
    for bits in sets:
        for block, number in bits.items():
            together[block] |= number
    return together


def stored(places: Collection[int]) -> bytes:
    """How a block with customers at these places is stored."""
    if len(places) <= MOST_PLACES:
        return _little(array("H", sorted(places))).tobytes()
    return _number(places).to_bytes(BYTES, "little")


def read(block: Block) -> int:
    if len(block) == BYTES:
        return int.from_bytes(block, "little")
    return _number(_little(array("H", bytes(block))))


def missing_in(block: Block, places: Collection[int]) -> set[int]:
    """Those of `places` that the block does not have, which is found without reading all of it."""
    if len(block) == BYTES:
        return {place for place in places if not block[place >> 3] >> (place & 7) & 1}
    return {*places}.difference(_little(array("H", bytes(block))))


def read_places(block: Block) -> set[int]:
    return {*customers_of({0: read(block)})}


def _number(places: Iterable[int]) -> int:
    written = bytearray(BYTES)
    for place in places:
        written[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(written, "little")


def _little(places: array[int]) -> array[int]:
    if byteorder == "big":
        places.byteswap()
    return places
