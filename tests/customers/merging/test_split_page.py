"""Splitting a record off: shown first, done once, refused with the reason."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from customers.credit import credit
from customers.engagement import notes
from customers.merging.split import plan_split
from customers.models import CreditEntry, Customer, HistoryEntry, NotDuplicate, PaySource, SourceRecord
from customers.profile.edit import edit_profile
from customers.records.staff_record import staff_record_of
from orders.intake.order import IncomingPurchase
from tests.acts import fresh, merge, undo
from tests.factories import ProductFactory, SourceRecordFactory, customer_with_order, make_user, order, signed_in
from tests.tables import table

WHEN = datetime(2026, 1, 12, 14, 32, tzinfo=UTC)
VIEW, SPLIT = "customers.view_customer", "customers.split_sourcerecord"


@pytest.fixture
def helena(db) -> Customer:
    return customer_with_order(email="hholy@gmail.com", external_id="7", at=WHEN)


@pytest.fixture
def wrong(helena) -> SourceRecord:
    """Of somebody else, who was taken for Helena."""
    who = {"first_name": "Hubert", "email": "hub@x.cz", "country": "CZ"}
    made = SourceRecordFactory(customer=helena, data_source__name="Marketplace", external_id="MP-9", **who)
    monthly = [IncomingPurchase(ProductFactory(), Decimal(3))]
    order("Marketplace", external_id="MP-9", total="3.00", purchases=monthly)
    return made


@pytest.fixture
def client(db):
    return signed_in(make_user("splitter", [VIEW, SPLIT, "orders.view_order"], first_name="Jane", last_name="Peacock"))


def url(customer: Customer, record: SourceRecord) -> str:
    return f"/customers/{customer.pk}/records/{record.pk}/split/"


def confirm(client, customer, record, **sent):
    seen = plan_split(SourceRecord.objects.get(pk=record.pk)).fingerprint
    return client.post(url(customer, record), {"seen": seen, **sent}, follow=True)


def test_what_goes_and_what_stays_is_shown_beforehand(client, helena, wrong):
    CreditEntry.objects.create(source_record=wrong, amount=Decimal("2.50"), currency="USD", reason="late parcel")
    card = PaySource.objects.create(source_record=wrong, brand="VISA", last_four="4242")
    [helena] = fresh(helena)
    edit_profile(helena, {"pay_source": card.pk}, version=helena.version, by=None, via="page")

    page = client.get(url(helena, wrong)).text
    for said in (
        "<h1>Split record Marketplace MP-9?</h1>", f"Helena Holý ({helena.pk})", "credit 2.50 USD", "3.00 USD",
        "9.90 USD", "1 active", "<td class=\"wide\"><bdi>Hubert</bdi></td>", "hub@x.cz", "Czechia", "Payment methods",
        "Purchases",
        "Removed from the profile of Helena Holý: Default payment method.", "Staff entries are kept.",
        "will not be suggested as duplicates",
        "Split record", "Cancel",
    ):  # fmt: skip
        assert said in page
    assert SourceRecord.objects.get(pk=wrong.pk).customer_id == helena.pk


def test_a_record_is_split_off_with_what_came_through_it(client, helena, wrong):
    response = confirm(client, helena, wrong, reason="A brother")

    hubert = SourceRecord.objects.get(pk=wrong.pk).customer
    assert response.redirect_chain == [(f"/customers/{hubert.pk}/", 302)]
    assert (hubert.first_name, hubert.email, hubert.billing_status) == ("Hubert", "hub@x.cz", "active")
    assert hubert.records.first().order_set.count() == 1
    assert fresh(helena)[0].billing_status == ""
    page = response.text
    assert "Marketplace MP-9 is now a separate customer, shown here." in page
    assert f'href="/customers/{helena.pk}/">Go to Helena Holý</a>' in page
    said = NotDuplicate.objects.get()
    assert (said.reason, str(said.by)) == ("A brother", "Jane Peacock")


def test_the_history_of_both_leads_to_the_other(client, helena, wrong):
    confirm(client, helena, wrong, reason="Uses (his) card")
    hubert = SourceRecord.objects.get(pk=wrong.pk).customer

    for one, other in ((helena, hubert), (hubert, helena)):
        link = f'<a href="/customers/{other.pk}/"><bdi>{other.name}</bdi></a> ({other.pk}).'
        assert link in client.get(f"/customers/{one.pk}/").text
    assert HistoryEntry.objects.filter(kind="split").first().text.endswith(". Reason: Uses (his) card")


def test_sent_twice_it_is_done_once_and_says_where_the_record_is(client, helena, wrong):
    seen = plan_split(wrong).fingerprint
    client.post(url(helena, wrong), {"seen": seen})
    before = Customer.objects.count()

    response = client.post(url(helena, wrong), {"seen": seen}, follow=True)
    hubert = SourceRecord.objects.get(pk=wrong.pk).customer
    assert Customer.objects.count() == before
    assert response.redirect_chain == [(f"/customers/{hubert.pk}/", 302)]
    assert f"Nothing was split: Marketplace MP-9 now belongs to {hubert.name_with_number}." in response.text
    assert client.get(url(helena, wrong)).url == f"/customers/{hubert.pk}/"


def test_what_changed_meanwhile_is_shown_again(client, helena, wrong):
    [helena] = fresh(helena)
    seen = plan_split(wrong).fingerprint
    edit_profile(helena, {"custom1": "gold"}, version=helena.version, by=None, via="page")

    response = client.post(url(helena, wrong), {"seen": seen}, follow=True)
    assert response.redirect_chain == [(url(helena, wrong), 302)]
    assert "<strong>Nothing was split.</strong> Something changed since you opened the page." in response.text
    assert SourceRecord.objects.get(pk=wrong.pk).customer_id == helena.pk


@table("sent", [{}, {"seen": ""}, {"seen": "nonsense"}])
def test_without_what_was_shown_nothing_is_split(sent, client, helena, wrong):
    response = client.post(url(helena, wrong), sent, follow=True)

    assert "Nothing was split." in response.text
    assert SourceRecord.objects.get(pk=wrong.pk).customer_id == helena.pk


def test_an_order_that_came_meanwhile_goes_with_its_record(client, helena, wrong):
    seen = plan_split(wrong).fingerprint
    order("Marketplace", external_id="MP-9")

    client.post(url(helena, wrong), {"seen": seen})
    assert SourceRecord.objects.get(pk=wrong.pk).order_set.count() == 2
    assert SourceRecord.objects.get(pk=wrong.pk).customer_id != helena.pk


def test_the_only_record_is_not_split_off(client, helena):
    notes.add(helena, {"text": "Staff wrote this."}, by=None)

    response = client.get(url(helena, helena.records.get(external_id="7")), follow=True)
    assert "so it cannot be split off." in response.text
    assert response.redirect_chain[-1][0].startswith(f"/customers/{helena.pk}/?tab=sources")


def test_what_staff_wrote_is_not_split_off(client, helena, wrong):
    home = staff_record_of(helena)

    for response in (client.get(url(helena, home), follow=True), client.post(url(helena, home), follow=True)):
        assert "This record holds staff entries" in response.text
    assert SourceRecord.objects.get(pk=home.pk).customer_id == helena.pk


def test_a_record_of_a_merged_customer_is_split_off_for_good(client, helena, wrong):
    other = customer_with_order(first_name="Lena", email="lena@example.org")
    merged = merge(other, helena)

    response = client.get(url(helena, wrong), follow=True)
    assert response.redirect_chain == [(url(other, wrong), 302)]
    assert f"{merged} stays active." in response.text
    confirm(client, other, wrong)
    undo(merged)
    assert {r.customer_id for r in SourceRecord.objects.filter(pk=wrong.pk)}.isdisjoint({helena.pk, other.pk})


def test_a_record_without_a_number_or_a_valid_e_mail_can_be_split_off(client, helena):
    record = SourceRecordFactory(customer=helena, email="", data_source__name="Market")
    SourceRecord.objects.filter(pk=record.pk).update(email="no email at all")

    confirm(client, helena, record)
    new = SourceRecord.objects.get(pk=record.pk).customer
    assert (new.pk != helena.pk, new.email) == (True, "")


@table(("reason", "kept"), [("\0x\0", "x"), ("y" * 300, "y" * 200), ("  ", "Split manually"), ("(5)", "(5)")])
def test_any_reason_can_be_given_or_none(reason, kept, client, helena, wrong):
    assert confirm(client, helena, wrong, reason=reason).status_code == 200
    assert NotDuplicate.objects.get().reason == kept


@table("numbers", [(10**30, 1), (1, 10**30), (999_999, 1)])
def test_unknown_numbers_are_not_found(numbers, client):
    assert client.get("/customers/{}/records/{}/split/".format(*numbers)).status_code == 404


def test_who_may_not_is_told_what_to_ask_for(helena, wrong):
    client = signed_in(make_user("front", [VIEW]))

    response = client.post(url(helena, wrong), {"seen": "x"})
    assert response.status_code == 403
    sentence = "You need the permission “Can split a source record off a customer”. An admin can grant it on Edit User."
    assert sentence in response.text
    assert "Split…" not in client.get(f"/customers/{helena.pk}/?tab=sources").text


def test_credit_of_the_record_goes_with_it_and_the_rest_stays(client, helena, wrong):
    CreditEntry.objects.create(source_record=wrong, amount=Decimal(2), currency="USD", reason="late parcel")
    credit.adjust(helena, Decimal(5), "USD", reason="goodwill", by=None)

    confirm(client, helena, wrong)
    hubert = SourceRecord.objects.get(pk=wrong.pk).customer
    assert credit.balances([helena.pk, hubert.pk]) == {helena.pk: {"USD": 5}, hubert.pk: {"USD": 2}}
