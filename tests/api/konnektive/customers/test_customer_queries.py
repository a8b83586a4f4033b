from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from crm.api.konnektive.formats import format_time
from crm.api.profile_fields import KONNEKTIVE
from customers.credit import credit
from customers.erasing.erase import erase_customer
from customers.labels.attributes import set_attributes
from customers.models import Customer, Note, PaySource
from tests.acts import erase, fresh, merge
from tests.factories import CustomerFactory, SourceRecordFactory, customer_with_order, order
from tests.tables import table

pytestmark = pytest.mark.django_db

TODAY = timezone.now().strftime("%m/%d/%Y")
DAYS = {"startDate": TODAY, "endDate": TODAY}
NOBODY = ("ERROR", "No customers matching those parameters could be found")
KEYS = {
    "customerId",
    "mergedIntoCustomerId",
    "mergedCustomerIds",
    "firstName",
    "lastName",
    "companyName",
    "emailAddress",
    "phoneNumber",
    "address1",
    "address2",
    "city",
    "state",
    "postalCode",
    "country",
    "shipFirstName",
    "shipLastName",
    "shipCompanyName",
    "shipAddress1",
    "shipAddress2",
    "shipCity",
    "shipState",
    "shipPostalCode",
    "shipCountry",
    "billShipSame",
    "custom1",
    "custom2",
    "custom3",
    "custom4",
    "custom5",
    "doNotSellName",
    "contactOptIn",
    "emailOptIn",
    "isTaxExempt",
    "isBlacklisted",
    "creditAmount",
    "creditCurrency",
    "eCommerceLogin",
    "mostRecentActivity",
    "dateCreated",
    "isErased",
    "dateErased",
    "dateUpdated",
    "paySourceId",
    "paySource",
    "cardType",
    "cardLast4",
    "cardExpiryDate",
    "paySources",
}


def numbers(answered):
    result, message = answered
    assert result == "SUCCESS", message
    return [row["customerId"] for row in message["data"]]


def test_a_customer_is_shown_with_everything_but_secrets(shop):
    address = {"line1": "Rilská 3174/6", "city": "Praha", "country": "CZ"}
    helena = SourceRecordFactory(customer__first_name="Helena", customer__billing_address=address).customer
    Note.objects.create(source_record=helena.records.get(), text="Called about a parcel.")
    card = PaySource.objects.create(
        source_record=helena.records.get(),
        brand="VISA",
        last_four="4242",
        expiry_month=4,
        expiry_year=2031,
        token="t0k",
    )
    Customer.objects.filter(pk=helena.pk).update(pay_source=card)
    credit.adjust(helena, Decimal(5), "USD", reason="For the wait", by=None)
    set_attributes(helena, {"Size": "XL"}, by=None)

    result, message = shop.ask("customer/query", customerId=helena.pk, includeCustomFields=1)

    assert result == "SUCCESS"
    assert {key: message[key] for key in ("totalResults", "resultsPerPage", "page")} == {
        "totalResults": 1,
        "resultsPerPage": 25,
        "page": 1,
    }
    [row] = message["data"]
    assert row.keys() == KEYS | {"customFields", "notes", *KONNEKTIVE.names.values()}
    assert (row["firstName"], row["address1"], row["country"]) == ("Helena", "Rilská 3174/6", "CZ")
    assert (row["creditAmount"], row["creditCurrency"]) == ("5.00", "USD")
    assert (row["cardType"], row["cardLast4"], row["cardExpiryDate"]) == ("VISA", "4242", "04/31")
    assert [source["isPrimary"] for source in row["paySources"]] == [1]
    assert row["customFields"] == {"Size": "XL"}
    assert [note["message"] for note in row["notes"]] == ["Called about a parcel."]
    assert "t0k" not in str(message)


def test_a_query_without_an_id_needs_both_days(shop):
    assert shop.ask("customer/query", startDate=TODAY) == ("ERROR", {"endDate": "This parameter is required."})
    assert shop.ask("customer/query") == (
        "ERROR",
        {"startDate": "This parameter is required.", "endDate": "This parameter is required."},
    )


