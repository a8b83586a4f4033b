"""The one page of a merge in which nothing conflicts."""

import pytest
from django.urls import reverse

from customers.models import Merge, MergeDraft
from tests.acts import edit, undo
from tests.customers.merging.pages.merge_steps import EMAIL, PHONE, choose, confirm, hidden, says, shown, values
from tests.customers.merging.values.values_form import send
from tests.factories import customer_with_order, make_user, signed_in
from tests.page_text import visible_text

pytestmark = pytest.mark.django_db
SECOND_PHONE = "+420 602 330 910"


@pytest.fixture
def twin():
    """The same as helena, with a company."""
    twin = customer_with_order(source="Marketplace", email=EMAIL, phone=PHONE, country="CZ", deduplicate=False)
    return edit(twin, company="Holý Design")


def plain(survivor, *duplicates, **query):
    query["duplicate"] = [customer.pk for customer in duplicates]
    return reverse("customers:merge_plain", args=[survivor.pk], query=query)


def test_where_nothing_conflicts_the_first_step_leads_to_one_page_and_the_merge(as_agent, helena, twin):
    response = as_agent.post(choose(helena), {"duplicate": twin.pk, "ticked": "1"})
    assert response.url == plain(helena, twin)
    page = as_agent.get(response.url)

    assert "Nothing conflicts, so there is only this page. You can undo this merge later." in page.text
    assert f"added from Helena Holý ({twin.pk})" in page.text
    assert "<dt>Orders</dt><dd>1</dd>" in page.text
    response = as_agent.post(response.url, hidden(page) | {"reason": "Called in"})
    assert says(response).startswith(f"Merged. Helena Holý ({twin.pk}) was merged into Helena Holý ({helena.pk}).")
    helena.refresh_from_db()
    assert (helena.company, Merge.objects.get().reason) == ("Holý Design", "Called in")
    assert not MergeDraft.objects.exists()


def test_where_a_value_conflicts_or_was_entered_it_leads_to_the_values(as_agent, helena, helen, twin):
    assert as_agent.get(plain(helena, helen)).url == values(helena, helen)
    send(as_agent, helena, twin, keep="1", **{"value-website": "https://holy.cz"})
    assert as_agent.get(plain(helena, twin)).url == values(helena, twin)
    response = as_agent.post(choose(helena), {"duplicate": twin.pk, "ticked": "1"})
    assert response.url == values(helena, twin)


def test_who_is_kept_is_swapped_there_too(as_agent, helena, twin):
    data = hidden(as_agent.get(plain(helena, twin))) | {"survivor": twin.pk}
    assert as_agent.post(plain(helena, twin), data).url == plain(twin, helena)


def test_sent_twice_it_merges_once_and_after_an_undo_not_again(as_agent, helena, twin):
    url = plain(helena, twin)
    data = hidden(as_agent.get(url))
    as_agent.post(url, data)
    assert says(as_agent.post(url, data)).endswith("Already merged.")
    undo(Merge.objects.get())

    assert "Nothing was merged. These customers were changed meanwhile." in says(as_agent.post(url, data))
    assert Merge.objects.count() == 1


def test_an_edit_meanwhile_is_shown_before_anything_is_merged(as_agent, admin_user, helena, twin):
    data = hidden(as_agent.get(plain(helena, twin)))
    edit(twin, by=admin_user, website="https://holy.cz")

    response = as_agent.post(plain(helena, twin), data, follow=True)

    assert "Nothing was merged." in shown(response)
    assert "https://holy.cz" in response.text
    assert not Merge.objects.exists()


def test_whoever_may_not_merge_a_stranger_is_led_to_the_first_step(as_agent, helena, zdenek):
    response = as_agent.get(plain(helena, zdenek), follow=True)

    assert f"Zdeněk Holý ({zdenek.pk}) shares no email or phone with Helena Holý ({helena.pk})." in response.text
    assert as_agent.post(plain(helena, zdenek), {"duplicate": zdenek.pk}).status_code == 403


def test_undoing_is_promised_to_whoever_may(helena, twin):
    client = signed_in(make_user("x", ["customers.view_customer", "customers.merge_customer"]))
    assert "You can undo" not in client.get(plain(helena, twin)).text


# The next group


@pytest.fixture
def groups(helena, twin):
    """Two groups of the worklist, in its order."""
    for _ in range(2):
        customer_with_order(first_name="Jan", last_name="Novák", phone=SECOND_PHONE, deduplicate=False)
    return helena, twin


def test_after_a_merge_from_the_worklist_the_next_group_is_one_click_away(as_agent, groups):
    page = as_agent.get(reverse("customers:duplicates"))
    first = link(page, "Merge…")
    response = confirm(as_agent, first)
    follow = link(as_agent.get(response.url), "Next group")

    following = as_agent.get(follow, follow=True)

    assert "Jan Novák" in visible_text(following)
    assert "Nothing conflicts" in following.text
    last = link(as_agent.get(confirm(as_agent, following.redirect_chain[-1][0]).url), "Next group")
    assert "No other group is left to review." in shown(as_agent.get(last, follow=True))


def test_the_list_is_kept_through_every_step(as_agent, helena, helen):
    start = choose(helena, **{"from": "/customers/?q=holy"})
    response = as_agent.post(start, hidden(as_agent.get(start)))
    response = as_agent.post(response.url, hidden(as_agent.get(response.url)))
    response = confirm(as_agent, response.url)

    assert link(as_agent.get(response.url), "Back to the list") == "/customers/?q=holy"


def test_no_other_address_is_led_to(as_agent, helena, twin):
    for address in ("https://evil.example/duplicates/next/", "//evil.example/customers/", "/users/", "/customers/1/"):
        page = as_agent.get(plain(helena, twin, **{"from": address})).text
        assert 'name="from"' not in page


def link(response, label) -> str:
    before = response.text.split(f">{label}")[0]
    return before.rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
