"""Shop logins and pay sources: which opens, which is shown, which pays."""

from datetime import UTC, datetime

import pytest
import time_machine

from customers.models import CartLogin, Customer, HistoryEntry, PaySource, ProfileChange
from customers.profile.edit import edit_profile
from customers.profile.shop_logins import customer_opened_by
from tests.acts import fresh, merge, undo
from tests.factories import customer_with_order, signed_in
from tests.tables import table

pytestmark = pytest.mark.django_db
SECRET = "a long secret"


@pytest.fixture(autouse=True)
def quick_hashes(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def helena():
    return customer_with_order(email="hholy@gmail.com")


def add(client, customer, login, password=""):
    return client.post(f"/customers/{customer.pk}/logins/add/", {"login": login, "password": password})


def act(client, customer, login, what, **data):
    pk = CartLogin.objects.get(login=login).pk
    return client.post(f"/customers/{customer.pk}/logins/{pk}/{what}/", data)


def tab(client, customer, slug="logins"):
    return client.get(f"/customers/{customer.pk}/?tab={slug}").text


def test_the_first_login_is_shown_and_opens_and_its_password_stands_nowhere(as_agent, helena):
    response = add(as_agent, helena, " helena ", SECRET)

    [now] = fresh(helena)
    assert response.url == f"/customers/{helena.pk}/?tab=logins#rows"
    assert now.cart_login.login == "helena"
    assert customer_opened_by("helena", SECRET) == helena
    assert "In profile</span>" in tab(as_agent, helena)
    everywhere = tab(as_agent, helena) + tab(as_agent, helena, "history")
    everywhere += "".join(str(change.values) for change in ProfileChange.objects.all())
    assert SECRET not in everywhere
    assert now.cart_login.password not in everywhere


def test_another_login_opens_too_and_can_be_shown_instead(as_agent, helena):
    add(as_agent, helena, "one", SECRET)
    add(as_agent, helena, "two", "another secret")
    assert fresh(helena)[0].cart_login.login == "one"
    act(as_agent, helena, "two", "show")

    assert fresh(helena)[0].cart_login.login == "two"
    assert customer_opened_by("one", SECRET) == customer_opened_by("two", "another secret") == helena
    assert customer_opened_by("two", SECRET) is None


def test_a_password_chosen_for_a_login_still_opens_it_when_another_is_shown(as_agent, helena):
    values = {"cart_login": "one", "cart_password": CartLogin(password=_hash(SECRET)).password}
    edit_profile(helena, values, version=helena.version, by=None, via="page")
    add(as_agent, helena, "two")
    act(as_agent, helena, "two", "show")

    assert customer_opened_by("one", SECRET) == helena


@table("chosen", ["typed", "picked"])
def test_a_password_that_a_merge_chose_for_a_login_goes_with_the_merge_though_another_was_shown(
    as_agent, helena, chosen
):
    other = customer_with_order(email="other@example.org")
    add(as_agent, helena, "one", SECRET)
    add(as_agent, other, "two")
    password = _hash("merged") if chosen == "typed" else helena
    merged = merge(helena, other, cart_login=other, cart_password=password)
    opens = "merged" if chosen == "typed" else SECRET
    assert customer_opened_by("two", opens) == helena
    act(as_agent, helena, "one", "show")
    undo(merged)

    assert customer_opened_by("two", opens) is None
    assert customer_opened_by("one", SECRET) == helena


def test_a_password_set_anew_is_the_only_one_that_opens(as_agent, agent, helena):
    values = {"cart_login": "one", "cart_password": _hash("old")}
    edit_profile(helena, values, version=helena.version, by=None, via="page")
    response = act(as_agent, helena, "one", "password", password=SECRET)

    assert response.status_code == 302
    assert customer_opened_by("one", SECRET) == helena
    assert customer_opened_by("one", "old") is None
    texts = [entry.text for entry in HistoryEntry.objects.filter(kind="edit", by=agent)]
    assert "Changed the password of the login one." in texts


def test_after_a_merge_every_login_opens_the_survivor_and_after_an_undo_its_own(as_agent, helena):
    other = customer_with_order(email="other@example.org")
    add(as_agent, helena, "one", "old")
    add(as_agent, other, "two", "other secret")
    merged = merge(helena, other)
    act(as_agent, helena, "one", "password", password=SECRET)
    assert customer_opened_by("one", SECRET) == customer_opened_by("two", "other secret") == helena
    undo(merged)

    assert customer_opened_by("two", "other secret") == other
    assert [customer.cart_login.login for customer in fresh(helena, other)] == ["one", "two"]


def _hash(password):
    from django.contrib.auth.hashers import make_password

    return make_password(password)


@table(
    ("login", "password", "said"),
    [
        ("", "", "Enter a login."),
        ("l" * 151, "", "Use 150 characters or fewer. This has 151."),
        ("taken", "", "The login “taken” is or was used by another customer. Enter another."),
        ("mine", "", "This customer already has the login “mine”."),
        ("new", "   ", "Enter a password that is not only spaces."),
        ("new", "p" * 129, "Use 128 characters or fewer."),
        ("a\x00b", "", "Null characters are not allowed."),
    ],
)
def test_a_login_that_cannot_be_is_refused_and_a_password_does_not_come_back(login, password, said, as_agent, helena):
    add(as_agent, customer_with_order(email="other@example.org"), "taken")
    add(as_agent, helena, "mine")
    response = add(as_agent, helena, login, password)

    assert response.status_code == 422
    assert said in response.text
    assert "ppp" not in response.text
    assert CartLogin.objects.count() == 2


def test_a_login_of_somebody_else_is_not_found(as_agent, helena):
    other = customer_with_order(email="other@example.org")
    add(as_agent, other, "two")

    assert act(as_agent, helena, "two", "show").status_code == 404
    assert act(as_agent, helena, "two", "password", password=SECRET).status_code == 404
    assert as_agent.get(f"/customers/{helena.pk}/logins/{10**30}/password/").status_code == 404


def test_cards_show_brand_last_four_and_expiry_and_nothing_else(as_agent, helena):
    card = {"source_record": helena.records.get(), "brand": "VISA", "token": "tok_secret", "gateway_customer": "gw_1"}
    PaySource.objects.create(**card, last_four="4242", expiry_month=3, expiry_year=2026)
    PaySource.objects.create(**card, last_four="1881", expiry_month=4, expiry_year=2026)
    with time_machine.travel(datetime(2026, 4, 30, 23, tzinfo=UTC), tick=False):
        page = tab(as_agent, helena, "payment-methods")

    assert page.count("Expired</span>") == 1
    assert '03/26 <span class="badge bad">Expired' in page
    for said in ("VISA", "•••• 4242", "04/26"):
        assert said in page
    for secret in ("tok_secret", "gw_1"):
        assert secret not in page


def test_the_default_card_is_picked(as_agent, helena):
    card = PaySource.objects.create(source_record=helena.records.get(), brand="VISA", last_four="4242")
    url = f"/customers/{helena.pk}/pay-sources/{card.pk}/"
    for _ in range(2):
        as_agent.post(url)

    assert Customer.objects.get(pk=helena.pk).pay_source == card
    assert "Default</span>" in tab(as_agent, helena, "payment-methods")
    assert HistoryEntry.objects.filter(kind="edit").count() == 1
    other = customer_with_order(email="other@example.org")
    assert as_agent.post(f"/customers/{other.pk}/pay-sources/{card.pk}/").status_code == 404


def test_a_viewer_sees_them_and_changes_nothing(as_agent, viewer, helena):
    add(as_agent, helena, "one")
    client = signed_in(viewer)

    assert "one</bdi>" in tab(client, helena)
    assert "Set password" not in tab(client, helena)
    assert add(client, helena, "two").status_code == 403
