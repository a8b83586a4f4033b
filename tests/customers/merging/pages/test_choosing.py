"""The first step: who is ticked, dismissed, and searched for."""

import pytest
from django.urls import reverse

from customers.matching.duplicates import duplicates_of
from customers.models import HistoryEntry, MergeDraft, NotDuplicate
from tests.acts import edit
from tests.customers.merging.pages.merge_steps import EMAIL, PHONE, choose, shown
from tests.customers.merging.values.values_form import merged, send
from tests.factories import customer_with_order
from tests.tables import table

pytestmark = pytest.mark.django_db
ACME = {"first_name": "", "last_name": "", "company": "Acme"}
AN_AGENT_WHO_MAY_MERGE_ANYBODY = "customers.merge_unmatched_customer"


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
    # session, user with permissions, customer; own match keys, placeholders, who shares them, candidates, 2 dismissals;
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


@table(
    ("one", "other", "is_ticked"),
    [
        # A couple with one email and one last name.
        ({"email": EMAIL}, {"email": EMAIL, "first_name": "Jan"}, False),
        ({"email": EMAIL, "phone": PHONE}, {"email": EMAIL, "phone": PHONE, "first_name": "Jan"}, False),
        ({"phone": PHONE}, {"phone": PHONE}, True),
        ({"phone": PHONE}, {"phone": PHONE, "first_name": "Holý", "last_name": "Helena"}, True),
        ({"phone": PHONE}, {"phone": PHONE, "first_name": "H."}, False),
        ({"phone": PHONE}, {"phone": PHONE, "first_name": ""}, False),
        ({"email": EMAIL}, {"email": EMAIL, "first_name": "H."}, True),
        ({"email": EMAIL}, {"email": EMAIL, "first_name": ""}, True),
        ({"email": EMAIL}, {"email": EMAIL, "first_name": "", "last_name": ""}, False),
        ({"email": EMAIL, "phone": PHONE}, {"email": EMAIL, "phone": PHONE, "first_name": "", "last_name": ""}, True),
        # Companies without a person.
        ({"phone": PHONE} | ACME, {"phone": PHONE} | ACME | {"company": "ACME"}, True),
        ({"phone": PHONE} | ACME, {"phone": PHONE} | ACME | {"company": "Acme Holding"}, False),
        ({"email": EMAIL} | ACME, {"email": EMAIL} | ACME | {"company": "Acme Holding"}, True),
        ({"email": EMAIL, "phone": PHONE} | ACME, {"email": EMAIL, "phone": PHONE} | ACME | {"company": "Zeta"}, False),
        ({"phone": PHONE} | ACME, {"phone": PHONE, "company": "Acme"}, False),
    ],
)
def test_nobody_is_ticked_against_whom_the_page_speaks_and_the_same_full_name_with_the_same_phone_is(
    one, other, is_ticked
):
    customer = customer_with_order(**one)
    customer_with_order(**other)
    (candidate,) = duplicates_of(customer)
    assert not (candidate.is_sure and candidate.against)
    assert candidate.is_sure is is_ticked


# Not a duplicate


def test_a_dismissed_candidate_stands_last_with_who_said_so_and_can_be_taken_back(as_agent, helena, helen):
    url = reverse("customers:merge_dismiss", args=[helena.pk])
    response = as_agent.post(url, {"not_duplicate": helen.pk, "ticked": "1"}, follow=True)

    page = response.content.decode()
    sentence = f"Helena Holy ({helen.pk}) will not be suggested as a duplicate of Helena Holý ({helena.pk}) again."
    assert shown(response).startswith(sentence)
    assert "1 hidden: marked as not a duplicate." in page
    assert "Marked as not a duplicate by <bdi>Margaret Park</bdi> on" in page
    assert NotDuplicate.objects.get().by.username == "margaret"
    said = HistoryEntry.objects.filter(kind="dismissal").values_list("source_record__customer", flat=True)
    assert set(said) == {helena.pk, helen.pk}

    response = as_agent.post(url, {"reverse": helen.pk}, follow=True)
    assert (
        shown(response)
        == f"Helena Holy ({helen.pk}) can be suggested as a duplicate of Helena Holý ({helena.pk}) again."
    )
    assert not NotDuplicate.objects.exists()
    assert not duplicates_of(helena)[0].dismissal


def test_ticks_survive_a_dismissal(as_agent, helena, helen):
    family = customer_with_order(first_name="Jan", last_name="Novák", phone=PHONE)
    url = reverse("customers:merge_dismiss", args=[helena.pk])

    response = as_agent.post(url, {"not_duplicate": helen.pk, "duplicate": family.pk, "ticked": "1"}, follow=True)

    assert f'value="{family.pk}" checked' in response.content.decode()


