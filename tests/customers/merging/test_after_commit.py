"""What a merge and an undo do outside of the database, such as a mail or a request: once at most, after the commit."""

import pytest

from customers.merging.meanwhile import AlreadyMergedError, StalePlanError
from tests.acts import edit, fresh, merge_as_planned, plan, undo
from tests.factories import customer_with_order

pytestmark = pytest.mark.django_db
AFTER_MERGE: list[str] = []
"""The names of the functions that `merge_customers` hands to `transaction.on_commit`, in order."""
AFTER_UNDO: list[str] = []


def names(callbacks) -> list[str]:
    return [callback.func.__name__ for callback in callbacks]


def test_it_happens_when_the_merge_and_the_undo_are_committed(django_capture_on_commit_callbacks):
    helena, helen = customer_with_order(), customer_with_order(first_name="Helen")
    # With execute=True the functions run at the end of the block, so that a test sees what they did.
    with django_capture_on_commit_callbacks(execute=True) as after_merge:
        merged = merge_as_planned(plan(helena, helen))
    with django_capture_on_commit_callbacks(execute=True) as after_undo:
        undo(merged)

    assert (names(after_merge), names(after_undo)) == (AFTER_MERGE, AFTER_UNDO)


def test_a_merge_that_is_refused_or_repeated_does_none_of_it(django_capture_on_commit_callbacks):
    helena, helen = customer_with_order(), customer_with_order(first_name="Helen")
    stale = plan(helena, helen)
    edit(helena, company="Holý Design")
    agreed = plan(*fresh(helena, helen))
    with django_capture_on_commit_callbacks() as callbacks:
        with pytest.raises(StalePlanError):
            merge_as_planned(stale)
        merge_as_planned(agreed)
        with pytest.raises(AlreadyMergedError):
            merge_as_planned(agreed)

    assert names(callbacks) == AFTER_MERGE
