"""The head, the facts and the figures."""

from decimal import Decimal

from customers.credit import credit
from customers.engagement import notes
from customers.labels.attributes import set_attributes
from customers.labels.tags import add_tags
from customers.models import CartLogin, Customer, PaySource, SourceRecord
from customers.profile.edit import edit_profile
from tests.customers.pages.page_requests import url
from tests.factories import SourceRecordFactory, customer_with_order, order


def test_the_head_says_who_it_is(as_agent, helena, admin_user):
    add_tags(helena, "vip", by=None)
    Customer.objects.filter(pk=helena.pk).update(billing_status="past_due", owner=admin_user)

    page = as_agent.get(url(helena)).text
    for said in (
        "<title>Helena Holý | Reunite</title>", '<span class="badge warn">Past Due</span>',
        '<span class="chip tag"><bdi>vip<', f"Customer {helena.pk}", "12 Jan 2026</time>",
        "Owner: <bdi>Jane Peacock</bdi>",
    ):  # fmt: skip
        assert said in page


def test_the_facts_are_those_of_the_profile(as_agent, helena):
    record = helena.records.get()
    card = PaySource.objects.create(source_record=record, brand="VISA", last_four="4242")
    login = CartLogin.objects.create(source_record=record, login="helena.holy", password="md5$secret$hash")
    values = {"pay_source": card.pk, "cart_login": login.login, "custom3": "newsletter-cz", "do_not_sell": True}
    edit_profile(helena, values, version=helena.version, by=None, via="page")
    Customer.objects.filter(pk=helena.pk).update(cart_password=login)
    set_attributes(helena, {"Beta tester": True}, by=None)

    page = as_agent.get(url(helena)).text
    for said in (
        "mailto:hholy@gmail.com", "tel:+420241770449", "<bdi>14300 Prague</bdi>", "<bdi>Czechia</bdi>",
        "Shipping address: same as billing", "<bdi>helena.holy</bdi>", "Password</bdi></dt><dd><bdi>Set",
        "<bdi>VISA 4242</bdi>", "Custom 3</bdi></dt><dd><bdi>newsletter-cz</bdi>", "Do not sell</bdi></dt><dd><bdi>Yes",
        "<dt><bdi>Beta tester</bdi></dt><dd><bdi>Yes",
    ):  # fmt: skip
        assert said in page
    assert "secret" not in page
    assert "Custom 1" not in page


def test_other_emails_and_phones_are_named_once(as_agent, helena):
    SourceRecordFactory(customer=helena, email="HHOLY@gmail.com", phone="241 770 449", country="CZ")
    SourceRecordFactory(customer=helena, email="old@example.org", phone="+420 111 222 333")
    SourceRecordFactory(customer=helena, email="Old@example.org", phone="00420111222333", country="CZ")

    page = as_agent.get(url(helena)).text
    assert "Other emails and phones: <bdi>old@example.org</bdi>, <bdi>+420 111 222 333</bdi><" in page


def test_figures_stand_for_each_currency_by_itself(as_agent, helena):
    order(email="hholy@gmail.com", first_name="Helena", total="1234.50")
    order(email="hholy@gmail.com", first_name="Helena", total="5000", currency="JPY")
    order(email="hholy@gmail.com", first_name="Helena", total="3", status="DECLINED")
    credit.adjust(helena, Decimal("7.5"), "USD", reason="late parcel", by=None)

    page = as_agent.get(url(helena)).text
    for said in (
        "<dt>Orders</dt><dd>3</dd>",
        "1,244.40 <small>USD",
        "5,000 <small>JPY",
        "7.50 <small>USD",
        "0 <small>JPY",
    ):
        assert said in page


def test_odd_values_are_shown_as_they_are(as_agent, db):
    record = SourceRecord.objects.get(pk=customer_with_order(first_name="<i>x</i>", last_name="").records.get().pk)
    notes.add(record.customer, {"text": "<script>alert(1)</script>"}, by=None)

    page = as_agent.get(url(record.customer)).text
    assert "<i>x</i>" not in page
    assert "<script>alert" not in page


def test_nothing_in_the_page_is_styled_or_scripted_inline(as_agent, helena):
    page = as_agent.get(url(helena)).text

    assert "style=" not in page
    assert "onclick" not in page
