"""A batch, and users who decide meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from customers.batches.merge import begin_merge, merge_each
from customers.batches.proposals import propose
from customers.matching.not_duplicates import mark_all_not_duplicates
from customers.models import Customer
from customers.models.merge import OnConflict
from tests.factories import customer_with_order
from tests.threads import Held, start_in_thread, wait_until_blocked

pytestmark = [pytest.mark.usefixtures("transactional_db"), pytest.mark.postgres]


def test_a_group_that_is_marked_as_not_duplicates_at_that_moment_is_left():
    named = {"first_name": "Helena", "last_name": "Holý", "email": "hholy@gmail.com"}
    group = [customer_with_order(**named).pk for _ in range(2)]
    how = OnConflict.REVIEW
    agreed = propose([group], keep=None, on_conflict=how, by=None)
    batch, _ = begin_merge(agreed, on_conflict=how, token=uuid4(), by=None)
    with ThreadPoolExecutor(1) as threads:
        with Held(lambda: mark_all_not_duplicates(group, by=None)):
            merging = start_in_thread(threads, lambda: list(merge_each(batch, by=None)))
            wait_until_blocked()
        [merged] = merging.result(timeout=30)
    assert merged.reason == "A person has to look at this group. Marked as not duplicates."
    assert Customer.objects.live().count() == 2
