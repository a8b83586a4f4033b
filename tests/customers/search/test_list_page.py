from customers.search.sorting import sort_named
from tests.factories import CustomerFactory, customer_with_order, make_user, signed_in
from tests.tables import table

URL = "/customers/"


def names_in(response):
    return [line.customer.pk for line in response.context["page"].lines]


@table("sort", ["updated", "name"])
@table(
    "after", ["", "x", "\x00", "2026-01-01\x1f1\x1f2\x1f3", "2026-13-01\x1f1", "0001-01-01T00:00:00+14:00\x1f1", "\x1f"]
)
def test_what_is_no_cursor_of_ours_is_none(sort, after):
    assert sort_named(sort).parse(after) is None


def test_an_empty_database_says_how_customers_come(as_agent):
    assert "Customers appear here as soon as a data source sends one." in as_agent.get(URL).text


def test_one_currency_stands_in_the_heading(as_agent):
    customer_with_order(total="5000", currency="JPY")

    page = as_agent.get(URL).text
    assert "Spent, JPY</th>" in page
    assert "5,000 JPY" not in page


def test_odd_names_are_shown_as_they_are(as_agent):
    CustomerFactory(first_name="<script>alert(1)</script>")
    CustomerFactory(first_name="N" * 100, last_name="W" * 100)
    nameless = CustomerFactory()

    page = as_agent.get(URL).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert f"Customer {nameless.pk}" in page


def test_who_may_not_view_customers_is_told_which_box_to_tick(db):
    response = signed_in(make_user("orders", ["orders.view_order"])).get(URL)

    assert response.status_code == 403
    assert "You need the permission “Can view customers”. An admin can grant it on Edit User." in response.text
