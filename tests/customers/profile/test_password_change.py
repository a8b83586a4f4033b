"""A password set anew is the only one that opens its login, whatever was chosen for the login before, and by whom."""

import pytest
from django.contrib.auth.hashers import make_password

from customers.models import CartLogin
from customers.profile.shop_logins import customer_opened_by
from tests.acts import fresh, merge, undo
from tests.customers.profile.test_shop_logins_page import act, add
from tests.factories import customer_with_order
from tests.tables import table

pytestmark = pytest.mark.django_db
NEW, OLD, OTHER = "set anew", "of the first", "of the second"


@pytest.fixture(autouse=True)
def quick_hashes(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def three(as_agent):
    """Each with a login of their own."""
    made = [customer_with_order(email=f"{name}@reunite.cz") for name in "abc"]
    for customer, login, password in zip(made, ("one", "two", "three"), (OLD, OTHER, "of the third"), strict=True):
        add(as_agent, customer, login, password)
    return made


def opening(login):
    return [word for word in (NEW, OLD, OTHER, "typed") if customer_opened_by(login, word)]


def test_another_logins_password_chosen_for_it_by_who_is_retired_opens_it_no_more(as_agent, three):
    a, b, c = three
    merge(a, b, cart_password=b)
    later = merge(c, a)
    assert opening("one") == [OLD, OTHER]
    act(as_agent, c, "one", "password", password=NEW)
    assert opening("one") == [NEW]
    assert opening("two") == [OTHER]
    undo(later)
    assert opening("one") == [NEW]
    assert opening("two") == [OTHER]


@table("typed", [False, True])
def test_what_an_undo_shows_again_opens_no_more_either(as_agent, three, typed):
    a, b, c = three
    merge(a, b, cart_password=make_password("typed") if typed else b)
    later = merge(a, c, cart_login=c, cart_password=c)
    act(as_agent, a, "one", "password", password=NEW)
    undo(later)
    assert fresh(a)[0].cart_login.login == "one"
    assert opening("one") == [NEW]


def test_what_is_chosen_afterwards_opens(as_agent, three):
    a, b, _ = three
    act(as_agent, a, "one", "password", password=NEW)
    merge(a, b, cart_password=b)
    assert opening("one") == [NEW, OTHER]


@table("is_first", [True, False])
def test_a_choice_that_is_undone_is_none(as_agent, three, is_first):
    a, b, c = three
    merged = merge(a, b, cart_password=b)
    act(as_agent, a, "one", "password", password=NEW)
    chosen = merge(a, c, cart_password=c)
    undo(chosen if is_first else merged)
    undo(merged if is_first else chosen)
    assert opening("one") == [NEW]
    assert opening("two") == [OTHER]


def test_a_password_typed_for_two_logins_still_opens_the_other(as_agent, three):
    a, b, _ = three
    merge(a, b, cart_login=b, cart_password=make_password("typed"))
    act(as_agent, a, "one", "password", password=NEW)
    assert opening("two") == [OTHER, "typed"]
    act(as_agent, a, "two", "password", password=NEW)
    assert opening("two") == [NEW]
    assert CartLogin.objects.get(login="two").password
