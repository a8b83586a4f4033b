from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import quote

import pytest
from django.utils import timezone

from crm.accounts.functionalities import EVERYTHING
from customers import credit, editing, merging, tagging, undoing
from customers.dismissing import dismiss
from customers.models import CartLogin, Customer, HistoryEntry, PaySource, SourceRecord, Via
from customers.newest import PAGE
from orders.models import Fulfillment, Membership, OrderItem, Purchase, Transaction
from tests.conftest import make_user, signed_in
from tests.factories import CustomerFactory, ProductFactory, SourceRecordFactory, customer_with_order, order

TABS = [
    "orders",
    "transactions",
    "fulfillments",
    "purchases",
    "memberships",
    "history",
    "notes",
    "credit",
    "pay-sources",
    "logins",
    "sources",
]
WHEN = datetime(2026, 1, 12, 14, 32, tzinfo=UTC)


@pytest.fixture
def helena(db):
    return customer_with_order(
        email="hholy@gmail.com", phone="+420 241 770 449", country="CZ", at=WHEN,
        billing_address={"line1": "Rilská 3174/6", "city": "Prague", "postal_code": "14300", "country": "CZ"},
    )  # fmt: skip


@pytest.fixture
def double(db):
    return customer_with_order(first_name="H.", email="hholy@gmail.com", source="Marketplace", at=WHEN)


def merge(survivor, *duplicates, by=None):
    return merging.merge(merging.plan(survivor, duplicates), by=by, via=Via.PAGE)


def url(customer, query=""):
    return f"/customers/{customer.pk}/{query}"


def text_of(response):
    return response.content.decode()


def test_the_page_asks_the_same_of_the_database_however_much_there_is(as_agent, django_assert_num_queries):
    """
    1 session, 2 user, 3 and 4 permissions, 5 the customer with owner, login, password and pay source, 6 source records,
    7 which tabs have rows, 8 orders, 9 their items, 10 history, 11 notes, 12 match keys, 13 which of them are ignored,
    14 who else has them, 15 who was merged into those, 16 who said that they are not the same, 17 the customers found,
    18 tags, 19 whether there are merges, 20 totals, 21 credit, 22 attributes, 23 months, 24 merges to mark,
    25 that this user has seen it.
    """
    for records, orders in ((1, 10), (6, 200)):
        customer = customer_with_order(email=f"p{records}@example.org", external_id=f"{records}-0")
        SourceRecordFactory(email=f"p{records}@example.org", customer=CustomerFactory(email=f"p{records}@example.org"))
        for n in range(1, records):
            SourceRecordFactory(customer=customer, external_id=f"{records}-{n}")
        for n in range(orders):
            order(external_id=f"{records}-{n % records}", at=WHEN + timedelta(days=n))
        as_agent.get("/healthz")
        with django_assert_num_queries(25):
            as_agent.get(url(customer))


def test_the_head_says_who_it_is(as_agent, helena, admin_user):
    tagging.add(helena, "vip", by=None)
    Customer.objects.filter(pk=helena.pk).update(billing_status="past_due", owner=admin_user)

    page = text_of(as_agent.get(url(helena)))
    for said in (
        "<title>Helena Holý | Reunite</title>", '<span class="badge warn">Past Due</span>',
        '<span class="chip tag">vip<', f"Customer {helena.pk}", "12 Jan 2026</time>", "Owner Jane Peacock",
    ):  # fmt: skip
        assert said in page


