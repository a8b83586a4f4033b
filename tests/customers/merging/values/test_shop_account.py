"""The login and the password of the shop account."""

import pytest
from django.contrib.auth.hashers import check_password, make_password
from django.urls import reverse

from customers.models import CartLogin, Merge, MergeDraft
from customers.profile.shop_logins import customer_opened_by
from tests.acts import edit
from tests.customers.merging.pages.merge_steps import confirm, hidden, reviewed, values
from tests.customers.merging.values.values_form import merged, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def with_logins(helena, helen):
    """Both have a login; the first has a password."""
    hashed = make_password("old secret")
    helena = edit(helena, cart_login="helena.holy", cart_password=hashed)
    return helena, edit(helen, cart_login="hholy", cart_password=make_password("hers"))


def test_a_password_is_kept_and_never_shown(as_agent, with_logins):
    helena, helen = with_logins
    hashes = list(CartLogin.objects.exclude(password="").values_list("password", flat=True))
    second = as_agent.get(values(helena, helen))
    url = reviewed(as_agent, helena, helen, **{"pick-cart_password": helen.pk})
    third = as_agent.get(url)
    confirm(as_agent, url)
    merged = Merge.objects.get()
    fourth = as_agent.get(merged.get_absolute_url())
    fifth = as_agent.get(reverse("customers:merge_undo", args=[merged.pk]))

    for response in (second, third, fourth, fifth):
        assert not [hashed for hashed in hashes if hashed in response.text]
    assert second.text.count("Keep this password") == 2
    assert "More than one shop login." in second.text
    assert customer_opened_by("helena.holy", "hers") == helena


def test_a_new_password_is_kept_as_a_hash_beside_what_was_chosen(as_agent, with_logins):
    helena, helen = with_logins
    url = reviewed(as_agent, helena, helen, **{"value-cart_password": "s3cret words"})
    returned = as_agent.get(values(helena, helen))
    hashed = MergeDraft.objects.get().new_password

    assert check_password("s3cret words", hashed)
    assert "Discard the new password entered here" in returned.text
    for page in (as_agent.get(url).text, returned.text):
        assert "s3cret words" not in page
        assert hashed not in page
    assert "New password" in as_agent.get(url).text

    response = as_agent.post(reverse("customers:merge_values", args=[helena.pk]), hidden(returned))
    confirm(as_agent, response.url)
    assert customer_opened_by("helena.holy", "s3cret words") == helena
    assert customer_opened_by("hholy", "hers") == helena
    assert MergeDraft.objects.get().new_password == ""


def test_a_new_password_can_be_dropped_again(as_agent, with_logins):
    helena, helen = with_logins
    reviewed(as_agent, helena, helen, **{"value-cart_password": "s3cret words"})
    returned = as_agent.get(values(helena, helen))
    data = hidden(returned) | {"drop-cart_password": "1"}

    wrong = as_agent.post(reverse("customers:merge_values", args=[helena.pk]), data | {"value-email": "x"})
    assert "Discard the new password entered here" not in wrong.text
    data = hidden(wrong) | {"value-email": ""}
    confirm(as_agent, as_agent.post(reverse("customers:merge_values", args=[helena.pk]), data).url)

    assert customer_opened_by("helena.holy", "old secret") == helena


def test_a_new_password_beside_an_error_is_kept(as_agent, helena, helen):
    response = send(as_agent, helena, helen, **{"value-cart_password": "s3cret words", "value-email": "x"})

    assert response.status_code == 422
    assert "Discard the new password entered here" in response.text
    assert "s3cret words" not in response.text


def test_no_password_can_be_picked(as_agent, with_logins):
    helena, helen = with_logins

    assert merged(as_agent, helena, helen, **{"pick-cart_password": "empty"}).cart_password_id is None
