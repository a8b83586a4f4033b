"""Without scripts, the number of a card that was typed into a search stays in no address."""

import pytest

from crm.accounts.checkboxes import ALL_PERMISSIONS
from tests.api.konnektive.konnektive_caller import KonnektiveCaller
from tests.factories import make_user, signed_in
from tests.tables import table

pytestmark = pytest.mark.django_db
CARD = "4242 4242 4242 4242"


@table("path", ["/customers/", "/orders/", "/audit/", "/merges/", "/users/"])
def test_a_search_leads_on_to_the_last_four_digits(path):
    client = signed_in(make_user("jane", ALL_PERMISSIONS))
    answer = client.get(path, {"q": CARD, "status": "active"})
    assert (answer.status_code, answer.url) == (302, f"{path}?q=4242&status=active")
    assert "Card numbers are not searched for." in client.get(answer.url).text


def test_two_customers_are_compared_by_no_card():
    client = signed_in(make_user("jane", ALL_PERMISSIONS))
    answer = client.get("/customers/why/", {"one": CARD, "other": "Helena"})
    assert answer.url == "/customers/why/?one=4242&other=Helena"


def test_a_program_sends_the_card_that_it_charges():
    shop = KonnektiveCaller(*ALL_PERMISSIONS)
    answer = shop.client.get("/order/import/", shop.login | {"cardNumber": CARD})
    assert (answer.status_code, answer.json()["result"]) == (200, "ERROR")
