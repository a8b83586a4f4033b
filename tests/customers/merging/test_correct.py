"""A value of a merge is corrected without an undo, and what follows is as if it had been merged so."""

import pytest
from django.urls import reverse

from customers.merging.correct import correct_merge, correctable
from customers.merging.plan import plan_merge
from customers.models import Customer, HistoryEntry, ProfileChange
from customers.profile.decisions import Picked, Typed
from customers.profile.derive import profile_values
from orders.models import Order
from tests.acts import edit, fresh, merge, rebuild, refusal, undo
from tests.customers.merging.pages.merge_steps import hidden, shown
from tests.database import reloaded
from tests.factories import card, customer_with_order

pytestmark = pytest.mark.django_db


def correct_url(made):
    return reverse("customers:merge_correct", args=[made.pk])


def correct(client, made, **entered):
    return client.post(correct_url(made), hidden(client.get(correct_url(made))) | entered, follow=True)


def test_what_follows_is_as_if_it_had_been_merged_so_and_an_undo_takes_it_out(helena, helen, initial):
    helen = edit(helen, company="Holý Design", website="https://holy.cz")
    before = [profile_values(customer) for customer in fresh(helena, helen)]
    made = merge(helena, helen, initial, last_name=helen)
    current = correctable(reloaded(made))
    choices = {"company": Typed("Design s.r.o."), "first_name": Picked(initial.pk)}
    plan = plan_merge(current.customers[0], current.customers[1:], choices, blank_fields=current.blank_fields)
    correct_merge(made, plan, choices, by=None)
    corrected = profile_values(reloaded(helena))
    assert rebuild() == "Nothing differed."
    undo(made)
    assert [profile_values(customer) for customer in fresh(helena, helen)] == before

    merge(helena, helen, initial, last_name=helen, company="Design s.r.o.", first_name=initial)
    assert profile_values(reloaded(helena)) == corrected


def test_the_page_holds_what_was_decided_and_saves_what_is_corrected(as_admin, helena, helen):
    helen = edit(helen, company="Holy Design")
    made = merge(helena, helen, last_name=helen, website="https://holy.cz")

    page = as_admin.get(correct_url(made))
    assert f'name="pick-last_name" value="{helen.pk}" checked' in page.text
    assert 'value="https://holy.cz"' in page.text
    assert "<bdi>Holý</bdi>" in page.text
    assert "value-email_opt_in" not in page.text
    response = correct(as_admin, made, **{"value-last_name": "Holá", "value-company": ""})

    customer = Customer.objects.get(pk=helena.pk)
    assert (customer.last_name, customer.company, customer.website) == ("Holá", "", "https://holy.cz")
    assert shown(response).startswith("Corrected. Last name and Company: an undo of the merge reverts this as well.")
    assert HistoryEntry.objects.filter(sentence__startswith="Corrected values of this merge.").count() == 1
    detail = as_admin.get(made.get_absolute_url()).text
    assert "Holá" in detail
    assert "<bdi>Holý</bdi>" in detail


def test_what_is_left_as_it_was_changes_nothing(as_admin, helena, helen):
    made = merge(helena, helen, last_name=helen, company="Holý Design")
    decisions = reloaded(made).decisions
    changes = ProfileChange.objects.count()

    response = correct(as_admin, made)

    assert "Nothing was changed: the values are as they were." in shown(response)
    assert (reloaded(made).decisions, ProfileChange.objects.count()) == (decisions, changes)


def test_a_value_that_was_changed_since_is_left_to_the_customer(as_admin, helena, helen):
    made = merge(helena, helen, last_name=helen)
    edit(helena, last_name="Nová")

    page = as_admin.get(correct_url(made)).text
    assert "Last name: edit Helena Nová" in page
    assert "value-last_name" not in page
    correct(as_admin, made, **{"value-company": "Holý Design"})
    assert (reloaded(helena).last_name, reloaded(helena).company) == ("Nová", "Holý Design")


def test_a_payment_method_of_a_duplicate_is_set(as_admin, helena, helen):
    hers = card(Order.objects.get(source_record__customer=helen))
    made = merge(helena, helen)
    correct(as_admin, made, **{"value-pay_source": hers.pk})
    assert reloaded(helena).pay_source == hers
    undo(made)
    assert reloaded(helena).pay_source is None


def test_it_is_refused_where_the_merge_does_not_stand_or_was_merged_on(as_admin, helena, helen):
    made = merge(helena, helen)
    outer = merge(customer_with_order(first_name="Olga", email="olga@holy.cz"), helena)
    assert "is no longer a customer of its own" in refusal(correctable, reloaded(made))
    assert "Nothing was corrected." in shown(as_admin.get(correct_url(made), follow=True))
    undo(outer)
    undo(made)
    assert "This merge was undone" in refusal(correctable, reloaded(made))


def test_an_edit_meanwhile_is_shown_first(as_admin, helena, helen):
    made = merge(helena, helen)
    data = hidden(as_admin.get(correct_url(made))) | {"value-company": "Holý Design"}
    edit(helena, website="https://holy.cz")

    response = as_admin.post(correct_url(made), data)

    assert response.status_code == 422
    assert "meanwhile: Website." in response.text
    assert reloaded(helena).company == ""
