"""After any acts, merges and undos everything is what it would be had the undone merges never been made."""

import pytest
from django.db import connection

from tests.customers.histories.histories import check_history

pytestmark = pytest.mark.django_db

# Each database has histories of its own: both together prove more than each the same.
FIRST_SEED = {"sqlite": 1, "postgresql": 101}[connection.vendor]


def test_three_hundred_steps_come_to_what_they_would_without_the_undone_merges():
    done, seed = 0, FIRST_SEED
    while done < 300:
        done += check_history(seed)
        seed += 1
