"""The page of sales lists, and where users meet their entries."""

import pytest
from django.urls import reverse

from customers.lists.catalogue import LISTS
from customers.models import AccountType, Customer, HistoryEntry, LeadPhase, Opportunity
from tests.factories import CustomerFactory, allow, customer_with_order, signed_in
from tests.factories.lists import make_entry, one_of_each_list
from tests.tables import table

pytestmark = pytest.mark.django_db

URL = reverse("customers:lists")


@pytest.fixture
def editor(agent):
    allow(agent, "customers.manage_saleslist")
    return signed_in(agent)


def press(client, slug, **button):
    return client.post(URL, {"list": slug, **button}, follow=True)


def test_an_empty_list_offers_the_usual_entries(editor):
    page = editor.get(URL).text
    assert page.count("Add the usual") == len(LISTS)
    page = press(editor, "lead-phases", usual="yes")
    assert "The usual lead phases were added." in page.text
    assert LeadPhase.objects.get(name="Offer").score == 60


def test_an_entry_is_added_edited_moved_retired_and_deleted(editor):
    add = reverse("customers:list_entry_add", args=["lead-phases"])
    for name in ("Offer", "Won over"):
        values = {"name": name, "score": "60", "value": "1200.50", "currency": "eur"}
        assert f"“{name}” was saved." in editor.post(add, values, follow=True).text
    offer, other = LeadPhase.objects.all()
    assert (offer.value, offer.currency) == (1200.50, "EUR")

    edit = reverse("customers:list_entry_edit", args=["lead-phases", offer.pk])
    assert 'value="Offer"' in editor.get(edit).text
    refused = editor.post(edit, {"name": "WON OVER", "score": "60", "seen": offer.updated.isoformat()})
    assert (refused.status_code, "There is a lead phase" in refused.text) == (422, True)

    page = press(editor, "lead-phases", down=offer.pk)
    assert page.redirect_chain[0][0] == f"{URL}?moved=lead-phases-down-{offer.pk}#lead-phases"
    assert page.text.count("autofocus") == 1
    assert list(LeadPhase.objects.all()) == [other, offer]
    assert "is not offered any more" in press(editor, "lead-phases", retire=offer.pk).text
    assert "is offered again" in press(editor, "lead-phases", offer=offer.pk).text
    assert "was deleted" in press(editor, "lead-phases", delete=offer.pk).text
    assert "deleted a moment ago" in press(editor, "lead-phases", up=offer.pk).text


@table(("slug", "button"), [("strangers", {"usual": "yes"}), ("lead-phases", {"up": "x"}), ("", {})])
def test_a_forged_button_is_not_found(editor, slug, button):
    assert press(editor, slug, **button).status_code == 404


def test_a_retired_entry_is_kept_and_not_offered(as_agent):
    kept, retired = make_entry(AccountType, "Shop", is_retired=True), make_entry(AccountType, "Pub", is_retired=True)
    customer = CustomerFactory(account_type=kept.pk)
    page = as_agent.get(reverse("customers:edit", args=[customer.pk])).text
    assert f'<option value="{kept.pk}" selected>Shop (retired)</option>' in page
    assert "Pub" not in page
    version = {"version": customer.version, "shown-account_type": kept.pk, "account_type": retired.pk}
    as_agent.post(reverse("customers:edit", args=[customer.pk]), version)
    assert Customer.objects.get(pk=customer.pk).account_type == kept


def test_a_customer_is_added_with_an_account_type(as_agent):
    entry = make_entry(AccountType)
    sent = {"first_name": "Ada", "account_type": entry.pk, "tax_exempt": "no", "uuid": "cus_12345678"}
    as_agent.post(reverse("customers:add"), sent)
    assert Customer.objects.get(first_name="Ada").account_type == entry


def test_a_lead_has_a_phase_until_they_buy_or_are_made_a_customer(as_agent):
    phase = make_entry(LeadPhase, "Offer")
    customer = CustomerFactory(first_name="Lea", last_name="Novak")
    url = reverse("customers:status", args=[customer.pk])
    status = {"version": customer.version, "owner": "", "lead_phase": phase.pk}
    assert "Only a lead has a phase." in as_agent.post(url, {**status, "lead_status": ""}).text
    as_agent.post(url, {**status, "lead_status": "working"})
    assert "Offer" in as_agent.get(customer.get_absolute_url()).text
    assert "Lead phase set to Offer." in HistoryEntry.objects.latest("pk").text
    as_agent.post(reverse("customers:make_customer", args=[customer.pk]))
    assert Customer.objects.get(pk=customer.pk).lead_phase is None


def test_an_opportunity_takes_score_and_value_of_its_phase_and_a_reason_that_fits(as_agent, agent):
    *_, reason = one_of_each_list()
    offer = make_entry(LeadPhase, "Deal", score=60, value=500, currency="EUR")
    later = make_entry(LeadPhase, "Talk", score=80)
    customer = customer_with_order(email="helena@reunite.cz")
    url = reverse("customers:opportunity_add", args=[customer.pk])
    values = {"pipeline": "New", "phase": offer.pk, "owner": agent.pk, "kind": "one-time"}
    values |= {"estimated_close_date": "2026-12-31", "forecast_category": "pipeline"}
    assert "This is a reason for Lost." in as_agent.post(url, {**values, "closing_reason": reason.pk}).text
    as_agent.post(url, values)
    row = Opportunity.objects.get()
    assert (row.pipeline_stage, row.win_likelihood, row.amount, row.currency) == ("Deal", 60, 500, "EUR")

    url = reverse("customers:opportunity_edit", args=[customer.pk, row.pk])
    values |= {"amount": "500", "currency": "EUR"}
    assert as_agent.get(url).context["form"]["win_likelihood"].value() is None
    as_agent.post(url, {**values, "phase": later.pk})
    assert Opportunity.objects.get().win_likelihood == 80
    as_agent.post(url, {**values, "phase": later.pk, "forecast_category": "lost", "closing_reason": reason.pk})
    row = Opportunity.objects.get()
    assert (row.win_likelihood, row.closing_reason) == (0, reason)
    assert "No budget" in as_agent.get(f"{customer.get_absolute_url()}?tab=opportunities").text
    as_agent.post(url, {**values, "phase": later.pk})
    assert Opportunity.objects.get().closing_reason is None
