from decimal import Decimal

import pytest
from django.contrib.auth.hashers import check_password, make_password
from django.urls import reverse

from customers import cart, credit, editing
from customers.models import CartLogin, Customer, Merge
from tests.acts import fresh, merge
from tests.customers.test_merge_pages import confirm, hidden, reviewed, values
from tests.factories import CustomerFactory, customer_with_order

pytestmark = pytest.mark.django_db
EMAIL = "hholy@gmail.com"
ADDRESS = {"line1": "Rilská 3174/6", "postal_code": "14300", "city": "Prague", "country": "CZ"}


@pytest.fixture
def helena():
    return customer_with_order(email=EMAIL, phone="+420 241 770 449", billing_address=ADDRESS)


@pytest.fixture
def helen():
    helen = customer_with_order(source="Marketplace", last_name="Holy", email=EMAIL.upper(), phone="+420 2 4177 0449")
    return edited(helen, company="Holý Design", email_opt_in=False, tax_exempt=True)


def edited(customer, **fields) -> Customer:
    (customer,) = fresh(customer)
    return editing.edit(customer, fields, version=customer.version, by=None, via="page")


def send(client, survivor, *duplicates, **entered):
    data = hidden(client.get(values(survivor, *duplicates))) | entered
    return client.post(reverse("customers:merge_values", args=[survivor.pk]), data)


def merged(client, survivor, *duplicates, **entered) -> Customer:
    """The survivor after all steps."""
    confirm(client, reviewed(client, survivor, *duplicates, **entered))
    assert Merge.objects.filter(survivor=survivor).exists()
    return Customer.objects.get(pk=survivor.pk)


# What it shows


def test_it_shows_the_defaults_and_what_differs(as_agent, helena, helen):
    helena = edited(helena, email_opt_in=True)
    page = as_agent.get(values(helena, helen)).text

    for key, customer in [("last_name", helena), ("company", helen), ("email_opt_in", helen), ("tax_exempt", helena)]:
        assert f'name="pick-{key}" value="{customer.pk}" checked' in page
    assert "same number" in page
    assert "same e-mail" in page
    assert 'Last name<span class="visually-hidden">, values differ</span>' in page
    assert "First name (Helena)" in page
    assert "Custom 1 to 5 (empty)" in page
    assert "Credit, USD (0.00)" in page
    assert '<strong class="differs">3 rows differ</strong>' in page
    assert "Consent is narrowed." in page


def test_more_than_four_customers_scroll_sideways(as_agent, helena):
    others = [customer_with_order(email=EMAIL, deduplicate=False) for _ in range(4)]
    assert '<table class="values many">' in as_agent.get(values(helena, *others)).text
    assert '<table class="values">' in as_agent.get(values(helena, *others[:3])).text


def test_a_value_that_all_have_can_be_left_empty(as_agent, helena, helen):
    assert 'name="pick-phone" value="empty"' in as_agent.get(values(helena, helen)).text

    assert merged(as_agent, helena, helen, **{"pick-phone": "empty"}).phone == ""


def test_credit_adds_up_in_each_currency(as_agent, helena, helen):
    credit.adjust(helena, Decimal(5), "USD", cause="gift", by=None)
    credit.adjust(helen, Decimal("2.50"), "USD", cause="gift", by=None)
    credit.adjust(helen, Decimal(300), "JPY", cause="gift", by=None)

    page = as_agent.get(values(helena, helen)).text

    for text in ("5.00", "+ 2.50", 'placeholder="= 7.50"', "+ 300", 'placeholder="= 300"'):
        assert text in page


def test_it_asks_as_many_queries_for_many_customers(as_agent, helena, helen, django_assert_max_num_queries):
    with django_assert_max_num_queries(60) as few:
        as_agent.get(values(helena, helen))
    others = [customer_with_order(email=EMAIL, deduplicate=False) for _ in range(8)]
    with django_assert_max_num_queries(len(few)):
        as_agent.get(values(helena, helen, *others))


# What it does


def test_what_is_typed_wins_over_what_is_picked(as_agent, helena, helen):
    entered = {"pick-last_name": helen.pk, "value-last_name": " Holá ", "value-lead_status": "working"}

    customer = merged(as_agent, helena, helen, **entered)

    assert (customer.last_name, customer.lead_status, customer.company) == ("Holá", "working", "Holý Design")


def test_every_value_of_one_customer_can_be_picked_at_once(as_agent, helena, helen):
    helena = edited(helena, email_opt_in=True)
    page = send(as_agent, helena, helen, all=helen.pk, **{"value-custom1": "kept"})

    assert page.status_code == 200
    assert f"Every value of customer {helen.pk} is picked." in page.text
    for key in ("last_name", "email", "company", "billing_address", "cart_password", "custom5"):
        assert f'name="pick-{key}" value="{helen.pk}" checked' in page.text
    assert f'name="pick-tax_exempt" value="{helena.pk}" checked' in page.text
    assert 'value="kept"' in page.text
    assert not Merge.objects.exists()

    response = as_agent.post(reverse("customers:merge_values", args=[helena.pk]), hidden(page))
    confirm(as_agent, response.url)
    helena.refresh_from_db()
    assert (helena.last_name, helena.custom1, helena.billing_address) == ("Holy", "kept", {})


