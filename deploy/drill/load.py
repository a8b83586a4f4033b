"""Acts on the database of DATABASE_URL until it is ended, and a line of each that was acknowledged: see `judge.py`.

python -m deploy.drill.load ACKNOWLEDGED SEED
"""

import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

import django

django.setup()

from customers.lib.errors import ActionError
from customers.models import Customer, Merge
from tests.acts import merge, undo
from tests.factories import order

ending = Event()


def main() -> None:
    path, seed = Path(sys.argv[1]), int(sys.argv[2])
    signal.signal(signal.SIGTERM, lambda *_: ending.set())
    chance = random.Random(seed)  # noqa: S311 - no secret
    acts = [take_order] * 6 + [merge_two] * 3 + [undo_one]
    with path.open("a", buffering=1) as acknowledged:
        while not ending.is_set():
            act: Callable[[random.Random], int] = chance.choice(acts)
            began = time.time()
            try:
                pk = act(chance)
            except (ActionError, LookupError):
                continue  # another process was quicker, or there is nothing yet
            acknowledged.write(f"{act.__name__} {pk} {began!r} {time.time()!r}\n")


def take_order(chance: random.Random) -> int:
    number = chance.randrange(10_000)
    email = f"person{number}@reunite.example"
    return order(first_name=f"Person{number}", last_name="Drill", email=email, total="7.00").order.pk


def merge_two(chance: random.Random) -> int:
    live = list(Customer.objects.live().order_by("-pk")[:200])
    survivor, duplicate = chance.sample(live, 2) if len(live) > 1 else [live[1], live[0]]
    return merge(survivor, duplicate).pk


def undo_one(chance: random.Random) -> int:
    merged = chance.choice(list(Merge.objects.filter(undone_at=None).order_by("-pk")[:200]))
    undo(merged)
    return merged.pk


if __name__ == "__main__":
    main()
