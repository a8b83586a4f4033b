"""The first orders of the sample store, sent by a program."""

from datetime import date
from itertools import islice

import pytest

from crm.demo import catalogue, files
from customers.models import Customer, SourceRecord
from orders.models import Order
from tests.api.konnektive.konnektive_caller import KonnektiveCaller
from tests.database import check_totals

pytestmark = pytest.mark.django_db
ORDERS = 150  # of 412: everybody buys at least once, most twice or more


def test_the_orders_of_the_store_make_its_people():
    shop, campaign, products = KonnektiveCaller(), catalogue.get_campaign("Shop"), catalogue.get_products()
    for invoice in islice(files.read_invoices(latest=date(2025, 12, 22)), ORDERS):
        who = invoice.person.identity
        sent = {
            "campaignId": campaign.pk,
            "clientOrderId": invoice.number,
            "paySource": "PREPAID",
            "totalAmount": invoice.total,
            "firstName": who.first_name,
            "lastName": who.last_name,
            "companyName": who.company,
            "emailAddress": who.email,
            "phoneNumber": who.phone,
            "country": who.country,
        }
        for n, line in enumerate(invoice.lines, 1):
            product = products[catalogue.TRACK if line.price < 1 else catalogue.VIDEO]
            sent |= {f"product{n}_id": product.pk, f"product{n}_qty": line.quantity, f"product{n}_price": line.price}
        result, message = shop.ask("order/import", **sent)
        assert result == "SUCCESS", message
    assert (Order.objects.count(), Customer.objects.count(), SourceRecord.objects.count()) == (ORDERS, 59, 59)
    check_totals()
