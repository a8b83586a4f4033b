from django.urls import path

from crm.batches.views import undo

app_name = "batches"
urlpatterns = [
    path("merges/undo/", undo.undo_many, name="undo"),
    path("merges/undo/<int:pk>/", undo.undo_detail, name="undo_detail"),
]
