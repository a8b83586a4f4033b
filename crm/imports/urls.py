from django.urls import path

from crm.imports.views import columns, imports, undo

app_name = "imports"
urlpatterns = [
    path("imports/", imports.import_list, name="list"),
    path("imports/<int:pk>/", imports.import_detail, name="detail"),
    path("imports/<int:pk>/columns/", columns.import_columns, name="columns"),
    path("imports/<int:pk>/read-as/", columns.import_read_as, name="read_as"),
    path("imports/<int:pk>/check/", imports.import_check, name="check"),
    path("imports/<int:pk>/run/", imports.import_run, name="run"),
    path("imports/<int:pk>/undo/", undo.import_undo, name="undo"),
    path("imports/<int:pk>/look/", undo.import_look, name="look"),
]
