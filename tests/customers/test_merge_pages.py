import re

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from customers import editing, matching
from customers.models import Customer, HistoryEntry, Merge, NotDuplicate
from tests.acts import merge, undo
from tests.conftest import allow, make_user, signed_in
from tests.factories import SourceRecordFactory, customer_with_order, order

pytestmark = pytest.mark.django_db
EMAIL, PHONE = "hholy@gmail.com", "+420 241 770 449"
AN_AGENT_WHO_MAY_MERGE_ANYBODY = "customers.merge_unmatched_customer"


@pytest.fixture
def helena():
    return customer_with_order(email=EMAIL, phone=PHONE, country="CZ", total="21.78")


@pytest.fixture
def helen():
    """Shares e-mail and phone with helena."""
    return customer_with_order(source="Marketplace", last_name="Holy", email=EMAIL.upper(), phone=PHONE, total="27.84")


@pytest.fixture
def zdenek():
    """Shares nothing with anybody."""
    return customer_with_order(first_name="Zdeněk", email="zdenek@holy.cz")


def choose(survivor, **query):
    return reverse("customers:merge", args=[survivor.pk], query=query or None)


def values(survivor, *duplicates):
    return reverse("customers:merge_values", args=[survivor.pk], query={"duplicate": [c.pk for c in duplicates]})


def hidden(response) -> dict[str, list[str]]:
    """What the form of a page would send unchanged."""
    page = response.content.decode()
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        attributes = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        is_chosen = "checked" in tag or attributes.get("type", "text") not in {"radio", "checkbox"}
        if is_chosen and attributes.get("name") not in {None, "q", "csrfmiddlewaretoken"}:
            found.setdefault(attributes["name"], []).append(attributes.get("value", ""))
    return found


def reviewed(client, survivor, *duplicates, **entered) -> str:
    """The address of the third step, after sending the second one with `entered`."""
    data = hidden(client.get(values(survivor, *duplicates))) | entered
    response = client.post(reverse("customers:merge_values", args=[survivor.pk]), data)
    assert response.status_code == 302, response.content.decode()
    return response.url


def confirm(client, url, **entered):
    return client.post(url, hidden(client.get(url)) | entered)


def says(response) -> str:
    """The messages that the next page shows, as one reads them."""
    return " ".join(re.sub(r"<[^>]+>", "", str(message)) for message in get_messages(response.wsgi_request)).strip()


def shown(response) -> str:
    """The messages of a page, without the one that is hidden until the server cannot be reached."""
    found = re.findall(r'<div role="(?:status|alert)"><ul class="messagelist">(.*?)</ul>', response.text, re.DOTALL)
    return re.sub(r"<[^>]+>", "", " ".join(found)).strip()


# The way through


def test_two_customers_are_merged_in_three_steps(as_agent, helena, helen):
    page = as_agent.get(choose(helena)).content.decode()
    assert f'value="{helen.pk}" checked' in page
    assert "same e-mail <span>hholy@gmail.com</span>" in page
    assert "1 order, 27.84 USD" in page

    response = as_agent.post(choose(helena), {"duplicate": helen.pk})
    assert response.url == values(helena, helen)

    url = reviewed(as_agent, helena, helen, **{"pick-last_name": helen.pk, "value-company": "Holý Design"})
    page = as_agent.get(url).content.decode()
    assert f"Merge Helena Holy ({helen.pk}) into Helena Holý?" in page
    assert "then 2 orders, 49.62 USD" in page
    assert "typed by you" in page
    assert not Merge.objects.exists()

    response = confirm(as_agent, url, reason="Called in")
    assert response.url == helena.get_absolute_url()
    assert says(response) == (
        f"Merged. Helena Holy ({helen.pk}) is now part of Helena Holy, with 1 order and everything else they had.Undo"
    )
    made = Merge.objects.get()
    assert (made.reason, made.by.username, made.warnings) == ("Called in", "margaret", [])
    helena.refresh_from_db()
    assert (helena.last_name, helena.company) == ("Holy", "Holý Design")
    assert reverse("customers:merge_undo", args=[made.pk]) in str(*get_messages(response.wsgi_request))


def test_whoever_may_not_undo_is_not_offered_it(helena, helen):
    client = signed_in(make_user("x", ["customers.view_customer", "customers.merge_customer"]))
    response = confirm(client, reviewed(client, helena, helen))

    assert says(response).startswith("Merged.")
    assert "/undo/" not in str(*get_messages(response.wsgi_request))


