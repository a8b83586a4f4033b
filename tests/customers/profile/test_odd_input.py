"""What no browser sends by itself, and what two tabs make of each other."""

import pytest
from django.urls import reverse

from customers.models import HistoryEntry, Merge, NotDuplicate
from tests.acts import merge
from tests.factories import customer_with_order, make_user
from tests.tables import table

ENDLESS = "9" * 5000  # more digits than Python makes a number of
pytestmark = pytest.mark.django_db
SAME = {"email": "hholy@gmail.com"}


@pytest.fixture
def pair():
    return customer_with_order(**SAME), customer_with_order(first_name="Helen", **SAME)


def values_url(pair, **query):
    return reverse("customers:merge_values", args=[pair[0].pk], query={"duplicate": pair[1].pk, **query})


def review(client, pair, **data):
    seen = "-".join(str(customer.version) for customer in pair)
    return client.post(values_url(pair), {"seen": seen, "duplicate": pair[1].pk, **data})


def test_a_reason_is_kept_without_what_cannot_be_stored(as_agent, pair):
    confirm = review(as_agent, pair)["Location"]
    fingerprint = as_agent.get(confirm).context["plan"].fingerprint
    response = as_agent.post(confirm, {"fingerprint": fingerprint, "reason": "Called\x00 in"}, follow=True)
    assert Merge.objects.get().reason == "Called in"
    assert response.status_code == 200


def test_the_message_after_a_merge_names_the_survivor_as_it_is_now(as_agent, pair):
    confirm = review(as_agent, pair, **{"value-first_name": "Zoë"})["Location"]
    fingerprint = as_agent.get(confirm).context["plan"].fingerprint
    response = as_agent.post(confirm, {"fingerprint": fingerprint}, follow=True)
    assert "merged into Zoë Holý" in response.content.decode()


def test_merges_made_in_no_known_way_are_all_merges(as_agent, pair):
    merge(*pair)
    assert len(as_agent.get(reverse("customers:merges"), {"via": "\x00"}).context["page"].rows) == 1


def test_a_user_name_of_any_length_is_only_wrong(client):
    make_user("margaret", password="a good password")
    response = client.post(reverse("login"), {"username": "m" * 300, "password": "x"})
    assert response.status_code == 200


@table("forged", ["value-merged_into", "pick-merged_into", "value-credit-XXX", "value-email-city"])
def test_a_field_that_is_not_on_the_page_is_refused(as_agent, pair, forged):
    response = review(as_agent, pair, **{forged: "3"})
    assert response.status_code == 422
    assert "The form contained an unknown field." in response.content.decode()


def test_a_large_credit_comes_back_as_it_may_be_sent_again(as_agent, pair):
    confirm = review(as_agent, pair, **{"value-credit-USD": "1,234.50"})["Location"]
    page = as_agent.get(as_agent.get(confirm).context["back"]).content.decode()
    assert 'value="1,234.50"' in page


@table("password", [" ", "\x00"])
def test_a_password_of_nothing_is_refused(as_agent, pair, password):
    assert review(as_agent, pair, **{"value-cart_password": password}).status_code == 422


def test_an_undo_for_nobody_known_undoes_nothing(as_agent, pair):
    merged = merge(*pair)
    response = as_agent.get(reverse("customers:merge_undo", args=[merged.pk]), {"only": "abc"}, follow=True)
    assert "Nothing was undone." in response.content.decode()


def test_who_is_part_of_a_customer_cannot_be_declared_another(as_agent, pair):
    merge(*pair)
    before = HistoryEntry.objects.count()
    url = reverse("customers:merge_dismiss", args=[pair[0].pk])
    for data in ({"not_duplicate": pair[1].pk}, {"not_duplicate": pair[0].pk}, {"reverse": pair[1].pk}):
        as_agent.post(url, data)
    assert (NotDuplicate.objects.count(), HistoryEntry.objects.count()) == (0, before)


def test_a_part_of_a_page_that_is_elsewhere_now_takes_the_whole_page_there(as_agent, client, pair):
    merge(*pair)
    url = reverse("customers:detail", args=[pair[1].pk])
    options = {"headers": {"HX-Request": "true", "HX-Target": "rows"}}
    response = as_agent.get(url, {"tab": "transactions"}, **options)
    assert (response.status_code, response["HX-Redirect"]) == (200, pair[0].get_absolute_url())
    assert client.get(url, **options)["HX-Redirect"].startswith(reverse("login"))


def test_a_number_of_any_length_is_only_nobodys(as_admin, pair):
    answers = {
        (name, options): as_admin.get(reverse(name), {options: ENDLESS}).status_code
        for name, options in (
            ("customers:list", "q"),
            ("customers:list", "after"),
            ("customers:duplicates", "before"),
            ("customers:deletions", "before"),
            ("customers:why_ask", "one"),
            ("customers:merges", "customer"),
            ("customers:merges", "by"),
            ("accounts:list", "after"),
            ("accounts:changes", "user"),
            ("accounts:changes", "before"),
        )
    }
    assert {options for options, status in answers.items() if status >= 500} == set()
