"""The pages of data sources: how much each has sent, its defaults and their history, and deleting what it sent."""

import html
import re

import pytest
from django.urls import reverse

from crm.accounts.checkboxes import ALL_PERMISSIONS
from customers.models import Customer, DataSource
from customers.sources.data_sources import latest_change, of_login
from orders.models import Order
from orders.sources import delete, overview
from tests.acts import edit, merge
from tests.database import reloaded
from tests.factories import DataSourceFactory, customer_with_order, make_user, order, signed_in
from tests.page_text import visible_text

pytestmark = pytest.mark.django_db

HELENA = {"first_name": "Helena", "last_name": "Holý", "email": "hholy@gmail.com"}


@pytest.fixture
def shop() -> DataSource:
    return DataSourceFactory(name="Shop", system="Stripe")


@pytest.fixture
def helena(shop) -> Customer:
    return customer_with_order(**HELENA)


@pytest.fixture
def frank(shop) -> Customer:
    """Whom Shop and Market know."""
    survivor = customer_with_order(source="Market", first_name="Frank", last_name="Harris")
    merge(survivor, customer_with_order(first_name="Frank", last_name="Harris"))
    return survivor


def url(name: str, source: DataSource) -> str:
    return reverse(f"orders:source_{name}", args=[source.pk])


def save(client, source: DataSource, **values):
    form = {"name": source.name, "default_country": "", "default_currency": "", "seen": latest_change(source)}
    return client.post(url("edit", source), form | values)


def confirm(client, source: DataSource, **values):
    seen = re.search(r'name="seen" value="([^"]*)"', client.get(url("delete", source)).text)[1]
    return client.post(url("delete", source), {"seen": seen, **values}, follow=True)


def test_the_list_says_what_each_has_sent(as_admin, helena, frank):
    order(**HELENA)
    page = visible_text(as_admin.get(reverse("orders:source_list")))
    assert re.search(r"Shop Stripe Unknown [\w ]+ Account default Account default 2 2 3 \d+ \w+ \d{4}", page)
    assert re.search(r"Market Unknown [\w ]+ Account default Account default 1 1 1 ", page)
    assert "Staff staff Reunite " in page


def test_a_large_one_is_counted_up_to_a_limit(as_admin, helena, frank, monkeypatch):
    monkeypatch.setattr(overview, "MOST_LISTED", 1)
    assert re.search(r"Shop Stripe .* 1\+ 1\+ 1\+ ", visible_text(as_admin.get(reverse("orders:source_list"))))


def test_the_list_has_pages(as_admin, monkeypatch):
    monkeypatch.setattr(overview, "PAGE", 2)
    for name in ("Café & Co", "Market", "Shop"):
        DataSourceFactory(name=name)
    first = as_admin.get(reverse("orders:source_list")).text
    following = re.search(r'href="(\?after=[^"]*)"', first)[1]
    later = visible_text(as_admin.get(reverse("orders:source_list") + html.unescape(following)))
    assert "Market" in first
    assert ("Shop" in later, "Market" in later) == (True, False)
    assert "No more data sources" in visible_text(as_admin.get(reverse("orders:source_list"), {"after": "Z\x00"}))


def test_who_may_not_view_orders_sees_no_orders(helena):
    client = signed_in(make_user("nobody", ALL_PERMISSIONS - {"orders.view_order"}))
    for path in (reverse("orders:source_list"), url("detail", helena.records.get().data_source)):
        page = visible_text(client.get(path))
        assert ("Records" in page, "Last order" in page, "Orders" in page) == (True, False, False)


def test_name_and_defaults_are_edited_and_the_history_says_by_whom(as_admin, shop):
    assert save(as_admin, shop, name="Store", default_country="CZ", default_currency="czk").url == url("detail", shop)
    page = visible_text(as_admin.get(url("detail", shop)))
    assert "Default country Czechia For what it sends without a country." in page
    assert "Edited Name: Shop → Store Default country: account default → Czechia" in page
    assert "Default currency: account default → CZK Jane Peacock" in page


def test_what_cannot_be_saved_comes_back_as_typed(as_admin, shop):
    DataSourceFactory(name="Market")
    for values, why in (
        ({"name": "Market"}, "A data source has this name already. Choose another."),
        ({"name": " "}, "Enter a name."),
        ({"default_currency": "abc"}, "Use a currency such as USD."),
        ({"default_country": "XX"}, "Select one of the listed options."),
        ({"seen": 99}, "Shop was changed since you opened the page."),
    ):
        response = save(as_admin, shop, **values)
        assert (response.status_code, why in visible_text(response)) == (422, True), values
    assert (reloaded(shop).name, reloaded(shop).default_currency) == ("Shop", "")


def test_a_login_keeps_its_name(as_admin):
    login = of_login("program", by=None)
    assert 'name="name"' not in as_admin.get(url("edit", login)).text
    assert save(as_admin, login, name="Mine", default_currency="EUR").status_code == 302
    assert (reloaded(login).name, reloaded(login).default_currency) == ("Konnektive program", "EUR")


def test_the_preview_says_who_is_deleted_who_is_kept_and_how_many_records(as_admin, shop, helena, frank):
    order(**HELENA)
    edit(helena, company="Initech")
    page = visible_text(as_admin.get(url("delete", shop)))
    for said in (
        "Delete Shop?",
        "Orders 3",
        "Paid orders: 29.70 USD.",
        f"Customers that will be deleted 1 Helena Holý ({helena.pk})",
        f"Customers that are kept 1 Frank Harris ({frank.pk})",
    ):
        assert said in page


def test_what_it_sent_is_deleted_and_the_data_source_stays(as_admin, shop, helena, frank):
    page = visible_text(confirm(as_admin, shop))
    assert "Deleted. All that Shop sent was permanently deleted." in page
    assert "Customers deleted Jane Peacock" in page
    assert reloaded(helena).erased_at
    assert not reloaded(frank).erased_at
    assert list(Order.objects.values_list("data_source__name", flat=True)) == ["Market"]
    assert "No linked records." in visible_text(as_admin.get(url("delete", shop)))


def test_the_data_source_is_deleted_too_and_the_history_of_all_keeps_that(as_admin, shop, helena, frank):
    page = visible_text(confirm(as_admin, shop, source_too="on"))
    assert "Deleted. Shop and all that it sent were permanently deleted." in page
    assert "Shop Deleted Jane Peacock" in page
    assert not DataSource.objects.filter(pk=shop.pk).exists()
    assert as_admin.get(url("detail", shop)).status_code == 404


def test_nothing_is_deleted_where_customers_changed_since_the_preview(as_admin, shop, helena):
    seen = re.search(r'name="seen" value="([^"]*)"', as_admin.get(url("delete", shop)).text)[1]
    merge(helena, customer_with_order(source="Market", first_name="Helen", last_name="Holy"))
    response = as_admin.post(url("delete", shop), {"seen": seen}, follow=True)
    assert "Customers of Shop changed since you opened the page. Look again." in visible_text(response)
    assert not reloaded(helena).erased_at


def test_the_page_says_why_it_cannot_be_deleted(as_admin, shop, helena, monkeypatch):
    staff = DataSource.staff()
    assert "This data source holds the values entered by staff." in visible_text(as_admin.get(url("delete", staff)))
    monkeypatch.setattr(delete, "MOST_RECORDS", 0)
    response = as_admin.get(url("delete", shop))
    assert "too many for one request" in visible_text(response)
    assert "Yes, I’m sure" not in visible_text(response)
    assert "too many for one request" in visible_text(as_admin.post(url("delete", shop), {"seen": ""}, follow=True))
    assert Order.objects.exists()
