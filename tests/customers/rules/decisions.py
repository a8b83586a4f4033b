"""What staff decided about two customers, and random merges after that, between which a rule may merge.

    python -m tests.customers.rules.decisions [--merges 1000] [--seed 7]

It works in a database of its own beside the one that DATABASE_URL names, made and dropped as tests do.
"""

import argparse
import os
import random
import sys
from random import SystemRandom

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()

from django.db import connection

from customers.matching.not_duplicates import mark_not_duplicates
from customers.models import Customer, Merge, Via
from customers.records.ownership import merge_chains
from customers.rules.follow import follow_changes
from tests.acts import merge, undo
from tests.factories.rules import known_as, make_rule

MAILS = ("hholy@gmail.com", "b@x.example")
FIRST = 8
"""So many others are there at the beginning; with each merge comes one more."""
RECENT = 4
"""Who arrives has mostly one of so many emails, so that a rule finds others who are not decided to be apart."""


class Decisions:
    """Two who are marked as not duplicates and two whose merge was undone, all with what a rule merges by."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - the same each time
        self.mails = [*MAILS]
        make_rule("email-name", largest_group=100, stop_above=100)
        marked, restored = (self._two(mail) for mail in MAILS)
        mark_not_duplicates(*marked, by=None)
        undo(merge(*restored))
        self.apart = [tuple(one.pk for one in pair) for pair in (marked, restored)]
        self.live = [one.pk for one in (*marked, *restored)]
        self.live += [self._another() for _ in range(FIRST)]

    def _two(self, mail: str) -> list[Customer]:
        return [known_as(email=mail, source=source) for source in ("Shop", "Marketplace")]

    def _another(self) -> int:
        if self.chance.random() < 0.5:
            self.mails.append(f"m{len(self.mails)}@x.example")
        known = self.mails if self.chance.random() < 0.2 else self.mails[-RECENT:]
        return known_as(email=self.chance.choice(known), source=f"Till {self.chance.randrange(5)}").pk

    def merge_further(self, number: int) -> int:
        """Merge two by staff so often, and let the rule follow each time; how many are decided to be apart then."""
        for _ in range(number):
            self.live.append(self._another())
            self._merge_two()
            follow_changes()
            self.check()
        return len(self.apart)

    def _merge_two(self) -> None:
        """Some of the merges are undone at once, which is one more decision."""
        self.live = list(Customer.objects.live().filter(pk__in=self.live).values_list("pk", flat=True).order_by("pk"))
        one, other = self.chance.sample(self.live, 2)
        if {one, other} in self.roots():
            return  # staff may merge them after all; a rule may not
        merged = merge(*(Customer.objects.get(pk=pk) for pk in (one, other)))
        if self.chance.random() < 0.05:
            undo(merged)
            self.apart.append((one, other))

    def roots(self) -> list[set[int]]:
        """Of each two who are apart, the live customers that they are part of."""
        chains = merge_chains({pk for pair in self.apart for pk in pair})
        return [{chains[pk][-1] for pk in pair} for pair in self.apart]

    def check(self) -> None:
        for pair, roots in zip(self.apart, self.roots(), strict=True):
            assert len(roots) == 2, f"{pair} were merged"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--merges", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1_000_000))
    options = parser.parse_args()
    name = connection.settings_dict["NAME"]
    sys.stdout.write(f"On {connection.display_name}, seed {options.seed}\n")
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        pairs = Decisions(options.seed).merge_further(options.merges)
        by_rule = Merge.objects.filter(via=Via.RULE).count()
        sys.stdout.write(f"{options.merges} merges later, and {by_rule} by the rule, {pairs} pairs are still apart\n")
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    main()
