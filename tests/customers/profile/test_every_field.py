"""Wherever a profile is shown, each of its fields is: one that is added to FIELDS is not forgotten."""

from html import unescape

import pytest
from django.urls import reverse

from customers.lib.addresses.address import address_lines
from customers.models import HistoryEntry, HistoryKind
from customers.profile.display import shown_text
from customers.profile.fields import FIELDS, IDENTITY, OF_CUSTOMER, FieldKind
from customers.profile.forms import inputs
from orders.imports.columns.guess import guess
from tests.acts import merge
from tests.exported import rows
from tests.factories import CustomerFactory
from tests.factories.every_field import with_every_field
from tests.orders.imports.files import csv_table

pytestmark = pytest.mark.django_db


@pytest.fixture
def bea(db):
    return with_every_field()


def lines(field, customer):
    """The value as pages show it: an address on several lines."""
    value = getattr(customer, field.column)
    return address_lines(value) if field.kind is FieldKind.ADDRESS else [shown_text(field, customer)]


def unshown(response, customer, fields):
    page = unescape(response.text)
    return [field.label for field in fields if not all(line in page for line in lines(field, customer))]


def test_the_page_of_the_customer_shows_every_field(as_agent, bea):
    assert unshown(as_agent.get(bea.get_absolute_url()), bea, FIELDS) == []


def test_the_form_edits_every_field_but_the_password(as_agent, bea):
    page = as_agent.get(reverse("customers:edit", args=[bea.pk])).text
    names = [name for field in FIELDS if field.kind is not FieldKind.PASSWORD for name in inputs.names(field)]
    assert [name for name in names if f'id="id_{name}"' not in page] == []


def test_the_merge_grid_shows_every_field(as_admin, bea):
    page = as_admin.get(reverse("customers:merge_values", args=[CustomerFactory().pk]), {"duplicate": bea.pk})
    shown = [field for field in FIELDS if field.kind is not FieldKind.PASSWORD]
    assert unshown(page, bea, shown) == []
    assert "Keep this password" in page.text


def test_compare_shows_every_field_of_the_identity(as_agent, bea):
    page = as_agent.get(reverse("customers:why", args=[bea.pk, CustomerFactory().pk]))
    assert unshown(page, bea, [field for field in FIELDS if field.group == IDENTITY]) == []


def test_the_history_names_every_field_that_was_edited(bea):
    entry = HistoryEntry.objects.get(source_record__customer=bea, kind=HistoryKind.EDIT).text
    assert [field.label for field in FIELDS if field.label not in entry] == []


def test_the_page_of_a_merge_names_every_field_that_it_changed(as_admin, bea):
    merged = merge(CustomerFactory(first_name="", last_name=""), bea, **{field.key: bea for field in FIELDS})
    page = as_admin.get(merged.get_absolute_url())
    assert [field.label for field in FIELDS if field.label not in page.text] == []
    assert unshown(page, bea, [field for field in FIELDS if field.kind is not FieldKind.PASSWORD]) == []


def test_the_export_has_a_column_for_every_field_but_secrets(as_agent, bea):
    [row] = rows(as_agent, "customers")
    assert len(row) == len(set(row))
    for field in FIELDS:
        if field.kind is FieldKind.ADDRESS:
            shown = [row[label] for label in field.parts.values()]
            assert shown == [getattr(bea, field.key)["line1"], "", "Brno", "", "", "Czechia"]
        else:
            assert row.get(field.label) == (None if field.kind in OF_CUSTOMER else shown_text(field, bea)), field.label


@pytest.mark.usefixtures("bea")
def test_an_import_knows_every_field_by_its_label_and_by_the_column_of_the_export():
    labels = {
        label: ".".join(filter(None, [field.key, part]))
        for field in FIELDS
        if field.kind not in OF_CUSTOMER
        for part, label in (field.parts or {"": field.label}).items()
    }
    columns = guess(csv_table(f"{','.join(labels)}\n{','.join('?' * len(labels))}\n")).columns
    assert {column.header: column.target for column in columns} == labels
