from django.urls import path

from crm.exports.audit import AUDIT
from crm.exports.customers import CUSTOMERS
from crm.exports.duplicates import DUPLICATES
from crm.exports.merges import MERGES
from crm.exports.orders import ORDERS
from crm.exports.views.exports import export_page

app_name = "exports"
urlpatterns = [
    path("exports/customers/", export_page, {"export": CUSTOMERS}, name="customers"),
    path("exports/orders/", export_page, {"export": ORDERS}, name="orders"),
    path("exports/merges/", export_page, {"export": MERGES}, name="merges"),
    path("exports/duplicates/", export_page, {"export": DUPLICATES}, name="duplicates"),
    path("exports/audit/", export_page, {"export": AUDIT}, name="audit"),
]
