"""How well likely duplicates are found: pairs within groups, on labelled records.

python -m benchmarks.matching [--customers 20000]
"""

import argparse
import resource
import sys
import time
from collections.abc import Iterator

from benchmarks.labelled import (
    Labelled,
    Quality,
    fake_1000,
    febrl3,
    grouped,
    made_up,
    pairs_within,
    quality,
    scored_pairs,
)
from customers.matching.likely.doubts import SHOWN, SURE
from customers.matching.likely.model import Model, shipped_model

DUPLICATED = 10
"""One in so many made-up customers is there more than once."""


def sets(customers: int) -> Iterator[Labelled]:
    yield fake_1000(with_birth=False)
    yield fake_1000(with_birth=True)
    yield febrl3()
    yield made_up(customers, customers // DUPLICATED)


def measure(labelled: Labelled, model: Model | None) -> Iterator[str]:
    start = time.perf_counter()
    pairs = scored_pairs(labelled, model)
    yield f"  {'shipped' if model else 'trained'}, {time.perf_counter() - start:.1f} s"
    for least in (SHOWN, 0.8, 0.95, SURE):
        yield f"    from {least}: {quality(grouped(pairs, least=least), labelled)}"


def equal_emails(labelled: Labelled) -> Quality:
    by_email: dict[str, set[int]] = {}
    for customer in labelled.customers:
        if customer.email:
            by_email.setdefault(customer.email, set()).add(customer.id)
    return quality(pairs_within(by_email.values()), labelled)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=20_000)
    for labelled in sets(parser.parse_args().customers):
        lines = [labelled.name, f"  equal emails: {equal_emails(labelled)}"]
        for model in (shipped_model(), None):
            lines += measure(labelled, model)
        sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.write(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB at most\n")


if __name__ == "__main__":
    main()
