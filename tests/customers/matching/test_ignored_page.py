"""The page of ignored values: what is ignored, what was, and what to ignore with one click."""

import pytest

from customers.matching.ignored_values import ignore_value
from customers.models import IgnoredValue
from tests.factories import customer_with_order, make_user, signed_in

URL = "/duplicates/ignored/"
EMAIL = "office@reunite.cz"


@pytest.fixture
def five(db) -> None:
    for n in range(5):
        customer_with_order(external_id=str(n), first_name=f"P{n}", email=EMAIL)


def test_a_shared_value_is_ignored_with_one_click_and_used_again_with_another(as_admin, five):
    assert f'name="value" value="{EMAIL}"' in as_admin.get(URL).text
    page = as_admin.post(f"{URL}add/", {"value": EMAIL}, follow=True).text
    assert "office@reunite.cz is no longer used for matching." in page
    assert "Jane Peacock" in page
    assert f'name="value" value="{EMAIL}"' not in page
    as_admin.post(f"{URL}remove/", {"reason": "Enter in the field"})
    again = {"value": IgnoredValue.objects.get().pk, "reason": "A shop of one person"}
    page = as_admin.post(f"{URL}remove/", again, follow=True).text
    assert "office@reunite.cz is used for matching again." in page
    history = as_admin.get(URL, {"tab": "changes"}).text
    assert "A shop of one person" in history
    assert history.index("Used for matching</span>") < history.index(">Ignored</span>")


def test_what_is_refused_comes_back_as_entered_with_the_reason_for_it(as_admin):
    answer = as_admin.post(f"{URL}add/", {"value": "Helena", "reason": "A desk"})
    assert answer.status_code == 422
    assert "Enter one email or phone, such as name@example.com" in answer.text
    assert 'value="Helena"' in answer.text
    assert 'value="A desk"' in answer.text
    answer = as_admin.post(f"{URL}add/", {"value": ""})
    assert "Enter an email or phone." in answer.text
    answer = as_admin.post(f"{URL}remove/", {"value": 999}, follow=True)
    assert "Nothing was changed: this value is no longer ignored." in answer.text


def test_who_may_not_change_them_reads_them(db):
    ignore_value(EMAIL, by=None)
    page = signed_in(make_user("reader", ["customers.view_customer"])).get(URL).text
    assert EMAIL in page
    assert 'method="post"' not in page.partition("<main")[2]


def test_the_worklist_and_compare_and_the_values_of_a_customer_lead_to_it(as_agent, five):
    ignore_value(EMAIL, by=None)
    one, other = (customer_with_order(external_id=str(n), email=EMAIL) for n in (1, 2))
    assert f'href="{URL}"' in as_agent.get("/duplicates/").text
    of_this = f'href="{URL}?q=office%40reunite.cz"'
    assert of_this in as_agent.get(f"/customers/{one.pk}/why/{other.pk}/").text
    assert of_this in as_agent.get(f"/customers/{one.pk}/known-by/").text
