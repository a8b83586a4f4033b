"""A call that is repeated after the deletion of a data source is refused: nothing is placed or charged anew."""

import pytest

from customers.models import DataSource
from customers.sources.data_sources import of_login
from orders.models import Order
from orders.sources.delete import delete_source
from tests.acts import refusal
from tests.api.konnektive.store import VISA
from tests.tables import table

pytestmark = pytest.mark.django_db

ERASED = "This order was erased with its customer. Nothing was done."
NAMED = {"clientOrderId": "1", **VISA}


def delete(store, rest: str) -> None:
    source = DataSource.objects.get(name=f"Konnektive {store.caller.user.username}")
    assert store.caller.delete(f"data_sources/{source.uuid}{rest}").status_code == 204


@table("rest", ["", "/all", "/dependent"])
def test_an_order_sent_again_says_that_it_was_erased(store, rest):
    assert store.order(**NAMED)[0] == "SUCCESS"
    delete(store, rest)
    assert store.order(**NAMED) == ("ERROR", ERASED)
    assert not Order.objects.exists()
    assert store.order(**NAMED | {"clientOrderId": "2"})[0] == "SUCCESS"


def test_after_two_deletions_both_orders_are_known(store):
    for number in ("1", "2"):
        assert store.order(**NAMED | {"clientOrderId": number})[0] == "SUCCESS"
        delete(store, "")
    for number in ("1", "2"):
        assert store.order(**NAMED | {"clientOrderId": number}) == ("ERROR", ERASED)


def test_a_data_source_with_an_order_of_a_customer_of_another_is_kept(store):
    store.order(**VISA)
    first = Order.objects.get()
    card = {"customerId": first.source_record.customer_id, "paySource": "ACCTONFILE", "product1_id": store.video.pk}
    other = of_login("other", by=None)
    store.caller.ask("order/import", campaignId=store.campaign.pk, **card)
    Order.objects.exclude(pk=first.pk).update(data_source=other)

    why = refusal(delete_source, other, by=None)
    assert "stays with another data source" in why
    assert Order.objects.count() == 2
