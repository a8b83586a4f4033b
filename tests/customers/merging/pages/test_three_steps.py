"""The way through, from who is chosen to what is merged."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from customers.models import Merge
from tests.customers.merging.pages.merge_steps import EMAIL, PHONE, choose, confirm, hidden, reviewed, says, values
from tests.factories import make_user, order, signed_in

pytestmark = pytest.mark.django_db


def test_two_customers_are_merged_in_three_steps(as_agent, helena, helen):
    page = as_agent.get(choose(helena)).content.decode()
    assert f'value="{helen.pk}" checked' in page
    assert "<b>same email</b> <bdi>hholy@gmail.com</bdi>" in page
    assert "1 order, 27.84 USD" in page

    response = as_agent.post(choose(helena), {"duplicate": helen.pk})
    assert response.url == values(helena, helen)

    url = reviewed(as_agent, helena, helen, **{"pick-last_name": helen.pk, "value-company": "Holý Design"})
    page = as_agent.get(url).content.decode()
    assert f"Merge Helena Holy ({helen.pk}) into Helena Holý ({helena.pk})?" in page
    assert "after the merge: 2 orders, 49.62 USD" in page
    assert "entered by you" in page
    assert not Merge.objects.exists()

    response = confirm(as_agent, url, reason="Called in")
    assert response.url == helena.get_absolute_url()
    assert says(response) == (
        f"Merged. Helena Holy ({helen.pk}) was merged into Helena Holy ({helena.pk})."
        " 1 order and all other records were moved.Undo…Correct a value"
    )
    merged = Merge.objects.get()
    assert (merged.reason, merged.by.username, merged.warnings) == ("Called in", "margaret", [])
    helena.refresh_from_db()
    assert (helena.last_name, helena.company) == ("Holy", "Holý Design")
    assert reverse("customers:merge_undo", args=[merged.pk]) in str(*get_messages(response.wsgi_request))


def test_whoever_may_not_undo_is_not_offered_it(helena, helen):
    client = signed_in(make_user("x", ["customers.view_customer", "customers.merge_customer"]))
    response = confirm(client, reviewed(client, helena, helen))

    assert says(response).startswith("Merged.")
    assert "/undo/" not in str(*get_messages(response.wsgi_request))


def test_the_steps_ask_as_many_queries_however_much_there_is_to_move(
    as_agent, helena, helen, django_assert_max_num_queries
):
    url = reviewed(as_agent, helena, helen)
    with django_assert_max_num_queries(70) as second:
        as_agent.get(values(helena, helen))
    with django_assert_max_num_queries(70) as third:
        as_agent.get(url)
    for _ in range(20):
        order(source="Marketplace", first_name="Helena", last_name="Holy", email=EMAIL.upper(), phone=PHONE)
    with django_assert_max_num_queries(len(second)):
        page = as_agent.get(values(helena, helen)).content.decode()
    assert "<dt>Orders</dt><dd>21</dd>" in page
    with django_assert_max_num_queries(len(third)):
        as_agent.get(url)


def test_yes_sent_twice_merges_once_and_shows_the_result(as_agent, helena, helen):
    url = reviewed(as_agent, helena, helen)
    data = hidden(as_agent.get(url))
    as_agent.post(url, data)

    for response in (as_agent.post(url, data), as_agent.get(url)):
        assert response.url == helena.get_absolute_url()
        assert "Already merged." in says(response)
    assert Merge.objects.count() == 1