@pytest.mark.parametrize("odd", ["", "999", "²", "\x00"])
def test_all_values_of_nobody_change_no_pick(as_agent, helena, helen, odd):
    page = send(as_agent, helena, helen, all=odd, **{"pick-last_name": helen.pk})

    assert f'name="pick-last_name" value="{helen.pk}" checked' in page.text
    assert f'name="pick-first_name" value="{helena.pk}" checked' in page.text
    assert "is picked." not in page.text.split("<table")[0]


def test_a_new_password_is_asked_for_again_when_all_is_picked(as_agent, helena, helen):
    page = send(as_agent, helena, helen, all=helen.pk, **{"value-cart_password": "my new secret"}).text

    assert "Type the new password again." in page
    assert "my new secret" not in page


def test_an_address_is_typed_as_a_whole(as_agent, helena, helen):
    entered = {"value-billing_address-line1": "Na Květnici 8", "value-billing_address-city": "Prague 4"}

    customer = merged(as_agent, helena, helen, **entered)

    assert customer.billing_address == {"line1": "Na Květnici 8", "city": "Prague 4"}


def test_a_typed_credit_corrects_the_sum(as_agent, helena, helen):
    credit.adjust(helen, Decimal("2.50"), "USD", cause="gift", by=None)

    url = reviewed(as_agent, helena, helen, **{"value-credit-USD": "10"})
    page = as_agent.get(url).text
    assert "0.00 USD" in page
    assert "10.00 USD" in page
    confirm(as_agent, url)

    assert credit.balances([helena.pk]) == {helena.pk: {"USD": Decimal(10)}}


def test_nothing_chosen_is_what_is_shown(as_agent, helena, helen):
    seen = hidden(as_agent.get(values(helena, helen)))
    data = {key: seen[key] for key in ("seen", "duplicate")}

    response = as_agent.post(reverse("customers:merge_values", args=[helena.pk]), data)
    confirm(as_agent, response.url)

    helena = Customer.objects.get(pk=helena.pk)
    assert (helena.last_name, helena.company, helena.tax_exempt) == ("Holý", "Holý Design", False)


def test_a_way_back_keeps_what_was_picked_and_typed(as_agent, helena, helen):
    entered = {
        "pick-last_name": helen.pk,
        "pick-phone": "empty",
        "value-email": "new@holy.cz",
        "value-billing_address-city": "Brno",
        "value-credit-USD": "7.50",
    }
    back = reviewed(as_agent, helena, helen, **entered).split("/")[-2]

    page = as_agent.get(reverse("customers:merge_values", args=[helena.pk], query={"draft": back})).text

    assert f'name="pick-last_name" value="{helen.pk}" checked' in page
    assert 'name="pick-phone" value="empty" checked' in page
    for text in ("new@holy.cz", "Brno", "7.50"):
        assert f'value="{text}"' in page


# The shop account


@pytest.fixture
def with_logins(helena, helen):
    """Both have a login; the first has a password."""
    hashed = make_password("old secret")
    helena = edited(helena, cart_login="helena.holy", cart_password=hashed)
    return helena, edited(helen, cart_login="hholy", cart_password=make_password("hers"))


def test_a_password_is_kept_and_never_shown(as_agent, with_logins):
    helena, helen = with_logins
    hashes = list(CartLogin.objects.exclude(password="").values_list("password", flat=True))
    second = as_agent.get(values(helena, helen))
    url = reviewed(as_agent, helena, helen, **{"pick-cart_password": helen.pk})
    third = as_agent.get(url)
    confirm(as_agent, url)
    made = Merge.objects.get()
    fourth = as_agent.get(made.get_absolute_url())
    fifth = as_agent.get(reverse("customers:merge_undo", args=[made.pk]))

    for response in (second, third, fourth, fifth):
        assert not [each for each in hashes if each in response.text]
    assert second.text.count("Keep this one") == 2
    assert "More than one shop login." in second.text
    assert cart.opened_by("helena.holy", "hers") == helena


def test_a_new_password_is_kept_as_a_hash_beside_what_was_chosen(as_agent, with_logins):
    helena, helen = with_logins
    url = reviewed(as_agent, helena, helen, **{"value-cart_password": "s3cret words"})
    back = reverse("customers:merge_values", args=[helena.pk], query={"draft": url.split("/")[-2]})
    returned = as_agent.get(back)
    hashed = as_agent.session["merge_drafts"][url.split("/")[-2]]["plan"]["typed"]["cart_password"]

    assert check_password("s3cret words", hashed)
    assert "A new password was set here and is kept." in returned.text
    for page in (as_agent.get(url).text, returned.text):
        assert "s3cret words" not in page
        assert hashed not in page
    assert "Set anew" in as_agent.get(url).text

    response = as_agent.post(reverse("customers:merge_values", args=[helena.pk]), hidden(returned))
    confirm(as_agent, response.url)
    assert cart.opened_by("helena.holy", "s3cret words") == helena
    assert cart.opened_by("hholy", "hers") == helena


