"""Who may see orders and who may act on them. A user who acts on orders must also be allowed to see them."""

from typing import ParamSpec

from customers.web.permission_decorators import may_view
from customers.web.permissions import VIEW_ORDERS, View, permission_required

P = ParamSpec("P")

REFUND, RERUN = "orders.refund_order", "orders.rerun_order"
CANCEL, CHANGE_BILLING = "orders.cancel_purchase", "orders.change_purchase"

_may_view_order = permission_required(
    VIEW_ORDERS,
    "You do not have permission to view orders. An admin can grant “Can view orders” on Edit User.",
)


def may_view_orders(view: View[P]) -> View[P]:
    return may_view(_may_view_order(view))


may_refund = permission_required(
    REFUND,
    "You do not have permission to refund orders. An admin can grant “Can refund” on Edit User. Nothing was changed.",
)
may_rerun = permission_required(
    RERUN,
    "You do not have permission to rerun declined orders. An admin can grant “Can rerun declined orders” on Edit User."
    " Nothing was changed.",
)
may_settle = permission_required(
    "orders.settle_order",
    "You do not have permission to resolve pending payments. An admin can grant “Can resolve pending payments” on"
    " Edit User. Nothing was changed.",
)
may_cancel = permission_required(
    CANCEL,
    "You do not have permission to cancel or pause purchases. An admin can grant “Can cancel or pause purchases” on"
    " Edit User. Nothing was changed.",
)
may_change_billing = permission_required(
    CHANGE_BILLING,
    "You do not have permission to change the billing of purchases. An admin can grant “Can change the billing of"
    " purchases” on Edit User. Nothing was changed.",
)
