"""Evidence keys: what other than an email or a phone is stored, so that others who have it are found."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers.labels.attributes import set_attributes
from customers.matching.duplicates import duplicates_of
from customers.matching.evidence.attributes import mark_identifying, unmark_identifying
from customers.matching.evidence.keys import keep_up_evidence, note_customers
from customers.matching.evidence.values import RecordedValues, attribute_form, evidence_keys
from customers.models import EvidenceKey, EvidenceProgress, SourceRecord
from customers.records.match_keys import Difference
from tests.acts import edit, rebuild, refusal
from tests.factories import customer_with_order
from tests.tables import table

pytestmark = pytest.mark.django_db


def keys_of(customer) -> set[tuple[str, str]]:
    rows = EvidenceKey.objects.filter(source_record__customer=customer)
    return set(rows.values_list("kind", "value"))


@table(
    ("text", "form"),
    [
        ("DE 123-456.789", "de123456789"),
        ("1980-05-01", "19800501"),
        ("1980-05-01T00:00:00+00:00", "19800501"),
        ("1980-05-01-B", "19800501b"),
        ("n/a", ""),
        ("0000", ""),
        ("-", ""),
    ],
)
def test_an_attribute_is_compared_by_its_letters_and_digits(text, form):
    assert attribute_form(text) == form


def test_a_placeholder_and_a_mailbox_at_a_provider_make_no_key():
    values = RecordedValues(company="N/A", email="jan@gmail.com", external_id=" ", attributes={1: "none", 2: "7"})
    assert list(evidence_keys(values)) == []


def test_two_who_note_a_customer_at_once_do_not_fail(monkeypatch):
    acme = customer_with_order(company="Acme, Inc.")
    settle = Difference.settle

    def settle_second(difference: Difference[EvidenceKey], **options: bool) -> None:
        monkeypatch.undo()
        note_customers([acme.pk])
        settle(difference, **options)

    monkeypatch.setattr(Difference, "settle", settle_second)
    note_customers([acme.pk])
    assert ("company", "acme") in keys_of(acme)


def test_who_changed_gets_keys_within_a_minute():
    keep_up_evidence()
    acme = customer_with_order(company="Acme, Inc.", email="jan@shop.acme.co.uk", external_id="A-17")
    mark_identifying("vat", "identifier", by=None)
    set_attributes(acme, {"vat": "DE 123456"}, by=None)
    number = EvidenceProgress.objects.get().pk
    keep_up_evidence()

    kinds = {"company": "acme", "domain": "acme.co.uk", "external_id": "a-17"}
    identifiers = {(kind, value.partition(" ")[2]) for kind, value in keys_of(acme) if kind == "identifier"}
    assert {key for key in keys_of(acme) if key[0] != "identifier"} == set(kinds.items())
    assert identifiers == {("identifier", "de123456")}

    edit(acme, website="https://acme.example", company="Apex")
    keep_up_evidence()
    assert {("domain", "acme.example"), ("company", "apex")} <= keys_of(acme)
    assert EvidenceProgress.objects.get().pk == number


def test_an_attribute_that_no_longer_identifies_makes_no_keys():
    customer = customer_with_order()
    set_attributes(customer, {"card": "L-100200"}, by=None)
    attribute = mark_identifying("card", "identifier", by=None)
    keep_up_evidence()
    assert len([key for key in keys_of(customer) if key[0] == "identifier"]) == 1

    unmark_identifying(attribute.pk, by=None)
    keep_up_evidence()
    assert not [key for key in keys_of(customer) if key[0] == "identifier"]
    assert refusal(unmark_identifying, attribute.pk, by=None) == "This attribute is no longer marked."


def test_evidence_makes_nobody_a_duplicate():
    one, other = (
        customer_with_order(first_name=name, company="Acme", email=f"{name}@acme.example", phone="", source=source)
        for name, source in (("Ann", "Shop"), ("Bob", "Marketplace"))
    )
    keep_up_evidence()
    assert keys_of(one) & keys_of(other)
    assert duplicates_of(one) == []


def test_after_a_rebuild_all_keys_are_written_again():
    customer = customer_with_order(company="Acme")
    keep_up_evidence()
    EvidenceKey.objects.all().delete()
    EvidenceProgress.objects.update(noted_to=timezone.now())
    keep_up_evidence()
    assert not keys_of(customer)

    assert rebuild() == "Nothing differed."
    keep_up_evidence()
    assert ("company", "acme") in keys_of(customer)


def test_what_is_up_to_date_takes_as_many_statements_however_many_records():
    def statements() -> int:
        EvidenceProgress.objects.update(noted_to=timezone.now(), next_record=0)
        with CaptureQueriesContext(connection) as queries:
            keep_up_evidence()
        return len(queries)

    for name in "ab":
        customer_with_order(email=f"{name}@acme.example")
    keep_up_evidence()
    few = statements()
    for n in range(5):
        customer_with_order(email=f"a{n}@acme.example", external_id=str(n))
    assert SourceRecord.objects.count() > 5
    statements()
    assert statements() == few
