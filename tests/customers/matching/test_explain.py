import re

import pytest
from django.urls import reverse

from customers.matching.not_duplicates import write_not_duplicates
from customers.models import IgnoredValue, UnmatchedValue
from customers.records import match_keys
from tests.acts import fresh, merge
from tests.factories import customer_with_order, order, signed_in
from tests.tables import table

pytestmark = pytest.mark.django_db
EMAIL, PHONE = "hholy@gmail.com", "+420 241 770 449"


@pytest.fixture
def helena():
    return customer_with_order(email=EMAIL, phone=PHONE, country="CZ", external_id="6")


@pytest.fixture
def helen():
    return customer_with_order(
        source="Marketplace", last_name="Holy", email=EMAIL.upper(), phone="241770449", country="CZ", external_id="MP-1"
    )


@pytest.fixture
def jan():
    return customer_with_order(first_name="Jan", last_name="Novák", email="hhol@gmail.com")


@pytest.fixture
def as_viewer(viewer):
    return signed_in(viewer)


def why(one, other):
    return reverse("customers:why", args=[one.pk, other.pk])


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))


def test_a_match_is_told_with_the_records_that_share_it(as_viewer, helena, helen):
    page = text(as_viewer.get(why(helena, helen)))

    assert "Possible duplicates" in page
    assert "same email hholy@gmail.com Shop 6 Marketplace MP-1" in page
    assert "former phone +420 241 770 449 Shop 6 Marketplace MP-1" in page
    assert "Last name Holý Holy Same in another spelling" in page
    assert "Merge…" not in page


def test_a_former_value_is_told_as_one(as_viewer, helena):
    other = customer_with_order(email="new@x.cz", external_id="7")
    merge(other, customer_with_order(email=EMAIL, external_id="8"))

    assert "former email hholy@gmail.com Shop 6 Shop 8" in text(as_viewer.get(why(helena, other)))


def test_what_keeps_two_from_matching_is_told(as_viewer, helena, jan):
    page = text(as_viewer.get(why(helena, jan)))

    assert "No match" in page
    assert "One shared email or phone would make them possible duplicates" in page
    assert "First name Helena Jan 22% similar" in page
    assert "None shared, closest 97% similar" in page


def test_values_that_do_not_count_are_told_with_the_reason(as_viewer, admin_user, time_machine):
    time_machine.move_to("2026-01-12 12:00:00+00:00")
    one, other = (customer_with_order(email=EMAIL, phone=PHONE, country="CZ") for _ in range(2))
    IgnoredValue.objects.create(kind="email", value=EMAIL, by=admin_user)
    record = other.records.get()
    said = {"kind": "phone", "value": PHONE.replace(" ", ""), "by": admin_user}
    UnmatchedValue.objects.create(source_record=record, **said)
    UnmatchedValue.objects.create(source_record=record, **said | {"kind": "digits", "value": "420241770449"})
    match_keys.refresh([record])

    page = text(as_viewer.get(why(one, other)))

    assert "No match" in page
    assert "Ignored for all customers, by Jane Peacock on 12 Jan 2026." in page
    assert f"Excluded from matching for {record}, by Jane Peacock on 12 Jan 2026." in page


def test_a_placeholder_is_told_as_one(as_viewer):
    one, other = (customer_with_order(email="none@none.com") for _ in range(2))

    assert "Placeholder that many people enter." in text(as_viewer.get(why(one, other)))


def test_who_said_that_they_are_two_is_told(as_viewer, helena, helen, admin_user):
    write_not_duplicates(helena, helen, by=admin_user, reason="Mother and daughter")

    page = text(as_viewer.get(why(helen, helena)))
    assert "Marked by Jane Peacock on" in page
    assert "Mother and daughter" in page


def test_merging_is_offered_to_whoever_may(as_agent, as_admin, helena, helen, jan):
    assert "Merge…" in text(as_agent.get(why(helena, helen)))
    assert "Merge…" not in text(as_agent.get(why(helena, jan)))

    page = as_admin.get(why(helena, jan)).text
    url = page.split("Merge…")[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert f'value="{jan.pk}" checked' in as_admin.get(url).text


def test_merged_and_unknown_customers_lead_somewhere(as_viewer, helena, helen, jan):
    merge(helena, helen)

    assert "were merged: both are customer Helena Holý" in text(as_viewer.get(why(helena, helen)))
    assert "Enter two different customers" in text(as_viewer.get(why(jan, jan)))
    assert as_viewer.get(why(helen, jan)).url == why(*fresh(helena, jan))
    assert as_viewer.get(reverse("customers:why", args=[jan.pk, 9_999_999])).status_code == 404


def test_two_customers_are_named_by_number_or_by_a_search(as_viewer, helena, helen, jan):
    url = reverse("customers:why_ask")

    assert as_viewer.get(url, {"one": helena.pk, "other": "novak"}).url == why(helena, jan)
    page = as_viewer.get(url, {"one": "holy", "other": str(jan.pk)}).text
    assert "Select the customer for “<bdi>holy</bdi>”" in page
    assert f"{url}?one={helen.pk}&amp;other={jan.pk}" in page
    assert "No customers match “<bdi>xyzzy</bdi>”." in as_viewer.get(url, {"one": "xyzzy"}).text


@table("odd", ["\x00", "9" * 500, "²", "-1", "%", "'"])
def test_odd_names_of_customers_are_nobodys(as_viewer, helena, odd):
    assert as_viewer.get(reverse("customers:why_ask"), {"one": odd, "other": "1"}).status_code == 200


def test_it_asks_as_many_queries_for_many_records(as_viewer, helena, helen, django_assert_num_queries):
    url = why(helena, helen)
    as_viewer.get(url)
    # session, user with permissions, both customers, both's records, what records are not to match on, ignored values;
    # then matching: own keys, which of them count, holders, families, dismissals; which attributes identify somebody;
    # the likely pair, and as there is none: ignored values, profiles, keys, merged addresses, traits, model, last scan;
    # how pairs like it were decided
    with django_assert_num_queries(23):
        as_viewer.get(url)
    for n in range(30):
        order(email=EMAIL, first_name="Helena", last_name="Holý", external_id=f"E{n}", country="CZ")

    with django_assert_num_queries(23):
        as_viewer.get(url)


def test_every_candidate_has_a_link_to_why(as_agent, helena, helen):
    page = as_agent.get(reverse("customers:merge", args=[helena.pk])).text

    assert why(helena, helen) in page
