"""Leads of somebody who is always the same."""

from customers.models import Customer
from customers.profile.edit import edit_profile
from orders.intake.match_customer import AssignedRecord
from tests.factories import lead_of, person

HELENA = {"first_name": "Helena", "last_name": "Holý", "email": "hholy@gmail.com", "phone": "+420 241 770 449"}


def lead(source="Shop", **who) -> AssignedRecord:
    return lead_of(person(source, **who))


def edit(customer: Customer, **values) -> Customer:
    customer = Customer.objects.get(pk=customer.pk)
    return edit_profile(customer, values, version=customer.version, by=None, via="page")
