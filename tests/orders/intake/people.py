"""Leads of somebody who is always the same."""

from orders.intake.match_customer import AssignedRecord
from tests.factories import lead_of, person

HELENA = {"first_name": "Helena", "last_name": "Holý", "email": "hholy@gmail.com", "phone": "+420 241 770 449"}


def lead(source="Shop", **who) -> AssignedRecord:
    return lead_of(person(source, **who))
