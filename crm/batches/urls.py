from django.urls import path

from crm.batches.views import merge, rerun, undo

app_name = "batches"
urlpatterns = [
    path("duplicates/merge/", merge.merge_many, name="merge"),
    path("duplicates/merge/selected/", merge.merge_selected, name="merge_selected"),
    path("duplicates/batches/<int:pk>/", merge.merge_detail, name="merge_detail"),
    path("merges/undo/", undo.undo_many, name="undo"),
    path("merges/undo/<int:pk>/", undo.undo_detail, name="undo_detail"),
    path("orders/rerun/", rerun.rerun_many, name="rerun"),
]
