"""Who has evidence in common with a customer is suggested for a merge, and is no match."""

import pytest
from django.urls import reverse

from customers.labels.attributes import set_attributes
from customers.matching.evidence.attributes import mark_identifying
from customers.matching.evidence.keys import keep_up_evidence
from customers.matching.evidence.sharers import sharers_of
from customers.matching.not_duplicates import mark_not_duplicates
from tests.acts import erase, merge
from tests.factories import customer_with_order
from tests.page_text import visible_text

pytestmark = pytest.mark.django_db


def customer(n: int, **values):
    return customer_with_order(**{"email": f"{n}@gmail.com", "phone": "", "external_id": f"no-{n}", **values})


def choose(survivor, **query):
    return reverse("customers:merge", args=[survivor.pk], query=query or None)


@pytest.fixture
def one():
    return customer(1, company="Acme, Inc.", external_id="17")


def test_the_surest_come_first_with_what_they_have_in_common(one):
    mark_identifying("vat", "identifier", by=None)
    by_company, by_id = customer(2, company="ACME"), customer(3, external_id="17", source="Marketplace")
    by_vat = customer(4)
    for taxpayer in (one, by_vat):
        set_attributes(taxpayer, {"vat": "DE 1234"}, by=None)
    customer(5, company="Apex")
    keep_up_evidence()
    assert {
        pk: [(evidence.label, evidence.value) for evidence in shared] for pk, shared in sharers_of(one).items()
    } == {
        by_vat.pk: [("vat", "de1234")],
        by_id.pk: [("external ID in another data source", "17")],
        by_company.pk: [("company", "acme")],
    }
    assert [*sharers_of(one)] == [by_vat.pk, by_id.pk, by_company.pk]


def test_an_id_of_the_same_data_source_a_crowded_value_and_customers_who_are_gone_suggest_nobody(one):
    customer(2, external_id="17 ")
    erase(customer(3, company="Acme"))
    merged, survivor = customer(4, company="Acme"), customer(5)
    merge(survivor, merged)
    keep_up_evidence()
    assert [*sharers_of(one)] == [survivor.pk]

    for n in range(6, 26):
        customer(n, company="Acme")
    keep_up_evidence()
    assert sharers_of(one) == {}


def test_the_merge_page_suggests_them_unticked_to_users_who_may_merge_anybody(as_admin, as_agent, one):
    other, marked = customer(2, company="ACME"), customer(3, company="ACME")
    mark_not_duplicates(one, marked, by=None)
    keep_up_evidence()

    page = as_admin.get(choose(one))
    assert "Other evidence in common" in visible_text(page)
    assert "same company acme" in visible_text(page)
    assert f'name="duplicate" value="{other.pk}">' in page.text
    assert f'value="{marked.pk}"' not in page.text
    assert "Other evidence" not in as_agent.get(choose(one)).text

    again = as_admin.get(choose(one, ticked="1", duplicate=other.pk, q=f"{other.pk}")).text
    assert again.count(f'name="duplicate" value="{other.pk}" checked') == 1


def test_a_colleague_with_another_name_is_suggested_only_by_company_and_domain_together(as_admin):
    one = customer(1, email="ann@acme.example", company="Acme", first_name="Ann", last_name="Lee")
    named = {"first_name": "Bob", "last_name": "Quill"}
    by_both = customer(2, email="bob@acme.example", company="ACME", **named)
    colleague = customer(3, company="Acme", **named)
    keep_up_evidence()
    page = as_admin.get(choose(one)).text
    assert (f'value="{by_both.pk}"' in page, f'value="{colleague.pk}"' in page) == (True, False)


def test_many_are_suggested_by_as_many_statements_as_one(as_admin, one, django_assert_num_queries):
    customer(2, company="ACME")
    keep_up_evidence()
    as_admin.get(choose(one))
    # session, user with permissions, draft, customer, and what those who match cost; evidence, who has it, they,
    # 4 to compare them with the customer; 5 of what they have
    with django_assert_num_queries(20):
        as_admin.get(choose(one))
    for n in range(3, 15):
        customer(n, company="Acme")
    keep_up_evidence()
    with django_assert_num_queries(20):
        page = as_admin.get(choose(one)).text
    assert page.count('name="duplicate"') == 10