def test_the_first_step_ticks_only_who_is_surely_the_same(as_agent, helena):
    family = customer_with_order(first_name="Jan", last_name="Novák", phone=PHONE)

    page = as_agent.get(choose(helena)).content.decode()

    assert f'value="{family.pk}"' in page
    assert f'value="{family.pk}" checked' not in page
    assert "different last names" in page


def test_the_first_step_asks_as_many_queries_for_many_candidates(
    as_admin, helena, helen, zdenek, django_assert_max_num_queries
):
    url = choose(helena, q="hol")
    # session, user, 2 permissions, customer; own match keys, placeholders, who shares them, candidates, 2 dismissals;
    # totals, sources, rows; ticked others, found, the same 6 to compare them, and 3 what they have
    as_admin.get(url)
    with django_assert_max_num_queries(32) as few:
        as_admin.get(url)
    for n in range(12):
        customer_with_order(email=EMAIL, last_name=f"Holy{n}")
        customer_with_order(email=f"holy{n}@holy.cz", last_name=f"Holy{n}")
    with django_assert_max_num_queries(len(few)):
        page = as_admin.get(url).content.decode()
    assert page.count('name="duplicate"') == 26


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
    assert '<th scope="row">Orders</th><td class="num">21</td>' in page
    with django_assert_max_num_queries(len(third)):
        as_agent.get(url)


# Not a duplicate


def test_a_dismissed_candidate_stands_last_with_who_said_so_and_can_be_taken_back(as_agent, helena, helen):
    url = reverse("customers:merge_dismiss", args=[helena.pk])
    response = as_agent.post(url, {"not_duplicate": helen.pk, "ticked": "1"}, follow=True)

    page = response.content.decode()
    sentence = f"Helena Holy ({helen.pk}) will not be suggested as a duplicate of Helena Holý again."
    assert shown(response).startswith(sentence)
    assert "1 candidate was dismissed as not a duplicate." in page
    assert "Dismissed by Margaret Park on" in page
    assert NotDuplicate.objects.get().by.username == "margaret"
    said = HistoryEntry.objects.filter(kind="dismissal").values_list("source_record__customer", flat=True)
    assert set(said) == {helena.pk, helen.pk}

    response = as_agent.post(url, {"take_back": helen.pk}, follow=True)
    assert shown(response) == f"Helena Holy ({helen.pk}) may be suggested as a duplicate of Helena Holý again."
    assert not NotDuplicate.objects.exists()
    assert not matching.duplicates_of(helena)[0].dismissal


def test_ticks_survive_a_dismissal(as_agent, helena, helen):
    family = customer_with_order(first_name="Jan", last_name="Novák", phone=PHONE)
    url = reverse("customers:merge_dismiss", args=[helena.pk])

    response = as_agent.post(url, {"not_duplicate": helen.pk, "duplicate": family.pk, "ticked": "1"}, follow=True)

    assert f'value="{family.pk}" checked' in response.content.decode()


# Search for another


def test_whoever_may_searches_for_any_other_customer_and_keeps_the_ticks(as_admin, helena, helen, zdenek):
    response = as_admin.post(choose(helena), {"search": "", "q": "zdenek", "duplicate": helen.pk, "ticked": "1"})

    page = as_admin.get(response.url).content.decode()
    assert f'value="{zdenek.pk}"' in page
    assert "no e-mail or phone in common" in page
    assert f'value="{helen.pk}" checked' in page

    page = as_admin.get(choose(helena, ticked="1", duplicate=zdenek.pk, q="nobody")).content.decode()
    assert "No customer matches “nobody”. Try a number, an e-mail or a phone." in page
    assert f'value="{zdenek.pk}" checked' in page


def test_a_search_swaps_only_what_was_found(as_admin, helena, zdenek):
    headers = {"HX-Request": "true", "HX-Target": "found"}
    page = as_admin.get(choose(helena, q="zdenek"), headers=headers).content.decode()

    assert page.startswith('<div id="found">')
    assert f'value="{zdenek.pk}"' in page


def test_whoever_may_not_merge_without_a_match_cannot_search(as_agent, helena, zdenek):
    page = as_agent.get(choose(helena, q="zdenek", ticked="1", duplicate=zdenek.pk)).content.decode()

    assert "Search for another" not in page
    assert f'value="{zdenek.pk}"' not in page
    assert "No customer shares this e-mail or phone" in page


# Refusals


def test_a_customer_who_matches_nobody_needs_the_other_permission_at_every_step(as_agent, agent, helena, zdenek):
    words = "You may only merge customers who share an e-mail or phone."
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
    assert "Nothing matches." in page
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
        assert "You may not merge customers. An admin can tick “Can merge customers” for you" in response.text
    assert not Merge.objects.exists()
    assert not NotDuplicate.objects.exists()


