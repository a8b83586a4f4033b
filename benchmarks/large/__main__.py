"""Fill the empty database that DATABASE_URL names, and time reads of it. It is left as it is, for whatever else.

DATABASE_URL=postgres://… python -m benchmarks.large [--customers 100000] [--most 20000] [--seed 1]
"""

import argparse
import json
import sys
import time

from django.core.management import call_command

from benchmarks.large.fill import fill
from benchmarks.large.measure import measured, reads
from customers.models import Customer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--most", type=int, default=20_000, help="Orders and purchases of the largest customer")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    if not Customer.objects.exists():
        start = time.perf_counter()
        for done in fill(options.customers, most=options.most, seed=options.seed):
            if done % 10_000 == 0:
                sys.stderr.write(f"{done:,} customers in {time.perf_counter() - start:,.0f} s\n")
    for name, read in reads().items():
        sys.stdout.write(json.dumps(measured(name, read), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