# Who is kept, and all at once


def test_who_is_kept_is_swapped_in_one_click_and_everybody_else_stays_ticked(as_agent, helena, helen):
    jan = customer_with_order(first_name="Jan", last_name="Novák", phone=PHONE)
    sent = {"survivor": helen.pk, "duplicate": [helen.pk, jan.pk], "ticked": "1"}

    response = as_agent.post(choose(helena), sent)

    assert response.url.startswith(choose(helen))
    page = as_agent.get(response.url).text
    assert "Merge into Helena Holy<" in page
    for customer in (helena, jan):
        assert f'name="duplicate" value="{customer.pk}" checked' in page


def test_what_was_entered_follows_who_is_kept_and_what_was_only_suggested_is_suggested_anew(as_agent, helena, helen):
    edit(helen, company="Holy Design")
    send(as_agent, helena, helen, keep="1", **{"value-website": "https://holy.cz"})
    as_agent.post(choose(helena), {"survivor": helen.pk, "duplicate": helen.pk, "ticked": "1"})

    (draft,) = MergeDraft.objects.all()
    assert (draft.survivor, draft.entered["typed"]) == (helen, {"website": "https://holy.cz"})
    assert merged(as_agent, helen, helena).last_name == "Holy"


def test_who_no_longer_matches_is_named_after_a_swap(as_agent, helena, helen):
    jan = customer_with_order(first_name="Jan", last_name="Novák", phone="+420 602 330 910")
    customer_with_order(first_name="Jan", last_name="Holý", phone="+420 602 330 910", email=EMAIL)

    page = as_agent.get(choose(helen, ticked="1", duplicate=[helena.pk, jan.pk])).text

    assert f"Jan Novák ({jan.pk}) shares no email or phone with Helena Holy ({helen.pk})." in page
    assert f'value="{jan.pk}"' not in page


def test_all_who_match_are_ticked_at_once_and_none_again(as_agent, helena, helen):
    jan = customer_with_order(first_name="Jan", last_name="Novák", phone=PHONE)
    numbers = f"{helen.pk} {jan.pk}"
    assert f'name="select" value="{numbers}"' in as_agent.get(choose(helena)).text

    response = as_agent.post(choose(helena), {"select": numbers, "duplicate": helen.pk, "ticked": "1"})
    page = as_agent.get(response.url).text
    assert page.count(" checked>") == 2
    response = as_agent.post(choose(helena), {"unselect": numbers, "duplicate": [helen.pk, jan.pk], "ticked": "1"})
    assert " checked>" not in as_agent.get(response.url).text


def test_whoever_was_ticked_is_ticked_again_when_the_page_is_opened_anew(as_agent, helena, helen):
    jan = customer_with_order(first_name="Jan", last_name="Novák", phone=PHONE)
    as_agent.post(choose(helena), {"duplicate": jan.pk, "ticked": "1"})

    page = as_agent.get(choose(helena)).text

    assert f'value="{jan.pk}" checked' in page
    assert f'value="{helen.pk}" checked' not in page


# Search for another


def test_whoever_may_searches_for_any_other_customer_and_keeps_the_ticks(as_admin, helena, helen, zdenek):
    response = as_admin.post(choose(helena), {"search": "", "q": "zdenek", "duplicate": helen.pk, "ticked": "1"})

    page = as_admin.get(response.url).content.decode()
    assert f'value="{zdenek.pk}"' in page
    assert "no shared email or phone" in page
    assert f'value="{helen.pk}" checked' in page

    page = as_admin.get(choose(helena, ticked="1", duplicate=zdenek.pk, q="nobody")).content.decode()
    assert "No other customers match “<bdi>nobody</bdi>”. Try a customer number, email or phone." in page
    assert f'value="{zdenek.pk}" checked' in page


def test_a_search_swaps_only_what_was_found(as_admin, helena, zdenek):
    headers = {"HX-Request": "true", "HX-Target": "search-results"}
    page = as_admin.get(choose(helena, q="zdenek"), headers=headers).content.decode()

    assert page.startswith('<div id="search-results">')
    assert f'value="{zdenek.pk}"' in page


def test_whoever_may_not_merge_without_a_match_cannot_search(as_agent, helena, zdenek):
    page = as_agent.get(choose(helena, q="zdenek", ticked="1", duplicate=zdenek.pk)).content.decode()

    assert "Search for another" not in page
    assert f'value="{zdenek.pk}"' not in page
    assert "No possible duplicates" in page
