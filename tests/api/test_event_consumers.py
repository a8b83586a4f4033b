"""A program that sees only events, a tenth of which is lost, doubled or late, holds what is in the database."""

import pytest

from tests.api.event_histories import check_history

pytestmark = pytest.mark.django_db


def test_a_consumer_of_events_holds_the_customers_and_owners_of_the_database():
    assert check_history(seed=7, acts=50) > 50