def test_nobody_chosen(as_agent, helena, helen):
    response = as_agent.post(choose(helena), {"ticked": "1"}, follow=True)

    assert shown(response) == "Nothing was merged. Choose at least one customer."
    assert "checked" not in response.content.decode()


def test_itself(as_agent, helena, helen):
    for response in (
        as_agent.post(choose(helena), {"duplicate": [helena.pk, helen.pk]}, follow=True),
        as_agent.get(values(helena, helena), follow=True),
    ):
        assert shown(response) == "Nothing was merged. A customer cannot be merged with itself."


@pytest.mark.parametrize("pks", [["999999"], ["x"], ["9" * 40], ["²"], ["-1"]])
def test_unknown_duplicates(as_agent, helena, helen, pks):
    response = as_agent.get(choose(helena, duplicate=pks, ticked="1").replace("/merge/", "/merge/values/"), follow=True)

    assert shown(response).startswith("Nothing was merged.")
    assert response.redirect_chain[0][0].startswith(choose(helena))


def test_a_retired_duplicate_names_the_customer_it_is_part_of(as_agent, helena, helen):
    other = customer_with_order(email=EMAIL)
    merge(helen, other)

    response = as_agent.get(values(helena, other), follow=True)

    assert shown(response) == (
        f"Nothing was merged. Helena Holý ({other.pk}) is already part of Helena Holy ({helen.pk})."
        " Merge with that customer instead."
    )


def test_a_retired_survivor_leads_to_the_customer_it_is_part_of(as_agent, helena, helen):
    merge(helena, helen)

    for url in (choose(helen), values(helen, helena)):
        response = as_agent.get(url, follow=True)
        assert response.redirect_chain == [(choose(helena), 302)]
        assert f"Helena Holy ({helen.pk}) is already part of Helena Holý ({helena.pk})." in shown(response)


@pytest.mark.parametrize("page", ["merge", "merge_values"])
def test_an_unknown_survivor_is_not_there_and_an_erased_one_is_gone(as_agent, helena, page):
    assert as_agent.get(reverse(f"customers:{page}", args=[999999])).status_code == 404
    Customer.objects.filter(pk=helena.pk).update(erased_at=helena.created)
    response = as_agent.get(reverse(f"customers:{page}", args=[helena.pk]))
    assert response.status_code == 410
    assert f"Customer {helena.pk} was erased" in response.content.decode()


def test_an_erased_duplicate_has_nothing_to_merge(as_agent, helena, helen):
    Customer.objects.filter(pk=helen.pk).update(erased_at=helena.created)

    response = as_agent.get(values(helena, helen), follow=True)

    assert shown(response) == (f"Nothing was merged. Customer {helen.pk} was erased. There is nothing left to merge.")


def test_a_form_without_its_token_is_refused(agent, helena, helen, as_agent):
    url = reviewed(as_agent, helena, helen)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(agent)

    for each in (choose(helena), values(helena, helen), url, reverse("customers:merge_dismiss", args=[helena.pk])):
        assert strict.post(each, {"duplicate": helen.pk}).status_code == 403
    assert not Merge.objects.exists()


# The third step


def test_yes_sent_twice_merges_once_and_shows_the_result(as_agent, helena, helen):
    url = reviewed(as_agent, helena, helen)
    data = hidden(as_agent.get(url))
    as_agent.post(url, data)

    for response in (as_agent.post(url, data), as_agent.get(url)):
        assert response.url == helena.get_absolute_url()
        assert "These customers are merged already. This is the result." in says(response)
    assert Merge.objects.count() == 1


def test_an_order_that_comes_meanwhile_is_no_reason_to_refuse(as_agent, helena, helen):
    url = reviewed(as_agent, helena, helen)
    data = hidden(as_agent.get(url))
    order(source="Marketplace", first_name="Helena", last_name="Holy", email=EMAIL.upper(), phone=PHONE)

    assert "with 2 orders and everything else they had." in says(as_agent.post(url, data))


def test_a_source_record_that_comes_meanwhile_is_named(as_agent, helena, helen):
    url = reviewed(as_agent, helena, helen)
    data = hidden(as_agent.get(url))
    found = SourceRecordFactory(customer=helen, first_name="Helena", email=EMAIL)
    assert found.customer == helen

    text = says(as_agent.post(url, data))

    assert "1 source record that arrived meanwhile came along." in text


