"""Emails and phones that staff of the demo ignore for all customers."""

from crm.accounts.models import User
from customers.matching.ignored_values import ignore_value, use_again


def ignore_shared_values(*, by: User) -> None:
    ignore_value("orders@chinook.example", reason="Sent by the shop for orders without an email", by=by)
    ignore_value("+1 780 555 0142", reason="Our own switchboard", by=by)
    family = ignore_value("the.petersons@reunite.example", by=by)
    use_again(family.pk, reason="One family, excluded for each of them instead", by=by)
