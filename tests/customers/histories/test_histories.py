"""After any acts, merges and undos everything is what it would be had the undone merges never been made."""

import pytest

from tests.customers.histories.histories import check_history

pytestmark = pytest.mark.django_db


def test_five_hundred_steps_come_to_what_they_would_without_the_undone_merges():
    done, seed = 0, 1
    while done < 500:
        done += check_history(seed)
        seed += 1