def test_an_edit_meanwhile_is_shown_before_anything_is_merged(as_agent, admin_user, helena, helen):
    url = reviewed(as_agent, helena, helen, **{"pick-last_name": helen.pk, "value-company": "Holý Design"})
    data = hidden(as_agent.get(url))
    editing.edit(helen, {"email": "new@holy.cz"}, version=helen.version, by=admin_user, via="page")

    response = as_agent.post(url, data, follow=True)

    page = response.content.decode()
    assert shown(response) == (
        f"Nothing was merged. Jane Peacock changed the e-mail of Helena Holy ({helen.pk}) while you were deciding."
        " Look at the values again, then confirm."
    )
    assert "changed by Jane Peacock" in page
    assert f'name="pick-last_name" value="{helen.pk}" checked' in page
    assert 'value="Holý Design"' in page
    assert not Merge.objects.exists()
    assert as_agent.get(url, follow=True).redirect_chain[0][0].endswith(url.split("/")[-2])

    data = hidden(response)
    response = as_agent.post(reverse("customers:merge_values", args=[helena.pk]), data)
    assert "Merged." in says(confirm(as_agent, response.url))
    helena.refresh_from_db()
    assert (helena.last_name, helena.company) == ("Holy", "Holý Design")


def test_an_edit_while_values_are_picked_is_shown_too(as_agent, admin_user, helena, helen):
    data = hidden(as_agent.get(values(helena, helen)))
    editing.edit(helena, {"email": "new@holy.cz"}, version=helena.version, by=admin_user, via="page")

    response = as_agent.post(reverse("customers:merge_values", args=[helena.pk]), data)

    assert response.status_code == 422
    assert f"Jane Peacock changed the e-mail of Helena Holý ({helena.pk}) while you were deciding." in response.text


def test_a_race_that_is_lost_is_told(as_agent, admin_user, helena, helen):
    bjorn = customer_with_order(first_name="Bjørn", last_name="Hansen")
    url = reviewed(as_agent, helena, helen)
    data = hidden(as_agent.get(url))
    merge(bjorn, helen, by=admin_user)

    response = as_agent.post(url, data, follow=True)

    assert shown(response) == (
        f"Nothing was merged. Jane Peacock merged Helena Holy ({helen.pk}) into Bjørn Hansen a moment ago."
    )
    assert response.redirect_chain == [(choose(helena, duplicate=helen.pk, ticked="1"), 302)]


@pytest.mark.parametrize("step", ["values", "confirm"])
def test_the_other_ticks_stay_when_one_duplicate_was_merged_away_meanwhile(as_agent, helena, helen, step):
    """Ticked by hand: it would not be ticked by itself."""
    family = customer_with_order(first_name="Jan", last_name="Novák", phone=PHONE, country="CZ")
    url = reviewed(as_agent, helena, helen, family)
    merge(customer_with_order(email=EMAIL), helen)
    if step == "values":
        url = reverse("customers:merge_values", args=[helena.pk], query={"draft": url.split("/")[-2]})

    response = as_agent.get(url, follow=True)

    assert "is already part of" in shown(response)
    assert f'value="{family.pk}" checked' in response.text
    assert f'value="{helen.pk}"' not in response.text


def test_a_draft_after_its_merge_was_undone_has_to_be_looked_at_again(as_agent, helena, helen):
    url = reviewed(as_agent, helena, helen)
    data = hidden(as_agent.get(url))
    as_agent.post(url, data)
    undo(Merge.objects.get())

    assert "Nothing was merged." in says(as_agent.post(url, data))
    assert Merge.objects.count() == 1


def test_a_draft_is_only_its_makers_and_only_for_its_customer(as_agent, as_admin, helena, helen):
    token = reviewed(as_agent, helena, helen).split("/")[-2]

    for client, survivor, draft in [(as_admin, helena, token), (as_agent, helen, token), (as_agent, helena, "forged")]:
        response = client.post(reverse("customers:merge_confirm", args=[survivor.pk, draft]), follow=True)
        assert shown(response) == "Nothing was merged. What you had chosen is not kept any more. Choose again."
    assert not Merge.objects.exists()


def test_a_fingerprint_other_than_what_was_shown_merges_nothing(as_agent, helena, helen):
    url = reviewed(as_agent, helena, helen)

    for fingerprint in ("", "forged"):
        response = as_agent.post(url, {"fingerprint": fingerprint}, follow=True)
        assert shown(response) == "Nothing was merged. What you sent is not what was shown. Choose again."
    assert not Merge.objects.exists()


def test_only_the_newest_ten_drafts_are_kept(as_agent, helena, helen):
    urls = [reviewed(as_agent, helena, helen) for _ in range(11)]

    assert len(as_agent.session["merge_drafts"]) == 10
    assert as_agent.get(urls[0]).status_code == 302
    assert as_agent.get(urls[-1]).status_code == 200