def test_the_facts_are_those_of_the_profile(as_agent, helena):
    record = helena.records.get()
    card = PaySource.objects.create(source_record=record, brand="VISA", last_four="4242")
    login = CartLogin.objects.create(source_record=record, login="helena.holy", password="md5$secret$hash")
    values = {"pay_source": card.pk, "cart_login": login.login, "custom3": "newsletter-cz", "do_not_sell": True}
    editing.edit(helena, values, version=helena.version, by=None, via="page")
    Customer.objects.filter(pk=helena.pk).update(cart_password=login)
    tagging.set_attribute(helena, "Beta tester", True, by=None)

    page = text_of(as_agent.get(url(helena)))
    for said in (
        "mailto:hholy@gmail.com", "tel:+420241770449", "<bdi>14300 Prague</bdi>", "<bdi>Czechia</bdi>",
        "Same as billing", "<dd>helena.holy</dd>", "<dt>Shop password</dt><dd>Set</dd>", "<dd>VISA 4242</dd>",
        "<dt>Custom 3</dt><dd>newsletter-cz</dd>", "<dt>Do not sell</dt><dd>Yes</dd>",
        "<dt>Beta tester</dt><dd>Yes</dd>",
    ):  # fmt: skip
        assert said in page
    assert "secret" not in page
    assert "Custom 1" not in page


def test_former_e_mails_and_phones_are_named_once(as_agent, helena):
    SourceRecordFactory(customer=helena, email="HHOLY@gmail.com", phone="241 770 449", country="CZ")
    SourceRecordFactory(customer=helena, email="old@example.org", phone="+420 111 222 333")
    SourceRecordFactory(customer=helena, email="Old@example.org", phone="00420111222333", country="CZ")

    page = text_of(as_agent.get(url(helena)))
    assert "Also known by old@example.org, +420 111 222 333<" in page


def test_figures_stand_for_each_currency_by_itself(as_agent, helena):
    order(email="hholy@gmail.com", first_name="Helena", total="1234.50")
    order(email="hholy@gmail.com", first_name="Helena", total="5000", currency="JPY")
    order(email="hholy@gmail.com", first_name="Helena", total="3", status="DECLINED")
    credit.adjust(helena, Decimal("7.5"), "USD", cause="late parcel", by=None)

    page = text_of(as_agent.get(url(helena)))
    for said in (
        "<dt>Orders</dt><dd>3</dd>",
        "1,244.40 <small>USD",
        "5,000 <small>JPY",
        "7.50 <small>USD",
        "0 <small>JPY",
    ):
        assert said in page


def test_merge_is_offered_to_who_may_when_somebody_matches(as_agent, viewer, helena, double):
    button = f'<a class="button default" href="/customers/{helena.pk}/merge/">Merge'

    assert button in text_of(as_agent.get(url(helena)))
    assert '1<span class="visually-hidden"> possible duplicate</span>' in text_of(as_agent.get(url(helena)))
    assert "/merge/" not in text_of(signed_in(viewer).get(url(helena)))


def test_merge_is_not_offered_when_nobody_matches(as_agent, helena):
    assert "/merge/" not in text_of(as_agent.get(url(helena)))


def test_merge_is_no_suggestion_any_more_when_all_were_dismissed(as_agent, helena, double):
    dismiss(helena, double, by=None)

    assert f'<a class="button" href="/customers/{helena.pk}/merge/">Merge</a>' in text_of(as_agent.get(url(helena)))


@pytest.mark.parametrize("missing", ["customers.merge_customer", "customers.merge_unmatched_customer"])
def test_merging_with_anybody_needs_both_permissions(missing, as_admin, helena):
    almost = signed_in(make_user("almost", EVERYTHING - {missing}))

    assert "Merge with another customer…" in text_of(as_admin.get(url(helena)))
    assert "Merge with another customer…" not in text_of(almost.get(url(helena)))


def test_merges_are_listed_where_there_are_any_also_undone_ones(as_agent, agent, helena, double):
    link = "Merges of this customer"
    assert link not in text_of(as_agent.get(url(helena)))

    undoing.undo(merge(helena, double), by=agent)
    for customer in (helena, double):
        assert f'/merges/?customer={customer.pk}">{link}' in text_of(as_agent.get(url(customer)))


