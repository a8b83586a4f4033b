"""What changes between looking and saying yes, and the drafts that remember what was looked at."""

import pytest
from django.urls import reverse
from django.utils import timezone

from customers.models import Merge, MergeDraft
from customers.profile.edit import edit_profile
from tests.acts import merge, undo
from tests.customers.merging.pages.merge_steps import (
    EMAIL,
    PHONE,
    choose,
    confirm,
    hidden,
    reviewed,
    says,
    shown,
    values,
)
from tests.factories import SourceRecordFactory, customer_with_order, order
from tests.tables import table

pytestmark = pytest.mark.django_db


def test_an_order_that_comes_meanwhile_is_no_reason_to_refuse(as_agent, helena, helen):
    url = reviewed(as_agent, helena, helen)
    data = hidden(as_agent.get(url))
    order(source="Marketplace", first_name="Helena", last_name="Holy", email=EMAIL.upper(), phone=PHONE)

    assert "2 orders and all other records were moved." in says(as_agent.post(url, data))


def test_a_source_record_that_comes_meanwhile_is_named(as_agent, helena, helen):
    url = reviewed(as_agent, helena, helen)
    data = hidden(as_agent.get(url))
    record = SourceRecordFactory(customer=helen, first_name="Helena", email=EMAIL)
    assert record.customer == helen

    text = says(as_agent.post(url, data))

    assert "This includes 1 source record received meanwhile." in text


def test_an_edit_meanwhile_is_shown_before_anything_is_merged(as_agent, admin_user, helena, helen):
    url = reviewed(as_agent, helena, helen, **{"pick-last_name": helen.pk, "value-company": "Holý Design"})
    data = hidden(as_agent.get(url))
    edit_profile(helen, {"email": "new@holy.cz"}, version=helen.version, by=admin_user, via="page")

    response = as_agent.post(url, data, follow=True)

    page = response.content.decode()
    assert shown(response) == (
        f"Nothing was merged. Jane Peacock changed Helena Holy ({helen.pk}) meanwhile: Email."
        " Check the values, then confirm again."
    )
    assert "changed by Jane Peacock" in page
    assert f'name="pick-last_name" value="{helen.pk}" checked' in page
    assert 'value="Holý Design"' in page
    assert not Merge.objects.exists()
    assert as_agent.get(url).url == values(helena, helen)

    data = hidden(response)
    response = as_agent.post(reverse("customers:merge_values", args=[helena.pk]), data)
    assert "Merged." in says(confirm(as_agent, response.url))
    helena.refresh_from_db()
    assert (helena.last_name, helena.company) == ("Holy", "Holý Design")


def test_an_edit_while_values_are_picked_is_shown_too(as_agent, admin_user, helena, helen):
    data = hidden(as_agent.get(values(helena, helen)))
    edit_profile(helena, {"email": "new@holy.cz"}, version=helena.version, by=admin_user, via="page")

    response = as_agent.post(reverse("customers:merge_values", args=[helena.pk]), data)

    assert response.status_code == 422
    assert f"Jane Peacock changed Helena Holý ({helena.pk}) meanwhile: Email." in response.text


def test_a_race_that_is_lost_is_told(as_agent, admin_user, helena, helen):
    bjorn = customer_with_order(first_name="Bjørn", last_name="Hansen")
    url = reviewed(as_agent, helena, helen)
    data = hidden(as_agent.get(url))
    merge(bjorn, helen, by=admin_user)

    response = as_agent.post(url, data, follow=True)

    assert shown(response) == (
        f"Nothing was merged. Jane Peacock merged Helena Holy ({helen.pk}) into Bjørn Hansen ({bjorn.pk}) a moment ago."
    )
    assert response.redirect_chain == [(choose(helena, duplicate=helen.pk, ticked="1"), 302)]


def test_who_merged_the_same_two_the_other_way_round_is_told_that_they_are_merged(as_agent, admin_user, helena, helen):
    url = reviewed(as_agent, helena, helen)
    data = hidden(as_agent.get(url))
    merge(helen, helena, by=admin_user)

    for answer, address, text in (
        (
            as_agent.post,
            url,
            f"Jane Peacock merged Helena Holý ({helena.pk}) into Helena Holy ({helen.pk}) a moment ago.",
        ),
        (
            as_agent.get,
            values(helena, helen),
            f"Helena Holý ({helena.pk}) was merged into Helena Holy ({helen.pk}) meanwhile.",
        ),
    ):
        response = answer(address, *([data] if answer == as_agent.post else []), follow=True)
        assert shown(response) == f"Already merged. {text}"
        assert response.redirect_chain == [(helen.get_absolute_url(), 302)]
    assert Merge.objects.count() == 1


@table("step", ["values", "confirm"])
def test_the_other_ticks_stay_when_one_duplicate_was_merged_away_meanwhile(as_agent, helena, helen, step):
    """Ticked by hand: it would not be ticked by itself."""
    family = customer_with_order(first_name="Jan", last_name="Novák", phone=PHONE, country="CZ")
    url = reviewed(as_agent, helena, helen, family)
    merge(customer_with_order(email=EMAIL), helen)
    if step == "values":
        url = reverse("customers:merge_values", args=[helena.pk])

    response = as_agent.get(url, follow=True)

    assert "is already merged into" in shown(response)
    assert f'value="{family.pk}" checked' in response.text
    assert f'value="{helen.pk}"' not in response.text


def test_a_draft_after_its_merge_was_undone_has_to_be_looked_at_again(as_agent, helena, helen):
    url = reviewed(as_agent, helena, helen)
    data = hidden(as_agent.get(url))
    as_agent.post(url, data)
    undo(Merge.objects.get())

    assert "Nothing was merged. Your selection has expired." in says(as_agent.post(url, data))
    assert Merge.objects.count() == 1
    assert "changed by" not in as_agent.get(values(helena, helen)).text


def test_a_draft_is_only_its_makers_and_only_for_its_customer(as_agent, as_admin, helena, helen):
    token = reviewed(as_agent, helena, helen).split("/")[-2]

    for client, survivor, draft, reason in [
        (as_admin, helena, token, "This is the selection of another user. Make your own."),
        (as_agent, helen, token, "Your selection has expired. Select again."),
        (as_agent, helena, "forged", "Your selection has expired. Select again."),
    ]:
        response = client.post(reverse("customers:merge_confirm", args=[survivor.pk, draft]), follow=True)
        assert shown(response) == f"Nothing was merged. {reason}"
    assert not Merge.objects.exists()


def test_an_expired_draft_of_a_survivor_that_was_merged_meanwhile_gets_one_message(as_agent, helena, helen):
    url = reviewed(as_agent, helena, helen)
    MergeDraft.objects.update(expires=timezone.now())
    other = customer_with_order(first_name="Helena", last_name="Other")
    merge(other, helena)

    response = as_agent.post(url, follow=True)

    merged = f"{helena.name_with_number} is already merged into {other.name_with_number}."
    assert shown(response) == f"Nothing was merged. {merged}"


def test_a_fingerprint_other_than_what_was_shown_merges_nothing(as_agent, helena, helen):
    url = reviewed(as_agent, helena, helen)

    for fingerprint in ("", "forged"):
        response = as_agent.post(url, {"fingerprint": fingerprint}, follow=True)
        assert shown(response) == "Nothing was merged. The form differs from what was shown. Select again."
    assert not Merge.objects.exists()
