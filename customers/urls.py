from django.urls import path

from customers.views import choose, confirm, customer, customers, merges, notes, undo, values, why

app_name = "customers"

urlpatterns = [
    path("customers/", customers.customer_list, name="list"),
    path("customers/<int:pk>/", customer.customer_detail, name="detail"),
    path("customers/<int:pk>/notes/", notes.note_add, name="note_add"),
    path("customers/why/", why.why_ask, name="why_ask"),
    path("customers/<int:pk>/why/<int:other>/", why.why, name="why"),
    path("customers/<int:pk>/merge/", choose.merge_choose, name="merge"),
    path("customers/<int:pk>/merge/dismiss/", choose.merge_dismiss, name="merge_dismiss"),
    path("customers/<int:pk>/merge/values/", values.merge_values, name="merge_values"),
    path("customers/<int:pk>/merge/confirm/<str:draft>/", confirm.merge_confirm, name="merge_confirm"),
    path("merges/", merges.merge_list, name="merges"),
    path("merges/<int:pk>/", merges.merge_detail, name="merge_detail"),
    path("merges/<int:pk>/undo/", undo.merge_undo, name="merge_undo"),
]