def fill(customer, record):
    """One row for each tab."""
    bought = record.order_set.get()
    OrderItem.objects.bulk_create(
        OrderItem(order=bought, description=d, amount=1) for d in ("Aria", "Ballad", "Chorus", "Dirge")
    )
    card = PaySource.objects.create(source_record=record, brand="VISA", last_four="4242")
    common = {"source_record": record, "at": WHEN}
    Transaction.objects.create(
        **common, order=bought, kind="SALE", status="HARD_DECLINE", amount=5, currency="USD", pay_source=card
    )
    Fulfillment.objects.create(**common, order=bought, carrier="DHL", tracking_number="JD55", status="SHIPPED")
    Purchase.objects.create(
        **common, product=ProductFactory(), price="9.90", currency="USD", next_bill_date=WHEN.date()
    )
    Membership.objects.create(**common, club="Jazz club", user_name="helena")
    editing.add_note(customer, "Asked about\na parcel", by=None)


@pytest.mark.parametrize(
    ("tab", "said"),
    [
        ("orders", ["12 Jan 2026</time>", "Aria, Ballad and 2 more", "Complete", "9.90</td>", "Total, USD</th>"]),
        ("transactions", ["Sale", "VISA 4242", '<span class="badge bad">Hard decline</span>', "5.00</td>"]),
        ("fulfillments", ["DHL", "JD55", "Shipped"]),
        ("purchases", ["Unlimited Monthly", '<span class="badge good">Active</span>', "every month", "12 Jan 2026"]),
        ("memberships", ["Jazz club", "helena"]),
        ("history", ["12 Jan 2026</time>", "14:32 UTC · Shop", "placed, 9.90 USD", "Customer created with an order"]),
        ("notes", ["Asked about<br>a parcel"]),
        ("sources", ["hholy@gmail.com · +420 241 770 449 · CZ", "This customer", "9.90 USD"]),
    ],
)
def test_each_tab_shows_its_rows_with_their_source(tab, said, as_agent, helena):
    fill(helena, helena.records.get())

    response = as_agent.get(url(helena, f"?tab={tab}"), headers={"HX-Request": "true", "HX-Target": "rows"})
    rows = text_of(response)
    for text in said:
        assert text in rows
    assert '<span class="chip">S' in rows or tab == "history"  # which names the source as the one who did it
    assert rows.lstrip().startswith('<section class="module" id="rows"')
    assert "<h1>" not in rows
    assert "HX-Target" in response.headers["Vary"]
    assert text_of(as_agent.get(url(helena, f"?tab={tab}"))).count('aria-current="page"') == 2


def test_rows_that_came_with_a_merge_are_marked_and_explained_once(as_agent, helena, double):
    assert "came with a merge" not in text_of(as_agent.get(url(helena)))
    merge(helena, double)

    rows = text_of(as_agent.get(url(helena, "?tab=orders"), headers={"HX-Request": "true", "HX-Target": "rows"}))
    assert rows.count('<span class="chip joined">Marketplace<') == 2
    assert rows.count("</span> came with a merge") == 1
    assert '<span class="chip">Shop</span>' in rows
    assert f"H. Holý ({double.pk})" in text_of(as_agent.get(url(helena, "?tab=sources")))


def test_a_tab_without_rows_says_so_and_what_to_expect(as_agent, db):
    customer = CustomerFactory(first_name="Nobody")

    page = text_of(as_agent.get(url(customer)))
    assert "No orders yet" in page
    assert "Orders appear here as soon as a data source sends one with this customer’s e-mail or phone." in page
    assert page.count('class="nothing"') == len(TABS)


