"""People who have nothing in common rarely wait for each other, although their names are hashed to numbers."""

import pytest
from django.db import transaction

from customers.lib.identity import Identity
from customers.locks import NAMESPACE, lock_numbers, number_of, try_lock_numbers
from customers.models import DataSource
from orders.intake.match_customer import names_of
from orders.intake.order import IncomingCustomer
from tests.failing_database import apart

CHUNK = 1_000
STRANGERS = 500
# Sessions of a server share room for some 6,400 locks, and other tests lock meanwhile.
HELD, TRYING = 250, 100


def person(number: int) -> IncomingCustomer:
    identity = Identity(
        first_name="Ada", last_name=f"Nováková {number}", email=f"ada{number}@reunite.cz", phone=f"+420 601 {number:06}"
    )
    return IncomingCustomer(DataSource(pk=1), identity, external_id=str(number))


def names_of_people(first: int, count: int) -> list[list[str]]:
    return [names_of(person(number)) for number in range(first, first + count)]


def test_an_import_chunk_has_the_numbers_of_few_strangers():
    of_chunk = {number_of(name) for names in names_of_people(0, CHUNK) for name in names}
    strangers = names_of_people(CHUNK, STRANGERS)
    waiting = [names for names in strangers if of_chunk & {*map(number_of, names)}]
    assert len(of_chunk) > CHUNK
    assert len(waiting) < STRANGERS * 0.04


def test_of_a_thousand_strangers_hardly_two_have_a_number_in_common():
    numbers = [{*map(number_of, names)} for names in names_of_people(0, CHUNK)]
    pairs = sum(bool(a & b) for nth, a in enumerate(numbers) for b in numbers[:nth])
    assert pairs < CHUNK * (CHUNK - 1) / 2 / 10_000


@pytest.mark.postgres
def test_strangers_go_on_while_a_chunk_is_written_and_its_own_people_wait(transactional_db):
    mine = names_of_people(0, HELD)
    numbers = sorted({number_of(name) for names in mine for name in names})
    with apart() as session, session.transaction():
        session.execute("SELECT pg_advisory_xact_lock(%s, n) FROM unnest(%s::int[]) AS n", [NAMESPACE, numbers])
        with transaction.atomic():
            waiting = [names for names in names_of_people(HELD, TRYING) if try_lock_numbers(names)]
        with transaction.atomic():
            assert len(try_lock_numbers(mine[0])) == len(mine[0])
    assert len(waiting) < TRYING * 0.04
    with transaction.atomic():
        assert lock_numbers(mine[0])
