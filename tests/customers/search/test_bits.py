"""Sets of customers as bits."""

from random import Random

from customers.search.bits import (
    BLOCK,
    BYTES,
    MOST_PLACES,
    bits_of,
    count_of,
    customers_of,
    in_all,
    in_any,
    missing_in,
    read,
    read_places,
    stored,
)
from tests.tables import table

HERE, ELSEWHERE = {1, 5, BLOCK - 1, BLOCK, 3 * BLOCK + 7}, {5, BLOCK, 2 * BLOCK, 3 * BLOCK + 8}


@table("number", [0, 1, MOST_PLACES, MOST_PLACES + 1, BYTES // 2, BLOCK])
def test_a_block_is_read_as_it_was_stored(number):
    places = {*Random(1).sample(range(BLOCK), number)}  # noqa: S311 - places
    block = stored(places)

    assert read_places(block) == places
    assert count_of({0: read(block)}) == number
    assert missing_in(block, range(BLOCK)) == set(range(BLOCK)) - places
    assert len(block) <= min(2 * number, BYTES) or len(block) == BYTES


def test_sets_are_put_together_as_sets_are():
    here, elsewhere = bits_of(HERE), bits_of(ELSEWHERE)

    assert {*customers_of(here)} == HERE
    assert {*customers_of(in_all([here, elsewhere]))} == HERE & ELSEWHERE
    assert {*customers_of(in_any([here, elsewhere]))} == HERE | ELSEWHERE
    assert count_of(in_any([here, elsewhere])) == len(HERE | ELSEWHERE)
    assert in_all([here, bits_of(())]) == {}
