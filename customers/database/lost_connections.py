"""A connection that is lost in the middle of an act: the act is done once more where that is safe.

What was lost before COMMIT is rolled back, whatever the act. Whether a COMMIT that was sent has arrived, nobody knows:
then only an act that recognises what it did itself, as a merge does its plan, may be done again.
"""

import logging
from collections.abc import Callable
from functools import wraps
from traceback import walk_tb
from typing import ParamSpec, TypeVar

from django.db import Error, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from customers.database.failures import Failure, failure_of, renew_idle_connections

logger = logging.getLogger(__name__)

P = ParamSpec("P")
Result = TypeVar("Result")


def once_more_when_lost(*, recognises_itself: bool = False) -> Callable[[Callable[P, Result]], Callable[P, Result]]:
    """Call the decorated act, which is one transaction, a second time when its connection was lost.

    Within a longer transaction it is called once: that one is lost as a whole.
    """

    def decorate(act: Callable[P, Result]) -> Callable[P, Result]:
        @wraps(act)
        def act_once_more(*args: P.args, **kwargs: P.kwargs) -> Result:
            if connection.in_atomic_block:
                return act(*args, **kwargs)
            try:
                return act(*args, **kwargs)
            except Error as error:
                if failure_of(error) is not Failure.AWAY or (was_commit_sent(error) and not recognises_itself):
                    raise
                logger.warning("Done once more, because the connection was lost: %s", error)
            renew_idle_connections()
            connection.close()
            return act(*args, **kwargs)

        return act_once_more

    return decorate


def was_commit_sent(error: BaseException) -> bool:
    """Whether `error` was the answer to a COMMIT, so that what it ended may be stored."""
    commit = BaseDatabaseWrapper._commit.__code__  # type: ignore[attr-defined] # unknown to the stubs
    return any(frame.f_code is commit for frame, _ in walk_tb(error.__traceback__))
