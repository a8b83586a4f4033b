"""Values chosen wrongly elsewhere. Numbers are those of docs/merging.md."""

import pytest

from customers.credit import credit
from customers.matching.duplicates import duplicates_of
from customers.merging.plan import MergeError
from customers.models import Customer, ProfileChange
from customers.profile.fields import FIELDS
from tests.acts import fresh, merge, undo
from tests.database import dump
from tests.factories import CustomerFactory, customer_with_order
from tests.factories.every_field import with_every_field

pytestmark = pytest.mark.django_db

PRAGUE = {"line1": "Rilská 3174/6", "city": "Prague", "country": "CZ"}
BRNO = {"line1": "Pekařská 1", "line2": "byt 12", "city": "Brno", "country": "CZ"}


def test_21_picks_from_three_customers_are_kept_and_an_address_moves_whole():
    a = CustomerFactory(first_name="Ada", billing_address=PRAGUE, phone="111 1111")
    b = CustomerFactory(first_name="Bea", billing_address=BRNO)
    c = CustomerFactory(first_name="Cleo", last_name="Holá", phone="333 3333")
    merge(a, b, c, first_name=a, billing_address=b, last_name=c, phone=c)
    (final,) = fresh(a)
    assert (final.first_name, final.billing_address, final.last_name, final.phone) == ("Ada", BRNO, "Holá", "333 3333")


def test_22_a_field_without_a_choice_keeps_the_value_of_the_survivor():
    a, b = CustomerFactory(custom1="kept", company="Ours"), CustomerFactory(custom1="other", company="Theirs")
    merge(a, b, company=b)
    assert [(c.custom1, c.company) for c in fresh(a)] == [("kept", "Theirs")]


def test_23_there_is_one_email_one_phone_and_one_address_after_merge_and_after_undo():
    a = CustomerFactory(email="a@example.org", phone="+420241770449", billing_address=PRAGUE)
    b = CustomerFactory(email="b@example.org", phone="+420241770450", billing_address=BRNO)
    merged = merge(a, b, email=b, billing_address=b)
    assert [(c.email, c.phone, c.billing_address) for c in fresh(a)] == [("b@example.org", "+420241770449", BRNO)]
    undo(merged)
    assert [(c.email, c.billing_address) for c in fresh(a, b)] == [("a@example.org", PRAGUE), ("b@example.org", BRNO)]


def test_24_the_emails_of_both_are_matched_on_each_once():
    a = customer_with_order(email="Helena@Example.org")
    b = customer_with_order(email="helena@example.org ", source="Marketplace")
    c = customer_with_order(email="holy@example.org", source="Marketplace")
    merge(a, b, c)
    for written in ("HELENA@example.org", "holy@example.ORG"):
        other = customer_with_order(email=written)
        (candidate,) = [x for x in duplicates_of(other) if x.customer == a]
        assert len(candidate.reasons) == 1


def test_25_the_login_of_a_duplicate_can_be_taken_and_goes_back():
    a, b = customer_with_order(first_name="Ada"), customer_with_order(first_name="Bea")
    from customers.profile.edit import edit_profile

    edit_profile(fresh(b)[0], {"cart_login": "bea"}, version=fresh(b)[0].version, by=None, via="page")
    merged = merge(a, b, cart_login="bea")
    assert str(fresh(a)[0].cart_login) == "bea"
    undo(merged)
    assert [c.cart_login and c.cart_login.login for c in fresh(a, b)] == [None, "bea"]


def test_25_the_login_of_somebody_else_is_refused():
    a, b, c = (customer_with_order(first_name=name) for name in ("Ada", "Bea", "Cleo"))
    from customers.profile.edit import edit_profile

    edit_profile(fresh(c)[0], {"cart_login": "cleo"}, version=fresh(c)[0].version, by=None, via="page")
    before = dump()
    with pytest.raises(MergeError, match="used by another customer"):
        merge(a, b, cart_login="cleo")
    assert dump() == before


def test_26_no_and_zero_and_empty_are_values_and_what_is_not_mentioned_is_untouched():
    a = CustomerFactory(first_name="Ada", tax_exempt=True, custom1="0", custom2="x", sms_contact=True, company="Ours")
    b = CustomerFactory(tax_exempt=False, custom1="", custom2="0", sms_contact=None)
    merge(a, b, tax_exempt=False, custom2=b, custom1=b, company="")
    (final,) = fresh(a)
    assert (final.tax_exempt, final.custom1, final.custom2) == (False, "", "0")
    assert (final.company, final.sms_contact) == ("", True)


def test_28_an_edit_of_a_junk_record_does_not_make_its_values_win():
    a, junk = CustomerFactory(first_name="Helena", email="h@example.org"), CustomerFactory(first_name="hlna")
    from customers.profile.edit import edit_profile

    edit_profile(junk, {"custom1": "touched"}, version=junk.version, by=None, via="page")
    merge(a, junk)
    (final,) = fresh(a)
    assert (final.first_name, final.email, final.custom1) == ("Helena", "h@example.org", "touched")


def test_29_values_that_no_form_would_take_today_can_be_merged():
    a, b = CustomerFactory(first_name="Ada"), CustomerFactory(first_name="Bea")
    Customer.objects.filter(pk=b.pk).update(email="no email at all", phone="call after 6")
    merge(a, b, email=b, phone=b)
    assert [(c.email, c.phone) for c in fresh(a)] == [("no email at all", "call after 6")]


def test_30_nobody_becomes_tax_exempt_unless_it_is_picked():
    a, b = CustomerFactory(first_name="Ada"), CustomerFactory(first_name="Bea", tax_exempt=True)
    undo(merge(a, b))
    assert fresh(a)[0].tax_exempt is False
    merge(a, b, tax_exempt=b)
    assert fresh(a)[0].tax_exempt is True


def test_30_credit_only_adds_up():
    a, b = customer_with_order(first_name="Ada"), customer_with_order(first_name="Bea")
    from decimal import Decimal

    credit.adjust(a, Decimal(5), "USD", reason="late parcel", by=None)
    credit.adjust(b, Decimal("2.5"), "USD", reason="late parcel", by=None)
    merge(a, b)
    assert credit.balances([a.pk]) == {a.pk: {"USD": Decimal("7.5")}}


def test_21_every_field_can_be_picked_from_a_duplicate_and_goes_back():
    a, b = CustomerFactory(first_name="Ada"), with_every_field()
    (before,) = fresh(a)
    merged = merge(a, b, **{field.key: b for field in FIELDS})
    (final,) = fresh(a)
    assert all(getattr(final, f.column) == getattr(b, f.column) for f in FIELDS)
    undo(merged)
    (after,) = fresh(a)
    assert all(getattr(after, f.column) == getattr(before, f.column) for f in FIELDS)


def test_59_no_change_ever_holds_a_password():
    a, b = customer_with_order(first_name="Ada"), customer_with_order(first_name="Bea")
    merge(a, b, cart_login="ada", cart_password="argon2$secret-hash")
    assert fresh(a)[0].cart_password.password == "argon2$secret-hash"
    assert "secret-hash" not in str(list(ProfileChange.objects.values_list("values", flat=True)))
