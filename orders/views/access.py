"""Who may see orders: whoever may view both customers and orders."""

from typing import ParamSpec

from customers.access import View, permission_required
from customers.views.parties import may_view

P = ParamSpec("P")

_may_view_order = permission_required(
    "orders.view_order",
    "You may not view orders. An admin can tick “Can view orders” for you on Edit User.",
)


def may_view_orders(view: View[P]) -> View[P]:
    return may_view(_may_view_order(view))
