from functools import partial

import pytest
from django.utils import timezone

from crm.exports.views import exports as views
from customers.models import CartLogin, Customer, PaySource
from customers.search.export_columns import export_rows, short_list
from tests import exported
from tests.factories import CustomerFactory, customer_with_order, make_user, order, signed_in
from tests.query_costs import measured

pytestmark = pytest.mark.django_db
rows = partial(exported.rows, export="customers")


def test_a_row_says_what_the_list_says(as_agent):
    helena = customer_with_order(
        email="hholy@gmail.com",
        phone="+420 241 770 449",
        company="Holý, Design",
        billing_address={"line1": "Rilská 3174/6", "city": "Prague", "postal_code": "143 00", "country": "CZ"},
    )
    order("Marketplace", total="1234.50", currency="EUR", email="hholy@gmail.com", first_name="Helena")

    (row,) = rows(as_agent)
    assert (row["Number"], row["Id"]) == (str(helena.pk), helena.uuid)
    assert (row["First name"], row["Last name"], row["Company"]) == ("Helena", "Holý", "Holý, Design")
    assert (row["Email"], row["Phone"]) == ("hholy@gmail.com", "+420 241 770 449")
    assert (row["Billing address line 1"], row["Billing country"]) == ("Rilská 3174/6", "Czechia")
    assert (row["Sources"], row["Orders"], row["Spent"]) == ("Marketplace, Shop", "2", "9.90")
    assert (row["Currency"], row["Spent in other currencies"]) == ("USD", "1234.50 EUR")
    assert row["Created (UTC)"] == f"{helena.created:%Y-%m-%d %H:%M:%S}"


def test_orders_are_left_out_for_who_may_not_see_them():
    customer_with_order(email="hholy@gmail.com")
    front = signed_in(make_user("front", ["customers.view_customer"]))
    (row,) = rows(front)
    assert row["Email"] == "hholy@gmail.com"
    assert not {"Orders", "Spent", "Last order (UTC)"} & row.keys()
    for url in ("/customers/", "/duplicates/"):
        customer_with_order(first_name="Helen", email="hholy@gmail.com")
        page = front.get(url).content.decode()
        assert "hholy@gmail.com" in page
        assert not [said for said in ("9.90", "19.80", ">Orders<", "Spent", "Last order", "1 order") if said in page]


def test_the_file_is_named_for_the_day_and_sent_as_it_is_read(as_agent):
    response = exported.ask(as_agent, "customers")

    assert response.streaming
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    name = f"customers-{timezone.now():%Y-%m-%d}.csv"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert next(iter(response.streaming_content)).startswith(b"\xef\xbb\xbfNumber,Id,")


def test_search_and_filters_hold_for_every_page_of_it(as_agent):
    czechs = [CustomerFactory(first_name=f"C{n}", billing_address={"country": "CZ"}) for n in range(30)]
    CustomerFactory(billing_address={"country": "DE"})
    helena = customer_with_order(billing_address={"country": "CZ"})

    newest_first = [str(customer.pk) for customer in (helena, *reversed(czechs))]
    assert [row["Number"] for row in rows(as_agent, country="CZ", sort="name", after="x")] == newest_first
    assert [row["Number"] for row in rows(as_agent, country="CZ", q="holy")] == [str(helena.pk)]
    assert rows(as_agent, country="FR") == []


def test_what_a_spreadsheet_would_run_is_text(as_agent):
    CustomerFactory(first_name="=HYPERLINK(0)", last_name='"q", x', company="@SUM(A1)", phone="-1+1")

    (row,) = rows(as_agent)
    assert (row["First name"], row["Company"], row["Phone"]) == ("'=HYPERLINK(0)", "'@SUM(A1)", "'-1+1")
    assert row["Last name"] == '"q", x'


def test_no_secret_of_a_customer_is_in_it(as_agent):
    helena = customer_with_order()
    record = helena.records.get()
    CartLogin.objects.create(source_record=record, login="helena.h", password="argon2$hash")
    PaySource.objects.create(source_record=record, last_four="4242", token="tok_secret")

    text = exported.content(as_agent, exported.ask(as_agent, "customers")).decode()
    assert not [secret for secret in ("helena.h", "argon2", "4242", "tok_secret") if secret in text]


def test_it_is_read_a_part_at_a_time(django_assert_num_queries):
    """How far to look, the places, then for all of a part: the customers and sources."""
    for n in range(30):
        CustomerFactory(first_name=f"C{n}")

    with django_assert_num_queries(4):
        rows_of_part = list(export_rows(short_list([], most=99)))
    with django_assert_num_queries(4):
        next(export_rows(short_list([], most=99)))
    with django_assert_num_queries(1):  # the totals, once for all rows, where a column needs them
        assert [row.status for row in rows_of_part] == ["Customer"] * 30
    with django_assert_num_queries(1):  # the match keys, too
        assert [row.refusals for row in rows_of_part] == [""] * 30


def test_a_list_is_searched_once_however_rare_its_customers_are(as_agent, monkeypatch):
    monkeypatch.setattr(views, "MOST_AT_ONCE", 3)
    CustomerFactory(billing_address={"country": "CZ"})
    for n in range(5):
        CustomerFactory(first_name=f"C{n}")
    with measured() as cost:
        assert len(rows(as_agent, columns=["Email"], country="CZ")) == 1
    of_customers = [sql for sql in cost.queries if 'FROM "customers_customer"' in sql]
    assert [sql for sql in of_customers if of_customers.count(sql) > 1] == []


def test_who_was_merged_away_or_erased_is_not_in_it(as_agent):
    CustomerFactory()
    Customer.objects.update(erased_at=timezone.now())

    assert rows(as_agent) == []
