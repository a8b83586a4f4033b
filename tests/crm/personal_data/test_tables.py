"""Every table that says something of a customer is in the file, or named with the reason why it is not."""

from django.apps import apps
from django.conf import settings
from django.db import models

from crm.personal_data.columns import columns_of
from crm.personal_data.tables import left_out, subject_tables
from customers.erasing.delete_rows import referring
from customers.models import Customer, SourceRecord
from customers.models.encrypted import EncryptedField
from customers.records.registry import all_linked_models
from tests.tables import table

SECRET_NAMES = ("password", "token", "digest", "secret", "hash", "fingerprint", "encrypted", "key")


def names_customers(model: type[models.Model]) -> bool:
    """Without a foreign key: by number, or by a list of numbers."""
    columns = {field.name: field for field in model._meta.concrete_fields}
    return bool(columns.keys() & {"customer", "customer_number"}) or isinstance(
        columns.get("customers"), models.JSONField
    )


def tables_of_customers() -> set[type[models.Model]]:
    """All that refer to a customer, directly or through other rows, also where they need not."""
    every_model = apps.get_models(include_auto_created=True)
    level = {Customer, SourceRecord, *(model for model in every_model if names_customers(model))}
    reached: set[type[models.Model]] = set()
    while level:
        reached |= level
        level = {link.model for model in level for link in referring(model)} - reached
    return reached


def test_the_page_on_privacy_names_every_linked_table():
    page = (settings.BASE_DIR / "docs/privacy.md").read_text()
    tables = [model._meta.db_table for model in all_linked_models()]
    assert [name for name in tables if f"`{name}`" not in page and f"`…_{name.partition('_')[2]}`" not in page] == []


def test_every_table_of_a_customer_is_exported_or_left_out_for_a_reason():
    exported = {subject.model for subject in subject_tables()}
    assert exported & left_out().keys() == set()
    assert tables_of_customers() == exported | left_out().keys()
    assert all(reason.endswith(".") for reason in left_out().values())


def test_no_two_tables_have_one_file():
    names = [subject.name for subject in subject_tables()]
    assert len({*names}) == len(names)


@table("subject", subject_tables())
def test_no_column_is_a_secret(subject):
    secrets = {field.name for field in subject.model._meta.concrete_fields if isinstance(field, EncryptedField)}
    names = [column.name for column in columns_of(subject.model)]
    assert names[0] == "id"
    # The password that a customer shows is the number of a row of logins.
    shown = [name for name in names if name in secrets or any(word in name.split("_") for word in SECRET_NAMES)]
    assert shown == (["cart_password"] if subject.model is Customer else [])
