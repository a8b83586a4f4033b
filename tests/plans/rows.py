"""A row in every table, so that each list has what it shows, and PostgreSQL a page of which it can be told more."""

from django.apps import apps
from django.utils import timezone

from customers.models import (
    BeginningBlock,
    BeginningProgress,
    Customer,
    EvidencePair,
    FrequentBeginning,
    LikelyAnswer,
    LikelyPair,
    SourceRecord,
)
from customers.search.bits import place_of, stored
from tests.factories.linked_rows import row_to_refer_to

APPS = ("accounts", "audit", "jobs", "exports", "webhooks", "pulls", "orders", "customers")
FREQUENT = ("hel", "hol")
"""Very many customers have words that begin so; a search is put together from bits only where it asks for these."""


def fill_every_table(record: SourceRecord, other: Customer) -> None:
    first, second = sorted([record.customer_id, other.pk])
    pair = {"first_id": first, "second_id": second}
    EvidencePair.objects.create(**pair, kinds=1, rank=1)
    LikelyPair.objects.create(**pair, probability=0.9, rank=900_000, weights={}, model="1")
    LikelyAnswer.objects.create(**pair, answer="merged", probability=0.9, weights={}, model="1")
    for text in FREQUENT:
        beginning = FrequentBeginning.objects.create(text=text, is_complete=True)
        block, place = place_of(record.customer_id)
        BeginningBlock.objects.create(beginning=beginning, block=block, customers=stored([place]))
    now = timezone.now()
    BeginningProgress.objects.create(noted_to=now, began=now, exact_to=now, next_block=None)
    for app in APPS:
        for model in apps.get_app_config(app).get_models():
            row_to_refer_to(model, record)
