from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customers.credit import credit
from customers.erasing.erase import erase_customer
from customers.labels.attributes import remove_attributes, set_attributes
from customers.labels.tags import add_tags, remove_tags, tags_of
from customers.matching.duplicates import duplicates_of
from customers.models import Customer, HistoryEntry, Merge, NotDuplicate
from tests.acts import edit, erase, fresh, merge, undo
from tests.customers.merging.pages.merge_steps import hidden, says, shown
from tests.factories import NoteFactory, customer_with_order, make_user, order, signed_in
from tests.page_text import visible_text
from tests.tables import table

pytestmark = pytest.mark.django_db


def undo_url(made, **query):
    return reverse("customers:merge_undo", args=[made.pk], query=query or None)


def send(client, url, **entered):
    return client.post(url.split("?")[0], hidden(client.get(url)) | entered)


# The undo


def test_tags_and_attributes_that_staff_added_since_are_named_and_stay(as_agent, helena, helen):
    add_tags(helen, "sent with Helen", by=None)
    merged = merge(helena, helen)
    assert "Tags and attributes are kept." not in as_agent.get(undo_url(merged)).text

    add_tags(helena, "vip", "newsletter", by=None)
    remove_tags(helena, "newsletter", by=None)
    set_attributes(helena, {"shoe size": 42}, by=None)
    page = as_agent.get(undo_url(merged)).text
    assert f"Added since the merge and kept for Helena Holý ({helena.pk}): vip and shoe size." in page

    send(as_agent, undo_url(merged))
    assert [tags_of(customer) for customer in fresh(helena, helen)] == [["vip"], ["sent with Helen"]]


def test_what_was_removed_before_a_merge_and_added_again_after_it_is_named(as_agent, helena, helen):
    add_tags(helena, "vip", "kept", by=None)
    set_attributes(helena, {"shoe size": 41, "hat size": 55}, by=None)
    remove_tags(helena, "vip", by=None)
    remove_attributes(helena, "shoe size", by=None)
    merged = merge(helena, helen)

    add_tags(helena, "vip", by=None)
    # The size of the hat is changed, not added.
    set_attributes(helena, {"shoe size": 42, "hat size": 56}, by=None)
    page = as_agent.get(undo_url(merged)).text
    assert f"Added since the merge and kept for Helena Holý ({helena.pk}): vip and shoe size." in page


def test_an_undo_asks_whether_they_are_not_duplicates_and_suggests_it_but_for_a_slip(as_agent, helena, helen):
    merged = merge(helena, helen)
    assert "mark_not_duplicates" not in hidden(as_agent.get(undo_url(merged)))
    send(as_agent, undo_url(merged))
    assert not NotDuplicate.objects.exists()

    merged = merge(helena, helen)
    Merge.objects.filter(pk=merged.pk).update(created=timezone.now() - timedelta(minutes=2))
    send(as_agent, undo_url(merged))
    assert NotDuplicate.objects.get().reason == f"Merge {merged.pk} was undone"


def test_an_undo_is_shown_then_done(as_agent, admin_user, helena, helen):
    merged = merge(helena, helen, last_name=helen, company="Holý Design")
    order(source="Marketplace", external_id="MP-1", total="3.96")
    edit(helena, admin_user, company="Design s.r.o.")

    page = as_agent.get(undo_url(merged)).text
    assert f"Undo merge {merged.pk}?" in page
    assert f"Helena Holy ({helen.pk}) is restored with all records and anything received since" in page
    for text in (
        '<td class="num" data-label="New since merge">1</td>',
        "31.80 USD",
        "reverted",
        "by Jane Peacock",
        "1 edit is kept.",
        "Company was changed after the merge and is kept for",
        "These 2 customers will not be suggested as duplicates of each other.",
    ):
        assert text in page
    assert not Merge.objects.exclude(undone_at=None).exists()

    response = send(as_agent, undo_url(merged), mark_not_duplicates="1")
    assert response.url == helena.get_absolute_url()
    assert says(response) == f"Undone. Helena Holy ({helen.pk}) was restored. Company was kept."
    helena, helen = fresh(helena, helen)
    assert (helena.last_name, helena.company, helen.is_live) == ("Holý", "Design s.r.o.", True)
    assert duplicates_of(helena)[0].dismissal.by.username == "margaret"


def test_one_of_several_comes_back_alone(as_agent, helena, helen, initial):
    merged = merge(helena, helen, initial)
    page = as_agent.get(undo_url(merged, only=helen.pk)).text
    assert f"Undo merge {merged.pk} for Helena Holy ({helen.pk})?" in page

    send(as_agent, undo_url(merged, only=helen.pk))

    helen, initial = fresh(helen, initial)
    assert (helen.is_live, initial.merged_into) == (True, helena)


def test_a_value_that_a_later_merge_carried_on_is_named_for_both_customers(as_agent, helena, helen):
    bjorn = customer_with_order(first_name="Bjørn", last_name="Hansen", email="b@x.cz")
    merged = merge(helena, helen, company="Holý Design")
    merge(bjorn, *fresh(helena), company=fresh(helena)[0])

    page = as_agent.get(undo_url(merged)).text

    for customer in (bjorn, helena):
        assert f'Company<span class="under">{customer.name_with_number}</span>' in page
    assert f"Restored customers are taken out of Bjørn Hansen ({bjorn.pk})" in page
    assert send(as_agent, undo_url(merged)).url == bjorn.get_absolute_url()


def test_the_preview_asks_as_many_queries_however_much_there_is(as_agent, helena, helen, django_assert_max_num_queries):
    merged = merge(helena, helen)
    as_agent.get(undo_url(merged))
    with django_assert_max_num_queries(30) as few:
        as_agent.get(undo_url(merged))
    for n in range(10):
        taken = order(source="Marketplace", external_id="MP-1", total=str(n))
        NoteFactory(source_record=taken.assigned.record)
    with django_assert_max_num_queries(len(few)):
        page = as_agent.get(undo_url(merged)).text
    assert '<td class="num" data-label="New since merge">20</td>' in page