@table(
    "parameters",
    [
        {"emailAddress": "HELENA@example.com"},
        {"phoneNumber": "(817) 924-7272"},
        {"firstName": "helena"},
        {"firstName": "Helena", "lastName": "Holy"},
    ],
)
def test_customers_are_found_by_what_they_are_known_by(shop, parameters):
    helena = SourceRecordFactory(
        first_name="Helena", last_name="Holý", email="helena@example.com", phone="+1 817 924 7272"
    ).customer
    SourceRecordFactory(first_name="Astrid", email="astrid@example.com")
    assert numbers(shop.ask("customer/query", **parameters, **DAYS)) == [helena.pk]


def test_the_newest_customers_come_first_unless_asked_otherwise(shop):
    pks = [CustomerFactory(first_name=str(n)).pk for n in range(3)]
    assert numbers(shop.ask("customer/query", **DAYS)) == pks[::-1]
    assert numbers(shop.ask("customer/query", sortDir=1, **DAYS)) == pks


def test_pages_are_counted(shop):
    pks = [CustomerFactory(first_name=str(n)).pk for n in range(5)]
    result, message = shop.ask("customer/query", page=2, resultsPerPage=2, sortDir=1, **DAYS)
    assert result == "SUCCESS"
    assert (message["totalResults"], message["page"]) == (5, 2)
    assert [row["customerId"] for row in message["data"]] == pks[2:4]


def test_a_number_that_was_merged_away_finds_the_survivor(shop):
    survivor, duplicate = CustomerFactory(first_name="Helena"), CustomerFactory(first_name="Hela")
    merge(survivor, duplicate)
    result, message = shop.ask("customer/query", customerId=duplicate.pk)
    assert result == "SUCCESS"
    assert [(row["customerId"], row["mergedCustomerIds"]) for row in message["data"]] == [(survivor.pk, [duplicate.pk])]


def test_a_survivor_names_all_merged_customers_whoever_else_is_on_the_page(shop):
    survivor, duplicate, of_duplicate, other = (CustomerFactory(first_name=name) for name in "SDEO")
    merge(duplicate, of_duplicate)
    merge(survivor, Customer.objects.get(pk=duplicate.pk))
    result, message = shop.ask("customer/query", dateRangeType="dateUpdated", **DAYS)
    assert result == "SUCCESS"
    assert {row["customerId"]: row["mergedCustomerIds"] for row in message["data"]} == {
        survivor.pk: [duplicate.pk, of_duplicate.pk],
        duplicate.pk: [of_duplicate.pk],
        of_duplicate.pk: [],
        other.pk: [],
    }


def test_who_keeps_a_copy_learns_of_a_merge_by_what_changed(shop):
    survivor, duplicate = CustomerFactory(first_name="Helena"), CustomerFactory(first_name="Hela")
    Customer.objects.update(updated=datetime(2020, 1, 1, tzinfo=UTC), created=datetime(2020, 1, 1, tzinfo=UTC))
    assert shop.ask("customer/query", dateRangeType="dateUpdated", **DAYS) == NOBODY
    merge(Customer.objects.get(pk=survivor.pk), Customer.objects.get(pk=duplicate.pk))
    result, message = shop.ask("customer/query", dateRangeType="dateUpdated", sortDir=1, **DAYS)
    assert result == "SUCCESS"
    assert {(row["customerId"], row["mergedIntoCustomerId"]) for row in message["data"]} == {
        (survivor.pk, None),
        (duplicate.pk, survivor.pk),
    }


def test_those_active_lately_are_those_who_bought_or_changed(shop):
    bought, changed, _ = customer_with_order(), CustomerFactory(first_name="Astrid"), CustomerFactory()
    Customer.objects.exclude(pk=changed.pk).update(updated=datetime(2020, 1, 1, tzinfo=UTC))
    result, message = shop.ask("customer/query", dateRangeType="mostRecentActivity", **DAYS)
    assert (result, [row["customerId"] for row in message["data"]]) == ("SUCCESS", [changed.pk, bought.pk])
    assert {row["mostRecentActivity"][:4] for row in message["data"]} == {f"{timezone.now():%Y}"}


