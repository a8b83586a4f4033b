from customers.lib.errors import ActionError


class PullError(ActionError):
    """A pull was not added, changed or run, or the other system refuses what it is asked."""
