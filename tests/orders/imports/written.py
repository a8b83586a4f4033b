"""What stands in the database, without primary keys and times: equal if the same was written."""

from customers.models import Customer, MatchKey, SearchWord, SharedValue, UnmatchedValue
from customers.models.source import IDENTITY_FIELDS
from customers.profile.derive import profile_values
from orders.models import Order


def customers_written():
    """Everybody with all they have, in an order of their own."""
    return sorted((_customer(customer) for customer in Customer.objects.filter(merged_into=None)), key=repr)


def _customer(customer):
    records = customer.records.select_related("data_source").order_by("pk")
    profile = {key: value for key, value in profile_values(customer).items() if value}
    changes = [change.values for change in customer.changes.order_by("version")]
    return profile, customer.billing_status, customer.version, changes, [_record(record) for record in records]


def _record(record):
    identity = tuple(getattr(record, name) for name in IDENTITY_FIELDS)
    of_record = {"source_record": record}
    return (
        record.data_source.name,
        record.external_id if not record.data_source.is_staff else "",
        identity,
        record.identity_key,
        sorted(MatchKey.objects.filter(**of_record).values_list("kind", "value")),
        sorted(SearchWord.objects.filter(**of_record).values_list("word", flat=True)),
        sorted(UnmatchedValue.objects.filter(**of_record).values_list("kind", "value")),
        sorted((_order(order) for order in Order.objects.filter(**of_record)), key=repr),
        sorted(record.totals.values_list("currency", "orders", "amount", "purchases_active"), key=repr),
        sorted(record.month_totals.values_list("currency", "month", "orders", "amount"), key=repr),
        sorted(record.historyentry_set.filter(kind="order").values_list("sentence", flat=True)),
    )


def _order(order):
    items = sorted(order.items.values_list("description", "amount", "quantity", "kind"))
    purchases = sorted(order.purchases.values_list("product__name", "price", "status", "next_bill_date"))
    named = (order.external_id, order.client_order_id, order.first_name, order.last_name, order.email, order.phone)
    return *named, order.billing_address, order.total, order.currency, order.status, items, purchases


def shared_values():
    return set(SharedValue.objects.values_list("kind", "value"))
