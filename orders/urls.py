from django.urls import path

from orders.pages.views.billing import (
    purchase_billing,
    purchase_pause,
    purchase_reactivate,
    purchase_unpause,
)
from orders.pages.views.cancel_order import order_cancel
from orders.pages.views.cancel_purchase import purchase_cancel, purchase_keep
from orders.pages.views.double_payments import double_payment_dismiss, double_payment_settle, double_payments
from orders.pages.views.fulfillments import fulfillment_cancel, fulfillment_resend
from orders.pages.views.new_order import order_new
from orders.pages.views.order import order_detail
from orders.pages.views.order_list import order_list
from orders.pages.views.payments import order_decide, order_refund, order_settle
from orders.pages.views.purchase import purchase_detail
from orders.pages.views.rerun import order_rerun
from orders.reconciliation.views.reconciliation import reconciliation
from orders.sources.views.delete import source_delete
from orders.sources.views.sources import source_detail, source_edit, source_list

app_name = "orders"

urlpatterns = [
    path("orders/", order_list, name="order_list"),
    path("orders/double-payments/", double_payments, name="double_payments"),
    path("orders/double-payments/<int:pk>/", double_payment_settle, name="double_payment_settle"),
    path("orders/double-payments/<int:pk>/dismiss/", double_payment_dismiss, name="double_payment_dismiss"),
    path("customers/<int:pk>/new-order/", order_new, name="order_new"),
    path("orders/<slug:number>/", order_detail, name="order_detail"),
    path("reconciliation/", reconciliation, name="reconciliation"),
    path("orders/<slug:number>/cancel/", order_cancel, name="order_cancel"),
    path("orders/<slug:number>/rerun/", order_rerun, name="order_rerun"),
    path("orders/<slug:number>/refund/", order_refund, name="order_refund"),
    path("orders/<slug:number>/settle/", order_settle, name="order_settle"),
    path("orders/<slug:number>/decide/", order_decide, name="order_decide"),
    path("fulfillments/<int:pk>/cancel/", fulfillment_cancel, name="fulfillment_cancel"),
    path("fulfillments/<int:pk>/resend/", fulfillment_resend, name="fulfillment_resend"),
    path("purchases/<int:pk>/", purchase_detail, name="purchase_detail"),
    path("purchases/<int:pk>/cancel/", purchase_cancel, name="purchase_cancel"),
    path("purchases/<int:pk>/keep/", purchase_keep, name="purchase_keep"),
    path("purchases/<int:pk>/pause/", purchase_pause, name="purchase_pause"),
    path("purchases/<int:pk>/pause/remove/", purchase_unpause, name="purchase_unpause"),
    path("purchases/<int:pk>/reactivate/", purchase_reactivate, name="purchase_reactivate"),
    path("purchases/<int:pk>/billing/", purchase_billing, name="purchase_billing"),
    path("data-sources/", source_list, name="source_list"),
    path("data-sources/<int:pk>/", source_detail, name="source_detail"),
    path("data-sources/<int:pk>/edit/", source_edit, name="source_edit"),
    path("data-sources/<int:pk>/delete/", source_delete, name="source_delete"),
]
