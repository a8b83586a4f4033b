"""Who may not merge, and who cannot be merged."""

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import Customer, Merge, NotDuplicate
from tests.acts import merge
from tests.customers.merging.pages.merge_steps import EMAIL, choose, hidden, reviewed, shown, values
from tests.factories import allow, customer_with_order, signed_in
from tests.tables import table

pytestmark = pytest.mark.django_db
AN_AGENT_WHO_MAY_MERGE_ANYBODY = "customers.merge_unmatched_customer"


def test_a_customer_who_matches_nobody_needs_the_other_permission_at_every_step(as_agent, agent, helena, zdenek):
    words = "You do not have permission to merge customers who share no email or phone."
    for response in (
        as_agent.post(choose(helena), {"duplicate": zdenek.pk}),
        as_agent.get(values(helena, zdenek)),
        as_agent.post(reverse("customers:merge_values", args=[helena.pk]), {"duplicate": zdenek.pk}),
    ):
        assert response.status_code == 403
        assert words in response.content.decode()

    allow(agent, AN_AGENT_WHO_MAY_MERGE_ANYBODY)
    url = reviewed(as_agent, helena, zdenek)
    page = as_agent.get(url).content.decode()
    assert "No shared email or phone, and names differ." in page
    data = hidden(as_agent.get(url))
    agent.user_permissions.filter(codename="merge_unmatched_customer").delete()
    assert as_agent.get(url).status_code == 403
    assert as_agent.post(url, data).status_code == 403
    assert not Merge.objects.exists()


def test_whoever_may_not_merge_is_told_at_every_step(helena, helen, viewer, as_agent):
    client = signed_in(viewer)
    url = reviewed(as_agent, helena, helen)
    dismiss = reverse("customers:merge_dismiss", args=[helena.pk])
    for response in (
        client.get(choose(helena)),
        client.post(choose(helena), {"duplicate": helen.pk}),
        client.get(values(helena, helen)),
        client.post(values(helena, helen)),
        client.get(url),
        client.post(url),
        client.post(dismiss, {"not_duplicate": helen.pk}),
    ):
        assert response.status_code == 403
        assert "You need the permission “Can merge customers”. An admin can grant it on Edit User" in response.text
    assert not Merge.objects.exists()
    assert not NotDuplicate.objects.exists()


def test_nobody_chosen(as_agent, helena, helen):
    response = as_agent.post(choose(helena), {"ticked": "1"}, follow=True)

    assert shown(response) == "Nothing was merged. Select at least one duplicate."
    assert "checked" not in response.content.decode()


def test_itself(as_agent, helena, helen):
    for response in (
        as_agent.post(choose(helena), {"duplicate": [helena.pk, helen.pk]}, follow=True),
        as_agent.get(values(helena, helena), follow=True),
    ):
        assert shown(response) == "Nothing was merged. A customer cannot be merged with itself."


@table("pks", [["999999"], ["x"], ["9" * 40], ["²"], ["-1"]])
def test_unknown_duplicates(as_agent, helena, helen, pks):
    response = as_agent.get(choose(helena, duplicate=pks, ticked="1").replace("/merge/", "/merge/values/"), follow=True)

    assert shown(response).startswith("Nothing was merged.")
    assert response.redirect_chain[0][0].startswith(choose(helena))


def test_a_retired_duplicate_names_the_customer_it_is_part_of(as_agent, helena, helen):
    other = customer_with_order(email=EMAIL)
    merge(helen, other)

    response = as_agent.get(values(helena, other), follow=True)

    assert shown(response) == (
        f"Nothing was merged. Helena Holý ({other.pk}) is already merged into Helena Holy ({helen.pk})."
        " Merge with that customer instead."
    )


def test_a_retired_survivor_leads_to_the_customer_it_is_part_of(as_agent, helena, helen):
    merge(helena, helen)

    response = as_agent.get(choose(helen), follow=True)
    assert response.redirect_chain == [(choose(helena), 302)]
    assert f"Helena Holy ({helen.pk}) is already merged into Helena Holý ({helena.pk})." in shown(response)


@table("page", ["merge", "merge_values"])
def test_an_unknown_survivor_is_not_there_and_an_erased_one_is_gone(as_agent, helena, page):
    assert as_agent.get(reverse(f"customers:{page}", args=[999999])).status_code == 404
    Customer.objects.filter(pk=helena.pk).update(erased_at=helena.created)
    response = as_agent.get(reverse(f"customers:{page}", args=[helena.pk]))
    assert response.status_code == 410
    assert f"Customer {helena.pk} was erased" in response.content.decode()


def test_an_erased_duplicate_has_nothing_to_merge(as_agent, helena, helen):
    Customer.objects.filter(pk=helen.pk).update(erased_at=helena.created)

    response = as_agent.get(values(helena, helen), follow=True)

    assert shown(response) == (f"Nothing was merged. Customer {helen.pk} was erased and cannot be merged.")


def test_a_form_without_its_token_is_refused(agent, helena, helen, as_agent):
    url = reviewed(as_agent, helena, helen)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(agent)

    for address in (choose(helena), values(helena, helen), url, reverse("customers:merge_dismiss", args=[helena.pk])):
        assert strict.post(address, {"duplicate": helen.pk}).status_code == 403
    assert not Merge.objects.exists()