# Its refusals


def test_a_change_meanwhile_leads_to_a_new_preview(as_agent, admin_user, helena, helen):
    merged = merge(helena, helen, company="Holý Design")
    data = hidden(as_agent.get(undo_url(merged)))
    edit(helena, admin_user, company="Design s.r.o.")

    for stale in (data, {}, {"seen": "forged"}):
        response = as_agent.post(undo_url(merged), stale, follow=True)
        assert shown(response) == (
            "Nothing was undone. Something changed since you opened the page. This is the updated preview."
        )
        assert "Undo merge" in response.text
    assert fresh(helen)[0].merged_into == helena


def test_an_undo_sent_twice_says_who_did_it(as_agent, helena, helen):
    merged = merge(helena, helen)
    data = hidden(as_agent.get(undo_url(merged)))
    as_agent.post(undo_url(merged), data)

    for response in (as_agent.post(undo_url(merged), data, follow=True), as_agent.get(undo_url(merged), follow=True)):
        assert response.redirect_chain == [(merged.get_absolute_url(), 302)]
        assert "This merge was undone by Margaret Park on " in shown(response)


def test_credit_below_zero_needs_a_tick(as_agent, helena, helen):
    credit.adjust(helen, Decimal(5), "USD", reason="gift", by=None)
    merged = merge(helena, helen, credit={"USD": Decimal(9)})
    credit.adjust(helena, Decimal(-8), "USD", reason="order", by=None)
    page = as_agent.get(undo_url(merged)).text
    assert "Credit will be negative." in page
    assert "Allow negative credit" in page

    response = as_agent.post(undo_url(merged), hidden(as_agent.get(undo_url(merged))), follow=True)
    assert "Nothing was undone." in shown(response)
    assert "Tick “Allow negative credit” to continue" in shown(response)
    assert not fresh(helen)[0].is_live

    send(as_agent, undo_url(merged), allow_overdraft="1")
    assert fresh(helen)[0].is_live


def test_a_side_that_was_erased_cannot_come_back(as_agent, helena, helen):
    merged = merge(helena, helen)
    Customer.objects.filter(pk=helen.pk).update(erased_at=helen.created)

    response = as_agent.get(undo_url(merged), follow=True)

    assert f"Customer {helen.pk} was erased, so this merge can no longer be undone." in shown(response)


def test_a_merge_whose_customer_was_erased_says_so_and_offers_nothing(as_agent, admin_user, helena, helen):
    merged = merge(helena, helen)
    erase_customer(fresh(helena)[0], version=fresh(helena)[0].version, by=admin_user)

    page = as_agent.get(merged.get_absolute_url()).text
    assert f"Customer {helena.pk} was erased on <time" in page
    assert '<span class="badge">Erased</span>' in page
    for gone in ("Active", "Undo…", "Open customer", "Moved", "Nothing", "Source records that moved", "kept the value"):
        assert gone not in page
    listed = as_agent.get(reverse("customers:merges")).text
    assert '<span class="badge">Erased</span>' in listed
    assert "You can undo a merge until one of its customers is erased" in listed


def test_who_came_back_before_is_not_part_of_what_was_erased(as_agent, admin_user, helena, helen, initial):
    merged = merge(helena, helen, initial)
    undo(merged, initial)
    erase_customer(fresh(initial)[0], version=fresh(initial)[0].version, by=admin_user)

    page = as_agent.get(merged.get_absolute_url()).text
    assert "Partly undone" in page
    assert "Undo…" in page


@table("only", ["999999", "9" * 18])
def test_somebody_who_is_not_part_of_the_merge_cannot_come_back(as_agent, helena, helen, only):
    merged = merge(helena, helen)

    response = as_agent.get(undo_url(merged, only=only), follow=True)

    assert "This customer is no longer part of the merge." in shown(response)


def test_an_undo_without_its_token_is_refused(agent, helena, helen):
    merged = merge(helena, helen)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(agent)

    assert strict.post(undo_url(merged)).status_code == 403
    assert not fresh(helen)[0].is_live


def test_undo_needs_to_view_customers_too(helena, helen):
    merged = merge(helena, helen)

    assert signed_in(make_user("x", ["customers.undo_merge"])).get(undo_url(merged)).status_code == 403


def test_the_values_that_an_undo_changed_are_in_the_history_and_on_the_page_of_the_merge(as_admin):
    top, survivor, duplicate = (customer_with_order(first_name=name) for name in ("Ada", "Bea", "Cleo"))
    edit(duplicate, company="Acme", website="https://acme.example")
    inner = merge(survivor, duplicate)
    edit(survivor, website="https://bea.example")
    merge(top, survivor)
    undo(inner)
    changed = "Company removed. It was Acme."
    texts = {entry.source_record.origin_id: entry.text for entry in undo_entries(inner)}
    assert texts[survivor.pk] == f"Undid the merge of Cleo Holý ({duplicate.pk}). {changed}"
    assert texts[top.pk] == f"Undid the merge into Bea Holý ({survivor.pk}). {changed}"
    for address in (f"/customers/{top.pk}/?tab=history", inner.get_absolute_url()):
        assert "Company removed." in visible_text(as_admin.get(address)), address
    erase(duplicate)
    assert not any("Acme" in entry.text for entry in undo_entries(inner))


def undo_entries(merge: Merge) -> Iterable[HistoryEntry]:
    return HistoryEntry.objects.filter(merge=merge, kind="undo").select_related("source_record")
