"""Who may see orders, and who may act on them: whoever acts must be allowed to see them too."""

from typing import ParamSpec

from customers.access import View, permission_required
from customers.views.access import may_view

P = ParamSpec("P")

_may_view_order = permission_required(
    "orders.view_order",
    "You may not view orders. An admin can tick “Can view orders” for you on Edit User.",
)


def may_view_orders(view: View[P]) -> View[P]:
    return may_view(_may_view_order(view))


may_refund = permission_required(
    "orders.refund_order",
    "You may not refund orders. An admin can tick “Can refund” for you on Edit User. Nothing was changed.",
)
may_rerun = permission_required(
    "orders.rerun_order",
    "You may not rerun declined orders. An admin can tick “Can rerun declined orders” for you on Edit User."
    " Nothing was changed.",
)
may_cancel = permission_required(
    "orders.cancel_purchase",
    "You may not cancel or pause purchases. An admin can tick “Can cancel or pause purchases” for you on Edit User."
    " Nothing was changed.",
)
may_change_billing = permission_required(
    "orders.change_purchase",
    "You may not change the billing of purchases. An admin can tick “Can change the billing of purchases” for you on"
    " Edit User. Nothing was changed.",
)
