"""Who must have a second factor: users whose mistakes, or whose thief's, cost money or data."""

from django.conf import settings

from crm.accounts.models import User
from crm.accounts.permissions import MANAGE_USERS

RISKY = (
    MANAGE_USERS,
    "customers.delete_customer",
    "customers.export_customer",
    "orders.refund_order",
    "customers.merge_unmatched_customer",
    "customers.manage_mergerule",
)


def is_factor_required(user: User) -> bool:
    return settings.SECOND_FACTOR_REQUIRED and any(user.has_perm(permission) for permission in RISKY)
