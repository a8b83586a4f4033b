"""Sums of transactions as this dialect asks for them."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from tests.api.konnektive.store import SOFT, STOLEN, VISA

pytestmark = pytest.mark.django_db(transaction=True)

YEAR = {"startDate": "01/01/2026", "endDate": "12/31/2026"}
BY = ("txnType", "responseType", "currencyCode")


def lately():
    """Days that hold what was just sold, in any time zone."""
    today = timezone.now().date()
    return {"startDate": f"{today - timedelta(days=300)}", "endDate": f"{today + timedelta(days=1)}"}


@pytest.fixture
def sold(store):
    for number, sent in enumerate(({}, {"currency": "EUR", "product1_price": "4"}, {"cardNumber": SOFT})):
        store.order(**(VISA | sent), clientOrderId=number)
    _, placed = store.order(**VISA, clientOrderId="refunded")
    assert store.caller.ask("order/refund", orderId=placed["orderId"], refundAmount="0.50")[0] == "SUCCESS"


def summary(store, **sent):
    return store.caller.ask("transactions/summary", **sent)


def test_it_says_what_the_transactions_of_the_query_add_up_to(store, sold):
    _, rows = summary(store, **lately(), dateRangeType="txnDate")
    _, page = store.caller.ask("transactions/query", **lately())
    amounts = defaultdict(list)
    for row in page["data"]:
        amounts[row["dateCreated"][:10], *(row[name] for name in BY)].append(Decimal(row["totalAmount"]))
    assert len(rows) == len(amounts) == 4
    for row in rows:
        added = amounts[row["txnDate"], *(row[name] for name in BY)]
        assert (row["txnCount"], Decimal(row["totalAmount"])) == (len(added), sum(added))


def test_it_is_filtered_and_asked_by_campaign(store, sold):
    _, rows = summary(store, **lately(), reportType="campaign", txnType="SALE", responseType="SUCCESS")
    named = {"campaignId": store.campaign.pk, "campaignName": "Vinyl", "txnType": "SALE", "responseType": "SUCCESS"}
    assert rows == [
        named | {"currencyCode": "EUR", "txnCount": 1, "totalAmount": "4.00"},
        named | {"currencyCode": "USD", "txnCount": 2, "totalAmount": "3.98"},
    ]
    nothing = ("ERROR", "No transactions matching those parameters could be found")
    assert summary(store, **lately(), campaignId=store.campaign.pk + 1) == nothing
    store.order(**VISA | {"cardNumber": STOLEN})
    assert summary(store, **lately(), responseType="HARD_DECLINE")[1][0]["txnCount"] == 1


@pytest.mark.parametrize(
    ("sent", "refused"),
    [
        ({}, {"startDate", "endDate"}),
        ({"startDate": "01/01/2026"}, {"endDate"}),
        ({"startDate": "01/01/2025", "endDate": "01/02/2026"}, {"endDate"}),
        (YEAR | {"reportType": "mid"}, {"reportType"}),
        (YEAR | {"dateRangeType": "dateUpdated"}, {"dateRangeType"}),
    ],
)
def test_what_cannot_be_summed_up_is_refused_by_its_name(store, sent, refused):
    result, message = summary(store, **sent)
    assert (result, set(message)) == ("ERROR", refused)


def test_a_leap_year_is_one_year(store):
    assert summary(store, startDate="01/01/2028", endDate="12/31/2028")[1].startswith("No transactions")
