"""Find a purchase by its number."""

from crm.api.konnektive.errors import missing
from orders.models import Purchase


def find_purchase(number: int) -> Purchase:
    purchase = Purchase.objects.filter(pk=number).select_related("source_record", "product").first()
    if purchase is None:
        raise missing("purchase", number, parameter="purchaseId", noun="purchase")
    return purchase
