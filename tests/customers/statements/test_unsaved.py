"""A row that is made quickly is the one that its model makes."""

import pytest
from django.apps import apps
from django.db.models.expressions import DatabaseDefault

from customers.models import Customer
from customers.statements.unsaved import unsaved


def made(row):
    """Its columns, but what differs each time."""
    values = {field.attname: vars(row)[field.attname] for field in row._meta.concrete_fields}
    return {
        name: type(value)
        if callable(row._meta.get_field(name).default) or isinstance(value, DatabaseDefault)
        else value
        for name, value in values.items()
    }


def test_every_column_has_its_default():
    for model in apps.get_models():
        assert made(unsaved(model)) == made(model()), model


def test_what_a_default_makes_is_of_one_row():
    first, second = unsaved(Customer), unsaved(Customer, uuid="cus_1", first_name="Jane")
    assert first.uuid != second.uuid == "cus_1"
    assert first.billing_address is not second.billing_address
    assert second.first_name == "Jane"
    assert second._state.adding


def test_a_value_for_no_column_is_not_lost():
    with pytest.raises(TypeError, match="Customer has no column owner"):
        unsaved(Customer, owner=None)
