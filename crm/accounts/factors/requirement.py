"""Who must have a second factor: users whose mistakes, or whose thief's, cost money or data."""

from django.conf import settings

from crm.accounts.models import User
from crm.permissions import MANAGE_USERS
from customers.permissions import DELETE_CUSTOMERS, EXPORT_PERSONAL_DATA, MANAGE_RULES, UNMATCHED
from orders.permissions import REFUND

RISKY = (
    MANAGE_USERS,
    DELETE_CUSTOMERS,
    EXPORT_PERSONAL_DATA,
    REFUND,
    UNMATCHED,
    MANAGE_RULES,
)


def is_factor_required(user: User) -> bool:
    return settings.SECOND_FACTOR_REQUIRED and any(user.has_perm(permission) for permission in RISKY)