def test_older_rows_are_a_page_further_each_exactly_once(as_agent, helena):
    for n in range(2 * PAGE):
        order(email="hholy@gmail.com", first_name="Helena", at=WHEN + timedelta(days=n // 3))
    seen, before = [], ""
    while True:
        page = as_agent.get(url(helena, f"?tab=orders&before={quote(before)}")).context["page"]
        seen += [line.row.pk for line in page.lines]
        before = page.older
        if not before:
            break

    assert len(seen) == len(set(seen)) == 2 * PAGE + 1


@pytest.mark.parametrize("before", ["nonsense", "0001-01-01T00:00:00+14:00_1", "2026-01-01T00:00:00_1", "%00", "_"])
def test_a_broken_cursor_shows_the_first_page(before, as_agent, helena):
    page = as_agent.get(url(helena, f"?tab=orders&before={before}"))

    assert len(page.context["page"].lines) == 1


def test_beyond_the_last_row_there_is_a_way_back(as_agent, helena):
    page = as_agent.get(url(helena, f"?tab=orders&before=2020-01-01T00:00:00%2B00:00_{10**30}"))

    assert "No older orders" in text_of(page)


def test_tabs_are_those_that_one_may_see(helena):
    client = signed_in(make_user("front", ["customers.view_customer"]))
    page = text_of(client.get(url(helena, "?tab=orders")))

    assert ">Orders</a>" not in page
    assert "?tab=history" in page
    assert 'id="rows" aria-label="History"' in page


def test_history_and_notes_stand_together_newest_first_and_eight_at_most(as_agent, agent, helena):
    for n in range(9):
        entry = {"source_record": helena.records.order_by("pk").first(), "kind": "edit", "text": f"Act {n}."}
        HistoryEntry.objects.create(**entry, at=timezone.now() + timedelta(hours=n))
    editing.add_note(helena, "A <b>note</b>", by=agent)

    response = as_agent.get(url(helena))
    assert [getattr(line.row, "text", "") for line in response.context["story"]] == [
        f"Act {n}." for n in range(8, 0, -1)
    ]
    part = as_agent.get(url(helena), headers={"HX-Request": "true", "HX-Target": "history"})
    assert text_of(part).lstrip().startswith('<aside class="module" id="history"')


def test_a_merge_in_the_history_leads_to_its_page(as_agent, agent, helena, double):
    done = merge(helena, double, by=agent)

    page = text_of(as_agent.get(url(helena)))
    assert f"Merged H. Holý ({double.pk}) into this customer." in page
    assert f'<a href="/merges/{done.pk}/">Merge {done.pk}</a>' in page


def test_an_old_link_leads_on_and_says_so(as_agent, admin_user, helena, double):
    done = merge(helena, double, by=admin_user)
    response = as_agent.get(url(double), follow=True)

    assert response.redirect_chain == [(url(helena), 302)]
    today = f"{timezone.now():%-d %b %Y}"
    assert (
        f"You followed a link to H. Holý ({double.pk}). That customer was merged into Helena Holý by Jane Peacock"
        f' on {today}.</span><a class="button small" href="/merges/{done.pk}/">See the merge</a>'
    ) in text_of(response)
    assert "You followed" not in text_of(as_agent.get(url(helena)))


def test_an_old_link_is_followed_through_later_merges(as_agent, helena, double):
    last = customer_with_order(first_name="Lena", email="lena@example.org")
    merge(helena, double)
    merge(last, Customer.objects.get(pk=helena.pk))

    response = as_agent.get(url(double), follow=True)
    assert response.redirect_chain == [(url(last), 302)]
    assert "was merged into Helena Holý" in text_of(response)
    assert ", who is part of Lena Holý now." in text_of(response)


def test_who_was_erased_is_gone_and_the_page_says_so(as_agent, helena, double):
    merge(helena, double)
    Customer.objects.filter(pk__in=[helena.pk, double.pk]).update(erased_at=WHEN)

    for customer in (helena, double):
        response = as_agent.get(url(customer))
        assert response.status_code == 410
        assert f"Customer {customer.pk} was erased" in text_of(response)
        assert "Holý" not in text_of(response)


@pytest.mark.parametrize("pk", [999_999, 10**30])
def test_an_unknown_number_is_not_found(pk, as_agent):
    assert as_agent.get(f"/customers/{pk}/").status_code == 404


def test_odd_values_are_shown_as_they_are(as_agent, db):
    record = SourceRecord.objects.get(pk=customer_with_order(first_name="<i>x</i>", last_name="").records.get().pk)
    editing.add_note(record.customer, "<script>alert(1)</script>", by=None)

    page = text_of(as_agent.get(url(record.customer)))
    assert "<i>x</i>" not in page
    assert "<script>alert" not in page


def test_nothing_in_the_page_is_styled_or_scripted_inline(as_agent, helena):
    page = text_of(as_agent.get(url(helena)))

    assert "style=" not in page
    assert "onclick" not in page
