"""The permissions to see orders and to act on them. A user who acts on orders must also be allowed to see them.

`customers/permissions.py` says which name is in which file, and what else a permission needs.
"""

from typing import ParamSpec

from customers.permissions import VIEW_ORDERS
from customers.web.permissions import View, may_view, permission_required

P = ParamSpec("P")

ADD_ORDERS, CHANGE_ORDERS = "orders.add_order", "orders.change_order"
REFUND, RERUN = "orders.refund_order", "orders.rerun_order"
CHANGE_FULFILLMENTS = "orders.change_fulfillment"
SETTLE = "orders.settle_order"
RUN_IMPORT = "orders.run_import"
CANCEL, CHANGE_BILLING = "orders.cancel_purchase", "orders.change_purchase"

_may_view_order = permission_required(VIEW_ORDERS)

_may_run_import = permission_required(RUN_IMPORT)


def may_view_orders(view: View[P]) -> View[P]:
    return may_view(_may_view_order(view))


def may_import(view: View[P]) -> View[P]:
    """The pages of an import name the customers that its rows join."""
    return may_view(_may_run_import(view))


may_refund = permission_required(REFUND)
may_rerun = permission_required(RERUN)
may_add_orders = permission_required(ADD_ORDERS)
may_change_fulfillments = permission_required(CHANGE_FULFILLMENTS)
may_settle = permission_required(SETTLE)
may_cancel = permission_required(CANCEL)
may_change_billing = permission_required(CHANGE_BILLING)
