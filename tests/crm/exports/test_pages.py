"""The page of an export: what it offers, and what it remembers."""

import pytest

from crm.exports.customers import CUSTOMERS
from crm.exports.models import ExportChoice
from crm.exports.views import exports as views
from tests.exported import ask, content, rows
from tests.factories import CustomerFactory, make_user, signed_in
from tests.page_text import visible_text

pytestmark = pytest.mark.django_db
PAGE = "/exports/customers/"


@pytest.fixture
def helena():
    return CustomerFactory(first_name="Helena", email="hholy@gmail.com", billing_address={"country": "CZ"})


def ticked(client, page: str = PAGE) -> list[str]:
    form = client.get(page).context["form"]
    return [box.data["value"] for _, boxes in form.groups for box in boxes if box.data["selected"]]


def test_the_page_offers_all_columns_the_first_time_and_then_those_of_the_last_time(helena, as_agent):
    offered = [column.label for column in as_agent.get(PAGE).context["form"].offered]
    assert ticked(as_agent) == offered
    answer = ask(as_agent, "customers", "xlsx", ["Number", "Email"])
    assert content(as_agent, answer).startswith(b"PK")
    assert answer.headers["Content-Type"].endswith("spreadsheetml.sheet")
    assert ticked(as_agent) == ["Number", "Email"]
    assert as_agent.get(PAGE).context["form"]["file_format"].value() == "xlsx"
    assert (ticked(as_agent, f"{PAGE}?tick=all"), ticked(as_agent, f"{PAGE}?tick=none")) == (offered, [])
    assert len(ticked(as_agent, "/exports/merges/")) > 2  # of that export nothing is left out


def test_a_column_that_comes_later_is_in_the_file(helena, as_agent):
    ask(as_agent, "customers", columns=["Number", "Email"])
    choice = ExportChoice.objects.get()
    choice.left_out.remove("Phone")
    choice.save()
    assert ticked(as_agent) == ["Number", "Email", "Phone"]


def test_columns_that_a_user_may_not_see_any_more_stay_as_they_were(helena):
    user = make_user("front", [*CUSTOMERS.needs, "orders.view_order"])
    ask(signed_in(user), "customers", columns=["Number", "Spent"])
    user.user_permissions.remove(user.user_permissions.get(codename="view_order"))
    ask(signed_in(user), "customers", columns=["Email"])
    left_out = ExportChoice.objects.get().left_out
    assert ("Spent" in left_out, "Orders" in left_out, "Number" in left_out) == (False, True, True)


def test_the_columns_of_the_file_are_those_chosen_in_the_order_of_the_page(helena, as_agent):
    (row,) = rows(as_agent, "customers", columns=["Billing country", "Email", "Number"])
    assert list(row) == ["Number", "Email", "Billing country"]
    assert row["Billing country"] == "Czechia"


def test_without_a_column_there_is_no_file(helena, as_agent):
    answer = ask(as_agent, "customers", columns=[])
    assert answer.status_code == 422
    assert "Select at least one column." in visible_text(answer)
    assert not ExportChoice.objects.exists()


def test_the_filters_of_the_list_hold_and_are_named(helena, as_agent):
    CustomerFactory(billing_address={"country": "DE"})
    assert "All customers" in visible_text(as_agent.get(PAGE))
    page = as_agent.get(PAGE, {"country": "CZ", "q": "hholy@gmail.com"})
    assert "“hholy@gmail.com”, Czechia" in visible_text(page)
    assert 'action="/exports/customers/?country=CZ&amp;q=hholy%40gmail.com"' in page.text
    assert len(rows(as_agent, "customers", country="CZ")) == 1
    assert "Method: API" in visible_text(as_agent.get("/exports/merges/", {"via": "api"}))
    assert "Same email" in visible_text(as_agent.get("/exports/duplicates/", {"evidence": "email"}))


def test_a_long_list_starts_a_job_and_leads_to_it(helena, as_agent, monkeypatch):
    monkeypatch.setattr(views, "MOST_AT_ONCE", 0)
    answer = as_agent.post(f"{PAGE}?country=CZ", {"file_format": "xlsx", "columns": ["Email"]}, follow=True)
    text = visible_text(answer)
    assert ("Export customers" in text, "Czechia, XLSX" in text, "Waiting for a worker" in text) == (True,) * 3


def test_an_order_value_is_no_filter_of_a_file_without_columns_about_orders(helena, as_agent):
    ask(as_agent, "duplicates", columns=["Email"])
    answer = as_agent.post("/exports/duplicates/?spent=50", {"file_format": "csv", "columns": ["Email"]})
    assert "Order value" in visible_text(answer)
    assert answer.status_code == 422
