from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from customers.lib.phrases import isolated
from customers.web.permissions import StaffRequest
from orders import history
from orders.models import Purchase
from orders.permissions import CANCEL, CHANGE_BILLING, may_view_orders
from orders.subscriptions.billing import refuse_billing_change
from orders.subscriptions.cancel import refuse_cancel, refuse_keep
from orders.subscriptions.common import PurchaseError
from orders.subscriptions.pause import refuse_pause, refuse_reactivation, scheduled_pause
from orders.subscriptions.read import orders_of_purchase

if TYPE_CHECKING:
    from crm.accounts.models import User

SHOWN_WITH = (
    "product",
    "order",
    "bill",
    "source_record__customer",
    "source_record__origin",
    "source_record__data_source",
)
MOST_SHOWN = 100


@dataclass(frozen=True)
class PurchaseAction:
    """A button on the page of a purchase, shown unless the rule `refuse` raises."""

    label: str
    page: str
    permission: str
    refuse: Callable[[Purchase], object]


ACTIONS = (
    PurchaseAction("Change billing…", "purchase_billing", CHANGE_BILLING, refuse_billing_change),
    PurchaseAction("Pause…", "purchase_pause", CANCEL, refuse_pause),
    PurchaseAction("Remove pause…", "purchase_unpause", CANCEL, scheduled_pause),
    PurchaseAction("Reactivate…", "purchase_reactivate", CANCEL, refuse_reactivation),
    PurchaseAction("Keep purchase…", "purchase_keep", CANCEL, refuse_keep),
    PurchaseAction("Cancel purchase…", "purchase_cancel", CANCEL, refuse_cancel),
)


def get_purchase(pk: int) -> Purchase:
    return get_object_or_404(Purchase.objects.select_related(*SHOWN_WITH), pk=pk)


@require_safe
@may_view_orders
def purchase_detail(request: StaffRequest, pk: int) -> HttpResponse:
    purchase = get_purchase(pk)
    return render(
        request,
        "orders/purchase/purchase_detail.html",
        {**purchase_context(purchase), "actions": purchase_actions(request.user, purchase)},
    )


def purchase_context(purchase: Purchase) -> dict[str, Any]:
    return {
        "title": f"Purchase {purchase.pk}: {isolated(purchase.product)}",
        "purchase": purchase,
        "record": purchase.source_record,
        "customer": purchase.source_record.customer,
        "orders": orders_of_purchase(purchase),
        "past_cancellations": [datetime.fromisoformat(at) for at in purchase.past_cancellations],
        "memberships": purchase.memberships.order_by("-at", "-pk")[:MOST_SHOWN],
        "history": history.of(purchase),
    }


def purchase_actions(user: "User", purchase: Purchase) -> list[tuple[str, str]]:
    possible = [action for action in ACTIONS if user.has_perm(action.permission) and _is_possible(action, purchase)]
    return [(action.label, f"orders:{action.page}") for action in possible]


def _is_possible(action: PurchaseAction, purchase: Purchase) -> bool:
    try:
        action.refuse(purchase)
    except PurchaseError:
        return False
    return True
