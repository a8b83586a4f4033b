from django.urls import path

from crm.exports.views import exports

app_name = "exports"
urlpatterns = [
    path("exports/customers/", exports.customers, name="customers"),
    path("exports/orders/", exports.orders, name="orders"),
    path("exports/merges/", exports.merges, name="merges"),
    path("exports/duplicates/", exports.duplicates, name="duplicates"),
    path("exports/audit/", exports.audit, name="audit"),
]
