from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.matching.not_duplicates import write_not_duplicates
from customers.merging.plan import plan_merge
from customers.merging.preview import preview_merge
from customers.merging.warnings import narrowed_sentence, widened_sentence
from customers.models import MatchKey, UnmatchedValue
from customers.profile.decisions import Picked
from customers.profile.fields import CONSENT, FieldKind, ProfileField
from customers.records import counts
from customers.records.registry import all_linked_models
from orders.intake.order import IncomingPurchase
from orders.models import Membership, Purchase
from tests.acts import edit, fresh
from tests.factories import NoteFactory, ProductFactory, customer_with_order, make_user, order, subscription
from tests.tables import table

pytestmark = pytest.mark.django_db
EMAIL, PHONE = "hholy@gmail.com", "+420 241 770 449"


def expected(*customers):
    survivor, *duplicates = fresh(*customers)
    return preview_merge([survivor, *duplicates], plan_merge(survivor, duplicates))


def moves(*customers) -> dict[str, str]:
    return {moved.count.label: moved.count.shown for moved in expected(*customers).moved_rows}


def warnings(*customers) -> dict[str, str]:
    return dict(expected(*customers).warnings)


@pytest.fixture
def helena():
    return customer_with_order(email=EMAIL, total="21.78")


@pytest.fixture
def helen():
    return customer_with_order(source="Marketplace", email=EMAIL, total="27.84", external_id="MP-1")


def test_it_counts_what_the_duplicates_have_by_kind(helena, helen):
    order(source="Marketplace", external_id="MP-1", total="0.01", status="DECLINED")
    NoteFactory(source_record=helen.records.first())
    NoteFactory(source_record=helena.records.first())

    assert moves(helena, helen) == {"Orders": "2", "Notes": "1", "History entries": "3"}


def test_it_never_counts_further_than_is_shown(helena, helen, monkeypatch):
    monkeypatch.setattr(counts, "MOST", 2)
    for _ in range(3):
        order(source="Marketplace", external_id="MP-1")

    assert moves(helena, helen)["Orders"] == "2+"


def test_it_says_from_whom_rows_of_a_kind_come(helena, helen):
    order(source="Marketplace", external_id="MP-1")
    third = customer_with_order(email=EMAIL)

    moved_rows = {moved.count.label: moved.by_customer for moved in expected(helena, helen, third).moved_rows}

    assert moved_rows["Orders"] == f"2 from {helen.pk}, 1 from {third.pk}"


def test_what_is_derived_is_no_kind_of_its_own():
    assert MatchKey not in all_linked_models()
    assert UnmatchedValue in all_linked_models()


def test_it_adds_up_what_the_survivor_then_has(helena, helen):
    preview = expected(helena, helen)

    assert str(preview.total_after) == "2 orders, 49.62 USD"
    assert str(preview.totals[helen.pk]) == "1 order, 27.84 USD"


def test_it_adds_each_currency_up_by_itself_and_says_so(helena):
    yen = customer_with_order(email=EMAIL, total="900", currency="JPY")

    assert str(expected(helena, yen).total_after) == "2 orders, 900 JPY, 21.78 USD"
    assert warnings(helena, yen)["Different currencies."] == (
        f"There are orders in JPY (customer {yen.pk}) and USD (customer {helena.pk}). Totals are kept per currency."
    )


def test_customers_who_are_sure_to_be_one_have_no_warnings(helena, helen):
    assert warnings(helena, helen) == {}


def test_two_active_purchases_of_a_product_are_named(helena, helen):
    for source, external_id, email in [("Shop", "", EMAIL), ("Marketplace", "MP-1", "")]:
        who = {"first_name": "Helena", "last_name": "Holý", "email": email, "external_id": external_id}
        order(source=source, purchases=[IncomingPurchase(ProductFactory(), Decimal("9.90"))], **who)

    assert warnings(helena, helen)["Several purchases will be billed."] == (
        f"Unlimited Monthly is active for customers {helena.pk} and {helen.pk}."
        " The merge cancels none of these purchases."
    )


def test_the_purchases_of_one_customer_alone_are_not_read(helena, helen):
    subscription()
    records = {customer.pk: [row.pk for row in customer.records.all()] for customer in (helena, helen)}
    with CaptureQueriesContext(connection) as queries:
        assert Purchase.merge_warnings(records) == []
    assert not any("DISTINCT" in query["sql"] for query in queries)


def test_two_memberships_of_a_club_are_named(helena, helen):
    for customer in (helena, helen):
        Membership.objects.create(source_record=customer.records.first(), club="Gold", user_name=str(customer.pk))

    assert "their own memberships of Gold" in warnings(helena, helen)["Several memberships of one club."]


