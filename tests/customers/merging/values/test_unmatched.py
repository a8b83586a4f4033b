"""A value that somebody is not matched on says so in the grid: whoever takes it is matched on it again."""

import pytest

from customers.matching import exclusions
from customers.models import MatchKey
from tests.acts import merge
from tests.factories import customer_with_order

pytestmark = pytest.mark.django_db
PHONE = "+420 241 770 449"


@pytest.fixture
def pair(agent):
    survivor = customer_with_order(email="a@example.org")
    duplicate = customer_with_order(first_name="Helen", email="b@example.org", phone=PHONE)
    exclusions.exclude(duplicate, "phone", "+420241770449", by=agent)
    return survivor, duplicate


def grid(client, survivor, duplicate):
    return client.get(f"/customers/{survivor.pk}/merge/values/?duplicate={duplicate.pk}").content.decode()


def test_the_cell_says_what_taking_it_does(as_admin, pair):
    page = grid(as_admin, *pair)
    assert page.count("excluded from matching, used if selected") == 1
    merge(*pair)
    assert MatchKey.objects.filter(source_record__origin=pair[0], kind="phone").exists()


def test_who_keeps_it_is_not_matched_on_it_as_before(as_admin, pair):
    page = grid(as_admin, *reversed(pair))
    assert "used if selected" not in page
    assert page.count('<span class="badge warn">excluded from matching</span>') == 1


def test_other_values_say_nothing(as_admin, pair, agent):
    exclusions.include(pair[1], "phone", "+420241770449", by=agent)
    assert "excluded from matching" not in grid(as_admin, *pair)
