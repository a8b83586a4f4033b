"""A row in every table, so that each list has what it shows, and PostgreSQL a page of which it can be told more."""

from django.apps import apps

from customers.models import Customer, EvidencePair, LikelyAnswer, LikelyPair, SourceRecord
from tests.factories.linked_rows import row_to_refer_to

APPS = ("accounts", "audit", "jobs", "exports", "webhooks", "pulls", "orders", "customers")


def fill_every_table(record: SourceRecord, other: Customer) -> None:
    first, second = sorted([record.customer_id, other.pk])
    pair = {"first_id": first, "second_id": second}
    EvidencePair.objects.create(**pair, kinds=1, rank=1)
    LikelyPair.objects.create(**pair, probability=0.9, rank=900_000, weights={}, model="1")
    LikelyAnswer.objects.create(**pair, answer="merged", probability=0.9, weights={}, model="1")
    for app in APPS:
        for model in apps.get_app_config(app).get_models():
            row_to_refer_to(model, record)
