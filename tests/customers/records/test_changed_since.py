"""Since when somebody is a customer is said alike on every page: an import makes nobody new."""

from datetime import UTC, datetime

import pytest

from customers.matching.worklist.page import worklist_page
from tests.factories import customer_with_order
from tests.tables import table

pytestmark = pytest.mark.django_db
SAME = {"email": "hholy@gmail.com"}


@pytest.fixture
def pair():
    """The second was taken in last, and has bought for longest."""
    return (
        customer_with_order(**SAME, at=datetime(2021, 5, 6, tzinfo=UTC)),
        customer_with_order(first_name="Helen", **SAME, at=datetime(2019, 3, 4, tzinfo=UTC)),
    )


@table("url", ["/customers/{0}/merge/", "/duplicates/", "/customers/{1}/"])
def test_a_page_says_since_the_first_order(as_agent, pair, url):
    page = as_agent.get(url.format(*(customer.pk for customer in pair))).content.decode()
    assert "4 Mar 2019" in page
    assert "Created" not in page


def test_the_oldest_of_a_group_is_who_bought_first(pair):
    [group] = worklist_page().groups
    assert group.oldest == pair[1]
