"""Changing a profile, by one person or by two at once."""

import re
from html import unescape

import pytest
from django.utils import timezone

from customers.models import Customer, HistoryEntry, ProfileChange, SourceRecord
from customers.profile.edit import edit_profile
from tests.acts import merge, undo
from tests.factories import customer_with_order, signed_in
from tests.tables import table

pytestmark = pytest.mark.django_db


@pytest.fixture
def helena():
    return customer_with_order(
        email="hholy@gmail.com",
        phone="+420 241 770 449",
        billing_address={"line1": "Rilská 3174/6", "city": "Prague", "country": "CZ"},
    )


def url(customer):
    return f"/customers/{customer.pk}/edit/"


def form_of(response):
    """What a browser would send of the page: hidden inputs, texts, ticks and what is selected."""
    page = response.text.split('class="profile"')[1].split("</form>")[0]
    data = {"asked": []}
    for tag in re.findall(r"<input [^>]*>", page):
        at = {key: unescape(value) for key, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        if at.get("type") in ("radio", "checkbox") and " checked" not in tag:
            continue
        if at["name"] == "asked":
            data["asked"].append(at["value"])
        else:
            data[at["name"]] = at.get("value", "on" if at["type"] == "checkbox" else "")
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        data[name] = chosen.group(1) if chosen else ""
    return data


def opened(client, customer):
    return form_of(client.get(url(customer)))


def change(customer, **values):
    now = Customer.objects.get(pk=customer.pk)
    return edit_profile(now, values, version=now.version, by=None, via="page")


def test_what_is_changed_is_written_and_nothing_else(as_agent, agent, helena):
    data = opened(as_agent, helena) | {"email": "new@example.org", "do_not_sell": "yes", "billing_address-city": "Brno"}
    response = as_agent.post(url(helena), data, follow=True)

    written = ProfileChange.objects.get(by=agent)
    assert {key: value["after"] for key, value in written.values.items()} == {
        "email": "new@example.org",
        "do_not_sell": True,
        "billing_address": {"line1": "Rilská 3174/6", "city": "Brno", "country": "CZ"},
    }
    text = HistoryEntry.objects.get(kind="edit").text
    assert "Email changed from hholy@gmail.com to new@example.org." in text
    assert response.redirect_chain == [(f"/customers/{helena.pk}/", 302)]
    assert "Helena Holý" in response.text


def test_an_edit_that_changes_nothing_writes_nothing(as_agent, helena):
    before = helena.version, SourceRecord.objects.count(), HistoryEntry.objects.count()
    response = as_agent.post(url(helena), opened(as_agent, helena), follow=True)

    helena.refresh_from_db()
    assert (helena.version, SourceRecord.objects.count(), HistoryEntry.objects.count()) == before
    assert "No changes to save." in response.text


def test_a_value_that_no_form_can_show_stays_as_it_is_while_others_change(as_agent, helena):
    address = {"line1": "Rilská\n3174/6", "city": "Prague"}
    change(helena, billing_address=address)
    as_agent.post(url(helena), opened(as_agent, helena) | {"custom1": "gold"})

    helena.refresh_from_db()
    assert (helena.billing_address, helena.custom1) == (address, "gold")


def test_the_second_of_two_is_told_and_shown_both_versions(as_agent, helena, admin_user):
    data = opened(as_agent, helena) | {"email": "mine@example.org", "custom1": "gold"}
    edit_profile(
        helena, {"email": "theirs@example.org", "phone": "+420 1"}, version=helena.version, by=admin_user, via="page"
    )
    response = as_agent.post(url(helena), data)
    page = response.text

    assert response.status_code == 422
    assert (
        "<strong>Not saved.</strong> Jane Peacock changed this customer a moment ago."
        " Both versions are shown: select one of each, then save."
    ) in page
    assert "<title>Error: Edit Helena Holý | Reunite</title>" in page
    assert [(c.key, c.theirs, c.pick) for c in response.context["form"].conflicts()] == [
        ("email", "theirs@example.org", ""),
        ("phone", "+420 1", "theirs"),
    ]
    for value in ("mine@example.org", "+420 241 770 449", "gold"):
        assert f'value="{value}"' in page
    assert page.count('name="email"') == 1
    assert Customer.objects.get(pk=helena.pk).email == "theirs@example.org"


@table(("pick", "email"), [("mine", "mine@example.org"), ("theirs", "theirs@example.org")])
def test_after_choosing_it_is_saved_as_chosen(pick, email, as_agent, helena):
    data = opened(as_agent, helena) | {"email": "mine@example.org", "custom1": "gold"}
    change(helena, email="theirs@example.org", phone="+420 1")
    conflict = as_agent.post(url(helena), data)
    undecided = as_agent.post(url(helena), form_of(conflict))

    assert "Select one version for: Email." in undecided.text
    response = as_agent.post(url(helena), form_of(undecided) | {"choose-email": pick})
    assert response.status_code == 302
    helena.refresh_from_db()
    assert (helena.email, helena.phone, helena.custom1) == (email, "+420 1", "gold")


def test_both_may_change_an_address_and_a_third_is_told_again(as_agent, helena):
    data = opened(as_agent, helena) | {"billing_address-city": "Brno"}
    change(helena, billing_address={"city": "Plzeň"})
    conflict = form_of(as_agent.post(url(helena), data)) | {"choose-billing_address": "mine"}
    change(helena, billing_address={"city": "Ostrava"})
    again = as_agent.post(url(helena), conflict)

    assert again.status_code == 422
    assert "Ostrava" in again.text
    as_agent.post(url(helena), form_of(again) | {"choose-billing_address": "mine"})
    helena.refresh_from_db()
    assert helena.billing_address["city"] == "Brno"


def test_two_who_typed_the_same_do_not_disagree(as_agent, helena):
    data = opened(as_agent, helena) | {"email": "new@example.org"}
    change(helena, email="new@example.org")

    assert as_agent.post(url(helena), data).status_code == 302


def test_a_merge_meanwhile_that_changed_no_value_is_no_reason_to_refuse(as_agent, helena):
    data = opened(as_agent, helena) | {"custom1": "gold"}
    merge(helena, customer_with_order(email="hholy@gmail.com"))

    assert as_agent.post(url(helena), data).status_code == 302
    assert Customer.objects.get(pk=helena.pk).custom1 == "gold"


def test_who_was_merged_meanwhile_is_not_written_to_and_leads_on(as_agent, helena):
    other = customer_with_order(email="other@example.org")
    data = opened(as_agent, helena) | {"custom1": "gold"}
    merge(other, helena)
    response = as_agent.post(url(helena), data, follow=True)

    assert response.redirect_chain == [(f"/customers/{other.pk}/", 302)]
    assert "<strong>Not saved.</strong>" in response.text
    assert as_agent.get(url(helena)).status_code == 302
    assert not Customer.objects.filter(custom1="gold").exists()


def test_who_was_erased_meanwhile_is_gone(as_agent, helena):
    data = opened(as_agent, helena)
    Customer.objects.filter(pk=helena.pk).update(erased_at=timezone.now())

    assert as_agent.post(url(helena), data).status_code == 410


def test_wrong_input_is_kept_and_led_to(as_agent, helena):
    response = as_agent.post(url(helena), opened(as_agent, helena) | {"email": "hholy", "custom1": "gold"})

    assert response.status_code == 422
    assert "Enter an email such as name@example.com." in response.text
    assert '<a href="#id_email">Email</a>' in response.text
    assert 'value="gold"' in response.text


@table("sent", [{}, {"version": "x" * 50}, {"version": "²"}, {"asked": ["merged_into", "email"]}])
def test_a_form_that_brings_nothing_back_has_seen_nothing(sent, as_agent, helena):
    response = as_agent.post(url(helena), {"email": "x@example.org", **sent})

    assert response.status_code == 422
    assert Customer.objects.get(pk=helena.pk).email == "hholy@gmail.com"


def test_neither_yes_nor_no_is_no_answer_to_whether_they_are_tax_exempt(as_agent, helena):
    data = opened(as_agent, helena)

    for sent in (data | {"tax_exempt": ""}, {name: text for name, text in data.items() if name != "tax_exempt"}):
        refused = as_agent.post(url(helena), sent)
        assert refused.status_code == 422
        assert "Select one of the listed options." in refused.text


def test_a_login_of_somebody_else_is_not_offered(as_agent, helena):
    other = change(customer_with_order(email="o@example.org"), cart_login="other")
    change(helena, cart_login="helena")
    data = opened(as_agent, helena)

    assert data["cart_login"] == str(Customer.objects.get(pk=helena.pk).cart_login_id)
    refused = as_agent.post(url(helena), data | {"cart_login": str(other.cart_login_id)})
    assert "Select one of the listed options." in refused.text


def test_who_may_not_change_is_refused(viewer, helena):
    client = signed_in(viewer)

    assert "You need the permission “Can change customers”." in client.post(url(helena), {"email": ""}).text
    assert "/edit/" not in client.get(f"/customers/{helena.pk}/").text


def test_a_value_that_a_merge_brought_can_be_kept_for_its_undo(as_agent, helena):
    double = customer_with_order(company="Acme", email="hholy@gmail.com")
    merged = merge(helena, double)
    page = as_agent.get(url(helena))
    assert "Company: Acme" in page.text
    as_agent.post(url(helena), form_of(page))
    assert not ProfileChange.objects.filter(merge=None, values__has_key="company", customer=helena).exists()

    as_agent.post(url(helena), opened(as_agent, helena) | {"keep-company": "on"})
    assert 'name="keep-' not in as_agent.get(url(helena)).text
    undo(merged)
    assert Customer.objects.get(pk=helena.pk).company == "Acme"


def save(client, customer, **typed):
    return client.post(url(customer), opened(client, customer) | typed, follow=True)


def billing_address(customer):
    return Customer.objects.get(pk=customer.pk).billing_address


def test_the_country_is_selected_and_one_that_was_sent_as_text_stays_until_it_is_edited(as_agent, helena):
    Customer.objects.filter(pk=helena.pk).update(billing_address={"city": "Berlin", "country": "Deutschland"})
    assert '<option value="Deutschland" selected>Deutschland</option>' in as_agent.get(url(helena)).text

    save(as_agent, helena, **{"billing_address-city": "Bonn"})
    assert billing_address(helena) == {"city": "Bonn", "country": "Deutschland"}
    refused = save(as_agent, helena, **{"billing_address-country": "Atlantis"})
    assert "Select one of the listed countries." in refused.text
    save(as_agent, helena, **{"billing_address-country": "DE"})
    assert billing_address(helena) == {"city": "Bonn", "country": "DE"}


def test_a_postal_code_of_another_form_is_saved_and_doubted(as_agent, helena):
    values = {"billing_address-postal_code": "8571", "billing_address-country": "US"}
    saved = save(as_agent, helena, **values)
    assert "Check the ZIP code “8571”. It usually looks like 95014." in saved.text
    assert billing_address(helena)["postal_code"] == "8571"
