from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from orders import history
from orders.models import Purchase
from orders.permissions import CANCEL, CHANGE_BILLING, may_view_orders
from orders.subscriptions import billed, billing, cancel, pause
from orders.subscriptions.change import PurchaseError

if TYPE_CHECKING:
    from crm.accounts.models import User
    from customers.web.permissions import StaffRequest

SHOWN_WITH = ("product", "order", "source_record__customer", "source_record__origin", "source_record__data_source")
MOST_SHOWN = 100


@dataclass(frozen=True)
class Act:
    """Something that can be done to a purchase, unless the rule `refuse` says that it cannot."""

    words: str
    page: str
    permission: str
    refuse: Callable[[Purchase], object]


ACTS = (
    Act("Change billing…", "purchase_billing", CHANGE_BILLING, billing.refuse_impossible),
    Act("Pause…", "purchase_pause", CANCEL, pause.refuse_pause),
    Act("Reactivate…", "purchase_reactivate", CANCEL, pause.refuse_reactivation),
    Act("Take the cancellation back…", "purchase_keep", CANCEL, cancel.refuse_nothing_scheduled),
    Act("Cancel…", "purchase_cancel", CANCEL, cancel.refuse_impossible),
)


def get_purchase(pk: int) -> Purchase:
    return get_object_or_404(Purchase.objects.select_related(*SHOWN_WITH), pk=pk)


@require_safe
@may_view_orders
def purchase_detail(request: "StaffRequest", pk: int) -> HttpResponse:
    purchase = get_purchase(pk)
    return render(
        request, "orders/purchase/purchase_detail.html", {**shown(purchase), "acts": acts(request.user, purchase)}
    )


def shown(purchase: Purchase) -> dict[str, Any]:
    return {
        "title": f"Purchase {purchase.pk}: {purchase.product}",
        "purchase": purchase,
        "record": purchase.source_record,
        "customer": purchase.source_record.customer,
        "bills": billed.orders_of(purchase),
        "past_cancellations": [datetime.fromisoformat(at) for at in purchase.past_cancellations],
        "memberships": purchase.memberships.order_by("-at", "-pk")[:MOST_SHOWN],
        "story": history.of(purchase),
    }


def acts(user: "User", purchase: Purchase) -> list[tuple[str, str]]:
    """(words, URL name) of what this user may do with the purchase as it stands."""
    offered = [act for act in ACTS if user.has_perm(act.permission) and _is_possible(act, purchase)]
    return [(act.words, f"orders:{act.page}") for act in offered]


def _is_possible(act: Act, purchase: Purchase) -> bool:
    try:
        act.refuse(purchase)
    except PurchaseError:
        return False
    return True
