import pytest
from django.urls import reverse

from crm.audit.models import AuditEntry
from customers.labels.attributes import set_attributes
from customers.matching.evidence.attributes import mark_identifying
from customers.models import IdentifyingAttribute
from tests.factories import allow, customer_with_order, signed_in
from tests.page_text import visible_text

pytestmark = pytest.mark.django_db


def test_compare_shows_other_evidence_and_what_differs(as_agent):
    one = customer_with_order(company="Acme, Inc.", email="ann@acme.example", external_id="17", phone="")
    other = customer_with_order(
        company="ACME", email="bob@acme.example", external_id="17", phone="", source="Marketplace", first_name="Bob"
    )
    mark_identifying("vat", "identifier", by=None)
    mark_identifying("born", "trait", by=None)
    for customer, born in ((one, "1980-05-01"), (other, "1982-06-01")):
        set_attributes(customer, {"vat": "DE 1234", "born": born}, by=None)

    page = visible_text(as_agent.get(reverse("customers:why", args=[one.pk, other.pk])))
    assert "External ID in two data sources 17" in page
    assert "Company Acme, Inc." in page
    assert "Web domain acme.example" in page
    assert "vat DE 1234 One per person" in page
    assert "born 1980-05-01 1982-06-01 Different" in page
    assert "No match" in page


def test_one_external_id_of_one_data_source_is_no_evidence(as_agent):
    one, other = (customer_with_order(email=f"{n}@gmail.com", phone="", external_id=f"1{n}") for n in range(2))
    assert "Other evidence" not in visible_text(as_agent.get(reverse("customers:why", args=[one.pk, other.pk])))


def test_an_attribute_is_marked_and_removed_on_a_page(agent):
    allow(agent, "customers.change_identifyingattribute")
    client, address = signed_in(agent), reverse("customers:identifying")
    assert "Select what it says" in client.post(address, {"name": "vat"}).text
    page = client.post(address, {"name": "vat", "meaning": "identifier"}, follow=True)
    assert "vat is marked." in visible_text(page)
    assert "marked like that already" in client.post(address, {"name": "vat", "meaning": "identifier"}).text

    attribute = IdentifyingAttribute.objects.get()
    page = client.post(reverse("customers:identifying_remove", args=[attribute.pk]), follow=True)
    assert "vat no longer identifies customers." in visible_text(page)
    texts = AuditEntry.objects.filter(action="matching", by=agent).order_by("pk").values_list("text", flat=True)
    assert list(texts) == ["Attribute “vat” marked: one per person.", "Attribute “vat” no longer marked."]
