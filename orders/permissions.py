"""Who may see orders, and who may act on them: whoever acts must be allowed to see them too."""

from typing import ParamSpec

from customers.web.permission_decorators import may_view
from customers.web.permissions import VIEW_ORDERS, View, permission_required

P = ParamSpec("P")

REFUND, RERUN = "orders.refund_order", "orders.rerun_order"
CANCEL, CHANGE_BILLING = "orders.cancel_purchase", "orders.change_purchase"

_may_view_order = permission_required(
    VIEW_ORDERS,
    "You may not view orders. An admin can tick “Can view orders” for you on Edit User.",
)


def may_view_orders(view: View[P]) -> View[P]:
    return may_view(_may_view_order(view))


may_refund = permission_required(
    REFUND,
    "You may not refund orders. An admin can tick “Can refund” for you on Edit User. Nothing was changed.",
)
may_rerun = permission_required(
    RERUN,
    "You may not rerun declined orders. An admin can tick “Can rerun declined orders” for you on Edit User."
    " Nothing was changed.",
)
may_settle = permission_required(
    "orders.settle_order",
    "You may not settle payments by hand. An admin can tick “Can settle payments by hand” for you on Edit User."
    " Nothing was changed.",
)
may_cancel = permission_required(
    CANCEL,
    "You may not cancel or pause purchases. An admin can tick “Can cancel or pause purchases” for you on Edit User."
    " Nothing was changed.",
)
may_change_billing = permission_required(
    CHANGE_BILLING,
    "You may not change the billing of purchases. An admin can tick “Can change the billing of purchases” for you on"
    " Edit User. Nothing was changed.",
)
