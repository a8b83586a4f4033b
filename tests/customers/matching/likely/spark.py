"""Compare what a scan finds on DuckDB with what it finds on Spark as `local[2]`: the same pairs, weighed the same.

`make spark` runs it, where there is a Java. It is no part of pytest, because Spark takes half a minute to do little.
"""

import shutil
import sys
from importlib.util import find_spec
from itertools import islice

from benchmarks.labelled import fake_1000
from customers.matching.likely.columns import ComparedCustomer
from customers.matching.likely.model import shipped_model
from customers.matching.likely.scoring import ComparedTable, open_table, score
from customers.matching.likely.spark_table import open_spark_table
from tests.customers.matching.likely.two_people import HOUSEHOLDS, two_people

AMONG = 250
FIRST_NUMBER = 10_000
CLOSE = 1e-6


def customers() -> list[ComparedCustomer]:
    labelled = list(islice(fake_1000(with_birth=True).customers, AMONG))
    households = list(two_people())
    for number, one in enumerate(households, FIRST_NUMBER):
        one.id = number
    return [*labelled, *households]


def found_in(table: ComparedTable) -> tuple[dict, list[str]]:
    scores = score(table, shipped_model())
    pairs = {(pair.first, pair.second): (pair.probability, pair.weights) for pair in scores.pairs}
    return pairs, [str(one) for one in scores.left_out]


def main() -> int:
    if not (shutil.which("java") and find_spec("pyspark")):
        print("Left out: there is no Java, or no pyspark.")
        return 0
    people = customers()
    with open_table(people) as table:
        expected, left_out = found_in(table)
    with open_spark_table(people, master="local[2]") as table:
        pairs, left_out_too = found_in(table)
    differing = [
        pair
        for pair in expected.keys() | pairs.keys()
        if not (pair in pairs and pair in expected and is_close(pairs[pair], expected[pair]))
    ]
    print(f"{len(expected)} pairs on DuckDB, {len(pairs)} on Spark, {len(differing)} differ.")
    is_right = len(expected) > len(HOUSEHOLDS) and not differing and left_out == left_out_too
    return 0 if is_right else 1


def is_close(one: tuple, other: tuple) -> bool:
    return abs(one[0] - other[0]) < CLOSE and one[1] == other[1]


if __name__ == "__main__":
    sys.exit(main())
