from customers.lib.errors import ActionError


class PullError(ActionError):
    """A pull was not added, changed or run, or the other system refuses what it is asked."""


class NotFoundThereError(PullError):
    """The other system has nothing at this address."""


class GoneThereError(PullError):
    """The other system has forgotten what this cursor goes on from."""
