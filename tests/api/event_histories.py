"""Random acts, a program that hears of them by events, and the comparison of what it holds with the database.

    python -m tests.api.event_histories [--acts 10000] [--seed 7]

does many, beside the suite, on the database that DATABASE_URL names: `make histories`.
"""

import argparse
import logging
import os
import sys
from datetime import datetime
from random import Random, SystemRandom

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()

from django.db import connection, transaction
from django.test.utils import setup_test_environment
from django.utils import timezone

from customers.events.feed import events_after
from customers.events.find_id import NamedId
from customers.events.meaning import State, meaning_of
from customers.events.payload import payloads
from customers.lib.pages import Cursor
from customers.models import Customer, DataSource, SourceRecord
from customers.records.ownership import merge_chains
from orders.models import Order, Purchase
from tests.api.caller import Caller
from tests.api.event_consumer import Consumer, unreliably
from tests.api.village import Village
from tests.conftest import deletions

ACTS_OF_A_VILLAGE = 500
"""An older one has so many customers that each act takes long."""
Owners = dict[object, int]
Moment = tuple[datetime, Owners, Owners]


class DiffersError(AssertionError):
    pass


def check_history(seed: int, acts: int) -> int:
    """Do `acts` and compare; the number of events."""
    random = Random(seed)  # noqa: S311 (of a test)
    village, consumer = Village(random), Consumer(Caller())
    place: Cursor | None = None
    moments: list[Moment] = []
    total = 0
    for _ in range(acts):
        village.act()
        if random.random() < 0.2:
            events = events_after(place, 1_000)
            total += len(events)
            place = Cursor.of(events[-1]) if events else place
            for payload in unreliably(random, payloads(events)):
                consumer.receive(payload)
        if random.random() < 0.02:
            consumer.read_on()
        if random.random() < 0.05:
            moments.append((timezone.now(), customers(), records()))
    consumer.read_on()
    compare(seed, "customers", consumer.customers(), customers())
    for kind, owners in (
        ("record", records()),
        ("order", of_rows(Order, "number")),
        ("subscription", of_rows(Purchase, "uuid")),
    ):
        compare(seed, kind, consumer.owners(kind), owners)
    for moment in moments:
        compare_meanings(seed, *moment)
    return total


def compare_meanings(seed: int, at: datetime, customers_then: Owners, owners_then: Owners) -> None:
    """What ids meant at a time is what the database said then; records that were erased since are no more."""
    everyone = [NamedId(customer, customer.created) for customer in Customer.objects.all()]
    compare(seed, f"customers at {at}", meanings(everyone, at), customers_then)
    kept = SourceRecord.objects.select_related("origin").filter(pk__in=owners_then)
    named = [NamedId(record.origin, record.created, record) for record in kept]
    compare(seed, f"records at {at}", meanings(named, at), {one.record.pk: owners_then[one.record.pk] for one in named})


def meanings(named: list[NamedId], at: datetime) -> Owners:
    meaning_by_id = {(one.record or one.customer).pk: meaning_of(one, at) for one in named}
    created = {pk: meaning for pk, meaning in meaning_by_id.items() if meaning.state != State.NOT_CREATED}
    return {pk: meaning.chain[-1].customer.pk for pk, meaning in created.items()}


def compare(seed: int, what: str, held: Owners, stored: Owners) -> None:
    differing = {key: (held.get(key), stored.get(key)) for key in held.keys() | stored.keys()}
    differing = {key: (mine, theirs) for key, (mine, theirs) in differing.items() if mine != theirs}
    if differing:
        raise DiffersError(f"Seed {seed}: {what}, as held and as stored: {differing}")


def customers() -> Owners:
    chains = merge_chains(Customer.objects.values_list("pk", flat=True))
    return {pk: chain[-1] for pk, chain in chains.items()}


def records() -> Owners:
    external = SourceRecord.objects.exclude(data_source__name=DataSource.STAFF)
    return dict(external.values_list("pk", "customer"))


def of_rows(model: type[Order] | type[Purchase], key: str) -> Owners:
    return dict(model.objects.values_list(key, "source_record__customer"))


def empty_all_tables() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statements in deletions():
            cursor.execute(statements)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--acts", type=int, default=10_000, help="how many are done at least")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1_000_000), help="of the first village")
    options = parser.parse_args()
    name, done, seed, events = connection.settings_dict["NAME"], 0, options.seed, 0
    sys.stdout.write(f"On {connection.display_name}, from seed {seed}\n")
    setup_test_environment()  # where requests come from "testserver"
    logging.disable(logging.WARNING)  # refusals are among the acts
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        while done < options.acts:
            events += check_history(seed, ACTS_OF_A_VILLAGE)
            empty_all_tables()
            done += ACTS_OF_A_VILLAGE
            seed += 1
        sys.stdout.write(f"{done} acts, {events} events: the consumer holds what is in the database\n")
    except DiffersError as error:
        sys.exit(str(error))
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    main()
