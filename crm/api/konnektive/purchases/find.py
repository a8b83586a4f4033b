"""Find a purchase by its number."""

from crm.api.konnektive.errors import invalid
from orders.models import Purchase


def find_purchase(number: int) -> Purchase:
    purchase = Purchase.objects.filter(pk=number).select_related("source_record", "product").first()
    if purchase is None:
        raise invalid(purchaseId="This purchase does not exist.")
    return purchase
