from django.urls import path

from orders.views import billing, order, payments, purchase

app_name = "orders"

urlpatterns = [
    path("orders/<slug:number>/", order.order_detail, name="order_detail"),
    path("orders/<slug:number>/rerun/", payments.order_rerun, name="order_rerun"),
    path("orders/<slug:number>/refund/", payments.order_refund, name="order_refund"),
    path("orders/<slug:number>/settle/", payments.order_settle, name="order_settle"),
    path("purchases/<int:pk>/", purchase.purchase_detail, name="purchase_detail"),
    path("purchases/<int:pk>/cancel/", billing.purchase_cancel, name="purchase_cancel"),
    path("purchases/<int:pk>/keep/", billing.purchase_keep, name="purchase_keep"),
    path("purchases/<int:pk>/pause/", billing.purchase_pause, name="purchase_pause"),
    path("purchases/<int:pk>/reactivate/", billing.purchase_reactivate, name="purchase_reactivate"),
    path("purchases/<int:pk>/billing/", billing.purchase_billing, name="purchase_billing"),
]
