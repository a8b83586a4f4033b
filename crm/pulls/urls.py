from django.urls import path

from crm.pulls.views import pulls

app_name = "pulls"
urlpatterns = [
    path("pulls/", pulls.pull_list, name="list"),
    path("pulls/add/", pulls.pull_add, name="add"),
    path("pulls/<int:pk>/edit/", pulls.pull_edit, name="edit"),
    path("pulls/<int:pk>/delete/", pulls.pull_delete, name="delete"),
    path("pulls/<int:pk>/run/", pulls.pull_run, name="run"),
    path("pulls/<int:pk>/test/", pulls.pull_test, name="test"),
]
