"""Ten thousand steps of random histories, beside the suite: `make histories`, on the database that DATABASE_URL names.

    python -m tests.customers.histories [--steps 10000] [--seed 7]

The seeds are printed, so a failure can be repeated. It works in a database of its own, made and dropped as tests do.
"""

import argparse
import os
import sys
from random import SystemRandom

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.db import connection  # noqa: E402 - models are loaded by setup

from tests.customers.histories.histories import DiffersError, check_history  # noqa: E402 - as above

LENGTH = 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=10_000, help="how many are done at least")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1_000_000), help="of the first history")
    options = parser.parse_args()
    name, done, seed = connection.settings_dict["NAME"], 0, options.seed
    sys.stdout.write(f"On {connection.display_name}, from seed {seed}\n")
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        while done < options.steps:
            done += check_history(seed, LENGTH)
            seed += 1
        sys.stdout.write(f"{done} steps of {seed - options.seed} histories: nothing differs from the model\n")
    except DiffersError as error:
        sys.exit(str(error))
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    main()
