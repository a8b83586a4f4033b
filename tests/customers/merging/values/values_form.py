"""The second step of a merge, where values are picked and typed."""

from django.urls import reverse

from customers.models import Customer, Merge
from tests.customers.merging.pages.merge_steps import confirm, hidden, reviewed, values

EMAIL = "hholy@gmail.com"
ADDRESS = {"line1": "Rilská 3174/6", "postal_code": "14300", "city": "Prague", "country": "CZ"}


def send(client, survivor, *duplicates, **entered):
    data = hidden(client.get(values(survivor, *duplicates))) | entered
    return client.post(reverse("customers:merge_values", args=[survivor.pk]), data)


def merged(client, survivor, *duplicates, **entered) -> Customer:
    """The survivor after all steps."""
    confirm(client, reviewed(client, survivor, *duplicates, **entered))
    assert Merge.objects.filter(survivor=survivor).exists()
    return Customer.objects.get(pk=survivor.pk)
