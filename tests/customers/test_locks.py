"""An act that is called again when what it found was changed before it was locked."""

import pytest

from customers.locks import MOST_TRIES, RetiredMeanwhileError, retry_on, retry_when_moved


class Act:
    """Raises one error after the other, then returns its arguments."""

    def __init__(self, *errors: type[Exception]) -> None:
        self.errors, self.calls = list(errors), 0

    def __call__(self, *args: object, **options: object) -> tuple[object, object]:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return args, options


def retried(act: Act, decorator=retry_when_moved):
    @decorator
    def named(*args, **options):
        """What it does."""
        return act(*args, **options)

    return named


def test_an_act_that_succeeds_is_called_once():
    act = Act()
    assert retried(act)(1, by=2) == ((1,), {"by": 2})
    assert act.calls == 1


def test_a_customer_that_was_moved_is_tried_again_with_the_same_arguments():
    act = Act(RetiredMeanwhileError, RetiredMeanwhileError)
    assert retried(act)(1, by=2) == ((1,), {"by": 2})
    assert act.calls == 3


def test_the_last_try_may_succeed():
    act = Act(*[RetiredMeanwhileError] * (MOST_TRIES - 1))
    retried(act)()
    assert act.calls == MOST_TRIES


def test_after_the_last_try_the_error_is_let_out():
    act = Act(*[RetiredMeanwhileError] * (MOST_TRIES + 9))
    with pytest.raises(RetiredMeanwhileError):
        retried(act)()
    assert act.calls == MOST_TRIES


def test_another_error_is_let_out_at_once():
    act = Act(RetiredMeanwhileError, KeyError)
    with pytest.raises(KeyError):
        retried(act)()
    assert act.calls == 2


def test_errors_and_number_of_tries_can_be_named():
    act = Act(KeyError, ValueError, KeyError)
    with pytest.raises(KeyError):
        retried(act, retry_on(KeyError, ValueError, tries=3))()
    assert act.calls == 3
    other = Act(RetiredMeanwhileError)
    with pytest.raises(RetiredMeanwhileError):
        retried(other, retry_on(KeyError))()
    assert other.calls == 1


def test_the_act_keeps_its_name_and_docstring():
    assert (retried(Act()).__name__, retried(Act()).__doc__) == ("named", "What it does.")