def test_a_new_password_can_be_dropped_again(as_agent, with_logins):
    helena, helen = with_logins
    draft = reviewed(as_agent, helena, helen, **{"value-cart_password": "s3cret words"}).split("/")[-2]
    returned = as_agent.get(reverse("customers:merge_values", args=[helena.pk], query={"draft": draft}))
    data = hidden(returned) | {"drop-cart_password": "1"}

    wrong = as_agent.post(reverse("customers:merge_values", args=[helena.pk]), data | {"value-email": "x"})
    assert "A new password was set here" not in wrong.text
    data = hidden(wrong) | {"value-email": ""}
    confirm(as_agent, as_agent.post(reverse("customers:merge_values", args=[helena.pk]), data).url)

    assert cart.opened_by("helena.holy", "old secret") == helena


def test_a_new_password_beside_an_error_has_to_be_typed_again(as_agent, helena, helen):
    response = send(as_agent, helena, helen, **{"value-cart_password": "s3cret words", "value-email": "x"})

    assert response.status_code == 422
    assert "Type the new password again." in response.text
    assert "s3cret words" not in response.text


def test_no_password_can_be_picked(as_agent, with_logins):
    helena, helen = with_logins

    assert merged(as_agent, helena, helen, **{"pick-cart_password": "empty"}).cart_password_id is None


# What it refuses


@pytest.mark.parametrize(
    ("name", "value", "label", "words"),
    [
        ("value-email", "nobody", "E-mail", "Enter an e-mail such as name@example.com."),
        ("value-first_name", "x" * 101, "First name", "Use 100 characters or fewer; these are 101."),
        ("value-billing_address-city", "x" * 121, "Billing address", "Use 120 characters or fewer; these are 121."),
        ("value-first_name", "a\x00b", "First name", "Leave out the character that cannot be stored."),
        ("value-lead_status", "forged", "Lead status", "Choose one of the lead statuses."),
        ("value-credit-USD", "much", "Credit, USD", "Enter an amount such as 7.50."),
        ("value-credit-USD", "NaN", "Credit, USD", "Enter an amount such as 7.50."),
        ("value-credit-USD", "-1", "Credit, USD", "Enter an amount such as 7.50."),
        ("value-credit-USD", "7.505", "Credit, USD", "Enter an amount such as 7.50."),
        ("value-credit-USD", "1e999999999999", "Credit, USD", "Enter an amount such as 7.50."),
        ("value-cart_password", "x" * 129, "Password", "Use 128 characters or fewer."),
        ("pick-email", "999999", "E-mail", "This is none of the values shown. Pick one of them."),
        ("pick-email", "forged", "E-mail", "This is none of the values shown. Pick one of them."),
        ("pick-tax_exempt", "empty", "Tax exempt", "This is none of the values shown. Pick one of them."),
    ],
)
def test_a_wrong_value_is_named_and_comes_back_as_typed(as_agent, helena, helen, name, value, label, words):
    response = send(as_agent, helena, helen, **{name: value, "value-custom1": "newsletter-cz"})

    assert response.status_code == 422
    assert "Correct 1 value, then review again:" in response.text
    assert f">{label}</a>." in response.text
    assert f"<li>{words}</li>" in response.text
    assert "<title>Error: Final values for Helena Holý" in response.text
    assert 'value="newsletter-cz"' in response.text
    assert not as_agent.session.get("merge_drafts")


def test_several_wrong_values_are_counted(as_agent, helena, helen):
    response = send(as_agent, helena, helen, **{"value-email": "nobody", "value-credit-USD": "much"})

    assert "Correct 2 values, then review again:" in response.text
    assert 'href="#value-email"' in response.text
    assert 'href="#value-credit-USD"' in response.text
    assert response.text.count("autofocus") == 1


def test_a_value_of_a_customer_who_is_not_chosen_is_refused(as_agent, helena, helen):
    stranger = CustomerFactory(email="secret@holy.cz")
    response = send(as_agent, helena, helen, **{"pick-email": stranger.pk})

    assert response.status_code == 422
    assert "secret@holy.cz" not in response.text


def test_the_login_of_somebody_else_is_refused(as_agent, helena, helen):
    edited(CustomerFactory(), cart_login="taken")
    response = send(as_agent, helena, helen, **{"value-cart_login": "taken"})

    assert response.status_code == 422
    assert "“taken” is or was the login of another customer. Type another." in response.text


def test_a_form_that_does_not_say_what_it_saw_is_shown_again(as_agent, helena, helen):
    for seen in ("", "1", "x-y", "9" * 5000):
        response = send(as_agent, helena, helen, seen=seen)
        assert response.status_code == 422
        assert "Look at the values again, then review." in response.text


def test_customers_who_are_merged_already_are_not_merged_again(as_agent, helena, helen):
    data = hidden(as_agent.get(values(helena, helen)))
    merge(*fresh(helena, helen))

    response = as_agent.post(reverse("customers:merge_values", args=[helena.pk]), data)

    assert response.url.startswith(reverse("customers:merge", args=[helena.pk]))
