"""Both dialects take what was not sent from the data source: a login of the one, a data source of the other."""

import pytest

from customers.models import MatchKey
from customers.sources.data_sources import change, latest_change, of_login
from orders.models import Order, Product
from tests.api.caller import Caller
from tests.api.chartmogul.customers.customer_requests import send
from tests.api.konnektive.store import VISA, Store
from tests.factories import DataSourceFactory

pytestmark = pytest.mark.django_db

PERSON = {
    "firstName": "Ida",
    "lastName": "Holub",
    "emailAddress": "ida@reunite.cz",
    "phoneNumber": "241 770 449",
    "country": "",
    "address1": "Rilská 6",
    "city": "Praha",
}


@pytest.fixture
def store() -> Store:
    store = Store()
    source = of_login(store.caller.user.username, by=None)
    defaults = {"default_country": "CZ", "default_currency": "CZK"}
    change(source, defaults, seen=latest_change(source), by=None)
    Product.objects.update(currency="CZK", price=50)
    return store


def phones() -> set[str]:
    return set(MatchKey.objects.filter(kind="phone").values_list("value", flat=True))


def test_an_order_has_country_and_currency_of_its_login(store):
    assert store.order(**PERSON, **VISA)[0] == "SUCCESS"
    placed = Order.objects.get()
    assert (placed.currency, placed.billing_address["country"], phones()) == ("CZK", "CZ", {"+420241770449"})
    assert placed.source_record.customer.billing_address["country"] == "CZ"


def test_a_lead_has_them_too_and_another_login_has_its_own(store):
    result, shown = store.lead(**PERSON)
    assert (result, Order.objects.get().currency, phones()) == ("SUCCESS", "CZK", {"+420241770449"})
    assert shown["country"] == "CZ"


def test_what_is_sent_counts(store):
    sent = {"currency": "usd", "country": "SK", "product1_price": "3.00"}
    assert store.order(**PERSON | sent)[0] == "SUCCESS"
    placed = Order.objects.get()
    assert (placed.currency, placed.billing_address["country"], phones()) == ("USD", "SK", {"+421241770449"})


def test_an_order_with_a_card_on_file_keeps_the_country_of_its_customer(store):
    store.order(**PERSON | {"country": "SK"}, **VISA)
    first = Order.objects.get()
    sent = {"customerId": first.source_record.customer_id, "paySource": "ACCTONFILE", "product1_id": store.video.pk}
    result, _ = store.caller.ask("order/import", campaignId=store.campaign.pk, **sent)
    assert result == "SUCCESS"
    second = Order.objects.latest("pk")
    assert (second.currency, second.billing_address["country"]) == ("CZK", "SK")
    assert second.source_record == first.source_record


def test_a_currency_of_the_past_is_refused_with_the_days_of_its_use(store):
    result, refused = store.order(**PERSON, currency="DEM")
    assert (result, [*refused]) == ("ERROR", ["currency"])
    assert refused["currency"].startswith("DEM was in use from")
    assert store.order(**PERSON, currency="XXX")[1] == {"currency": "Use a currency such as USD."}


def test_a_customer_of_the_other_dialect_is_in_the_country_of_the_data_source():
    caller, source = Caller(), DataSourceFactory(name="Billing", default_country="CZ")
    assert send(caller, source, "1", name="Ida Holub", city="Praha")["country"] == "CZ"
    assert send(caller, source, "2", name="Eva Malá", country="Slovakia")["country"] == "SK"
    assert send(caller, DataSourceFactory(name="Other"), "1", name="Jan Malý")["country"] is None