def test_consent_that_is_narrowed_or_widened_is_named(helena, helen):
    helena, helen = edit(helena, email_opt_in=True), edit(helen, email_opt_in=False)
    who = f"Customer {helen.pk} opted out of emails."
    assert warnings(helena, helen) == {
        "More restrictive consent applies.": f"{who} No emails are sent after the merge."
    }

    plan = plan_merge(helena, [helen], {"email_opt_in": Picked(helena.pk)})
    (notice,) = preview_merge([helena, helen], plan).warnings
    assert notice == ("Less restrictive consent applies.", f"{who} Emails are allowed after the merge.")


def test_a_consent_without_a_sentence_of_its_own_is_named_too():
    fax = ProfileField("fax_contact", "Fax contact", FieldKind.CONSENT, CONSENT, strictest=False, refused="fax")
    said = "Customer 7 gave the more restrictive answer to “Fax contact”."
    assert narrowed_sentence(fax, [7]) == f"{said} It applies after the merge."
    assert widened_sentence(fax, [7]) == f"{said} It no longer applies after the merge."


def test_who_shares_nothing_or_has_another_name_is_named(helena):
    jan = customer_with_order(first_name="Jan", last_name="Novák", email="jan@x.cz")
    same = customer_with_order(email="other@x.cz")
    kept = f"Helena Holý ({helena.pk})"

    assert warnings(helena, jan) == {
        "No shared email or phone, and names differ.": (
            f"Jan Novák ({jan.pk}) shares no email or phone with {kept}, and may be a different person."
        )
    }
    assert warnings(helena, same) == {
        "No shared email or phone.": f"Customer {same.pk} shares no email or phone with {kept}."
    }
    assert [*warnings(helena, jan, same)] == [
        "No shared email or phone, and names differ.",
        "No shared email or phone.",
    ]


def test_consents_that_differ_in_several_ways_are_one_notice(helena, helen):
    helena, helen = (
        edit(helena, email_opt_in=True, sms_contact=True),
        edit(helen, email_opt_in=False, sms_contact=False),
    )

    assert warnings(helena, helen) == {
        "More restrictive consent applies.": (
            f"Customer {helen.pk} opted out of SMS. No SMS are sent after the merge."
            f" Customer {helen.pk} opted out of emails. No emails are sent after the merge."
        )
    }


@table(
    ("first_name", "last_name", "is_household"),
    [("Jana", "Holá", True), ("Zdeněk", "Holy", True), ("H.", "Holý", False), ("Nell", "Holý", False)],
)
def test_who_shares_only_a_phone_and_the_last_name_may_be_of_one_household(first_name, last_name, is_household):
    helena = customer_with_order(phone=PHONE, country="CZ", first_name="Helen")
    other = customer_with_order(phone=PHONE, country="CZ", first_name=first_name, last_name=last_name)

    said = f"Customer {other.pk} has the same last name as Helen Holý ({helena.pk}) but shares only a phone."
    assert warnings(helena, other).get("Possible shared household.") == (said if is_household else None)


def test_a_phone_that_more_than_two_have_may_be_a_households_unless_all_have_one_name():
    first, second, _third = (customer_with_order(phone=PHONE, country="CZ") for _ in range(3))
    assert warnings(first, second) == {}

    customer_with_order(phone=PHONE, country="CZ", first_name="Jan", last_name="Novák")
    assert warnings(first, second) == {
        "Possible shared household.": "The only match is a phone that 4 customers share."
    }


def test_a_shared_e_mail_speaks_against_a_household(helena):
    zdenek = customer_with_order(first_name="Zdeněk", email=EMAIL, phone=PHONE, country="CZ")

    assert warnings(helena, zdenek).keys() == {"Names differ."}


def test_an_earlier_dismissal_is_named_with_who_and_when(helena, helen, time_machine):
    time_machine.move_to("2026-01-03 12:00:00+00:00")
    write_not_duplicates(helena, helen, by=make_user("jane", first_name="Jane", last_name="Peacock"))

    assert warnings(helena, helen)["Marked as not duplicates before."] == (
        f"Jane Peacock marked these customers as not duplicates on 3 Jan 2026: {helena.pk} and {helen.pk}."
    )


def test_more_than_one_login_is_named(helena, helen):
    edit(helena, cart_login="helena.holy")
    edit(helen, cart_login="hholy")

    assert warnings(helena, helen)["More than one shop login."] == (
        f"These logins will all open the account of Helena Holý ({helena.pk}): helena.holy and hholy."
    )


def test_it_asks_as_many_queries_for_many_rows_and_customers(helena, helen, django_assert_max_num_queries):
    with django_assert_max_num_queries(30) as few:
        expected(helena, helen)
    others = [customer_with_order(email=EMAIL) for _ in range(8)]
    for _ in range(10):
        order(source="Marketplace", external_id="MP-1")
    # fresh() reads each customer by itself
    with django_assert_max_num_queries(len(few) + len(others)):
        expected(helena, helen, *others)
