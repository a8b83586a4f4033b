from django.urls import path

from orders.views import order, purchase

app_name = "orders"

urlpatterns = [
    path("orders/<slug:number>/", order.order_detail, name="order_detail"),
    path("purchases/<int:pk>/", purchase.purchase_detail, name="purchase_detail"),
]