def test_a_customer_is_found_by_an_order(shop):
    taken = order(first_name="Helena", last_name="Holý", email="helena@example.com")
    assert numbers(shop.ask("customer/query", orderId=taken.order.number)) == [taken.assigned.record.customer_id]
    assert shop.ask("customer/query", orderId="0000000000") == NOBODY


def test_an_erased_customer_is_said_to_be_erased(shop):
    helena = CustomerFactory(first_name="Helena")
    erase_customer(helena, by=None, version=helena.version)
    assert shop.ask("customer/query", customerId=helena.pk) == ("ERROR", f"Customer {helena.pk} was erased.")


def changed_today(shop, **sent):
    result, answer = shop.ask("customer/query", dateRangeType="dateUpdated", **DAYS, **sent)
    return {row["customerId"]: row for row in answer["data"]} if result == "SUCCESS" else {}


def test_who_polls_for_changes_is_told_of_erased_customers_and_nothing_else_about_them(shop):
    helena = customer_with_order(first_name="Helena", email="hholy@example.com")
    frank = customer_with_order(first_name="Frank", last_name="Hall", email="fhall@example.com")
    kara = customer_with_order(first_name="Kara")
    merge(*fresh(helena, frank))
    erase(helena)
    rows = changed_today(shop)
    assert {number: row["isErased"] for number, row in rows.items()} == {helena.pk: 1, frank.pk: 1, kara.pk: 0}
    erased_at = format_time(Customer.objects.get(pk=helena.pk).erased_at)
    assert [rows[customer.pk]["dateErased"] for customer in (helena, frank, kara)] == [erased_at, erased_at, None]
    assert rows[frank.pk]["mergedIntoCustomerId"] == helena.pk
    answer = str([rows[helena.pk], rows[frank.pk]])
    assert not [value for value in ("Helena", "Holý", "hholy", "Frank", "Hall", "fhall") if value in answer]


def test_who_asks_for_new_customers_or_for_a_person_is_not_told_of_erased_ones(shop):
    erase(customer_with_order(first_name="Helena", email="hholy@example.com"))
    assert shop.ask("customer/query", **DAYS) == NOBODY
    assert changed_today(shop, emailAddress="hholy@example.com") == {}


def test_an_unknown_number_finds_nobody_and_cannot_be_changed(shop):
    assert shop.ask("customer/query", customerId=10**9) == NOBODY
    assert shop.ask("customer/addnote", customerId=10**9, message="x") == (
        "ERROR",
        {"customerId": "This customer does not exist."},
    )


def test_the_page_after_the_one_customer_asked_for_is_empty(shop):
    helena = CustomerFactory()
    assert numbers(shop.ask("customer/query", customerId=helena.pk, page=2)) == []


def test_a_number_and_an_e_mail_must_be_of_the_same_customer(shop):
    helena = customer_with_order(email="helena@example.com")
    assert numbers(shop.ask("customer/query", customerId=helena.pk, emailAddress="HELENA@example.com")) == [helena.pk]
    assert shop.ask("customer/query", customerId=helena.pk, emailAddress="frank@example.com") == NOBODY


@table("name", ["!!!", "%", "."])
def test_a_name_without_a_letter_is_nobodys(shop, name):
    customer_with_order()
    assert shop.ask("customer/query", firstName=name, **DAYS) == NOBODY


@table("sent", ["0", "-1"])
def test_clients_write_the_newest_first_in_two_ways(shop, sent):
    older, newer = CustomerFactory(), CustomerFactory()
    assert numbers(shop.ask("customer/query", sortDir=sent, **DAYS)) == [newer.pk, older.pk]


def test_a_page_costs_as_much_however_many_stand_on_it(shop, django_assert_max_num_queries):
    for n in range(30):
        SourceRecordFactory(first_name=f"Person {n}", email=f"p{n}@example.com")
    with django_assert_max_num_queries(14):
        assert len(numbers(shop.ask("customer/query", resultsPerPage=200, includeCustomFields=1, **DAYS))) == 30
