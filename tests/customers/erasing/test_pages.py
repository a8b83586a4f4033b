"""The page that deletes a customer, what an old link says afterwards, and the list of deletions."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from customers.erasing.erase import erase_customer
from customers.models import Customer, Erasure
from customers.profile.edit import edit_profile
from orders.intake.order import IncomingPurchase
from orders.models import Purchase, PurchaseStatus, subscription
from tests.acts import fresh, merge, rebuild
from tests.factories import (
    CustomerFactory,
    ProductFactory,
    customer_with_order,
    declined_order,
    make_user,
    order,
    signed_in,
)
from tests.factories.linked_rows import one_of_each
from tests.page_text import visible_text
from tests.tables import table

pytestmark = pytest.mark.django_db
WHO = {"first_name": "Helena", "last_name": "Holý", "email": "hholy@gmail.com"}


@pytest.fixture
def helena() -> Customer:
    return customer_with_order(**WHO)


def url(customer: Customer) -> str:
    return reverse("customers:delete", args=[customer.pk])


def send(client, customer: Customer, name="Helena Holý", **more):
    form = {"name": name, "version": fresh(customer)[0].version, **more}
    return client.post(url(customer), form, follow=True)


def test_the_page_says_what_goes_and_asks_for_the_name(as_admin, helena):
    merge(helena, customer_with_order(first_name="Helen", last_name="Holy"))
    order(**WHO, purchases=(IncomingPurchase(ProductFactory(), Decimal(3)),))

    page = visible_text(as_admin.get(url(helena)))
    for said in (
        "Delete Helena Holý?",
        "This permanently deletes Helena Holý and everything listed here. Enter the customer’s name to confirm.",
        "Orders 3",
        "Purchases 1",
        "Paid orders: 29.70 USD.",
        "Merged customers that will be deleted too Helen Holy (",
        "Active purchases are not cancelled. Deleting does not cancel Unlimited Monthly at the gateway",
        "Nothing has been deleted yet.",
        "Cancel Delete permanently",
    ):
        assert said in page, said


def test_of_very_many_active_purchases_the_first_are_named(as_admin, helena, monkeypatch):
    monkeypatch.setattr(subscription, "MOST_READ", 1)
    order(**WHO, purchases=[IncomingPurchase(ProductFactory(name=name), Decimal(3)) for name in ("Tea", "Coffee")])
    assert re.search("Deleting does not cancel (Tea|Coffee) and others at", visible_text(as_admin.get(url(helena))))

    Purchase.objects.update(status=PurchaseStatus.CANCELLED)
    rebuild()
    assert "Active purchases" not in visible_text(as_admin.get(url(helena)))


def test_delete_is_the_last_in_the_menu_of_who_may(as_admin, as_agent, helena):
    link = f'<li class="apart"><a class="danger" href="{url(helena)}">Delete…</a></li>'

    assert link in as_admin.get(helena.get_absolute_url()).content.decode()
    assert "Delete…" not in as_agent.get(helena.get_absolute_url()).content.decode()


def test_who_may_not_delete_is_told_what_is_missing(as_agent, helena):
    response = send(as_agent, helena)

    assert response.status_code == 403
    assert (
        "You need the permission “Can delete customers”. An admin can grant it on Edit User. Nothing was changed."
        in visible_text(response)
    )
    assert fresh(helena)[0].is_live


@table(
    ("name", "said"),
    [
        ("", "Enter the customer’s name to confirm."),
        ("Helena", "The name does not match. Enter it as shown above."),
        ("\x00", "Null characters are not allowed."),
        ("Holý" * 200, "Ensure this value has at most 500 characters"),
    ],
)
def test_another_name_deletes_nothing(as_admin, helena, name, said):
    response = send(as_admin, helena, name)

    assert response.status_code == 422
    assert said in visible_text(response)
    page = response.content.decode()
    assert "<title>Error: Delete Helena Holý? | Reunite</title>" in page
    assert 'Not deleted. Correct the highlighted field: <a href="#id_name">' in page
    assert 'aria-invalid="true"' in page
    assert fresh(helena)[0].is_live


def test_the_name_deletes_and_leads_to_the_list(as_admin, helena, admin_user):
    response = send(as_admin, helena, " helena  holy ")

    assert response.redirect_chain == [(reverse("customers:list"), 302)]
    assert f"Deleted. Customer {helena.pk} and all its records were permanently deleted." in visible_text(response)
    assert Erasure.objects.get().by == admin_user


def test_a_second_click_finds_that_it_is_done(as_admin, helena):
    send(as_admin, helena)
    response = send(as_admin, helena)

    assert response.status_code == 410
    assert f"Customer {helena.pk} was erased" in visible_text(response)
    assert Erasure.objects.count() == 1


@table("version", ["1", "", "x", "²", "-1", "9" * 40, "9" * 5000])
def test_who_was_changed_meanwhile_is_shown_again(as_admin, helena, version):
    helena = edit_profile(helena, {"company": "Acme"}, version=helena.version, by=None, via="page")
    response = send(as_admin, helena, version=version)

    assert response.redirect_chain == [(url(helena), 302)]
    assert "Nothing was deleted. This customer was changed or merged since you opened the page." in visible_text(
        response
    )


def test_who_was_merged_meanwhile_leads_to_whom_they_are_part_of(as_admin, helena):
    bjorn = customer_with_order(first_name="Bjørn", last_name="Hansen")
    merge(bjorn, helena)
    response = send(as_admin, helena)

    assert response.redirect_chain == [(bjorn.get_absolute_url(), 302)]
    assert "which was merged into Bjørn Hansen" in visible_text(response)
    assert fresh(bjorn)[0].is_live


def test_every_old_link_says_that_the_customer_was_erased(as_admin, helena):
    retired = customer_with_order(first_name="Helen")
    merged = merge(helena, retired)
    erase_customer(fresh(helena)[0], version=fresh(helena)[0].version, by=None)

    for customer in (helena, retired):
        for name in ("detail", "delete", "merge", "merge_values", "note_add"):
            response = as_admin.get(reverse(f"customers:{name}", args=[customer.pk]))
            assert response.status_code == 410, name
            assert f"Customer {customer.pk} was erased" in visible_text(response)
            assert reverse("customers:deletions") in response.content.decode()
    gone = reverse("customers:merge_confirm", args=[helena.pk, "draft"])
    assert as_admin.get(gone).status_code == 410
    page = visible_text(as_admin.get(merged.get_absolute_url()))
    assert f"Erased customer {retired.pk}" in page
    assert "Helen" not in page
    assert f"Erased customer {helena.pk}" in visible_text(as_admin.get(reverse("customers:merges")))


def test_a_search_for_an_erased_customer_says_so_and_finds_nobody(as_admin, helena):
    send(as_admin, helena)

    for text in (helena.uuid, str(helena.pk)):
        page = visible_text(as_admin.get("/customers/", {"q": text}))
        assert f"Customer {helena.pk} was erased" in page
        assert "Erased customer" not in page
        assert "No customers match" not in page


def test_nobody_nameless_is_deleted_by_the_name_that_is_shown(as_admin):
    nobody = CustomerFactory()
    assert "No linked records." in visible_text(as_admin.get(url(nobody)))

    assert send(as_admin, nobody, f"customer {nobody.pk}").redirect_chain
    assert not fresh(nobody)[0].is_live


def test_a_name_is_text_on_the_page(as_admin):
    tricky = CustomerFactory(first_name="<b>Bobby</b>")

    assert "<b>Bobby" not in as_admin.get(url(tricky)).content.decode()


# The list of deletions


def test_deletions_are_listed_newest_first_a_page_at_a_time(as_admin, admin_user, django_assert_num_queries):
    doomed = CustomerFactory.create_batch(30)
    for customer in doomed:
        Erasure.objects.create(uuid=customer.uuid, by=admin_user, counts={"customers": 2, "orders": 1234, "notes": 1})

    # the session, the user with permissions, the deletions with who did it, the numbers of the customers
    with django_assert_num_queries(4):
        page = as_admin.get(reverse("customers:deletions"))
    assert f"Customer {doomed[-1].pk}" in visible_text(page)
    assert "1,234 orders, 1 note " in visible_text(page)
    assert "Jane Peacock" in visible_text(page)
    following = re.search(r'href="(\?before=\d+)"', page.content.decode())[1]
    rest = visible_text(as_admin.get(reverse("customers:deletions") + following))
    assert [f"Customer {customer.pk} cus_" in rest for customer in doomed] == [True] * 5 + [False] * 25


@table("before", ["0", "x", "9" * 40, "²", "-1"])
def test_an_odd_page_of_deletions_is_a_page(as_admin, before):
    assert as_admin.get(reverse("customers:deletions"), {"before": before}).status_code == 200


def test_before_the_first_deletion_the_page_says_how_it_comes_about(as_admin):
    page = visible_text(as_admin.get(reverse("customers:deletions")))

    assert "No deletions yet To delete a customer, open it and choose More, then Delete." in page


def test_a_payment_without_an_answer_is_waited_for(as_admin):
    declined = declined_order("PENDING")
    customer = declined.source_record.customer
    why = (
        f"The gateway has not answered for a payment of order {declined.number} yet. Delete the customer after it has."
    )

    page = visible_text(as_admin.get(url(customer)))
    assert f"This customer cannot be deleted yet. {why}" in page
    assert "Delete permanently" not in page
    assert f"Nothing was deleted. {why}" in visible_text(send(as_admin, customer))
    assert fresh(customer)[0].is_live


def test_what_forbids_to_delete_does_so_for_who_may_not_see_it_too(db):
    """43 in docs/merging.md: a check that looked with the eyes of the user would find nothing, and let them go on."""
    declined = declined_order("PENDING")
    customer = declined.source_record.customer
    keeper = signed_in(make_user("keeper", ["customers.view_customer", "customers.delete_customer"]))

    assert "Nothing was deleted. The gateway has not answered for a payment of order" in visible_text(
        send(keeper, customer)
    )
    assert fresh(customer)[0].is_live


def test_the_page_asks_as_much_however_much_there_is(as_admin, helena, django_assert_num_queries):
    for n in range(30):
        order(**WHO, total=str(n + 1))
    one_of_each(helena.records.first())
    merge(helena, customer_with_order(first_name="Helen"))

    # the session, the user with permissions, the customer; whoever is behind them (2) and who they are;
    # the counts of every kind at once, the totals, what is still billed, what waits for an answer
    with django_assert_num_queries(10):
        as_admin.get(url(helena))


def test_who_may_delete_but_not_view_sees_nothing(helena):
    client = signed_in(make_user("blind", ["customers.delete_customer"]))

    assert client.get(url(helena)).status_code == 403
