"""What was picked in a form is deleted before the form is sent, or while it is."""

import pytest
from django.db import connection
from django.urls import reverse

from customers.engagement import common
from customers.models import ClosingReason, Opportunity
from tests.customers.merging.pages.merge_steps import hidden
from tests.factories import CustomerFactory, customer_with_order, declined_order
from tests.factories.lists import make_entry, one_of_each_list
from tests.tables import table

GONE = 999_999_999
OPPORTUNITY = {"pipeline": "New", "kind": "one-time", "estimated_close_date": "2026-12-31"}
OPPORTUNITY |= {"forecast_category": "lost", "amount": "5", "currency": "USD"}


@table(
    ("page", "sent"),
    [
        ("add", {"first_name": "Ada", "account_type": GONE, "tax_exempt": "no", "uuid": "cus_12345678"}),
        ("add", {"first_name": "Ada", "lead_phase": GONE, "tax_exempt": "no", "uuid": "cus_12345678"}),
        ("edit", {"account_type": GONE, "shown-account_type": ""}),
        ("edit", {"lead_phase": GONE, "shown-lead_phase": ""}),
        ("edit", {"pay_source": GONE, "shown-pay_source": ""}),
        ("status", {"lead_status": "working", "lead_phase": GONE}),
        ("status", {"lead_status": "working", "owner": GONE}),
        ("opportunity_add", {**OPPORTUNITY, "phase": GONE}),
        ("opportunity_add", {**OPPORTUNITY, "phase": "", "pipeline_stage": "New", "closing_reason": GONE}),
        ("opportunity_add", {**OPPORTUNITY, "pipeline_stage": "New", "owner": GONE}),
        ("task_add", {"details": "Call", "owner": GONE, "due": "2026-12-31"}),
    ],
)
@pytest.mark.django_db
def test_a_form_says_that_what_was_picked_is_none_of_its_options_any_more(page, sent, as_admin, admin_user):
    one_of_each_list()
    customer = CustomerFactory()
    url = reverse(f"customers:{page}", args=[] if page == "add" else [customer.pk])
    given = {"version": customer.version, "owner": admin_user.pk if "_add" in page else "", **sent}
    answer = as_admin.post(url, given)
    assert answer.status_code == 422
    assert "errorlist" in answer.text


@table(
    ("page", "names"),
    [
        ("customers:list", ("account_type", "phase", "opportunity", "closing_reason", "owner", "source", "tag")),
        ("customers:duplicates", ("source", "owner")),
        ("customers:merges", ("by", "rule")),
        ("orders:order_list", ("source", "product", "campaign")),
        ("audit:list", ("by",)),
        ("jobs:list", ("by",)),
    ],
)
@pytest.mark.django_db
def test_a_filter_by_what_is_gone_is_answered(page, names, as_admin):
    for name in names:
        assert as_admin.get(reverse(page), {name: GONE}).status_code in (200, 404, 422), name


@pytest.mark.django_db
def test_a_card_and_a_product_that_are_gone_are_refused(as_admin):
    order = declined_order()
    assert as_admin.post(f"/orders/{order.number}/rerun/", {"seen": order.stamp, "card": GONE}).status_code == 422
    page = f"/customers/{order.source_record.customer_id}/new-order/"
    assert as_admin.post(page, {"product1": GONE, "card": GONE}).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_an_entry_deleted_while_it_is_saved_is_told_and_the_form_can_be_sent_again(as_agent, agent, monkeypatch):
    reason = make_entry(ClosingReason, outcome="lost")
    customer = customer_with_order(email="helena@reunite.cz")
    saved = common.save

    def delete_first(row, changes):
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM customers_closingreason WHERE id = %s", [reason.pk])
        return saved(row, changes)

    monkeypatch.setattr(common, "save", delete_first)
    url = reverse("customers:opportunity_add", args=[customer.pk])
    answer = as_agent.post(
        url, {**OPPORTUNITY, "pipeline_stage": "New", "owner": agent.pk, "closing_reason": reason.pk}
    )
    assert answer.status_code == 409
    assert "Something that you chose was deleted a moment ago" in answer.text
    assert not Opportunity.objects.exists()

    ClosingReason.objects.all().delete()
    again = as_agent.post(url, hidden(answer))
    assert again.status_code == 422
    assert "Select one of the listed options." in again.text
